"""Contract to values: for each field a compiled function that draws a value the contract allows.

A maker is called with the random source and the moment it is drawn for (microseconds since 1970, UTC), so that a
promised day follows the event. Compiling does the looking-up once; a draw does none.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any

from contracts.compiler import formats, rules
from contracts.compiler.model import Field
from contracts.compiler.patterns import compile_pattern
from contracts.compiler.types import INTEGER_RANGES, TYPES
from producer import texts
from producer.quantities import Maker, argument, bounds, dates, impossible, number, numbers, step, timestamps

Numbered = tuple[Callable[[int], Any], int]
ABSENT = object()
SHARE_ABSENT, SHARE_NULL = 0.15, 0.05
DRAWS = 200  # before a field counts as one that can't be made
NAMES = ("ada", "alan", "amina", "chen", "elena", "grace", "ines", "jonas", "kofi", "lena", "mats", "noor", "omar")
HOSTS = ("example.com", "example.org", "example.net")
WORDS = ("amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "harbour", "inlet", "juniper", "kelp")


def uuid4(rng: Random) -> str:
    """A random (version 4) UUID out of a seeded source."""
    digits = f"{rng.getrandbits(128):032x}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


FORMATS: Mapping[str, Callable[[Random], str]] = {
    "uuid": uuid4,
    "email": lambda rng: f"{rng.choice(NAMES)}.{rng.randrange(10_000)}@{rng.choice(HOSTS)}",
    "hostname": lambda rng: f"{rng.choice(WORDS)}-{rng.randrange(1000)}.{rng.choice(HOSTS)}",
    "uri": lambda rng: f"https://{rng.choice(HOSTS)}/{rng.choice(WORDS)}/{rng.randrange(10_000)}",
    "ipv4": lambda rng: f"192.0.2.{rng.randrange(256)}",
    "ipv6": lambda rng: f"2001:db8::{rng.randrange(65_536):x}",
}
rules.expect_rows(FORMATS, frozenset(formats.FORMATS), "producer/makers.py formats")


def maker(field: Field) -> Maker:
    """The maker of a field's present values; ProducerError where the contract gives no way to make one."""
    enum = field.clause("enum")
    if enum is not None:
        values = [number(field, value) if isinstance(value, int | Decimal) else value for value in enum.argument]
        return _choice([value for value in values if fits(field, value)] or values)
    return _TYPES[field.type](field)


def optional(field: Field) -> Maker:
    """A maker that leaves an optional field out (ABSENT) or null now and then."""
    make = maker(field)
    if field.required:
        return make

    def draw(rng: Random, moment_us: int) -> Any:
        chance = rng.random()
        if chance < SHARE_ABSENT:
            return ABSENT
        return None if chance < SHARE_ABSENT + SHARE_NULL else make(rng, moment_us)

    return draw


def _choice(values: list[Any]) -> Maker:
    return lambda rng, _: values[int(rng.random() * len(values))]


def fits(field: Field, value: Any) -> bool:
    """Whether a text keeps the field's own length, pattern and format (other types: always)."""
    if not isinstance(value, str) or field.type != "string":
        return True
    pattern, form = argument(field, "pattern"), argument(field, "format")
    return (
        argument(field, "minLength", 0) <= len(value) <= argument(field, "maxLength", len(value))
        and (pattern is None or compile_pattern(pattern).search(value) is not None)
        and (form is None or formats.FORMATS[form](value))
    )


def _string(field: Field) -> Maker:
    """Several examples are the most natural texts; then pattern, format, one example, words."""
    examples = [example for example in field.examples if fits(field, example)]
    if len(examples) > 1:
        return _choice(examples)
    pattern, form = field.clause("pattern"), field.clause("format")
    if pattern is None and form is None:
        return _choice(examples) if examples else _words(field)
    try:
        draw = texts.drawn(texts.parse(pattern.argument)) if pattern else FORMATS[argument(field, "format")]
        return _sure(field, draw)
    except texts.Unreadable:
        if examples:
            return _choice(examples)
        raise impossible(field, "no text is known that matches its clauses") from None


