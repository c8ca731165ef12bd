"""Rule to polars: how a clause is judged on the stored values of one field. Keys as in contracts/compiler/rules.py.

A judge gives an expression that is true where the clause is *broken*; null where the value is null, which the caller
reads as "not broken" (below a null nothing is judged). Where stored rows no longer tell, the row is a `Gap`.

Patterns and formats run through the compiler's own Python definitions, on each distinct value once: a second regex
engine would be a second verdict.
"""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from contracts.compiler import rules
from contracts.compiler.formats import FORMATS
from contracts.compiler.model import Field
from contracts.compiler.numbers import is_multiple
from contracts.compiler.patterns import compile_pattern
from contracts.compiler.types import decimal_parts
from exports.columns import dtype, holds_any, item_of

Broken = Callable[[pl.Expr], pl.Expr]
FLOATS = frozenset({"f32", "f64"})
_WIDEST = 2**127 - 1


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a clause can't be judged on stored rows; written into the manifest."""

    reason: str


def _required(_: Field, __: Any) -> Broken:
    return lambda value: value.is_null()


def _type(field: Field, _: Any) -> Broken:
    """Whole columns are judged by their dtype; here, what a dtype lets pass or a stored wider type still holds."""
    if field.storage in FLOATS:
        return lambda value: ~value.is_finite()  # JSON, the source of every value, has no NaN and no infinity
    if field.properties or field.items:
        return lambda value: value.is_null() & False
    exact = dtype(field)
    return lambda value: value.is_not_null() & value.cast(exact, strict=False).is_null()


def _enum(field: Field, values: tuple[Any, ...]) -> Broken:
    if field.storage in FLOATS:
        allowed = pl.Series([float(value) for value in values], dtype=dtype(field))
        return lambda value: ~value.is_in(allowed.implode())
    if field.type in ("integer", "number"):
        scaled = [Fraction(value) * 10 ** _scale(field) for value in values]
        whole = pl.Series([int(one) for one in scaled if one.denominator == 1], dtype=pl.Int128)
        return lambda value: ~_units(value).is_in(whole.implode())
    texts = pl.Series([value for value in values if isinstance(value, str)], dtype=pl.String)
    return lambda value: ~value.is_in(texts.implode())


def _each_text(holds: Callable[[str], bool]) -> Broken:
    """Judge each distinct text once, in Python."""

    def broken(values: pl.Series) -> pl.Series:
        bad = [text for text in values.drop_nulls().unique().to_list() if not holds(text)]
        return values.is_in(pl.Series(bad, dtype=pl.String).implode())

    return lambda value: value.map_batches(broken, return_dtype=pl.Boolean, is_elementwise=True)


def _pattern(_: Field, pattern: str) -> Broken:
    search = compile_pattern(pattern).search
    return _each_text(lambda text: search(text) is not None)


def _format(_: Field, name: str) -> Broken:
    return _each_text(FORMATS[name])


def _scale(field: Field) -> int:
    return (decimal_parts(field.storage) or (0, 0))[1]


def _units(value: pl.Expr) -> pl.Expr:
    """A decimal or integer as a whole number of its smallest unit: no comparison below ever rounds."""
    return value.to_physical().cast(pl.Int128)


def _units_literal(units: int) -> pl.Expr:
    return pl.lit(max(-_WIDEST, min(_WIDEST, units)), dtype=pl.Int128)


@dataclass(frozen=True, slots=True)
class _Bound:
    """How a bound is broken, and which whole unit stands for a bound that lies between two."""

    broken: Callable[[Any, Any], Any]
    whole: Callable[[Fraction], int]


_BOUNDS: Mapping[str, _Bound] = {
    "minimum": _Bound(operator.lt, math.ceil),
    "maximum": _Bound(operator.gt, math.floor),
    "exclusiveMinimum": _Bound(operator.le, math.floor),
    "exclusiveMaximum": _Bound(operator.ge, math.ceil),
}


def _bound(rule: str) -> Callable[[Field, Any], Broken]:
    row = _BOUNDS[rule]

    def judge(field: Field, bound: Any) -> Broken:
        if field.storage in FLOATS:
            limit = pl.lit(float(bound), dtype=dtype(field))
            return lambda value: row.broken(value, limit)
        if not isinstance(bound, int | Decimal):  # a time or a day
            moment = pl.lit(bound, dtype=dtype(field))
            return lambda value: row.broken(value, moment)
        whole = _units_literal(row.whole(Fraction(bound) * 10 ** _scale(field)))
        return lambda value: row.broken(_units(value), whole)

    return judge


def _multiple(field: Field, step: Any) -> Broken:
    """Exact: v/10^s is a multiple of p/q in lowest terms (over 10^s) where p divides v."""
    if field.storage in FLOATS:  # the shortest decimal that means this float is what the event said
        by_text = _each_text(lambda text: is_multiple(Decimal(text), step))
        return lambda value: by_text(value.cast(pl.String))
    part = (Fraction(str(step)) * 10 ** _scale(field)).numerator
    if part > _WIDEST:
        return lambda value: _units(value) != 0
    return lambda value: (_units(value) % _units_literal(part)) != 0


def _unique_items(field: Field, _: Any) -> Broken | Gap:
    item = item_of(field)
    if holds_any(item, frozenset({"timestamp", "array", *FLOATS})):
        return Gap("two items that differ in the event may be stored alike (times, floats), or hold arrays")
    if any(not child.required for child in item.walk() if child is not item):
        return Gap("an item's absent and null members are stored alike")
    return lambda value: value.list.n_unique() < value.list.len()


def _max_properties(field: Field, bound: int) -> Broken:
    """A lower bound of what the event held: members that are null or unknown here may have been there."""
    names = [child.name for child in field.properties]
    return lambda value: (
        (pl.sum_horizontal([value.struct.field(name).is_not_null().cast(pl.UInt32) for name in names]) > bound)
        & value.is_not_null()
    )


CHECKS: Mapping[str, Callable[[Field, Any], Broken | Gap]] = {
    "required": _required,
    "type": _type,
    "enum": _enum,
    "minLength": lambda _, bound: lambda value: value.str.len_chars() < bound,
    "maxLength": lambda _, bound: lambda value: value.str.len_chars() > bound,
    "pattern": _pattern,
    "format": _format,
    **{rule: _bound(rule) for rule in _BOUNDS},
    "multipleOf": _multiple,
    "minItems": lambda _, bound: lambda value: value.list.len() < bound,
    "maxItems": lambda _, bound: lambda value: value.list.len() > bound,
    "uniqueItems": _unique_items,
    "minProperties": lambda *_: Gap("a member that was null or unknown in the event is not counted in a stored row"),
    "maxProperties": _max_properties,
    "unique": lambda *_: lambda value: value.is_duplicated() & value.is_not_null(),
}
rules.expect_rows(CHECKS, rules.names("event") | {"unique"}, "exports.rules.CHECKS")
