"""Values to JSON text, vectorised: numbers exact, times ISO 8601 in UTC with six digits, nesting kept.

polars writes decimals as JSON strings. They are marked here with a text that is drawn anew for each call (so no
value can hold it), and the quotes around marked ones are taken away again: exact at any depth.
"""

from collections.abc import Callable, Mapping
from uuid import uuid4

import polars as pl

from contracts.compiler.model import Field
from exports.columns import holds_any

TIME = "%Y-%m-%dT%H:%M:%S%.6fZ"
Convert = Callable[[pl.Expr], pl.Expr]


def time_text(value: pl.Expr) -> pl.Expr:
    """A timestamp as `2026-01-05T08:30:00.000000Z`."""
    return value.dt.strftime(TIME)


def encode(frame: pl.DataFrame, fields: tuple[Field, ...]) -> pl.Series:
    """One JSON object per row, with a member per field, null ones included."""
    mark = uuid4().hex
    converts: Mapping[str, Convert] = {
        "timestamp": time_text,
        "decimal": lambda value: pl.lit(mark) + value.cast(pl.String),
    }
    members = [_converted(pl.col(field.name), field, converts).alias(field.name) for field in fields]
    text = frame.select(pl.struct(members).struct.json_encode().alias("json")).to_series()
    if any(holds_any(field, frozenset({"decimal"})) for field in fields):
        text = text.str.replace_all(f'"{mark}([-0-9.]+)"', "$1")
    return text


def encode_one(frame: pl.DataFrame, field: Field) -> pl.Series:
    """One column's values as JSON text; null stays null."""
    prefix = len(f'{{"{field.name}":')
    text = encode(frame, (field,)).str.slice(prefix).str.head(-1)
    return pl.select(pl.when(frame[field.name].is_not_null()).then(text)).to_series().alias(field.name)


def _converted(value: pl.Expr, field: Field, converts: Mapping[str, Convert]) -> pl.Expr:
    """The value with every time and decimal in it, at any depth, replaced by its text."""
    if not holds_any(field, frozenset(converts)):
        return value
    if field.items is not None:
        return value.list.eval(_converted(pl.element(), field.items, converts))
    if field.properties:
        members = [
            _converted(value.struct.field(child.name), child, converts).alias(child.name) for child in field.properties
        ]
        return pl.when(value.is_not_null()).then(pl.struct(members))
    return converts[field.type if field.type in converts else "decimal"](value)
