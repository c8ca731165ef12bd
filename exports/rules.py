"""Rule to polars: how a clause is judged on the stored values of one field. Keys as in contracts/compiler/rules.py.

A judge gives an expression that is true where the clause is *broken*; null where the value is null, which the caller
reads as "not broken" (below a null nothing is judged). Where stored rows no longer tell, the row is a `Gap`.

Patterns and formats run through the compiler's own Python definitions, on each distinct value once: a second regex
engine would be a second verdict.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.compiler import rules, temporal
from contracts.compiler.formats import FORMATS
from contracts.compiler.model import Field
from contracts.compiler.patterns import compile_pattern
from contracts.compiler.types import TYPES
from exports import numbers
from exports.columns import dtype, item_of
from exports.numbers import FLOATS, Broken, never
from exports.reshape import DAY_US, comparable


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a clause can't be judged on these rows; written into the manifest."""

    reason: str


Judge = Callable[[Field, Any], Broken | Gap | None]
"""None where the clause is judged before there is a row: while a payload is read."""
MEMBERS = Gap("a member that was null or unknown in the event is not counted in a stored row")
WRITTEN = Gap("how the text was written is not stored, only the moment it means")
ALIKE = Gap("items that differ in the event may be stored alike: times, floats, absent and unknown members")


def _null(_: Field, __: Any) -> Broken:
    return lambda value: value.is_null()


def _same_type(field: Field, _: Any) -> Broken:
    exact = dtype(field)
    return lambda value: value.is_not_null() & value.cast(exact, strict=False).is_null()


def _number_type(field: Field, _: Any) -> Broken:
    if field.storage in FLOATS:
        return lambda value: ~value.is_finite()  # JSON, the source of every value, has no NaN and no infinity
    return _same_type(field, _)


def _time_type(_: Field, __: Any) -> Broken:
    def broken(values: pl.Series) -> pl.Series:
        stored = values.dtype == pl.Int64  # not narrowed, since one of them is no time of day
        return (values < 0) | (values >= DAY_US) if stored else values.is_null() & False

    return lambda value: value.map_batches(broken, return_dtype=pl.Boolean, is_elementwise=True)


_TYPES: Mapping[str, Judge] = {
    **dict.fromkeys(("string", "boolean", "timestamp", "date"), _same_type),
    **dict.fromkeys(("array", "object", "map"), lambda _, __: never),
    "integer": numbers.out_of_range,
    "number": _number_type,
    "time": _time_type,
}
"""Whole columns are judged by their dtype; here, what a dtype lets pass or a stored wider type still holds."""


def _listed_plain(field: Field, values: tuple[Any, ...]) -> Broken:
    wanted = pl.Series([value for value in values if type(value) is _PYTHON[field.type]], dtype=dtype(field))
    return lambda value: value.is_in(wanted.implode())


def _listed_moments(field: Field, values: tuple[Any, ...]) -> Broken:
    wanted = pl.Series([value for value in values if value is not None], dtype=dtype(field))
    return lambda value: value.is_in(wanted.implode())


_PYTHON: Mapping[str, type] = {"string": str, "boolean": bool}
_LISTED: Mapping[str, Callable[[Field, tuple[Any, ...]], Broken]] = {
    **dict.fromkeys(_PYTHON, _listed_plain),
    **dict.fromkeys(("timestamp", "date", "time"), _listed_moments),
    **dict.fromkeys(("integer", "number"), numbers.listed),
}
if _TYPES.keys() != TYPES.keys() or _LISTED.keys() != rules.RULES["enum"].types:
    raise TypeError("exports.rules: _TYPES or _LISTED differs from contracts/compiler")


def listed(field: Field, values: tuple[Any, ...]) -> Broken:
    """Whether a value is one of these, as JSON compares them (1 is 1.0, true is not 1); null for null."""
    return _LISTED[field.type](field, values)


def _enum(field: Field, values: tuple[Any, ...]) -> Broken:
    allowed = listed(field, values)
    return lambda value: ~allowed(value)


def _missing(field: Field, values: tuple[Any, ...]) -> Broken:
    counted = listed(field, values)
    if None not in values:
        return counted
    return lambda value: value.is_null() | counted(value)


