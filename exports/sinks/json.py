"""Rows to JSON Lines: one object per line, UTF-8, LF, for programs and logs."""

from pathlib import Path

import polars as pl

from contracts.compiler.model import Contract
from exports.json_text import encode

ROWS = 100_000  # encoded at a time, to bound memory


def write(contract: Contract, frame: pl.DataFrame, folder: Path) -> Path:
    """`<name>.jsonl`. Called once per table after its check; an error leaves a part of the file, which is discarded."""
    path = folder / f"{contract.name}.jsonl"
    with path.open("wb") as file:
        for part in frame.iter_slices(ROWS):
            lines = encode(part, contract.fields)
            lines.to_frame().write_csv(file, include_header=False, quote_style="never", line_terminator="\n")
    return path
