"""Contract to polars: the exact type of each column, and the form Delta keeps it in.

One table of forms by storage, one branch each for what takes parameters. A map is a list of its entries, in which
keys and values can be judged as items are; Delta, Arrow and the published files have real maps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from contracts.compiler.model import Field
from contracts.compiler.types import TYPES, decimal_parts

UTC = pl.Datetime("us", "UTC")
WIDEST_DECIMAL = pl.Decimal(38, 0)


@dataclass(frozen=True, slots=True)
class Forms:
    """How a table holds values: `plain` by storage, decimals by precision and scale, maps by key and value."""

    plain: Mapping[str, pl.DataType]
    decimal: Callable[[int, int], pl.DataType]
    map: Callable[[pl.DataType, pl.DataType], pl.DataType]


def _entries(key: pl.DataType, value: pl.DataType) -> pl.DataType:
    return pl.List(pl.Struct({"key": key, "value": value}))


_PLAIN: Mapping[str, pl.DataType] = {
    "string": pl.String(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "time": pl.Time(),
    "timestamp": UTC,
    "i8": pl.Int8(),
    "i16": pl.Int16(),
    "i32": pl.Int32(),
    "i64": pl.Int64(),
    "i128": WIDEST_DECIMAL,
    "u8": pl.UInt8(),
    "u16": pl.UInt16(),
    "u32": pl.UInt32(),
    "u64": pl.UInt64(),
    "u128": WIDEST_DECIMAL,
    "f32": pl.Float32(),
    "f64": pl.Float64(),
}
_KEPT: Mapping[str, pl.DataType] = {
    **_PLAIN,
    "time": pl.Int64(),
    "u8": pl.Int16(),
    "u16": pl.Int32(),
    "u32": pl.Int64(),
    "u64": pl.Decimal(20, 0),
}
EXACT = Forms(_PLAIN, pl.Decimal, _entries)
"""What is judged and published."""
STORED = Forms(_KEPT, pl.Decimal, pl.Map)
"""What Delta keeps: it has no unsigned integers, and no time of day (microseconds since midnight stand for one)."""
LISTED = Forms(_KEPT, pl.Decimal, _entries)
"""The same with maps as lists: the step between the two."""


def dtype(field: Field, forms: Forms = EXACT) -> pl.DataType:
    """The polars type of a field in one of the forms above."""
    return NESTED.get(field.type, _plain)(field, forms)


def _plain(field: Field, forms: Forms) -> pl.DataType:
    parts = decimal_parts(field.storage)
    return forms.decimal(*parts) if parts else forms.plain[field.storage]


def _array(field: Field, forms: Forms) -> pl.DataType:
    return pl.List(dtype(item_of(field), forms))


def _object(field: Field, forms: Forms) -> pl.DataType:
    return pl.Struct({child.name: dtype(child, forms) for child in field.properties})


def _map(field: Field, forms: Forms) -> pl.DataType:
    key, value = entry_of(field)
    return forms.map(dtype(key, forms), dtype(value, forms))


NESTED: Mapping[str, Callable[[Field, Forms], pl.DataType]] = {"array": _array, "object": _object, "map": _map}


def item_of(field: Field) -> Field:
    """What an array holds; properties.py refuses an array without it."""
    if field.items is None:
        raise TypeError(f"{field.path} is an array without items")
    return field.items


def entry_of(field: Field) -> tuple[Field, Field]:
    """Key and value of a map; properties.py refuses a map without them."""
    if field.key is None or field.value is None:
        raise TypeError(f"{field.path} is a map without key or value")
    return field.key, field.value


_TEXTS: Mapping[str, Callable[[Field], str]] = {
    "array": lambda field: f"array<{type_text(item_of(field))}>",
    "object": lambda field: f"object<{', '.join(f'{child.name}: {type_text(child)}' for child in field.properties)}>",
    "map": lambda field: f"map<{', '.join(map(type_text, entry_of(field)))}>",
}


def type_text(field: Field) -> str:
    """A field's type in one line, as the manifest says it: `decimal(12,2)`, `array<object<name: string>>`."""
    text = _TEXTS.get(field.type)
    return field.storage if text is None else text(field)


def kinds(field: Field) -> frozenset[str]:
    """What tables may know a field by: its logical type, its storage, `decimal`."""
    return frozenset({field.type, field.storage} | ({"decimal"} if decimal_parts(field.storage) else set()))


def holds_any(field: Field, wanted: frozenset[str]) -> bool:
    """Whether a field or anything below it is of one of these kinds."""
    return any(wanted & kinds(here) for here in field.walk())


_known = {form for row in TYPES.values() for form in row.storages} - {"decimal", *NESTED}
for _forms in (EXACT, STORED, LISTED):
    if _known != _forms.plain.keys():
        raise TypeError(f"exports.columns: forms that differ from types.py: {sorted(_known ^ _forms.plain.keys())}")
if NESTED.keys() != _TEXTS.keys():
    raise TypeError(f"exports.columns._TEXTS differs from NESTED: {sorted(NESTED.keys() ^ _TEXTS.keys())}")
