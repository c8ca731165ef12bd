"""Format to sink: the registry. A new format is one file with a `write` and one row here.

A sink is called once per table, after the table has passed its check, with a folder nobody reads yet. It returns the
file it wrote. If it raises, the whole folder is thrown away and nothing is published.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from contracts.compiler.model import Contract
from exports.sinks import csv, duckdb, json, parquet

Write = Callable[[Contract, pl.DataFrame, Path], Path]

SINKS: Mapping[str, Write] = {
    "json": json.write,
    "csv": csv.write,
    "parquet": parquet.write,
    "duckdb": duckdb.write,
}
