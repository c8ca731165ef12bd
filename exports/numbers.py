"""Number rules to polars: bounds, multiples and lists of numbers, exact for integers and decimals.

They are compared as whole numbers of their smallest unit (`units`), so that nothing rounds. Floats are compared as
they are stored: below that precision a bound is the nearest float too.
"""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from contracts.compiler.model import Field
from contracts.compiler.numbers import is_multiple
from contracts.compiler.types import INTEGER_RANGES, decimal_parts
from exports.columns import dtype

Broken = Callable[[pl.Expr], pl.Expr]
FLOATS: Mapping[str, int] = {"f32": 2**24, "f64": 2**53}
"""Stored floats, with the integer up to which each is its own nearest float."""


def never(value: pl.Expr) -> pl.Expr:
    """Broken by no value."""
    return value.is_null() & False


def always(value: pl.Expr) -> pl.Expr:
    """Broken by every value that is there."""
    return value.is_not_null()


def is_number(value: Any) -> bool:
    """Whether a value that a contract lists is a number (in Python, true is one)."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def scale(field: Field) -> int:
    """Digits after the point of the field's smallest unit."""
    return (decimal_parts(field.storage) or (0, 0))[1]


def _whole(field: Field) -> pl.DataType:
    return pl.UInt128() if field.storage == "u128" else pl.Int128()


def units(field: Field, value: pl.Expr) -> pl.Expr:
    """A decimal or integer as a whole number of its smallest unit; null where the type can't be negative and it is."""
    return value.to_physical().cast(_whole(field), strict=False)


def _limits(field: Field) -> tuple[int, int]:
    return INTEGER_RANGES["u128" if field.storage == "u128" else "i128"]


def _literal(field: Field, whole: int) -> pl.Expr:
    return pl.lit(whole, dtype=_whole(field))


def in_units(field: Field, number: Any) -> Fraction:
    """A number of the contract in the field's smallest unit; a fraction where it lies between two."""
    units_: Fraction = Fraction(number) * 10 ** scale(field)
    return units_


@dataclass(frozen=True, slots=True)
class _Bound:
    """How a bound is broken, and the whole unit next to it at which that is the same question."""

    broken: Callable[[Any, Any], Any]
    whole: Callable[[Fraction], int]
    least: bool
    inclusive: Callable[[int], int]


_BOUNDS: Mapping[str, _Bound] = {
    "minimum": _Bound(operator.lt, math.ceil, True, lambda whole: whole),
    "maximum": _Bound(operator.gt, math.floor, False, lambda whole: whole),
    "exclusiveMinimum": _Bound(operator.le, math.floor, True, lambda whole: whole + 1),
    "exclusiveMaximum": _Bound(operator.ge, math.ceil, False, lambda whole: whole - 1),
}
BOUNDS = tuple(_BOUNDS)


def bound(rule: str) -> Callable[[Field, Any], Broken]:
    """How one of the four bounds is judged, on numbers and on moments."""
    row = _BOUNDS[rule]

    def judge(field: Field, argument: Any) -> Broken:
        if field.storage in FLOATS:
            limit = pl.lit(nearest(argument), dtype=dtype(field))
            return lambda value: row.broken(value, limit)
        if not is_number(argument):
            moment = pl.lit(argument, dtype=dtype(field))
            return lambda value: row.broken(value, moment)
        return _beyond(field, row.inclusive(row.whole(in_units(field, argument))), row.least)

    return judge


def _beyond(field: Field, limit: int, least: bool) -> Broken:
    """Broken below (`least`) or above a limit, which may itself lie where the type has no numbers."""
    low, high = _limits(field)
    if least:
        if limit <= low:
            return never
        return always if limit > high else lambda value: units(field, value) < _literal(field, limit)
    if limit >= high:
        return never
    return always if limit < low else lambda value: units(field, value) > _literal(field, limit)


def nearest(number: Any) -> float:
    """The nearest float; infinite beyond all of them."""
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


def out_of_range(field: Field, _: Any) -> Broken:
    """An integer that its type does not have, in a wider stored one."""
    low, high = INTEGER_RANGES[field.storage]
    below, above = _beyond(field, low, least=True), _beyond(field, high, least=False)
    return lambda value: below(value) | above(value) | (value.is_not_null() & units(field, value).is_null())


def listed(field: Field, values: tuple[Any, ...]) -> Broken:
    """Whether a number is one of these; what is no number, or none that the type has, is none of its values."""
    numbers = [value for value in values if is_number(value)]
    if field.storage in FLOATS:
        floats = pl.Series([nearest(number) for number in numbers], dtype=dtype(field))
        return lambda value: value.is_in(floats.filter(floats.is_finite()).implode())
    low, high = _limits(field)
    scaled = [in_units(field, number) for number in numbers]
    whole = [int(one) for one in scaled if one.denominator == 1 and low <= one <= high]
    wanted = pl.Series(whole, dtype=_whole(field))
    return lambda value: units(field, value).is_in(wanted.implode())


def multiple(field: Field, step: Any) -> Broken:
    """Exact: v/10^s is a multiple of p/q in lowest terms (over 10^s) where p divides v."""
    if field.storage in FLOATS:
        return _float_multiple(step, lambda number, text: (Decimal(text), Decimal(number)))
    part = in_units(field, Decimal(str(step))).numerator
    if part > _limits(field)[1]:
        return lambda value: units(field, value) != 0
    return lambda value: (units(field, value) % _literal(field, part)) != 0


def multiple_as_sent(field: Field, step: Any) -> Broken:
    """The same where the float was made from a number at hand, of which it is not more than the nearest.

    Up to 2^53 that is taken to be the shortest decimal that means it (0.07), beyond it the whole number it is.
    """
    if field.storage not in FLOATS:
        return multiple(field, step)
    own = FLOATS[field.storage]
    return _float_multiple(step, lambda number, text: (Decimal(text if abs(number) < own else number),))


def _float_multiple(step: Any, meant: Callable[[float, str], tuple[Decimal, ...]]) -> Broken:
    """Broken where nothing that a float may have meant is a multiple."""

    def broken(values: pl.Series) -> pl.Series:
        found = values.filter(values.is_finite()).unique()
        texts = found.cast(pl.String)
        bad = [
            number
            for number, text in zip(found.to_list(), texts.to_list(), strict=True)
            if not any(is_multiple(one, step) for one in meant(number, text))
        ]
        return values.is_in(pl.Series(bad, dtype=values.dtype).implode())

    return lambda value: value.map_batches(broken, return_dtype=pl.Boolean, is_elementwise=True)
