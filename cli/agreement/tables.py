"""Drawn contracts to a tally: clauses over many rows, judged on batches by pandera and by the reference."""

from collections.abc import Callable
from random import Random
from typing import Any

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from cli.agreement.draw import Draw, Property, document
from cli.agreement.reference import judge_rows
from cli.agreement.run import DisagreementError, drawing
from cli.agreement.tally import Tally
from contracts.compiler.load import compile_document
from contracts.compiler.model import Contract
from contracts.compiler.quality import OPERATORS as ALL_OPERATORS
from producer.broken.batches import break_batch, keep_batch

SIZE = 12
COLUMNS: tuple[Property, ...] = (
    {"logicalType": "string", "logicalTypeOptions": {"maxLength": 12}},
    {"logicalType": "string", "enum": [{"value": value} for value in ("low", "normal", "high", "n/a")]},
    {"logicalType": "integer", "logicalTypeOptions": {"minimum": 0, "maximum": 500}},
    {"logicalType": "number", "physicalType": "decimal(12,2)", "logicalTypeOptions": {"minimum": 0, "maximum": 90}},
    {"logicalType": "date"},
    {"logicalType": "timestamp", "logicalTypeOptions": {"timezone": True}},
    {"logicalType": "array", "items": {"logicalType": "string", "required": True}},
)
VALID: Property = {
    "logicalType": "string",
    "quality": [{"metric": "invalidValues", "arguments": {"validValues": ["low", "high"]}, "mustBeLessThan": 3}],
}
MISSING: Property = {
    "logicalType": "integer",
    "quality": [{"metric": "missingValues", "arguments": {"missingValues": [0, None]}, "mustBeLessThan": 4}],
}
OPERATORS = tuple(ALL_OPERATORS)


@st.composite
def tables(draw: Draw) -> dict[str, Any]:
    """An ODCS document with two to four columns and clauses over their rows."""
    columns = [
        {"name": name, **draw(st.sampled_from(COLUMNS))}
        for name in ("alpha", "beta", "gamma", "delta")[: draw(st.integers(2, 4))]
    ]
    for column in columns:
        column |= draw(_column_rules(column["logicalType"]))
    quality: list[dict[str, Any]] = []
    kind = draw(st.sampled_from(("key", "key", "duplicates", "count", "none")))
    if kind == "key":
        for column in columns[:2]:
            column |= {"primaryKey": True, "required": True}
            column.pop("unique", None)
    if kind == "duplicates":
        names = {"properties": ["alpha", "beta"]}
        quality = [{"metric": "duplicateValues", "arguments": names, **draw(_tolerance())}]
    if kind == "count":
        quality = [{"metric": "rowCount", **draw(st.sampled_from(({"mustBeBetween": [1, 50]}, {"mustBe": 9})))}]
    return document(columns, quality)


@st.composite
def _column_rules(draw: Draw, type_: str) -> Property:
    """At most one clause over many rows: several on one column may exclude each other."""
    kinds = ["none", "null", "unique"]
    if type_ != "array":
        kinds += ["duplicate", "missing"]
    if type_ == "string":
        kinds += ["pattern", "valid", "valid"]
    kind, made = draw(st.sampled_from(kinds)), draw(_tolerance())
    if kind == "unique":
        return {"unique": True}
    if kind in ("null", "duplicate"):
        return {"quality": [{"metric": f"{kind}Values", **made}]}
    if kind == "missing":
        values = {"string": [None, "n/a"], "integer": [0, None]}.get(type_, [None])
        return {"quality": [{"metric": "missingValues", "arguments": {"missingValues": values}, **made}]}
    if kind in ("pattern", "valid"):
        arguments = {"pattern": "^[a-m]"} if kind == "pattern" else {"validValues": ["low", "high"]}
        return {"quality": [{"metric": "invalidValues", "arguments": arguments, **made}]}
    return {}


@st.composite
def _tolerance(draw: Draw) -> dict[str, Any]:
    """An operator and a unit that some tables keep and others break."""
    unit = draw(st.sampled_from(({}, {"unit": "rows"}, {"unit": "percent"})))
    low = draw(st.integers(1, 4)) * (10 if unit.get("unit") == "percent" else 1)
    operator = draw(st.sampled_from(OPERATORS))
    return {**unit, operator: [0, low] if operator.endswith("Between") else low}


def judge_tables(tally: Tally, count: int, *, shrink: bool = True) -> None:
    """Judge batches of `count` drawn contracts: one that keeps every clause, one that breaks each."""

    @drawing(count, shrink)
    @given(tables(), st.integers(0, 2**31))
    @example(document([{"name": "alpha", "logicalType": "string"}], [{"metric": "rowCount", "mustBe": 9}]), 1)
    @example(document([{"name": "alpha", **VALID}, {"name": "beta", **MISSING}], []), 1)
    def one(drawn: dict[str, Any], seed: int) -> None:
        contract, rng = compile_document(drawn, "drawn"), Random(seed)
        kept = keep_batch(contract, rng, SIZE)
        if kept.values is not None:
            _agree(contract, kept.values, None, tally)
        for clause in contract.row_clauses():
            batch = break_batch(contract, clause, rng, SIZE)
            if batch.values is not None:
                _agree(contract, batch.values, clause.id, tally)
                tally.kinds[f"{clause.rule} (rows)"] += 1

    one()


def _agree(contract: Contract, rows: list[dict[str, Any]], aimed: str | None, tally: Tally) -> None:
    many = {clause.id: clause for clause in contract.row_clauses()}
    said = {name: judge(contract, rows) & many.keys() for name, judge in JUDGES.items()}
    if (
        said["pandera"] != said["reference"]
        or (aimed is None and said["pandera"])
        or not {aimed} - {None} <= said["pandera"]
    ):
        raise DisagreementError(f"aimed at {aimed}: {said}\n{[(c.id, c.wanted) for c in many.values()]}\n{rows}")
    tally.payloads["tables"] += 1
    for name in said:
        if aimed is not None:
            tally.agreed[f"{many[aimed].rule} (rows)", name] += 1


def _pandera(contract: Contract, rows: list[dict[str, Any]]) -> frozenset[str]:
    """The export check on the rows as they would be published."""
    from exports.check import examine

    return frozenset(examine(contract, frame_of(contract, rows)).totals)


def frame_of(contract: Contract, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Valid values as the table they would be published as."""
    from exports import sheet

    take, notes = sheet.compile_members(contract.fields), sheet.Sheet()
    return sheet.frame_of(contract.fields, [take(row, "$", notes) for row in rows])


JUDGES: dict[str, Callable[[Contract, list[dict[str, Any]]], frozenset[str]]] = {
    "reference": judge_rows,
    "pandera": _pandera,
}
