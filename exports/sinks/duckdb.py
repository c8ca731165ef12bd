"""Rows to DuckDB: one file with a typed, commented table per contract, and views, for SQL without any setup."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from contracts.compiler.model import Contract, Field
from contracts.compiler.types import decimal_parts
from exports.arrow import arrow_table
from exports.columns import EXACT, NESTED, entry_of, item_of
from exports.sql_text import literal, quoted
from exports.views.build import add_views

FILE = "export.duckdb"
CONFIG = {"storage_compatibility_version": "v1.0.0"}
"""BI tools bring a DuckDB of their own, often an older one: any from 1.0 on can read the file."""
PLAIN: Mapping[str, str] = {
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "i8": "TINYINT",
    "i16": "SMALLINT",
    "i32": "INTEGER",
    "i64": "BIGINT",
    "i128": "DECIMAL(38,0)",
    "u8": "UTINYINT",
    "u16": "USMALLINT",
    "u32": "UINTEGER",
    "u64": "UBIGINT",
    "u128": "DECIMAL(38,0)",
    "f32": "FLOAT",
    "f64": "DOUBLE",
}
if PLAIN.keys() != EXACT.plain.keys():
    raise TypeError(f"exports.sinks.duckdb.PLAIN differs from columns.py: {sorted(PLAIN.keys() ^ EXACT.plain.keys())}")


def _plain(field: Field) -> str:
    parts = decimal_parts(field.storage)
    return f"DECIMAL({parts[0]},{parts[1]})" if parts else PLAIN[field.storage]


def _object(field: Field) -> str:
    return f"STRUCT({', '.join(f'{quoted(child.name)} {sql_type(child)}' for child in field.properties)})"


_NESTED: Mapping[str, Callable[[Field], str]] = {
    "array": lambda field: f"{sql_type(item_of(field))}[]",
    "object": _object,
    "map": lambda field: f"MAP({', '.join(map(sql_type, entry_of(field)))})",
}
if _NESTED.keys() != NESTED.keys():
    raise TypeError(f"exports.sinks.duckdb._NESTED differs from columns.py: {sorted(_NESTED.keys() ^ NESTED.keys())}")


def sql_type(field: Field) -> str:
    """The DuckDB type of a field."""
    return _NESTED.get(field.type, _plain)(field)


def statements(contract: Contract) -> list[str]:
    """The SQL that makes a contract's table, and says what it and its columns mean."""
    table = quoted(contract.name)
    columns = ", ".join(
        f"{quoted(field.name)} {sql_type(field)}{' NOT NULL' if field.null_clauses else ''}"
        for field in contract.fields
    )
    comments = [
        f"COMMENT ON COLUMN {table}.{quoted(field.name)} IS {literal(field.description)}" for field in contract.fields
    ]
    return [
        f"CREATE TABLE {table} ({columns})",
        f"COMMENT ON TABLE {table} IS {literal(contract.description)}",
        *comments,
    ]


def write(contract: Contract, frame: pl.DataFrame, folder: Path) -> Path:
    """A table in `export.duckdb`. Called once per table after its check; an error leaves a file that is discarded."""
    path = folder / FILE
    with duckdb.connect(path, config=CONFIG) as database:
        for statement in statements(contract):
            database.execute(statement)
        database.register("checked_rows", arrow_table(contract, frame))
        database.execute(f"INSERT INTO {quoted(contract.name)} SELECT * FROM checked_rows")  # noqa: S608 - quoted above
        database.unregister("checked_rows")
    return path


def finish(contracts: Sequence[Contract], folder: Path) -> dict[str, Any]:
    """The views of all tables in `export.duckdb`, by name: called once, after every table is there."""
    with duckdb.connect(folder / FILE, config=CONFIG) as database:
        return {name: {"file": FILE, **told} for name, told in add_views(database, contracts).items()}