def _sure(field: Field, draw: Callable[[Random], str]) -> Maker:
    """Draw until every clause of the field agrees; Unreadable at compile time where that does not happen."""
    trial = Random(0)
    if all(fits(field, draw(trial)) for _ in range(DRAWS)):
        return lambda rng, _: draw(rng)
    if not any(fits(field, draw(trial)) for _ in range(DRAWS * 10)):
        raise texts.Unreadable(field.path)

    def make(rng: Random, _: int) -> str:
        while not fits(field, text := draw(rng)):
            pass
        return text

    return make


def _words(field: Field) -> Maker:
    least, most = argument(field, "minLength", 1), argument(field, "maxLength", 10**9)

    def make(rng: Random, _: int) -> str:
        text = f"{rng.choice(WORDS)} {rng.choice(WORDS)}"
        while len(text) < least:
            text += f" {rng.choice(WORDS)}"
        return text[:most].rstrip().ljust(min(least, most), "x")

    return make


def _boolean(field: Field) -> Maker:
    return lambda rng, _: rng.random() < 0.5


def _array(field: Field) -> Maker:
    if field.items is None:
        raise impossible(field, "its items are not described")
    item, unique = maker(field.items), field.clause("uniqueItems") is not None
    least = argument(field, "minItems", 0)
    most = min(argument(field, "maxItems", least + 3), least + 3)

    def make(rng: Random, moment_us: int) -> list[Any]:
        wanted, made = rng.randint(least, most), list[Any]()
        for _ in range(wanted + DRAWS if unique else wanted):
            if len(made) == wanted:
                break
            drawn = item(rng, moment_us)
            if not unique or drawn not in made:
                made.append(drawn)
        if len(made) < least:
            raise impossible(field, f"{least} different items could not be drawn")
        return made

    return make


def _object(field: Field) -> Maker:
    draws = [(child.name, optional(child), maker(child)) for child in field.properties]
    needed = {child.name for child in field.properties if child.required}
    least, most = argument(field, "minProperties", 0), argument(field, "maxProperties", len(draws))

    def make(rng: Random, moment_us: int) -> dict[str, Any]:
        made = {name: value for name, draw, _ in draws if (value := draw(rng, moment_us)) is not ABSENT}
        for name, _, full in draws:
            if len(made) < least and name not in made:
                made[name] = full(rng, moment_us)
        for name in [name for name in made if name not in needed][: max(0, len(made) - most)]:
            del made[name]
        return made

    return make


_TYPES: Mapping[str, Callable[[Field], Maker]] = {
    "string": _string,
    "integer": numbers,
    "number": numbers,
    "boolean": _boolean,
    "timestamp": timestamps,
    "date": dates,
    "array": _array,
    "object": _object,
}
rules.expect_rows(_TYPES, frozenset(TYPES), "producer/makers.py types")


def numbered(field: Field) -> Numbered | None:
    """A maker of the n-th value, in increasing order, and how many there are; None where values are random (uuid)."""
    if argument(field, "format") == "uuid":
        return None
    if field.type == "integer":
        first, _ = bounds(field)
        high = argument(field, "maximum", argument(field, "exclusiveMaximum", INTEGER_RANGES[field.storage][1] + 1))
        size = int(step(field))
        return (lambda place: (first + place) * size), int(high) // size - first
    pattern = field.clause("pattern")
    if field.type == "string" and pattern is not None:
        make, capacity = _numbered_text(field, pattern.argument)
        if fits(field, make(0)):
            return make, capacity
    if field.type == "string" and pattern is None and argument(field, "format") is None:
        width = max(12, argument(field, "minLength", 0))
        if argument(field, "maxLength", width) >= width:
            return (lambda place: f"{place:0{width}d}"), 10**width
    raise impossible(field, "it must differ from event to event, and no way to count is known for its clauses")


def _numbered_text(field: Field, pattern: str) -> Numbered:
    try:
        return texts.numbered(texts.parse(pattern))
    except texts.Unreadable:
        raise impossible(field, "its pattern can't be counted through") from None
