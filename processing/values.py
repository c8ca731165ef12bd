"""JSON value to stored value: per logical type, what is read (and judged) and what is then written.

`read` gives the value the clauses judge, None where the type clause fails; `store` gives what the column holds.
They differ where judging must be exact and storing is not (f64), or where storing must not show (personal text).
Equal values are stored alike however they were written (7, 7.0 and 7e0; 0 and -0.0), since stored values are hashed.
"""

import hashlib
import struct
from collections.abc import Callable, Mapping
from datetime import time
from decimal import Context, Decimal
from typing import Any

from contracts.compiler import temporal
from contracts.compiler.model import Field
from contracts.compiler.numbers import decimal_limits, within_digits
from contracts.compiler.types import INTEGER_RANGES, TYPES, decimal_parts

Read = Callable[[Any], Any]
# The first magnitude that rounds to infinity: IEEE 754, nearest, half to even.
_OVERFLOW: Mapping[str, int] = {"f32": 2**128 - 2**103, "f64": 2**1024 - 2**970}
_LARGEST_F32 = float(2**128 - 2**104)
# JSON types whose values are judged as they come; what is of any other Python type is refused.
EXACT: Mapping[str, type] = {"string": str, "boolean": bool, "array": list, "object": dict, "map": dict}


def _exact(field: Field) -> Read:
    wanted = EXACT[field.type]
    return lambda value: value if type(value) is wanted else None


def _integer(field: Field) -> Read:
    low, high = INTEGER_RANGES[field.storage]

    def read(value: Any) -> int | None:
        if type(value) is Decimal:  # 7.0 is an integer, as JSON Schema says; exponents are bounded by strict_json
            value = int(value) if value == value.to_integral_value() else None
        return value if type(value) is int and low <= value <= high else None

    return read


def _number(field: Field) -> Read:
    limits = decimal_limits(field)
    fits = _fits_decimal(*limits) if limits else _fits_float(field.storage)

    def read(value: Any) -> Decimal | int | None:
        return value if type(value) in (int, Decimal) and fits(value) else None

    return read


def _fits_decimal(before: int, after: int | None) -> Callable[[Any], bool]:
    return lambda value: within_digits(value, before, after)


def _fits_float(storage: str) -> Callable[[Any], bool]:
    end = _OVERFLOW[storage]
    return lambda value: -end < value < end


def _moment(field: Field) -> Read:
    assert field.time_form is not None  # noqa: S101 - properties.py gives every temporal field one
    read = temporal.reader(field.time_form)
    return lambda value: read(value) if type(value) is str else None


READ: Mapping[str, Callable[[Field], Read]] = {
    "string": _exact,
    "integer": _integer,
    "number": _number,
    "boolean": _exact,
    "timestamp": _moment,
    "date": _moment,
    "time": _moment,
    "array": _exact,
    "object": _exact,
    "map": _exact,
}
if READ.keys() != TYPES.keys():
    raise TypeError(f"processing.values.READ differs from types.py: {sorted(READ.keys() ^ TYPES.keys())}")


def pseudonym(text: str, key: bytes) -> str:
    """Keyed hash of a personal value: BLAKE2b with a key (RFC 7693), 16 bytes as 32 hexadecimal digits."""
    return hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest()


def same(value: Any) -> Any:
    """What is stored as it is judged."""
    return value


def _float64(value: Any) -> float:
    return float(value) + 0.0  # minus zero plus zero is zero


def _float32(value: Any) -> float:
    """The nearest f32, by way of the nearest f64."""
    number = float(value) + 0.0
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:  # just below the overflow, where the f64 is rounded up to it
        return _LARGEST_F32 if number > 0 else -_LARGEST_F32


def _microseconds(moment: time) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond


_STORE: Mapping[str, Callable[[Any], Any]] = {
    "f32": _float32,
    "f64": _float64,
    "u64": Decimal,
    "i128": Decimal,
    "u128": Decimal,
    "time": _microseconds,
}


def _decimal(scale: int) -> Callable[[Any], Decimal]:
    unit, wide = Decimal(1).scaleb(-scale), Context(prec=40)
    zero = Decimal(0).quantize(unit)
    return lambda value: Decimal(value).quantize(unit, context=wide) or zero  # minus zero is zero


def store(field: Field, key: bytes) -> Callable[[Any], Any]:
    """What the column holds for a judged value of a field without children."""
    if field.classification == "personal":  # never clear, even where the linter was not asked and it is no string
        return lambda value: pseudonym(str(value), key)
    if parts := decimal_parts(field.storage):
        return _decimal(parts[1])
    return _STORE.get(field.storage, same)
