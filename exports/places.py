"""Contract to places: every field at every depth, how a judgement of its values becomes one of rows, and its values.

Nothing lies below a null, as the clauses judge it: neither a judgement nor a value.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from json import dumps
from typing import Any

import polars as pl

from contracts.compiler.model import Contract, Field
from exports.columns import NESTED, entry_of, item_of
from exports.failures import shown
from exports.numbers import Broken

Lift = Callable[[Broken], pl.Expr]
Chain = tuple[Field, ...]
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the values of one field are. `chain` leads from the column to the field; `lift` makes, of what judges one
    value, an expression that is true for each row in which a value is judged so.
    """

    chain: Chain
    lift: Lift

    @property
    def field(self) -> Field:
        """The field whose values are meant."""
        return self.chain[-1]

    @property
    def masked(self) -> bool:
        """Whether values are hidden: a class holds for everything below it."""
        return any(field.masked for field in self.chain)

    @property
    def many_in_a_row(self) -> bool:
        """Whether one row may have several values of the field."""
        return any(field.type in ("array", "map") for field in self.chain[:-1])


def places(contract: Contract) -> Iterator[Place]:
    """Every field of a contract, parents first."""
    for field in contract.fields:
        yield from _below(Place((field,), _at_column(field.name)))


def _below(place: Place) -> Iterator[Place]:
    yield place
    for child, lift in _CHILDREN.get(place.field.type, _none)(place.field, place.lift):
        yield from _below(Place((*place.chain, child), lift))


Children = Iterator[tuple[Field, Lift]]


def _none(_: Field, __: Lift) -> Children:
    yield from ()


def _members(field: Field, lift: Lift) -> Children:
    for child in field.properties:
        yield child, _at_member(lift, child.name)


def _items(field: Field, lift: Lift) -> Children:
    yield item_of(field), _at_items(lift)


def _entries(field: Field, lift: Lift) -> Children:
    for part in entry_of(field):
        yield part, _at_member(_at_items(lift), part.name)


_CHILDREN: Mapping[str, Callable[[Field, Lift], Children]] = {"array": _items, "object": _members, "map": _entries}


def _at_column(name: str) -> Lift:
    return lambda leaf: leaf(pl.col(name)).fill_null(value=False)


def _at_member(lift: Lift, name: str) -> Lift:
    def lifted(leaf: Broken) -> pl.Expr:
        return lift(lambda parent: leaf(parent.struct.field(name)).fill_null(value=False) & parent.is_not_null())

    return lifted


def _at_items(lift: Lift) -> Lift:
    def lifted(leaf: Broken) -> pl.Expr:
        return lift(lambda parent: parent.list.eval(leaf(pl.element()).fill_null(value=False)).list.any())

    return lifted


ROW, VALUE = "row", "value"


def values(column: pl.Series, chain: Chain) -> pl.DataFrame:
    """Every value a chain's last field has in a column, in order, with the `row` it stands in (from 0)."""
    found = pl.DataFrame({ROW: pl.int_range(len(column), eager=True), VALUE: column})
    for parent, child in pairwise(chain):
        found = _STEPS[parent.type](found.drop_nulls(VALUE), child.name)
    return found


def _explode(found: pl.DataFrame, _: str) -> pl.DataFrame:
    return found.explode(VALUE, empty_as_null=False)


def _member(found: pl.DataFrame, name: str) -> pl.DataFrame:
    return found.with_columns(pl.col(VALUE).struct.field(name).alias(VALUE))


_STEPS: Mapping[str, Callable[[pl.DataFrame, str], pl.DataFrame]] = {
    "array": _explode,
    "object": _member,
    "map": lambda found, name: _member(_explode(found, name), name),
}


def json_paths(chain: Chain, value: Any) -> Iterator[tuple[str, Any]]:
    """Of each value that `values` gives for one row, in the same order: its JSON path, and the value itself."""
    yield from _paths(chain, value, f"$.{chain[0].name}", chain[0].masked)


def _paths(chain: Chain, value: Any, path: str, masked: bool) -> Iterator[tuple[str, Any]]:
    if len(chain) == 1:
        yield path, value
    elif value is not None:
        parent, child = chain[:2]
        for step, below in _WAYS[parent.type](parent, child.name, value, masked):
            yield from _paths(chain[1:], below, path + step, masked or child.masked)


Steps = Iterator[tuple[str, Any]]


def _to_items(_: Field, __: str, value: Any, ___: bool) -> Steps:
    return ((f"[{index}]", item) for index, item in enumerate(value))


def _to_member(_: Field, name: str, value: Any, __: bool) -> Steps:
    yield f".{name}", value[name]


def _to_entries(field: Field, part: str, value: Any, masked: bool) -> Steps:
    hidden = masked or entry_of(field)[0].masked
    return ((member_step(entry["key"], hidden), entry[part]) for entry in value)


_WAYS: Mapping[str, Callable[[Field, str, Any, bool], Steps]] = {
    "array": _to_items,
    "object": _to_member,
    "map": _to_entries,
}
if not NESTED.keys() == _CHILDREN.keys() == _STEPS.keys() == _WAYS.keys():
    raise TypeError("exports.places: _CHILDREN, _STEPS or _WAYS differs from columns.NESTED")


def member_step(name: str, hidden: bool) -> str:
    """A map's member in a JSON path: `.fr`, `["a b"]`; of a name that may not be shown, its length."""
    if hidden:
        return f"[{dumps(shown(name, masked=True))}]"
    return f".{name}" if _PLAIN_NAME.fullmatch(name) else f"[{dumps(name, ensure_ascii=False)}]"


def as_json(field: Field, value: Any) -> Any:
    """A column's value as JSON would say it: the entries of a map are the members of an object."""
    if value is None or field.type not in _JSON:
        return value
    return _JSON[field.type](field, value)


_JSON: Mapping[str, Callable[[Field, Any], Any]] = {
    "array": lambda field, value: [as_json(item_of(field), item) for item in value],
    "object": lambda field, value: {child.name: as_json(child, value[child.name]) for child in field.properties},
    "map": lambda field, value: {one["key"]: as_json(entry_of(field)[1], one["value"]) for one in value},
}
