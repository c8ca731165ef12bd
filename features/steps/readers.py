"""Exported files as other people's programs read them: (format, reader) to rows of a table, each value as it is given.

Readers are left at their defaults but for the size of one cell, which several bound.
"""

import csv
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.csv
import pyarrow.dataset
import pyarrow.json

CELL = 64_000_000  # bytes
Rows = list[dict[str, Any]]


def _duckdb(query: str, database: str = ":memory:") -> Rows:
    with duckdb.connect(database, read_only=database != ":memory:") as connection:
        result = connection.execute(query)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _json_lines(folder: Path, table: str) -> Rows:
    with (folder / f"{table}.jsonl").open(encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def _csv_module(folder: Path, table: str) -> Rows:
    csv.field_size_limit(sys.maxsize)
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _csv_duckdb(folder: Path, table: str) -> Rows:
    options = f"header = true, all_varchar = true, max_line_size = {CELL}"
    return _duckdb(f"FROM read_csv('{folder / table}.csv', {options})")


def _csv_pyarrow(folder: Path, table: str) -> Rows:
    file = folder / f"{table}.csv"
    columns = file.read_bytes().split(b"\r\n", 1)[0].decode().split(",")
    read: Rows = pyarrow.csv.read_csv(
        file,
        read_options=pyarrow.csv.ReadOptions(block_size=CELL),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(columns, "string")),
    ).to_pylist()
    return read


def _json_pyarrow(folder: Path, table: str) -> Rows:
    options = pyarrow.json.ReadOptions(block_size=CELL)
    read: Rows = pyarrow.json.read_json(folder / f"{table}.jsonl", read_options=options).to_pylist()
    return read


READERS: Mapping[tuple[str, str], Callable[[Path, str], Rows]] = {
    ("json", "the standard library"): _json_lines,
    ("json", "duckdb"): lambda folder, table: _duckdb(
        f"FROM read_json('{folder / table}.jsonl', maximum_object_size = {CELL})"
    ),
    ("json", "polars"): lambda folder, table: pl.read_ndjson(folder / f"{table}.jsonl").to_dicts(),
    ("json", "pyarrow"): _json_pyarrow,
    ("csv", "the standard library"): _csv_module,
    ("csv", "duckdb"): _csv_duckdb,
    ("csv", "polars"): lambda folder, table: pl.read_csv(folder / f"{table}.csv", infer_schema=False).to_dicts(),
    ("csv", "pyarrow"): _csv_pyarrow,
    ("parquet", "duckdb"): lambda folder, table: _duckdb(f"FROM read_parquet('{folder / table}.parquet')"),
    ("parquet", "polars"): lambda folder, table: pl.read_parquet(folder / f"{table}.parquet").to_dicts(),
    ("parquet", "pyarrow"): lambda folder, table: (
        pyarrow.dataset.dataset(folder / f"{table}.parquet").to_table().to_pylist()
    ),
    ("duckdb", "duckdb"): lambda folder, table: _duckdb(f"FROM {table}", str(folder / "export.duckdb")),
}
