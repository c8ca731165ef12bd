"""One ODCS schema property to a Field with its clauses, at any depth."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.compiler import formats, jdk, patterns, rules, temporal
from contracts.compiler.model import Clause, Field
from contracts.compiler.quality import Quality, read_quality
from contracts.compiler.reading import Reading, frozen
from contracts.compiler.temporal import TimeForm
from contracts.compiler.types import INTEGER_RANGES, TEMPORAL, TYPES, WIDE, decimal_parts, storage

_Ban = tuple[re.Pattern[str], str, str]
_FORBIDDEN: tuple[_Ban, ...] = (
    (re.compile(r"^$"), "is an empty name", "Name the field."),
    (re.compile(r"[.\[\]/]"), "has a character that clause ids are made with", "Leave out . [ ] and /."),
    (re.compile(r"[\x00-\x1f\x7f]"), "has a control character", "Leave it out; a tab or a new line is one, too."),
    (
        re.compile(r"^(\*|\^.*\$)$"),
        "is read as a pattern of names by Spark or the export check",
        "Give it another name.",
    ),
)
"""What a field's name may not have, why, and what to do."""
_NO_COLUMN: tuple[_Ban, ...] = (
    (re.compile("`"), "has a backtick, and Spark can't address such a column", "Leave out the backtick."),
)
"""The same, for a field that is a column; in an object Spark does not mind."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One property on its way to a Field: where it stands, and what its type and options came to."""

    yaml: Mapping[str, Any]
    path: str
    place: str
    type: str
    storage: str
    options: Mapping[str, Any]
    form: TimeForm | None
    required: bool


def read_field(
    yaml: Mapping[str, Any], parent: str, where: str, reading: Reading, part: str = "", required: bool = False
) -> Field:
    """One ODCS property and everything below it; what is wrong is added to `reading`.

    `part` is `[]` for an array's items, `key` or `value` for a map's; `required` says that the parent demands it.
    """
    name = part or str(yaml["name"])
    joint = "" if name == "[]" or not parent else "."
    path, place = f"{parent}{joint}{name}", f"{where}{joint or '.'}{name}".replace(".[]", "[]")
    row = _typed(yaml, path, place, reading, required)
    quality = read_quality(yaml.get("quality") or (), path, place, row.type, _typed_value(row), reading)
    reading.queries += quality.queries
    reading.notes += quality.notes
    return Field(
        name=name,
        path=path,
        type=row.type,
        storage=row.storage,
        required=row.required,
        unique=yaml.get("unique") is True or yaml.get("primaryKey") is True,
        primary_key=yaml.get("primaryKey") is True,
        classification=yaml.get("classification"),
        description=str(yaml.get("description", "")),
        examples=tuple(frozen(example) for example in yaml.get("examples") or ()),
        time_form=row.form,
        clauses=_clauses(row, quality, reading),
        many=_many(row, quality, reading),
        properties=_members(row, reading),
        items=_part(row, "array", "items", "[]", reading),
        key=_part(row, "map", "key", "key", reading),
        value=_part(row, "map", "value", "value", reading),
        sources=tuple(yaml.get("transformSourceObjects") or ()),
        transform=yaml.get("transformLogic"),
    )


def _typed(yaml: Mapping[str, Any], path: str, place: str, reading: Reading, required: bool) -> _Row:
    """The row with its type, stored form and time form settled."""
    type_ = TYPES.get(str(yaml.get("logicalType")))
    if type_ is None:
        reading.unknown_type(place, yaml.get("logicalType"))
        type_ = TYPES["string"]
    options: dict[str, Any] = dict(yaml.get("logicalTypeOptions") or {})
    try:
        stored = storage(type_, options, yaml.get("physicalType"))
    except ValueError as error:
        reading.wrong(place, str(error), "See contracts/README.md, Clauses.")
        stored = type_.storages[0]
    if stored in WIDE and not _within_38_digits(stored, options):
        reading.wrong(place, f"format {stored} is wider than 38 digits", "Bound it on both sides below 10^38.")
    form = _form(type_.name, options, place, reading) if type_.name in TEMPORAL else None
    required = required or yaml.get("required") is True
    return _Row(yaml, path, place, type_.name, stored, options, form, required)


