"""Values to JSON text, vectorised: numbers exact, times ISO 8601 with six digits (timestamps in UTC), nesting kept.

polars writes decimals as JSON strings. They are marked here with a text that is drawn anew for each call (so no
value can hold it), and the quotes around marked ones are taken away again: exact at any depth.
"""

import json
from collections.abc import Mapping
from uuid import uuid4

import polars as pl

from contracts.compiler.model import Field
from contracts.compiler.types import WIDE
from exports.columns import holds_any
from exports.reshape import Convert, rewritten

MOMENT, CLOCK = "%Y-%m-%dT%H:%M:%S%.6fZ", "%H:%M:%S%.6f"
DECIMALS = frozenset({"decimal"}) | WIDE


def encode(frame: pl.DataFrame, fields: tuple[Field, ...]) -> pl.Series:
    """One JSON object per row, with a member per field, null ones included."""
    mark = uuid4().hex
    converts: Mapping[str, Convert] = {
        "timestamp": lambda value: value.dt.strftime(MOMENT),
        "time": lambda value: value.dt.strftime(CLOCK),
        "map": lambda value: value.list.to_map(),
        **dict.fromkeys(DECIMALS, lambda value: pl.lit(mark) + value.cast(pl.String)),
    }
    members = [rewritten(pl.col(field.name), field, converts).alias(field.name) for field in fields]
    text = frame.select(pl.struct(members).struct.json_encode().alias("json")).to_series()
    if any(holds_any(field, DECIMALS) for field in fields):
        text = text.str.replace_all(f'"{mark}([-0-9.]+)"', "$1")
    return text


def encode_one(frame: pl.DataFrame, field: Field) -> pl.Series:
    """One column's values as JSON text; null stays null."""
    prefix = len(json.dumps(field.name, ensure_ascii=False)) + len("{:")
    text = encode(frame, (field,)).str.slice(prefix).str.head(-1)
    return pl.select(pl.when(frame[field.name].is_not_null()).then(text)).to_series().alias(field.name)
