"""Values to the same values in other forms, at any depth: stored to published, lists of entries to real maps."""

from collections.abc import Callable, Mapping

import polars as pl

from contracts.compiler.model import Field
from exports.columns import EXACT, LISTED, STORED, dtype, entry_of, holds_any, item_of, kinds

Convert = Callable[[pl.Expr], pl.Expr]
DAY_US = 86_400_000_000
OBJECTS = frozenset({"object"})


def rewritten(value: pl.Expr, field: Field, converts: Mapping[str, Convert]) -> pl.Expr:
    """The value with each part whose kind (`columns.kinds`) has a row put through it, innermost parts first."""
    if not holds_any(field, frozenset(converts)):
        return value
    value = _BELOW.get(field.type, _leave)(value, field, converts)
    convert = next((converts[kind] for kind in converts if kind in kinds(field)), None)
    return value if convert is None else convert(value)


def _leave(value: pl.Expr, _: Field, __: Mapping[str, Convert]) -> pl.Expr:
    return value


def _items(value: pl.Expr, field: Field, converts: Mapping[str, Convert]) -> pl.Expr:
    return value.list.eval(rewritten(pl.element(), item_of(field), converts))


def _members(value: pl.Expr, field: Field, converts: Mapping[str, Convert]) -> pl.Expr:
    members = [
        rewritten(value.struct.field(child.name), child, converts).alias(child.name) for child in field.properties
    ]
    return pl.when(value.is_not_null()).then(pl.struct(members))


def _entries(value: pl.Expr, field: Field, converts: Mapping[str, Convert]) -> pl.Expr:
    parts = [rewritten(pl.element().struct.field(part.name), part, converts) for part in entry_of(field)]
    return value.list.eval(pl.struct(parts[0].alias("key"), parts[1].alias("value")))


_BELOW: Mapping[str, Callable[[pl.Expr, Field, Mapping[str, Convert]], pl.Expr]] = {
    "array": _items,
    "object": _members,
    "map": _entries,
}


def with_maps(frame: pl.DataFrame, fields: tuple[Field, ...]) -> pl.DataFrame:
    """The columns with each list of entries as a map: what Arrow, JSON and other tools are given."""
    return frame.select(
        rewritten(pl.col(field.name), field, {"map": lambda value: value.list.to_map()}).alias(field.name)
        for field in fields
    )


def comparable(value: pl.Expr, field: Field) -> pl.Expr:
    """The value such that equal ones are equal for polars: the entries of each map by key, and of objects their text.

    polars takes a null object and one of nulls alone for the same.
    """
    ordered = rewritten(value, field, {"map": lambda entries: entries.list.sort()})
    return pl.struct(ordered.alias("v")).struct.json_encode() if holds_any(field, OBJECTS) else ordered


def published(column: pl.Series, field: Field) -> pl.Series:
    """A stored column in its exact type, where it has the stored one and every value fits; else left as it is.

    Only a map becomes a list of entries in any case, so that the checks can name what does not fit.
    """
    if column.dtype != dtype(field, STORED):
        return column
    listed = column.cast(dtype(field, LISTED))
    try:
        return listed.to_frame().select(_exact(pl.col(column.name), field).alias(column.name)).to_series()
    except pl.exceptions.InvalidOperationError:
        return listed


def _exact(value: pl.Expr, field: Field) -> pl.Expr:
    return rewritten(value, field, {"time": _time_of_day}).cast(dtype(field, EXACT))


def _time_of_day(microseconds: pl.Expr) -> pl.Expr:
    """polars counts nanoseconds. What is no time of a day is put at either end beyond it, where the cast refuses it."""
    return (microseconds.clip(-1, DAY_US) * 1000).cast(pl.Time)
