"""THE closed list of what an enforcer cannot express, each with its reason; nothing else may differ.

A hole is by enforcer and clause kind, and most hold only under a condition that is computed from contract and payload:
a waiver without one would hide a defect.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from struct import pack, unpack
from typing import Any

from contracts.compiler.model import Clause, Contract, Field

FLOATS = frozenset({"f32", "f64"})
COMPARED = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "enum", "missingValues")


@dataclass(frozen=True, slots=True)
class Hole:
    """`enforcer` cannot express clauses of `rules` on the whole (`$`) or a field, where `when` holds.

    `when` is given the field (None for a clause of the bytes), the clause and the value found at its path.
    `total` holes are never expressed, so the matrix says so instead of agreeing.
    """

    enforcer: str
    rules: tuple[str, ...]
    whole: bool
    total: bool
    when: Callable[[Field | None, Clause, Any], bool]
    reason: str


def _always(_: Field | None, __: Clause, ___: Any) -> bool:
    return True


def _below_stored_precision(field: Field | None, _: Clause, value: Any) -> bool:
    """Whether the stored float is another number than the one that was sent."""
    if field is None or field.storage not in FLOATS or isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    try:
        stored = unpack("<f", pack("<f", float(value)))[0] if field.storage == "f32" else float(value)
    except OverflowError:
        return False
    return Decimal(stored) != Decimal(value)


def _stored_alike(field: Field | None, _: Clause, __: Any) -> bool:
    """Whether items that differ as JSON may be stored as one value, or the other way round."""
    if field is None or field.items is None:
        return False
    return any(
        here.time_form is not None or here.storage in FLOATS or (here is not field.items and not here.required)
        for here in field.items.walk()
    )


SYNTAX = ("utf8", "json", "duplicate_key", "depth", "number", "type")
HOLES = (
    Hole("pandera", SYNTAX, True, True, _always, "judges typed rows; the bytes are read before it"),
    Hole(
        "pandera",
        ("minProperties", "maxProperties"),
        False,
        False,
        lambda field, _, __: field is not None and field.type == "object",
        "a row has every column: an absent member and a null one are alike, and an unnamed one is not there",
    ),
    Hole(
        "pandera",
        ("uniqueItems",),
        False,
        False,
        _stored_alike,
        "items that differ as JSON may be stored alike (times, floats, absent against null)",
    ),
    Hole(
        "pandera",
        COMPARED,
        False,
        False,
        _below_stored_precision,
        "the stored float is the nearest to the number that was sent, so it may lie on the other side of a bound",
    ),
)
ENVELOPE = "judges rows of a table; key and headers are gone by then"
MANY = "judged over the rows of a table, never per event"


def excuse(enforcer: str, field: Field | None, clause: Clause, value: Any) -> Hole | None:
    """The hole that allows an enforcer to miss a clause at a value, or None."""
    whole = field is None
    for hole in HOLES:
        applies = hole.enforcer == enforcer and hole.whole == whole and clause.rule in hole.rules
        if applies and hole.when(field, clause, value):
            return hole
    return None


def by_id(contract: Contract) -> Mapping[str, tuple[Field | None, Clause]]:
    """Every clause per event with its field, by id."""

    def rows() -> Iterator[tuple[str, tuple[Field | None, Clause]]]:
        for clause in contract.clauses:
            yield clause.id, (None, clause)
        for field in contract.walk():
            for clause in field.clauses:
                yield clause.id, (field, clause)

    return dict(rows())
