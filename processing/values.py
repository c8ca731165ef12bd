"""JSON value to stored value: per logical type, what is read (and judged) and what is then written.

`read` gives the value the clauses judge, None where the type clause fails; `store` gives what the column holds.
They differ where judging must be exact and storing is not (f64), or where storing must not show (personal text).
"""

import hashlib
import math
import struct
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Any

from contracts.compiler.formats import parse_date, parse_timestamp
from contracts.compiler.model import Field
from contracts.compiler.numbers import decimal_limits, within_digits
from contracts.compiler.types import INTEGER_RANGES, TYPES, decimal_parts

Read = Callable[[Any], Any]


def _string(_: Field) -> Read:
    return lambda value: value if type(value) is str else None


def _boolean(_: Field) -> Read:
    return lambda value: value if type(value) is bool else None


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
    def fits(value: Any) -> bool:
        try:
            if storage == "f32":
                struct.pack("<f", float(value))
            return math.isfinite(float(value))
        except OverflowError:
            return False

    return fits


def _timestamp(_: Field) -> Read:
    def read(value: Any) -> datetime | None:
        return parse_timestamp(value, True) if type(value) is str else None

    return read


def _date(_: Field) -> Read:
    def read(value: Any) -> date | None:
        return parse_date(value) if type(value) is str else None

    return read


def _array(_: Field) -> Read:
    return lambda value: value if type(value) is list else None


def _object(_: Field) -> Read:
    return lambda value: value if type(value) is dict else None


READ: Mapping[str, Callable[[Field], Read]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "date": _date,
    "array": _array,
    "object": _object,
}
if READ.keys() != TYPES.keys():
    raise TypeError(f"processing.values.READ differs from types.py: {sorted(READ.keys() ^ TYPES.keys())}")


def pseudonym(text: str, key: bytes) -> str:
    """Keyed hash of a personal value: BLAKE2b with a key (RFC 7693), 16 bytes as 32 hexadecimal digits."""
    return hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest()


def _same(value: Any) -> Any:
    return value


def store(field: Field, key: bytes) -> Callable[[Any], Any]:
    """What the column holds for a judged value of a field without children."""
    if field.classification == "personal":
        return lambda value: pseudonym(value, key)
    if parts := decimal_parts(field.storage):
        unit = Decimal(1).scaleb(-parts[1])
        wide = Context(prec=40)
        return lambda value: Decimal(value).quantize(unit, context=wide)
    return {"f64": float, "f32": float, "u64": Decimal}.get(field.storage, _same)
