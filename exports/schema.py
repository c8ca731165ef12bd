"""Contract to pandera: every clause that stored rows can tell, as a check on the polars backend, all judged at once.

pandera.polars takes seconds to import, so it is imported where it is used. An eager DataFrame and an explicit depth
are passed: on a LazyFrame, or with PANDERA_VALIDATION_* set, pandera would look at column types only.
Its own messages quote values, so they are never shown: rows are described by `failures`, which masks.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain as joined
from typing import Any

import polars as pl

from contracts.compiler import rules
from contracts.compiler.model import Clause, Contract, Field
from exports.columns import dtype
from exports.failures import MAX_ROWS, Failure, Report, leaves, shown
from exports.rules import CHECKS, Broken, Gap

Lift = Callable[[Broken], pl.Expr]
HASHED = Gap("the stored value is a keyed hash, which is of another form than the value the clause means")
BELOW_ARRAY = Gap("uniqueness below an array is not judged")
KEPT_BY_HASHING = frozenset({"required", "type", "unique"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One clause as an expression over the whole table: `broken` is true for each row that breaks it.

    `chain` leads from the column to the field the clause is of; `leaf` judges values of that field alone.
    """

    clause: Clause
    chain: tuple[Field, ...]
    broken: pl.Expr
    leaf: Broken

    @property
    def masked(self) -> bool:
        """Whether values are hidden: a class holds for everything below it."""
        return any(field.masked for field in self.chain)


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be judged of a contract, and what can't, with the reason by clause id."""

    judged: tuple[Judged, ...]
    gaps: Mapping[str, str]


def plan(contract: Contract) -> Plan:
    """Every clause of every field at every depth, plus uniqueness, which is judged over rows."""
    judged: list[Judged] = []
    gaps: dict[str, str] = {}
    for chain, lift in _places(contract):
        field = chain[-1]
        for clause in _clauses(contract, field):
            leaf = _judge(contract, chain, clause)
            if isinstance(leaf, Gap):
                gaps[clause.id] = leaf.reason
            else:
                judged.append(Judged(clause, chain, lift(leaf), leaf))
    if (whole := _one_row_each(contract)) is not None:
        judged.append(whole)
    return Plan(tuple(judged), gaps)


def _clauses(contract: Contract, field: Field) -> Iterator[Clause]:
    yield from field.clauses
    if field.unique:
        yield _unique_clause(contract, field.path)


def _unique_clause(contract: Contract, path: str) -> Clause:
    return Clause(f"{contract.key}/{path}/unique", path, "unique", None, rules.words("unique", None))


def _judge(contract: Contract, chain: tuple[Field, ...], clause: Clause) -> Broken | Gap:
    field = chain[-1]
    if contract.rows == "event" and field.classification == "personal" and clause.rule not in KEPT_BY_HASHING:
        return HASHED
    if clause.rule == "unique" and any(step.items for step in chain[:-1]):
        return BELOW_ARRAY
    return CHECKS[clause.rule](field, clause.argument)


def _one_row_each(contract: Contract) -> Judged | None:
    """Without a primary key, the columns that name a row (coordinates, or hour and groups) must not repeat."""
    names = identity(contract)
    if not names or contract.event_id:
        return None
    clause = _unique_clause(contract, "$")
    broken = pl.struct(names).is_duplicated()
    return Judged(clause, (contract.field(names[0]),), broken, lambda value: value.is_null() | True)


def identity(contract: Contract) -> tuple[str, ...]:
    """The columns that name one row: primary key, else Kafka coordinates, else event time and copied group columns.

    Empty where the contract has none of these; rows are then known by their number only.
    """
    if contract.event_id:
        return (contract.event_id,)
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


def _places(contract: Contract) -> Iterator[tuple[tuple[Field, ...], Lift]]:
    for field in contract.fields:
        yield from _below((field,), _at_column(field.name))


def _below(chain: tuple[Field, ...], lift: Lift) -> Iterator[tuple[tuple[Field, ...], Lift]]:
    """A field and everything below it, each with what raises a judgement of one value to one of the row."""
    yield chain, lift
    field = chain[-1]
    for child in field.properties:
        yield from _below((*chain, child), _at_member(lift, child.name))
    if field.items:
        yield from _below((*chain, field.items), _at_items(lift))


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


def compile_schema(contract: Contract) -> Any:
    """The contract as a pandera DataFrameSchema; each check is named by its clause id."""
    return _compile(contract, plan(contract))


