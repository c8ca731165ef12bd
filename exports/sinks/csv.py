"""Rows to CSV (RFC 4180: CRLF, quotes doubled, a header), safe to open in a spreadsheet.

Null is an empty field, empty text is `""`. Arrays, objects and maps are JSON text, times ISO 8601 (timestamps in UTC).
UTF-8 without a byte order mark. Text that a spreadsheet would run as a formula (it begins with = + - @, tab, CR, LF, or
a full-width form of these) gets one apostrophe in front, also where apostrophes precede it; so a reader restores the
original by dropping one apostrophe from text that matches `^'+[=+-@...]`. Numbers are untouched.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from contracts.compiler.model import Contract, Field
from contracts.compiler.types import TYPES
from exports.json_text import CLOCK, MOMENT, encode_one

FORMULA = "^'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
Column = Callable[[pl.DataFrame, Field], pl.Series]


def _same(frame: pl.DataFrame, field: Field) -> pl.Series:
    return frame[field.name]


def _written(form: str) -> Column:
    return lambda frame, field: frame.select(pl.col(field.name).dt.strftime(form)).to_series()


def _text(frame: pl.DataFrame, field: Field) -> pl.Series:
    value = pl.col(field.name)
    live = value.str.contains(FORMULA)
    return frame.select(pl.when(live).then("'" + value).otherwise(value).alias(field.name)).to_series()


COLUMNS: Mapping[str, Column] = {
    "string": _text,
    "integer": _same,
    "number": _same,
    "boolean": _same,
    "timestamp": _written(MOMENT),
    "date": _same,
    "time": _written(CLOCK),
    "array": encode_one,
    "object": encode_one,
    "map": encode_one,
}
if COLUMNS.keys() != TYPES.keys():
    raise TypeError(f"exports.sinks.csv.COLUMNS differs from types.py: {sorted(COLUMNS.keys() ^ TYPES.keys())}")


def write(contract: Contract, frame: pl.DataFrame, folder: Path) -> Path:
    """`<name>.csv`. Called once per table after its check; an error leaves a part of the file, which is discarded."""
    path = folder / f"{contract.name}.csv"
    flat = pl.DataFrame([COLUMNS[field.type](frame, field) for field in contract.fields])
    flat.write_csv(path, line_terminator="\r\n", quote_style="necessary", null_value="")
    return path
