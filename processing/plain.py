"""Contract to plan: what the kernel in `native/` needs to prove that a record is accepted and to make what is stored.

A plan is plain data. Where a contract has anything the kernel does not know, there is none, and `compile_plan` says
why: all its records are then judged in Python, which alone makes findings.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from contracts.compiler.model import Clause, Contract, Field
from contracts.compiler.numbers import decimal_limits
from contracts.compiler.patterns import portable
from contracts.compiler.temporal import ISO_DATE, ISO_TIMESTAMP
from contracts.compiler.types import INTEGER_RANGES, decimal_parts
from processing.columns import arrow_type

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 2  # of what the kernel is asked here; one that was built for another is not used
MOST_MEMBERS, MOST_LEVELS = 64, 32
_WIDEST = 10**36 - 1  # what the kernel reads of a number; the rest is not plain
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_FORMS = {"timestamp": ISO_TIMESTAMP, "date": ISO_DATE}
_FORMATS = frozenset({"uuid", "email"})
_WRITTEN = frozenset({"string", "integer"})  # types that a key or header repeats as the kernel writes them
_DISTINCT = frozenset({"string", "integer"})
_BEFORE = frozenset({"required", "nullValues", "type"})  # judged by `nullable` and by the kind itself


class NotPlainError(Exception):
    """What the kernel does not know of a contract: where, and what."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A plan, or the reason why there is none."""

    plan: Mapping[str, Any] | None
    reason: str | None


def compile_plan(contract: Contract, older: tuple[Contract, ...]) -> Compiled:
    """The plan of a contract; records of the `older` majors are not its records."""
    try:
        return Compiled(_plan(contract, older), None)
    except NotPlainError as reason:
        return Compiled(None, str(reason))


def event_type(contract: Contract) -> "pa.DataType":
    """The Arrow type of the stored values of an event."""
    import pyarrow as pa

    return pa.struct([pa.field(field.name, arrow_type(field)) for field in contract.fields])


def _plan(contract: Contract, older: tuple[Contract, ...]) -> dict[str, Any]:
    known = contract.wholes().get("@version/known")
    return {
        "fields": [_field(field) for field in _few(contract.fields, contract.key)],
        "key": _place(contract, contract.envelope.key, "its key") if contract.envelope else None,
        "headers": list(_headers(contract)),
        "version_header": _version_header(contract),
        "known": None if known is None else str(known.argument),
        "older": [(header, str(one.major)) for one in older if (header := _version_header(one)) is not None],
        "event_id": None if contract.event_id is None else _place(contract, contract.event_id, "its event id"),
        "event_time": _event_time(contract),
        "late_after": _microseconds(contract.late_after),
        "early_after": _microseconds(contract.early_after),
    }


def _few(fields: tuple[Field, ...], where: str) -> tuple[Field, ...]:
    if len(fields) > MOST_MEMBERS:
        raise NotPlainError(f"{where}: more than {MOST_MEMBERS} members side by side")
    return fields


def _event_time(contract: Contract) -> int | None:
    place = next((i for i, field in enumerate(contract.fields) if field.name == contract.event_time), None)
    if place is not None and contract.fields[place].type != "timestamp":
        raise NotPlainError(f"{contract.event_time}: an event time of type {contract.fields[place].type}")
    return place


def _microseconds(span: timedelta | None) -> int | None:
    return span // _MICROSECOND if span else None


def _version_header(contract: Contract) -> str | None:
    rows = contract.envelope.headers if contract.envelope else ()
    return next((row.name for row in reversed(rows) if row.source == "$version"), None)


def _place(contract: Contract, name: str, what: str) -> int:
    """The place of a field that the envelope repeats."""
    place = next((i for i, field in enumerate(contract.fields) if field.name == name), None)
    if place is None or contract.fields[place].type not in _WRITTEN:
        raise NotPlainError(f"{what} is {name}, which is no string or integer at the top")
    return place


def _headers(contract: Contract) -> Iterator[dict[str, Any]]:
    wholes = contract.wholes()
    for header in contract.envelope.headers if contract.envelope else ():
        path = "@version" if header.source == "$version" else f"@header.{header.name}"
        judged = f"{path}/equals" in wholes
        own = header.source == "$contract"
        yield {
            "name": header.name,
            "required": f"{path}/required" in wholes,
            "constant": contract.name.encode() if judged and own else None,
            "source": _place(contract, header.source, path) if judged and not own else None,
        }