def _within_38_digits(stored: str, options: Mapping[str, Any]) -> bool:
    low = options.get("minimum", options.get("exclusiveMinimum", 0 if stored == "u128" else None))
    high = options.get("maximum", options.get("exclusiveMaximum"))
    return (
        low is not None and high is not None and all(Decimal(str(end)).copy_abs() <= 10**38 - 1 for end in (low, high))
    )


def _form(type_: str, options: dict[str, Any], place: str, reading: Reading) -> TimeForm:
    """How a time is written; `timezone` and `defaultTimezone` are taken out of the options."""
    zoned, zone = options.pop("timezone", None), options.pop("defaultTimezone", None)
    pattern = options.get("format")
    if type_ == "time" and zone not in (None, "UTC", "Etc/UTC"):
        reading.wrong(place, f"defaultTimezone '{zone}' has no offset without a day", "Leave it out, or send offsets.")
        zone = None
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        reading.wrong(place, f"defaultTimezone '{zone}' is not in the IANA database", "Use one such as Europe/Paris.")
        zone = None
    asked = {True: jdk.REQUIRED, False: jdk.NONE}.get(zoned) if zoned is not None else None
    if pattern is not None:
        if why := jdk.refusal(type_, str(pattern), asked):
            where = f"{place}.logicalTypeOptions.format"
            reading.wrong(where, f"format '{pattern}': {why}", "Write a JDK pattern such as uuuu-MM-dd'T'HH:mm:ssXXX.")
            return TimeForm(type_, None, jdk.REQUIRED, "UTC")
        return TimeForm(type_, str(pattern), jdk.offset_of(str(pattern)), zone or "UTC")
    unsaid = jdk.OPTIONAL if type_ == "time" or zone else jdk.REQUIRED
    return TimeForm(type_, None, jdk.NONE if type_ == "date" else asked or unsaid, zone or "UTC")


def _members(row: _Row, reading: Reading) -> tuple[Field, ...]:
    """An object's properties; its `required` list makes each named one required, which is the same demand."""
    rows = row.yaml.get("properties") or ()
    if row.type != "object":
        return ()
    if not rows:
        reading.wrong(row.place, "is an object without properties", "List its properties.")
    names = [str(child["name"]) for child in rows]
    needed = set(row.options.get("required") or ())
    for name in sorted(needed - set(names)):
        reading.wrong(
            row.place, f"requires '{name}', which it does not describe", f"Describe it, or use one of {names}."
        )
    return read_fields(rows, row.path, row.place, reading, needed)


def read_fields(
    rows: Any, parent: str, place: str, reading: Reading, needed: set[str] | frozenset[str] = frozenset()
) -> tuple[Field, ...]:
    """Properties side by side; a name that stands twice, or that a table can't have, is a problem."""
    names = [str(child["name"]) for child in rows]
    for name, what, remedy in _misnamed(names, _FORBIDDEN if parent else (*_FORBIDDEN, *_NO_COLUMN)):
        reading.wrong(f"{place}.{name[:60]}", what, remedy)
    return tuple(read_field(child, parent, place, reading, required=str(child["name"]) in needed) for child in rows)


def _misnamed(names: Sequence[str], forbidden: Sequence[_Ban]) -> Iterator[tuple[str, str, str]]:
    """(name, what is wrong, remedy). Spaces, commas and quotes are not: each engine is given a name quoted."""
    small = [name.lower() for name in names]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield name, "stands twice among its neighbours", "Keep one of them."
    for name in sorted(set(names)):
        if names.count(name) == 1 and small.count(name.lower()) > 1:
            yield (
                name,
                "differs from a neighbour only in capital letters, and columns of a table do not",
                "Give one of them another name.",
            )
        yield from ((name, what, remedy) for wrong, what, remedy in forbidden if wrong.search(name))


def _part(row: _Row, type_: str, key: str, part: str, reading: Reading) -> Field | None:
    """What an array or a map is made of. A map's keys are JSON names: text, and always there."""
    holder = row.yaml.get("map") or {} if type_ == "map" else row.yaml
    if row.type != type_:
        return None
    if key not in holder:
        reading.wrong(row.place, f"is {type_} without {key}", f"Say what it holds, with `{key}`.")
        return None
    made = read_field(holder[key], row.path, row.place, reading, part=part, required=part == "key")
    if part == "key" and made.type != "string":
        reading.wrong(row.place, f"has keys of type {made.type}", "A JSON name is text: use logicalType string.")
    return made


