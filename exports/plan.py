"""Contract to plan: which clauses can be judged on rows, each with its expression, and which not, with the reason.

Rows are stored ones, or those that payloads were read into; a payload's have no keyed hashes, and no table around them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from contracts.compiler import rules
from contracts.compiler.model import Clause, Contract, Field
from exports.numbers import Broken
from exports.places import ROW, VALUE, Chain, Place, places, values
from exports.reshape import comparable
from exports.rules import AS_SENT, CHECKS, Gap
from exports.shares import TWINS, Counted

HASHED = Gap("the stored value is a keyed hash, which is of another form than the value the clause means")
KEPT_BY_HASHING = frozenset({"required", "nullValues", "type", "duplicateValues"}) | TWINS
Flags = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Judged:
    """One clause as an expression over the whole table: `broken` is true for each row that breaks it.

    `chain` leads from the column to the field the clause is of; `flags` gives, for a table, each value of that field
    with the row it stands in and whether it (`value`) breaks the clause.
    """

    clause: Clause
    chain: Chain
    broken: pl.Expr
    flags: Flags

    @property
    def masked(self) -> bool:
        """Whether values are hidden: a class holds for everything below it."""
        return any(field.masked for field in self.chain)


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be judged of a contract, and what can't, with the reason by clause id."""

    judged: tuple[Judged | Counted, ...]
    gaps: Mapping[str, str]


def plan(contract: Contract, *, stored: bool = True) -> Plan:
    """Every clause of every field at every depth; of stored rows also those over many of them."""
    judged: list[Judged | Counted] = []
    gaps: dict[str, str] = {}
    for place in places(contract):
        for clause in place.field.clauses:
            made = _judge(contract, place, clause, stored)
            if isinstance(made, Gap):
                gaps[clause.id] = made.reason
            elif made is not None:
                judged.append(made)
        for clause in place.field.many if stored else ():
            if _hashed(contract, place.field, clause):
                gaps[clause.id] = HASHED.reason
            else:
                judged.append(_twins(place, clause) if clause.rule in TWINS else Counted(clause, place.chain, ()))
    judged += _of_table(contract) if stored else ()
    return Plan(tuple(judged), gaps)


def _hashed(contract: Contract, field: Field, clause: Clause) -> bool:
    return contract.rows == "event" and field.classification == "personal" and clause.rule not in KEPT_BY_HASHING


def _judge(contract: Contract, place: Place, clause: Clause, stored: bool) -> Judged | Gap | None:
    if stored and _hashed(contract, place.field, clause):
        return HASHED
    leaf = (CHECKS if stored else AS_SENT)[clause.rule](place.field, clause.argument)
    if leaf is None or isinstance(leaf, Gap):
        return leaf
    return Judged(clause, place.chain, place.lift(leaf), _flags(place.chain, leaf))


def _flags(chain: Chain, leaf: Broken) -> Flags:
    def flags(frame: pl.DataFrame) -> pl.DataFrame:
        found = values(frame[chain[0].name], chain)
        return found.with_columns(leaf(pl.col(VALUE)).fill_null(value=False).alias(VALUE))

    return flags


def _twins(place: Place, clause: Clause) -> Judged:
    """Uniqueness: of all the values there are, wherever in however many rows they stand; null may repeat."""

    def twice(value: pl.Expr) -> pl.Expr:
        there = value.is_not_null()
        return pl.struct(there.alias("there"), comparable(value, place.field).alias("value")).is_duplicated() & there

    flags, name = _flags(place.chain, twice), place.chain[0].name
    if not place.many_in_a_row:
        return Judged(clause, place.chain, place.lift(twice), flags)

    def broken(column: pl.Series) -> pl.Series:
        found = flags(column.alias(name).to_frame())
        rows = found.filter(pl.col(VALUE))[ROW].unique()
        return pl.int_range(len(column), eager=True).is_in(rows.implode())

    return Judged(clause, place.chain, pl.col(name).map_batches(broken, return_dtype=pl.Boolean), flags)


def _of_table(contract: Contract) -> Iterator[Judged | Counted]:
    for clause in contract.many:
        if clause.rule in TWINS:
            yield _one_row_each(contract, clause, clause.argument)
        else:
            yield Counted(clause, (), contract.fields)
    names = identity(contract)
    if names and not _primary_key(contract):
        yield _one_row_each(contract, _no_row_twice(contract), names)


def _no_row_twice(contract: Contract) -> Clause:
    """Without a primary key, the columns that name a row (coordinates, or hour and groups) must not repeat."""
    return Clause(f"{contract.key}/$/unique", "$", "unique", None, rules.words("unique", None))


def _one_row_each(contract: Contract, clause: Clause, names: tuple[str, ...]) -> Judged:
    """No two rows have the same values in these columns; a row with a null in one of a primary key is aside."""
    there = pl.all_horizontal(pl.col(name).is_not_null() for name in names) | (clause.rule != "primaryKey")
    columns = [comparable(pl.col(name), contract.field(name)).alias(name) for name in names]
    broken = pl.struct(columns).is_duplicated() & there

    def flags(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.select(pl.int_range(pl.len()).alias(ROW), broken.alias(VALUE))

    return Judged(clause, (contract.field(names[0]),), broken, flags)


def _primary_key(contract: Contract) -> tuple[str, ...]:
    if contract.event_id:
        return (contract.event_id,)
    return next((tuple(clause.argument) for clause in contract.many if clause.rule == "primaryKey"), ())


def identity(contract: Contract) -> tuple[str, ...]:
    """The columns that name one row: primary key, else Kafka coordinates, else event time and copied group columns.

    Empty where the contract has none of these; rows are then known by their number only.
    """
    if key := _primary_key(contract):
        return key
    coordinates = {
        source: field.name
        for field in contract.fields
        for source in field.sources
        if source in ("ledger/partition", "ledger/offset")
    }
    if len(coordinates) == 2:
        return (coordinates["ledger/partition"], coordinates["ledger/offset"])
    if contract.rows == "aggregate" and contract.event_time:
        groups = (f.name for f in contract.fields if f.transform is None and f.name != contract.event_time)
        return (contract.event_time, *groups)
    return ()