def each_text(holds: Callable[[str], bool]) -> Broken:
    """Judge each distinct text once, in Python."""

    def broken(values: pl.Series) -> pl.Series:
        bad = [text for text in values.drop_nulls().unique().to_list() if not holds(text)]
        return values.is_in(pl.Series(bad, dtype=pl.String).implode())

    return lambda value: value.map_batches(broken, return_dtype=pl.Boolean, is_elementwise=True)


def pattern(_: Field, text: str) -> Broken:
    """Broken by text in which the pattern is not found."""
    search = compile_pattern(text).search
    return each_text(lambda value: search(value) is not None)


def _format(field: Field, name: str) -> Broken | Gap:
    return WRITTEN if field.time_form else each_text(FORMATS[name])


def _same_text(form: temporal.TimeForm) -> bool:
    """Whether two texts of a form never mean one moment: each part has a fixed width and none is left out."""
    expression = temporal.expression(form)
    return not any(loose in expression for loose in ("?P<offset>", "{1,", ")?"))


def told_apart(item: Field) -> bool:
    """Whether items that differ as JSON are stored as different values: none holds floats, or times with two texts."""
    return not any(
        here.storage in FLOATS or (here.time_form is not None and not _same_text(here.time_form))
        for here in item.walk()
    )


def twice(value: pl.Expr) -> pl.Expr:
    """Whether a list holds an item twice."""
    return value.list.n_unique() < value.list.len()


def unique_items(item: Field) -> Broken:
    """Broken by a list that holds an item twice."""
    return lambda value: twice(value.list.eval(comparable(pl.element(), item)))


def _unique_items(field: Field, _: Any) -> Broken | Gap:
    item = item_of(field)
    if not told_apart(item) or any(here.properties for here in item.walk()):
        return ALIKE
    return unique_items(item)


def _unique_items_as_sent(field: Field, _: Any) -> Broken | Gap:
    """Of a payload, unknown members are at hand (see `payload`), and objects stand apart where no member may lack."""
    item = item_of(field)
    optional = any(not child.null_clauses for here in item.walk() for child in here.properties)
    return ALIKE if optional or not told_apart(item) else unique_items(item)


def _min_properties(field: Field, least: int) -> Broken | Gap:
    return MEMBERS if field.properties else lambda value: value.list.len() < least


def _max_properties(field: Field, most: int) -> Broken:
    """Of an object a lower bound of what the event held: members that are null or unknown may have been there."""
    if not field.properties:
        return lambda value: value.list.len() > most
    names = [child.name for child in field.properties]
    return lambda value: (
        (pl.sum_horizontal([value.struct.field(name).is_not_null().cast(pl.UInt32) for name in names]) > most)
        & value.is_not_null()
    )


CHECKS: Mapping[str, Judge] = {
    "required": _null,
    "nullValues": _null,
    "type": lambda field, argument: _TYPES[field.type](field, argument),
    "enum": _enum,
    "missingValues": _missing,
    "invalidValues": pattern,
    "minLength": lambda _, bound: lambda value: value.str.len_chars() < bound,
    "maxLength": lambda _, bound: lambda value: value.str.len_chars() > bound,
    "pattern": pattern,
    "format": _format,
    **{rule: numbers.bound(rule) for rule in numbers.BOUNDS},
    "multipleOf": numbers.multiple,
    "minItems": lambda _, bound: lambda value: value.list.len() < bound,
    "maxItems": lambda _, bound: lambda value: value.list.len() > bound,
    "uniqueItems": _unique_items,
    "minProperties": _min_properties,
    "maxProperties": _max_properties,
}
rules.expect_rows(CHECKS, rules.names("event"), "exports.rules.CHECKS")
AS_SENT: Mapping[str, Judge] = {
    **CHECKS,
    "format": lambda field, name: None if field.time_form else each_text(FORMATS[name]),
    "multipleOf": numbers.multiple_as_sent,
    "uniqueItems": _unique_items_as_sent,
    "maxProperties": lambda field, most: MEMBERS if field.properties else _max_properties(field, most),
}
"""The same for rows made from payloads, just read: `format` of a time is judged while reading."""
