"""Format to sink: the registry. A new format is one file with a `write` and one row here.

A sink is called once per table, after the table has passed its check, with a folder nobody reads yet. It returns the
file it wrote. If it raises, the whole folder is thrown away and nothing is published.

A format that has views may have a row in FINISH too: called once, after all its tables are written, with the contracts
of all of them. It returns what the manifest says of each view, by name.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from contracts.compiler.model import Contract
from exports.sinks import csv, duckdb, json, parquet

Write = Callable[[Contract, pl.DataFrame, Path], Path]
Finish = Callable[[Sequence[Contract], Path], Mapping[str, Any]]

SINKS: Mapping[str, Write] = {
    "json": json.write,
    "csv": csv.write,
    "parquet": parquet.write,
    "duckdb": duckdb.write,
}
FINISH: Mapping[str, Finish] = {"duckdb": duckdb.finish}
