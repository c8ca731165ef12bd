"""Stored values again to what the clauses judge: for rows read back from Delta, and rows that an upgrade made.

A row of the ledger has no JSON any more: times are moments, exact numbers Decimals, personal values keyed hashes.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from contracts.compiler.model import Clause, Field, Finding
from contracts.compiler.types import TYPES, decimal_parts
from processing.checks import CHECKS
from processing.judges import finding, shown
from processing.values import EXACT, READ, same, store

Convert = Callable[[Any], Any]
Judge = Callable[[Any, str], Iterator[Finding]]
# The Python type of each stored form; decimal(p,s) is Decimal, what has members is in values.EXACT.
HELD: Mapping[str, type] = {
    "string": str,
    "boolean": bool,
    "date": date,
    "time": int,
    "timestamp": datetime,
    **dict.fromkeys(("i8", "i16", "i32", "i64", "u8", "u16", "u32"), int),
    **dict.fromkeys(("u64", "i128", "u128"), Decimal),
    **dict.fromkeys(("f32", "f64"), float),
}
_known = {form for row in TYPES.values() for form in row.storages} - {"decimal", "array", "object", "map"}
if _known != HELD.keys():
    raise TypeError(f"processing.stored.HELD differs from types.py: {sorted(_known ^ HELD.keys())}")

# Rules that stored values cannot be held to: a float was judged before it was rounded, an object has all its members.
_ROUNDED, _FILLED = frozenset({"f32", "f64"}), frozenset({"minProperties", "maxProperties"})


def canonical(field: Field) -> Convert:
    """A stored value in exactly the form the decoder gives it, from what Arrow's `to_pylist(maps_as_pydicts="strict")`
    or an upgrade made of it.
    """
    convert = _canonical(field)
    return lambda value: None if value is None else convert(value)


def _canonical(field: Field) -> Convert:
    if field.items is not None:
        item = canonical(field.items)
        return lambda value: list(map(item, value))
    if field.value is not None:
        member = canonical(field.value)
        return lambda value: dict(sorted((name, member(one)) for name, one in value.items()))
    if field.properties:
        members = [(child.name, canonical(child)) for child in field.properties]
        return lambda value: {name: convert(value.get(name)) for name, convert in members}
    if decimal_parts(field.storage) and field.classification != "personal":
        return store(field, b"")
    return (lambda value: value.astimezone(UTC)) if field.storage == "timestamp" else same


def judge_members(fields: tuple[Field, ...], strange: Clause) -> Judge:
    """What a row of stored values by field name breaks; a name that is no field breaks `strange`."""
    judges = tuple((field.name, _judge(field)) for field in fields)
    names = frozenset(name for name, _ in judges)

    def judge(row: Mapping[str, Any], path: str) -> Iterator[Finding]:
        for name, member in judges:
            yield from member(row.get(name), f"{path}.{name}")
        for name in sorted(row.keys() - names):
            yield finding(strange, f"{path}.{name}", "no field of the contract")

    return judge


def _judge(field: Field) -> Judge:
    """As judges.py, but on stored values: those of personal fields are hashes, so only null and type are judged."""
    nulls, type_, fits = field.null_clauses, _type(field), _fits(field)
    rest, below = tuple(_rest(field)), _below(field)
    hidden = any(part.masked for part in field.walk())

    def judge(value: Any, path: str) -> Iterator[Finding]:
        if value is None:
            yield from (finding(clause, path, "null") for clause in nulls)
            return
        if not fits(value):
            yield finding(type_, path, f"a stored {type(value).__name__}")
            return
        judged = _time_of(value) if field.storage == "time" else value
        for holds, clause in rest:
            if not holds(judged):
                yield finding(clause, path, "a hidden value" if hidden else shown(str(value), False))
        yield from below(value, path)

    return judge


def _type(field: Field) -> Clause:
    found = field.clause("type")
    assert found is not None  # noqa: S101 - properties.py gives every field a type clause
    return found


def _fits(field: Field) -> Callable[[Any], bool]:
    """Whether the column can hold a value exactly as it is."""
    if field.classification == "personal":
        return lambda value: type(value) is str
    exact = decimal_parts(field.storage) is not None
    held = EXACT[field.type] if field.children else Decimal if exact else HELD[field.storage]
    if field.storage in _ROUNDED:
        return lambda value: isinstance(value, float) and math.isfinite(value)
    if field.type in ("integer", "number"):
        read = READ[field.type](field)
        return lambda value: type(value) is held and read(value) is not None
    if held is datetime:
        return lambda value: isinstance(value, datetime) and value.tzinfo is not None
    return lambda value: type(value) is held


def _rest(field: Field) -> Iterator[tuple[Callable[[Any], bool], Clause]]:
    """The predicates of a stored value but those of null and type."""
    if field.classification == "personal" or field.storage in _ROUNDED:
        return
    done = {"required", "nullValues", "type"} | ({"format"} if field.time_form is not None else set())
    done |= _FILLED if field.properties else set()
    for clause in field.clauses:
        if clause.rule not in done:
            yield CHECKS[clause.rule](clause.argument), clause


def _time_of(microseconds: int) -> time:
    seconds, fraction = divmod(microseconds, 1_000_000)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, fraction)


def _below(field: Field) -> Judge:
    if field.items is not None:
        item = _judge(field.items)
        return lambda value, path: (found for i, one in enumerate(value) for found in item(one, f"{path}[{i}]"))
    if field.value is not None:
        member = _judge(field.value)
        return lambda value, path: (found for one in value.values() for found in member(one, f"{path}.*"))
    return judge_members(field.properties, _type(field)) if field.properties else lambda _value, _path: iter(())
