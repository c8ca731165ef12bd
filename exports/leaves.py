"""JSON value to a column's value, strictly: nothing is rounded or coerced but floats, which mean the nearest one.

What does not convert is a `Refusal`, which names the rule that it breaks.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from contracts.compiler import temporal
from contracts.compiler.model import Field
from contracts.compiler.numbers import decimal_limits, is_multiple, within_digits
from contracts.compiler.strict_json import MAX_DIGITS
from contracts.compiler.types import INTEGER_RANGES, TYPES, WIDE
from exports.columns import EXACT
from exports.numbers import scale

DIGITS = 38  # of the widest decimal
OVERFLOWS: Mapping[str, int] = {"f64": 2**1024 - 2**970, "f32": 2**128 - 2**103}
"""The least magnitude that rounds to infinity (IEEE 754, round half to even)."""
_WIDE = Context(prec=DIGITS)
READ_AS = replace(EXACT, plain={**EXACT.plain, **dict.fromkeys(WIDE, pl.String())})
"""The forms of what was read: the published ones, and text for what polars does not take from Python at any depth."""
READ_INTO = replace(EXACT, plain={**EXACT.plain, "i128": pl.Int128(), "u128": pl.UInt128()})
"""The forms of the frame: with room for every i128 and u128, since it is a bound that says what is too much."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that its column can't hold: `rule` is the one it breaks, `instead` what the column holds (None: nothing,
    and nothing more is judged).
    """

    rule: str
    instead: Any


TYPE, FORMAT = Refusal("type", None), Refusal("format", None)
Read = Callable[[Any], Any]


def framed(field: Field) -> Field:
    """The field as it is read into a frame: a decimal whose multipleOf keeps the scale has all the digits there are.

    1.001 then breaks `multipleOf`, as the contract means it, and not the type.
    """
    limits = decimal_limits(field)
    storage = field.storage if limits is None or limits[1] is not None else f"decimal({DIGITS},{DIGITS - limits[0]})"
    items, key, value = (below and framed(below) for below in (field.items, field.key, field.value))
    properties = tuple(map(framed, field.properties))
    return replace(field, storage=storage, properties=properties, items=items, key=key, value=value)


def _text(_: Field) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not str:
            return TYPE
        try:
            value.encode()
        except UnicodeEncodeError:  # a lone surrogate, which the strict reader refuses
            return TYPE
        return value

    return read


def is_computable(value: Any) -> bool:
    """Whether a value is a number of a size that can be computed with; the strict reader refuses the others."""
    if type(value) is Decimal:
        return value.is_finite() and abs(value.adjusted()) <= MAX_DIGITS and len(value.as_tuple().digits) <= MAX_DIGITS
    return type(value) is int and value.bit_length() <= MAX_DIGITS * math.log2(10) + 1


def _integer(field: Field) -> Read:
    low, high = INTEGER_RANGES[field.storage]
    made = str if field.storage in WIDE else int

    def read(value: Any) -> Any:
        if not is_computable(value) or value != int(value):  # 7.0 is an integer, as JSON Schema says
            return TYPE
        return made(int(value)) if low <= value <= high else TYPE

    return read


def _number(field: Field) -> Read:
    return _float(field) if field.storage in OVERFLOWS else _decimal(field)


def _float(field: Field) -> Read:
    limit = OVERFLOWS[field.storage]

    def read(value: Any) -> Any:
        if not is_computable(value) or not abs(value) < limit:
            return TYPE
        number = float(value)  # a 64-bit one: what lies just below the limit of 32 bits may have come to lie on it
        return number if abs(number) < limit else math.copysign(math.nextafter(limit, 0), number)

    return read


def _decimal(field: Field) -> Read:
    limits, step, wide = decimal_limits(field), field.clause("multipleOf"), scale(framed(field))
    if limits is None:
        raise TypeError(f"{field.path} is stored as {field.storage}, which is no decimal")
    before, after = limits
    seen = step is not None and is_multiple(step.argument, Decimal(1).scaleb(1 - wide))

    def read(value: Any) -> Any:
        if not is_computable(value) or not within_digits(value, before, after):
            return TYPE
        units = Fraction(value) * 10**wide
        if units.denominator == 1:
            return Decimal(int(units)).scaleb(-wide, _WIDE)
        # between the same two numbers of fewer digits, so on the same side of each bound, and no multiple of any step
        near = Decimal(math.floor(units / 10) * 10 + 5).scaleb(-wide, _WIDE)
        return near if seen else Refusal("multipleOf", near)

    return read


def _moment(field: Field) -> Read:
    form = field.time_form
    if form is None:
        raise TypeError(f"{field.path} is a {field.type} without a form")
    moment_of, unreadable = temporal.reader(form), FORMAT if field.clause("format") else TYPE

    def read(value: Any) -> Any:
        if type(value) is not str:
            return TYPE
        moment = moment_of(value)
        return unreadable if moment is None else moment

    return read


def _of(type_: type) -> Callable[[Field], Read]:
    return lambda _: lambda value: value if type(value) is type_ else TYPE


READ: Mapping[str, Callable[[Field], Read]] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _of(bool),
    **dict.fromkeys(("timestamp", "date", "time"), _moment),
    "array": _of(list),
    **dict.fromkeys(("object", "map"), _of(dict)),
}
if READ.keys() != TYPES.keys():
    raise TypeError(f"exports.leaves.READ differs from types.py: {sorted(READ.keys() ^ TYPES.keys())}")
