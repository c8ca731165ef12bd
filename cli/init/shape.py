"""Values seen at one place of many events to the property that describes them all; objects, lists and maps alike.

All values must fit: where they fit no one type, that place is left out and the reason is told, so that each event that
was looked at stays one that the draft accepts.
"""

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from cli.init import names, texts
from cli.init.draft import Draft, LeftOut, UndescribableError
from contracts.compiler.model import MASKED_CLASSES
from contracts.compiler.types import INTEGER_RANGES

MOST_LEVELS = 12  # a contract file nests twice as deep as its events, and is read to 40 levels
MANY_KEYS, LONG_TEXT = 8, 80
LARGEST = 2**1024 - 2**970  # the first number that no f64 holds
MONEY_DIGITS, MONEY_SCALE = 16, 4
EXAMPLES = 3
NOTHING: Mapping[str, Any] = {}
_DATA = re.compile(r"[0-9]+|[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_KINDS: Mapping[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    Decimal: "number",
    str: "string",
    list: "array",
    dict: "object",
}
Values = Sequence[Any]


def fields_of(values: Sequence[Mapping[str, Any]], level: int = 1) -> tuple[tuple[Draft, ...], tuple[LeftOut, ...]]:
    """What describes the members of some objects, and which members can't be described."""
    made, left, taken = list[Draft](), list[LeftOut](), set[str]()
    for name in dict.fromkeys(name for value in values for name in value):
        try:
            if why := names.refusal(name, column=level == 1):
                raise UndescribableError(f"its name {why}")
            if name.lower() in taken:
                raise UndescribableError("its name differs from another one only in capital letters")
            present = [value[name] for value in values if name in value]
            made.append(describe(name, present, len(values), level))
            taken.add(name.lower())
        except UndescribableError as reason:
            left.append(LeftOut(name, str(reason)))
    return tuple(made), tuple(left)


class Seen(NamedTuple):
    """The values at one place: its name, those that are not null, how many there could have been, and how deep."""

    name: str
    filled: Values
    holders: int
    level: int


def describe(name: str, values: Values, holders: int, level: int) -> Draft:
    """The property of some values; `holders` is how many objects could have had one."""
    if level > MOST_LEVELS:
        raise UndescribableError(f"it lies more than {MOST_LEVELS} levels deep")
    filled = [value for value in values if value is not None]
    kinds = Counter(_KINDS[type(value)] for value in filled)
    if set(kinds) == {"integer", "number"}:
        kinds = Counter({"number": len(filled)})
    if len(kinds) > 1:
        raise UndescribableError("its values are " + " and ".join(f"{n} times {k}" for k, n in kinds.most_common()))
    seen = Seen(name, filled, holders, level)
    if not filled:
        note = f"null in all {len(values)}" if values else "never seen"
        return _made(seen, "string", f"{note}, so any text is as good")
    return _DESCRIBED[next(iter(kinds))](seen)


def _made(seen: Seen, type_: str, note: str, notes: Mapping[str, str] = NOTHING, **more: Any) -> Draft:
    """A property as its values and its name suggest; `more` and `notes` are what its type knows better."""
    always = bool(seen.filled) and len(seen.filled) == seen.holders
    often = f"in all {seen.holders}" if always else f"null or absent in {seen.holders - len(seen.filled)}"
    class_, why = _class_of(seen, type_)
    if class_ in MASKED_CLASSES:
        more["hints"] = ()  # they may tell values
    words = {
        "options": NOTHING,
        "physical": None,
        "enum": None,
        "classification": class_,
        "examples": (),
        "children": (),
        "items": None,
        "value": None,
        "left": (),
        "hints": (),
        **more,
    }
    reasons = {"logicalType": note, "required": f"{often} of {seen.holders}" if not always else often}
    return Draft(
        name=seen.name, type=type_, required=always, notes={**reasons, "classification": why, **notes}, **words
    )


def _class_of(seen: Seen, type_: str) -> tuple[str, str]:
    """How a field is classified, and why. A personal field must be a text, since it is stored as the hash of one."""
    if type_ in ("array", "object", "map", "boolean"):
        return "internal", "nothing speaks of persons"
    if names.sounds_like(seen.name, "personal"):
        said = f"personal by its name; send it as text, since a {type_} can't be pseudonymised"
        return ("personal", "by its name") if type_ == "string" else ("confidential", said)
    if type_ == "string" and seen.filled:
        if why := texts.is_personal(Counter(seen.filled)):
            return "personal", why
        if names.sounds_like(seen.name, "words") or any(len(text) > LONG_TEXT for text in seen.filled):
            return "confidential", "may hold what somebody wrote"
    for class_ in ("confidential", "restricted"):
        if names.sounds_like(seen.name, class_):
            return class_, "by its name"
    return "internal", "nothing speaks of persons"


