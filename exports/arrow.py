"""Contract to Arrow: the schema that Parquet and DuckDB are given, and a table of it."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import pyarrow as pa

from contracts.compiler.model import Contract, Field
from contracts.compiler.types import decimal_parts
from exports.columns import EXACT, NESTED, entry_of, item_of
from exports.reshape import with_maps

PLAIN: Mapping[str, Any] = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "i8": pa.int8(),
    "i16": pa.int16(),
    "i32": pa.int32(),
    "i64": pa.int64(),
    "i128": pa.decimal128(38, 0),
    "u8": pa.uint8(),
    "u16": pa.uint16(),
    "u32": pa.uint32(),
    "u64": pa.uint64(),
    "u128": pa.decimal128(38, 0),
    "f32": pa.float32(),
    "f64": pa.float64(),
}
if PLAIN.keys() != EXACT.plain.keys():
    raise TypeError(f"exports.arrow.PLAIN differs from columns.py: {sorted(PLAIN.keys() ^ EXACT.plain.keys())}")


def _plain(field: Field, _: bool) -> Any:
    parts = decimal_parts(field.storage)
    return pa.decimal128(*parts) if parts else PLAIN[field.storage]


def _array(field: Field, _: bool) -> Any:
    return pa.list_(_column(item_of(field), "element", certain=True))


def _object(field: Field, certain: bool) -> Any:
    certain = certain and bool(field.null_clauses)
    return pa.struct([_column(child, child.name, certain) for child in field.properties])


def _map(field: Field, _: bool) -> Any:
    key, value = entry_of(field)
    return pa.map_(_column(key, "key", certain=True), _column(value, "value", certain=True))


_NESTED: Mapping[str, Callable[[Field, bool], Any]] = {"array": _array, "object": _object, "map": _map}
if _NESTED.keys() != NESTED.keys():
    raise TypeError(f"exports.arrow._NESTED differs from columns.py: {sorted(_NESTED.keys() ^ NESTED.keys())}")


def _column(field: Field, name: str, certain: bool) -> Any:
    """`certain`: no object above may be null; below one that is, pyarrow holds nulls even of required members."""
    kind = _NESTED.get(field.type, _plain)(field, certain)
    optional = not (field.null_clauses and certain)
    return pa.field(name, kind, nullable=optional, metadata={"description": field.description})


def arrow_schema(contract: Contract) -> Any:
    """The Arrow schema of a contract: what every reader of the file gets."""
    columns = [_column(field, field.name, certain=True) for field in contract.fields]
    return pa.schema(columns, metadata={"contract": contract.key, "contract_version": contract.version})


def arrow_table(contract: Contract, frame: pl.DataFrame) -> Any:
    """Checked rows as an Arrow table of that schema."""
    return with_maps(frame, contract.fields).to_arrow().cast(arrow_schema(contract))