def _many(row: _Row, quality: Quality, reading: Reading) -> tuple[Clause, ...]:
    made = [
        reading.clause(row.path, rule, None)
        for rule, key in (("primaryKey", "primaryKey"), ("unique", "unique"))
        if row.yaml.get(key) is True
    ]
    return (*made, *quality.many)


def _clauses(row: _Row, quality: Quality, reading: Reading) -> tuple[Clause, ...]:
    """The clauses judged per event, in the order they are judged: null, type, the rest."""
    made: list[Clause] = []
    if row.required:
        made.append(reading.clause(row.path, "required", None))
    made.append(reading.clause(row.path, "type", row.storage, _type_words(row)))
    for rule, argument, wanted in (*_arguments(row, reading), *quality.event):
        same = sum(clause.rule == rule for clause in made)
        made.append(reading.clause(row.path, rule, argument, wanted or None, same + 1))
    return tuple(sorted(made, key=lambda clause: _ORDER.get(clause.rule, len(_ORDER))))


_ORDER = {"required": 0, "nullValues": 1, "type": 2, "format": 3}


def _arguments(row: _Row, reading: Reading) -> Iterator[tuple[str, Any, str]]:
    """(rule, argument, words) of each option and of ODCS 3.2's `enum`; words are empty where the rule has its own."""
    options = dict(row.options)
    if row.type in ("integer", "number"):
        options.pop("format", None)  # part of the stored form, so of the type clause
    if row.type == "object":
        options.pop("required", None)  # said by each member
    if "enum" in row.yaml:
        options["enum"] = [entry["value"] for entry in row.yaml["enum"]]
    for name, argument in options.items():
        rule = rules.RULES.get(name)
        place = f"{row.place}.{'enum' if name == 'enum' else f'logicalTypeOptions.{name}'}"
        if rule is None or rules.EVENT not in rule.scopes or row.type not in rule.types:
            reading.wrong(place, f"option '{name}' of {row.type} is not enforced", "Remove it.")
        elif fault := _fault(name, argument, row):
            reading.wrong(place, f"{name} {fault}", "Write an argument this rule can be judged with.")
        elif name != "uniqueItems" or argument is True:
            words = row.form.words if name == "format" and row.form else ""
            yield name, _argument(name, argument, row), words


def _type_words(row: _Row) -> str:
    if row.storage in INTEGER_RANGES:
        low, high = INTEGER_RANGES[row.storage]
        return f"an integer from {low} to {high}"
    if parts := decimal_parts(row.storage):
        return f"a number that decimal({parts[0]},{parts[1]}) holds exactly"
    if row.form is not None and row.form.pattern is None:
        return row.form.words
    return TYPES[row.type].wanted


def _fault(rule: str, argument: Any, row: _Row) -> str | None:
    if rule == "pattern":
        return patterns.refusal(str(argument))
    if rule == "format":
        known = row.form is not None or argument in formats.FORMATS
        return None if known else f"'{argument}' is not one of {', '.join(formats.FORMATS)}"
    if row.form is None:
        return _untyped(argument, row) if rule == "enum" else None
    for value in argument if isinstance(argument, list) else [argument]:
        if value is not None and _typed_value(row)(value) is None:
            return f"'{value}' is not {row.form.words}"
    return None


_JSON: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def _untyped(values: list[Any], row: _Row) -> str | None:
    """A listed value that the field could never have is a mistake, not a clause."""
    odd = [value for value in values if value is not None and not _JSON[row.type](value)]
    return f"lists {odd[0]!r}, which is no {row.type}" if odd else None


def _argument(rule: str, argument: Any, row: _Row) -> Any:
    if row.form is not None and rule != "format":
        typed = _typed_value(row)
        return tuple(map(typed, argument)) if isinstance(argument, list) else typed(argument)
    if row.type == "number" and isinstance(argument, int | float):
        return Decimal(str(argument))
    return frozen(argument)


def _typed_value(row: _Row) -> Callable[[Any], Any]:
    """A value of the contract as clauses compare it: a moment in the field's own form, else in ISO 8601."""
    if row.form is None:
        return frozen
    form = row.form
    iso = TimeForm(form.type, None, form.offset if form.type == "date" else jdk.OPTIONAL, form.zone)
    own, other = temporal.reader(form), temporal.reader(iso)

    def typed(value: Any) -> Any:
        return None if value is None else own(str(value)) or other(str(value))

    return typed
