"""Rows to a report: every clause of a contract judged on a table, what breaks one described without its secrets."""

from collections.abc import Iterator
from itertools import chain as joined
from typing import Any

import polars as pl

from contracts.compiler.model import Contract
from exports.columns import dtype
from exports.failures import MAX_ROWS, Failure, Report, shown
from exports.places import ROW, VALUE, as_json, json_paths
from exports.plan import Judged, Plan, identity, plan
from exports.schema import broken_by, judged_by, schema_of
from exports.shares import Counted

AT = "at"
Found = tuple[int, list[Failure]]  # how many rows, and the first of them


def check(contract: Contract, frame: pl.DataFrame) -> list[Failure]:
    """The rows that break the contract, at most ten described per clause; empty where all is well."""
    return list(examine(contract, frame).failures)


def examine(contract: Contract, frame: pl.DataFrame) -> Report:
    """Judge every clause on every row, and run every SQL rule; nothing stops at the first finding."""
    planned = plan(contract)
    errors = broken_by(schema_of(contract, planned), frame)
    found = [_describe(contract, planned, frame, error) for error in errors]
    numbers = dict(_numbers(planned, frame))
    judged = [one.clause.id for one in planned.judged]
    for id_, answer, failure in _answers(contract, frame):
        judged.append(id_)
        numbers[id_] = answer
        found += [(1, [failure])] if failure else []
    totals, failures = _by_clause(found)
    return Report(frame.height, tuple(judged), planned.gaps, numbers, totals, failures)


def _by_clause(found: list[Found]) -> tuple[dict[str, int], tuple[Failure, ...]]:
    """One entry per clause: rows that are known say more than the column they stand in."""
    totals: dict[str, int] = {}
    failures: dict[str, list[Failure]] = {}
    for total, described in sorted(found, key=lambda one: one[1][0].row is None):
        clause = described[0].clause
        if clause not in totals:
            totals[clause], failures[clause] = total, described
    return totals, tuple(joined.from_iterable(failures.values()))


def _numbers(planned: Plan, frame: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """What the clauses that want a number came to; a column that is not as it should be has its own failure."""
    for one in planned.judged:
        if isinstance(one, Counted):
            try:
                yield one.clause.id, one.count(frame).text(one.expectation.unit)
            except pl.exceptions.PolarsError:
                yield one.clause.id, "not countable"


def _answers(contract: Contract, frame: pl.DataFrame) -> Iterator[tuple[str, str, Failure | None]]:
    """(id, number, failure) of each SQL rule. DuckDB is loaded where there is one."""
    if not contract.queries:
        return
    from exports.queries import run_queries

    for answer in run_queries(contract, frame):
        yield answer.query.id, answer.found, None if answer.holds else answer.failure()


def _describe(contract: Contract, planned: Plan, frame: pl.DataFrame, error: Any) -> Found:
    """What one of pandera's errors means: rows, a number, or a column that is not as it should be."""
    one = judged_by(planned, error)
    if one is None:
        return _column_failure(contract, frame, error)
    if isinstance(one, Counted):
        return 1, [_number_failure(one, frame)]
    return _rows(contract, one, frame)


def _number_failure(one: Counted, frame: pl.DataFrame) -> Failure:
    clause = one.clause
    path = clause.path if clause.path == "$" else f"$.{clause.path}"
    return Failure(clause.id, None, {}, one.count(frame).text(one.expectation.unit), clause.wanted, path)


def _rows(contract: Contract, judged: Judged, frame: pl.DataFrame) -> Found:
    """The rows that break a clause, each with the first value in it that does."""
    flagged = judged.flags(frame).with_columns(pl.int_range(pl.len()).over(ROW).alias(AT)).filter(pl.col(VALUE))
    first = flagged.unique(ROW, keep="first", maintain_order=True)
    described = [
        _row_failure(contract, judged, frame.row(row, named=True), row + 1, at)
        for row, at in first.head(MAX_ROWS).select(ROW, AT).iter_rows()
    ]
    return first.height, described


def _row_failure(contract: Contract, judged: Judged, row: dict[str, Any], number: int, at: int) -> Failure:
    path, value = list(json_paths(judged.chain, row[judged.chain[0].name]))[at]
    by_name = {field.name: field for field in contract.fields}
    who = {name: shown(row[name], by_name[name].masked) for name in identity(contract)}
    found = shown(as_json(judged.chain[-1], value), judged.masked)
    return Failure(judged.clause.id, number, who, found, judged.clause.wanted, path)


def _column_failure(contract: Contract, frame: pl.DataFrame, error: Any) -> Found:
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