def _string(seen: Seen) -> Draft:
    class_, why = _class_of(seen, "string")
    counted = Counter(seen.filled)
    hidden = class_ in MASKED_CLASSES
    kind = texts.kind_of(seen.name, counted, hidden)
    if class_ == "personal" and kind.type != "string":
        kind = texts.TextKind("string", {}, None, f"{kind.note}; kept as text, to be pseudonymised", kind.hints)
    if class_ == "internal" and kind.options.get("format") in ("ipv4", "ipv6"):
        class_, why = "restricted", "the address of a machine"
    free = kind.type == "string" and not (hidden or kind.options or kind.enum)
    notes = {"classification": why, "logicalTypeOptions": kind.note, "quality": kind.note}
    return _made(
        seen,
        kind.type,
        kind.note,
        notes,
        options=kind.options,
        enum=kind.enum,
        classification=class_,
        examples=_examples(counted) if free else (),
        hints=kind.hints,
    )


def _examples(counted: Counter[str]) -> tuple[str, ...]:
    """The most frequent short texts."""
    often = sorted(counted, key=lambda text: (-counted[text], text))
    return tuple(text for text in often if 0 < len(text) <= texts.LONGEST_VALUE)[:EXAMPLES]


def _boolean(seen: Seen) -> Draft:
    return _made(seen, "boolean", f"all {len(seen.filled)} are true or false")


def _integer(seen: Seen) -> Draft:
    note, hints = f"all {len(seen.filled)} are whole numbers", _range_hints(seen.filled)
    low, high = min(seen.filled), max(seen.filled)
    for storage, options in (("i64", NOTHING), ("u64", {"format": "u64"})):
        least, most = INTEGER_RANGES[storage]
        if least <= low and high <= most:
            notes = {"logicalTypeOptions": "the largest does not fit i64"}
            return _made(seen, "integer", note, notes, options=options, hints=hints)
    return _number(seen)


def _number(seen: Seen) -> Draft:
    if not all(-LARGEST < value < LARGEST for value in seen.filled):
        raise UndescribableError("it has a number that no f64 holds")
    exact = [Decimal(value) for value in seen.filled]
    scale = max(max(0, -int(value.as_tuple().exponent)) for value in exact)
    whole = max(max(1, value.adjusted() + 1) for value in exact)
    note = f"all {len(exact)} are numbers, with up to {scale} decimals"
    money = names.sounds_like(seen.name, "money") and 0 < scale <= MONEY_SCALE and whole <= MONEY_DIGITS - scale
    physical = f"decimal({MONEY_DIGITS},{scale})" if money else None
    notes = {"physicalType": "money by its name, so kept exactly"}
    return _made(seen, "number", note, notes, physical=physical, hints=_range_hints(seen.filled))


def _range_hints(filled: Values) -> tuple[str, ...]:
    """What was smallest and largest: a suggestion, since the next event may go beyond."""
    low, high = min(filled), max(filled)
    return (f"minimum {low}, maximum {high} were seen",) if len(f"{low}{high}") < LONG_TEXT else ()


def _array(seen: Seen) -> Draft:
    items = [item for value in seen.filled for item in value]
    sizes = f"{min(map(len, seen.filled))} to {max(map(len, seen.filled))}"
    held = describe(names.singular(seen.name), items, len(items), seen.level + 1)
    more: dict[str, Any] = {"items": replace(held, name="[]"), "hints": _unique_hints(seen.filled)}
    notes = {}
    if held.classification != "internal":
        more["classification"] = "restricted" if held.classification == "restricted" else "confidential"
        notes = {"classification": f"its items are {held.classification}"}
    return _made(seen, "array", f"all {len(seen.filled)} are lists, of {sizes} items", notes, **more)


def _unique_hints(filled: Values) -> tuple[str, ...]:
    long = [value for value in filled if len(value) > 1]
    plain = all(isinstance(item, str) for value in long for item in value)
    never = plain and bool(long) and all(len(set(value)) == len(value) for value in long)
    return ("uniqueItems: no list had an item twice",) if never else ()


def _object(seen: Seen) -> Draft:
    keys = Counter(key for value in seen.filled for key in value)
    if why := _is_map(keys, len(seen.filled)):
        with contextlib.suppress(UndescribableError):  # values of several types, which members can tell apart
            return _map(seen, why)
    children, left = fields_of(seen.filled, seen.level + 1)
    if not children:
        raise UndescribableError("it has no member that can be described")
    return _made(seen, "object", f"all {len(seen.filled)} are objects", children=children, left=left)


def _is_map(keys: Counter[str], objects: int) -> str | None:
    """Why the keys of some objects seem to be data rather than names of fields; None where they do not."""
    if not keys:
        return "always empty"
    if any(names.refusal(key, column=False) for key in keys):
        return "its keys are no names of fields"
    if len(keys) > 1 and all(map(_DATA.fullmatch, keys)):
        return f"its {len(keys)} keys are numbers, days or ids"
    if len(keys) >= MANY_KEYS and max(keys.values()) * 2 < objects:
        return f"{len(keys)} keys, none in half of {objects}"
    return None


def _map(seen: Seen, why: str) -> Draft:
    values = [member for value in seen.filled for member in value.values()]
    held = describe("value", values, len(values), seen.level + 1)
    return _made(seen, "map", f"{why}, so a map", value=held)


_DESCRIBED: Mapping[str, Callable[[Seen], Draft]] = {
    "string": _string,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "array": _array,
    "object": _object,
}