def _field(field: Field, level: int = 1) -> dict[str, Any]:
    if field.type not in _CHILDREN and field.type not in _PLAIN:
        raise NotPlainError(f"{field.path}: type {field.type}")
    if level > MOST_LEVELS:
        raise NotPlainError(f"{field.path}: more than {MOST_LEVELS} levels")
    if field.type in _FORMS and field.time_form != _FORMS[field.type]:
        raise NotPlainError(f"{field.path}: a time that is not written as ISO 8601")
    if field.classification == "personal" and field.type not in ("string", *_CHILDREN):
        raise NotPlainError(f"{field.path}: a personal {field.type}")
    children = _CHILDREN[field.type](field) if field.type in _CHILDREN else ()
    return {
        "name": field.name,
        "kind": field.type,
        "nullable": not field.null_clauses,
        "personal": field.classification == "personal",
        "limits": _limits(field),
        "digits": _digits(field),
        "single": field.storage == "f32",
        "clauses": list(_clauses(field)),
        "children": [_field(child, level + 1) for child in _few(children, field.path)],
    }


def _items(field: Field) -> tuple[Field, ...]:
    assert field.items is not None  # noqa: S101 - properties.py refuses an array without items
    return (field.items,)


_CHILDREN: Mapping[str, Callable[[Field], tuple[Field, ...]]] = {
    "array": _items,
    "object": lambda field: field.properties,
}
_PLAIN = frozenset({"string", "integer", "number", "boolean", "timestamp", "date"})


def _limits(field: Field) -> tuple[str, str] | None:
    if field.storage not in INTEGER_RANGES:
        return None
    low, high = INTEGER_RANGES[field.storage]
    return str(max(low, -_WIDEST)), str(min(high, _WIDEST))


def _digits(field: Field) -> tuple[int, int] | None:
    """Digits before the point, and the scale: no more than it are plain, whichever clause says so."""
    limits, parts = decimal_limits(field), decimal_parts(field.storage)
    return (limits[0], parts[1]) if limits and parts else None


def _clauses(field: Field) -> Iterator[tuple[str, list[str]]]:
    judged = _BEFORE | ({"format"} if field.time_form is not None else set())
    for clause in field.clauses:
        if clause.rule in judged:
            continue
        if clause.rule not in _ARGUMENTS:
            raise NotPlainError(f"{clause.id}: the rule {clause.rule}")
        yield _ARGUMENTS[clause.rule](field, clause)


def _number(value: Any, clause: Clause) -> str:
    """A bound as the kernel reads numbers: days for a date, microseconds for a timestamp."""
    if isinstance(value, datetime):
        return str((value - _EPOCH) // _MICROSECOND)
    if isinstance(value, date):
        return str((value - _EPOCH.date()).days)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise NotPlainError(f"{clause.id}: the argument {value}")
    return f"{Decimal(value):f}" if value else "0"


def _bound(_: Field, clause: Clause) -> tuple[str, list[str]]:
    return clause.rule, [_number(clause.argument, clause)]


def _count(_: Field, clause: Clause) -> tuple[str, list[str]]:
    if type(clause.argument) is not int or clause.argument < 0:
        raise NotPlainError(f"{clause.id}: the argument {clause.argument}")
    return clause.rule, [str(clause.argument)]


def _listed(field: Field, clause: Clause) -> tuple[str, list[str]]:
    values = [value for value in clause.argument if value is not None]
    if field.type == "string":
        return clause.rule, [value for value in values if type(value) is str]
    if field.type == "boolean":
        raise NotPlainError(f"{clause.id}: a list of booleans")
    numbers = [value for value in values if type(value) is not bool]  # JSON's true is not 1
    return f"{clause.rule} of numbers", [_number(value, clause) for value in numbers]


def _pattern(field: Field, clause: Clause) -> tuple[str, list[str]]:
    if type(clause.argument) is not str or field.type != "string":
        raise NotPlainError(f"{clause.id}: a pattern of no text")
    return "pattern", [portable(clause.argument)]


def _format(_: Field, clause: Clause) -> tuple[str, list[str]]:
    if clause.argument not in _FORMATS:
        raise NotPlainError(f"{clause.id}: the format {clause.argument}")
    return clause.rule, [clause.argument]


def _unique(field: Field, clause: Clause) -> tuple[str, list[str]]:
    (item,) = _items(field)
    if item.type not in _DISTINCT:
        raise NotPlainError(f"{clause.id}: unique items of type {item.type}")
    return clause.rule, []


_ARGUMENTS: Mapping[str, Callable[[Field, Clause], tuple[str, list[str]]]] = {
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _count),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _bound),
    **dict.fromkeys(("enum", "missingValues"), _listed),
    **dict.fromkeys(("pattern", "invalidValues"), _pattern),
    "format": _format,
    "uniqueItems": _unique,
}
