"""Rows to Parquet: the contract's exact types, required columns non-nullable, descriptions as column metadata."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from contracts.compiler.model import Contract, Field
from contracts.compiler.types import decimal_parts
from exports.columns import EXACT, NESTED, item_of

ROWS = 131_072  # of one row group
PLAIN: Mapping[str, Any] = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "i8": pa.int8(),
    "i16": pa.int16(),
    "i32": pa.int32(),
    "i64": pa.int64(),
    "u8": pa.uint8(),
    "u16": pa.uint16(),
    "u32": pa.uint32(),
    "u64": pa.uint64(),
    "f32": pa.float32(),
    "f64": pa.float64(),
}
if PLAIN.keys() != EXACT.keys():
    raise TypeError(f"exports.sinks.parquet.PLAIN differs from columns.py: {sorted(PLAIN.keys() ^ EXACT.keys())}")


def _plain(field: Field, _: bool) -> Any:
    parts = decimal_parts(field.storage)
    return pa.decimal128(*parts) if parts else PLAIN[field.storage]


def _array(field: Field, certain: bool) -> Any:
    return pa.list_(_column(item_of(field), "element", certain=True))


def _object(field: Field, certain: bool) -> Any:
    return pa.struct([_column(child, child.name, certain=certain and field.required) for child in field.properties])


_NESTED: Mapping[str, Callable[[Field, bool], Any]] = {"array": _array, "object": _object}
if _NESTED.keys() != NESTED.keys():
    raise TypeError(f"exports.sinks.parquet._NESTED differs from columns.py: {sorted(_NESTED.keys() ^ NESTED.keys())}")


def _column(field: Field, name: str, certain: bool) -> Any:
    """`certain`: no object above may be null; below one that is, pyarrow holds nulls even of required members."""
    kind = _NESTED.get(field.type, _plain)(field, certain)
    optional = not (field.required and certain)
    return pa.field(name, kind, nullable=optional, metadata={"description": field.description})


def arrow_schema(contract: Contract) -> Any:
    """The Arrow schema of a contract: what every reader of the file gets."""
    columns = [_column(field, field.name, certain=True) for field in contract.fields]
    return pa.schema(columns, metadata={"contract": contract.key, "contract_version": contract.version})


def write(contract: Contract, frame: pl.DataFrame, folder: Path) -> Path:
    """`<name>.parquet`. Called once per table after its check; an error leaves a part of it, which is discarded."""
    path = folder / f"{contract.name}.parquet"
    schema = arrow_schema(contract)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in frame.iter_slices(ROWS):
            writer.write_table(part.to_arrow().cast(schema), row_group_size=ROWS)
    return path
