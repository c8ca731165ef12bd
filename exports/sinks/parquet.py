"""Rows to Parquet: the contract's exact types, required columns non-nullable, descriptions as column metadata."""

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from contracts.compiler.model import Contract
from exports.arrow import arrow_schema, arrow_table

ROWS = 131_072  # of one row group


def write(contract: Contract, frame: pl.DataFrame, folder: Path) -> Path:
    """`<name>.parquet`. Called once per table after its check; an error leaves a part of it, which is discarded."""
    path = folder / f"{contract.name}.parquet"
    with pq.ParquetWriter(path, arrow_schema(contract), compression="zstd") as writer:
        for part in frame.iter_slices(ROWS):
            writer.write_table(arrow_table(contract, part), row_group_size=ROWS)
    return path