def _compile(contract: Contract, plan_: Plan) -> Any:
    import pandera.polars as pa

    columns = {}
    for field in contract.fields:
        own = [judged for judged in plan_.judged if judged.chain[0].name == field.name]
        checks = [
            pa.Check(_as_check(one.broken), name=one.clause.id, ignore_na=False, n_failure_cases=MAX_ROWS)
            for one in own
        ]
        columns[field.name] = pa.Column(dtype(field), checks, nullable=True, coerce=False)
    return pa.DataFrameSchema(columns, strict=True, ordered=True, coerce=False, name=contract.key)


def _as_check(broken: pl.Expr) -> Callable[[Any], pl.LazyFrame]:
    def holds(data: Any) -> pl.LazyFrame:
        frame: pl.LazyFrame = data.lazyframe
        return frame.select(~broken)

    return holds


def check(contract: Contract, frame: pl.DataFrame) -> list[Failure]:
    """The rows that break the contract, at most ten described per clause; empty where all is well."""
    return list(examine(contract, frame).failures)


def examine(contract: Contract, frame: pl.DataFrame) -> Report:
    """Judge every clause on every row; nothing stops at the first finding."""
    from pandera.config import ValidationDepth, config_context
    from pandera.errors import SchemaErrors

    plan_ = plan(contract)
    found: list[tuple[int, list[Failure]]] = []
    try:
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            _compile(contract, plan_).validate(frame, lazy=True)
    except SchemaErrors as errors:
        found = [_describe(contract, plan_, frame, error) for error in errors.schema_errors]
    judged = tuple(one.clause.id for one in plan_.judged)
    return _report(frame.height, judged, plan_.gaps, found)


def _report(
    rows: int, judged: tuple[str, ...], gaps: Mapping[str, str], found: list[tuple[int, list[Failure]]]
) -> Report:
    """One entry per clause: rows that are known say more than the column they stand in."""
    totals: dict[str, int] = {}
    failures: dict[str, list[Failure]] = {}
    for total, shown_rows in sorted(found, key=lambda one: one[1][0].row is None):
        clause = shown_rows[0].clause
        if clause not in totals:
            totals[clause], failures[clause] = total, shown_rows
    return Report(rows, judged, gaps, totals, tuple(joined.from_iterable(failures.values())))


def _describe(contract: Contract, plan_: Plan, frame: pl.DataFrame, error: Any) -> tuple[int, list[Failure]]:
    """(how many rows, the first of them) for one of pandera's errors."""
    judged = next((one for one in plan_.judged if one.clause.id == getattr(error.check, "name", None)), None)
    if judged is None or error.check_output is None:
        return _column_failure(contract, frame, error)
    broken = (~error.check_output.to_series()).arg_true()
    rows = broken.head(MAX_ROWS).to_list()
    return len(broken), [_row_failure(contract, judged, frame.row(row, named=True), row + 1) for row in rows]


def _row_failure(contract: Contract, judged: Judged, row: Mapping[str, Any], number: int) -> Failure:
    path, value = _culprit(judged, row[judged.chain[0].name])
    by_name = {field.name: field for field in contract.fields}
    who = {name: shown(row[name], by_name[name].masked) for name in identity(contract)}
    clause = judged.clause
    return Failure(clause.id, number, who, shown(value, judged.masked), clause.wanted, path)


def _culprit(judged: Judged, value: Any) -> tuple[str, Any]:
    """The first value in a row's column that breaks the clause, with its path; uniqueness blames the value itself."""
    found = list(leaves(judged.chain, value))
    if judged.clause.rule == "unique" or len(found) == 1:
        return found[0]
    values = pl.Series("v", [leaf for _, leaf in found], dtype=dtype(judged.chain[-1]), strict=False)
    broken = values.to_frame().select(judged.leaf(pl.col("v")).fill_null(value=False)).to_series()
    return found[broken.arg_max() or 0]


def _column_failure(contract: Contract, frame: pl.DataFrame, error: Any) -> tuple[int, list[Failure]]:
    """A column that is missing, unknown or of another type: its type clause, and every row."""
    name = getattr(error.schema, "name", None)
    field = next((field for field in contract.fields if field.name == name), None)
    clause = field.clause("type") if field else None
    if field is None or clause is None:
        wanted = f"the columns {', '.join(column.name for column in contract.fields)}"
        found = f"the columns {', '.join(frame.columns)}"
        return frame.height, [Failure(f"{contract.key}/$/type", None, {}, found, wanted, "$")]
    found = f"a column of type {frame.schema[field.name]}" if field.name in frame.columns else "no such column"
    return frame.height, [Failure(clause.id, None, {}, found, f"{clause.wanted} ({dtype(field)})", f"$.{field.name}")]
