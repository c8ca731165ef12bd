"""Contract to polars: the exact type of each column, and the form Delta keeps it in.

One table by storage, one branch each for what takes parameters. Delta has no unsigned integers, so they lie there in
the next wider signed type (`STORED`) and are narrowed when a snapshot is read.
"""

from collections.abc import Callable, Mapping

import polars as pl

from contracts.compiler.model import Field
from contracts.compiler.types import TYPES, decimal_parts

UTC = pl.Datetime("us", "UTC")
EXACT: Mapping[str, pl.DataType] = {
    "string": pl.String(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "timestamp": UTC,
    "i8": pl.Int8(),
    "i16": pl.Int16(),
    "i32": pl.Int32(),
    "i64": pl.Int64(),
    "u8": pl.UInt8(),
    "u16": pl.UInt16(),
    "u32": pl.UInt32(),
    "u64": pl.UInt64(),
    "f32": pl.Float32(),
    "f64": pl.Float64(),
}
STORED: Mapping[str, pl.DataType] = {
    **EXACT,
    "u8": pl.Int16(),
    "u16": pl.Int32(),
    "u32": pl.Int64(),
    "u64": pl.Decimal(20, 0),
}
Table = Mapping[str, pl.DataType]


def dtype(field: Field, table: Table = EXACT) -> pl.DataType:
    """The polars type of a field, published (`EXACT`) or as Delta keeps it (`STORED`)."""
    return NESTED.get(field.type, _plain)(field, table)


def _plain(field: Field, table: Table) -> pl.DataType:
    parts = decimal_parts(field.storage)
    return pl.Decimal(*parts) if parts else table[field.storage]


def _array(field: Field, table: Table) -> pl.DataType:
    return pl.List(dtype(item_of(field), table))


def _object(field: Field, table: Table) -> pl.DataType:
    return pl.Struct({child.name: dtype(child, table) for child in field.properties})


NESTED: Mapping[str, Callable[[Field, Table], pl.DataType]] = {"array": _array, "object": _object}


def item_of(field: Field) -> Field:
    """What an array holds; load.py refuses an array without it."""
    if field.items is None:
        raise TypeError(f"{field.path} is an array without items")
    return field.items


def type_text(field: Field) -> str:
    """A field's type in one line, as the manifest says it: `decimal(12,2)`, `array<object<name: string>>`."""
    if field.items:
        return f"array<{type_text(field.items)}>"
    if field.properties:
        return f"object<{', '.join(f'{child.name}: {type_text(child)}' for child in field.properties)}>"
    return field.storage


def holds_any(field: Field, kinds: frozenset[str]) -> bool:
    """Whether a field or anything below it is of one of these logical types or storages."""
    return any(
        here.type in kinds or here.storage in kinds or ("decimal" in kinds and decimal_parts(here.storage) is not None)
        for here in field.walk()
    )


_known = {form for row in TYPES.values() for form in row.storages} - {"decimal", *NESTED}
if _known != EXACT.keys():
    raise TypeError(f"exports.columns.EXACT differs from types.py: {sorted(_known ^ EXACT.keys())}")
