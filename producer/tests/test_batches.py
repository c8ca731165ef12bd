"""Batches that break a clause over many rows, counted here by a small counter of its own."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contracts.compiler import rules
from contracts.compiler.load import load
from contracts.compiler.model import Clause, Contract, Expectation, Field
from contracts.compiler.quality import OPERATORS
from producer.broken.batches import Batch, Batcher, break_batch, keep_batch
from producer.broken.breakers import SAMPLE_US, Breaker
from producer.broken.counts import metrics
from producer.broken.exchange import Exchange
from producer.event import encode
from producer.schema.check import Check
from producer.values.makers import ABSENT, optional

MANY = load(Path(__file__).parent / "contracts" / "many" / "v1.odcs.yaml")
BATCHER = Batcher(MANY)
BREAKER = Breaker(MANY)
CLAUSES = {clause.id.split("/", 1)[1]: clause for clause in MANY.row_clauses()}
TOGETHER = {
    "$/rowCount#2": {"half/missingValues"},  # 13 rows have no half
    "$/duplicateValues#2": {"$/duplicateValues"},  # three columns that repeat repeat in two as well
    "kind/invalidValues#2": {"$/rowCount", "kind/invalidValues"},  # 100 rows are more than there may be
    "kind/duplicateValues": {"kind/duplicateValues#2"},  # none is also less than 10 percent
    "kind/duplicateValues#2": {"kind/duplicateValues"},  # less than 10 percent of the few rows that may differ is none
}
"""What may break along with a clause, since it is hard or impossible to break it alone."""


def column(row: Any, path: str) -> Iterator[Any]:
    """The values of a field in one row."""
    head, _, rest = path.partition(".")
    if head.endswith("[]"):
        for item in row.get(head[:-2]) or ():
            yield from column(item, rest) if rest else [item]
    elif rest in ("key", "value"):
        names = row.get(head) or {}
        yield from names if rest == "key" else names.values()
    elif rest:
        yield from column(row.get(head) or {}, rest)
    else:
        yield row.get(head)


def typed(field: Field, value: Any) -> Any:
    """A value as it is compared."""
    if value is None or field.time_form is None:
        return ("true" if value else "false") if isinstance(value, bool) else value
    if field.type == "date":
        return datetime.strptime(value, "%d/%m/%Y").replace(tzinfo=UTC).date()
    return datetime.fromisoformat(value)


def repeated(keys: list[Any]) -> int:
    """How many come after the first of their kind."""
    return sum(times - 1 for times in Counter(keys).values())


def number(clause: Clause, rows: list[dict[str, Any]]) -> tuple[int, int]:
    """What a clause counts, and out of how many."""
    expected, name = clause.argument, clause.rule
    if name == "rowCount":
        return len(rows), len(rows)
    if clause.path == "$":
        columns = expected if isinstance(expected, tuple) else expected.columns
        keys = [tuple(typed(MANY.field(one), row.get(one)) for one in columns) for row in rows]
        return repeated([key for key in keys if None not in key]), len(rows)
    values = [typed(MANY.field(clause.path), value) for row in rows for value in column(row, clause.path)]
    there = [value for value in values if value is not None]
    if name in ("unique", "primaryKey", "duplicateValues"):
        return repeated(there), len(values)
    if name == "nullValues":
        return len(values) - len(there), len(values)
    listed = [typed_bool(value) for value in expected.values or ()]
    if name == "missingValues":
        return sum(value in listed for value in values), len(values)
    if expected.pattern:
        return sum(re.search(expected.pattern, value) is None for value in there), len(values)
    return sum(value not in listed for value in there), len(values)


def typed_bool(value: Any) -> Any:
    """A listed value as `typed` has it."""
    return ("true" if value else "false") if isinstance(value, bool) else value


def broken(rows: list[dict[str, Any]], contract: Contract = MANY) -> set[str]:
    """The clauses that rows break, without the contract's name."""
    out = set()
    for clause in contract.row_clauses():
        count, total = number(clause, rows)
        said = clause.argument
        expected = said if isinstance(said, Expectation) else Expectation("mustBe", 0, "rows", None, None, None)
        found = Fraction(count) if expected.unit == "rows" else Fraction(100 * count, total or 1)
        bound = tuple(map(Fraction, expected.bound)) if isinstance(expected.bound, tuple) else Fraction(expected.bound)
        if not OPERATORS[expected.operator].holds(found, bound):
            out.add(clause.id.split("/", 1)[1])
    return out


def test_the_contract_has_every_rule_and_operator() -> None:
    """The contract these tests run over has every rule over many rows, every operator, and both units."""
    clauses = list(MANY.row_clauses())
    expected = [clause.argument for clause in clauses if isinstance(clause.argument, Expectation)]
    assert {clause.rule for clause in clauses} == rules.names("many")
    assert {one.operator for one in expected} == set(OPERATORS)
    assert {one.unit for one in expected} == {"rows", "percent"}


@pytest.mark.parametrize("name", CLAUSES)
def test_every_clause_is_broken_by_a_batch(name: str) -> None:
    """A batch of payloads that are valid by themselves breaks the clause, and no other that it does not have to."""
    made = BATCHER.break_batch(CLAUSES[name], Random(11))
    assert made.values is not None
    assert not [value for value in made.values if BREAKER.labels(encode(value))]
    assert {name} <= broken(made.values) <= {name} | TOGETHER.get(name, set())
    assert made.clauses[0] == CLAUSES[name].id
    assert {id_.split("/", 1)[1] for id_ in made.clauses} == broken(made.values)


@pytest.mark.parametrize("size", [4, 20, 60])
def test_a_batch_that_keeps_every_clause(size: int) -> None:
    """A batch of about the size asked for keeps every clause over many rows."""
    made = BATCHER.keep_batch(Random(5), size)
    assert made.values is not None
    assert len(made.values) == size
    assert not broken(made.values)
    assert made == Batch(made.values, (), "")


def test_bounds_are_broken_near_and_far() -> None:
    """A clause is broken just outside what it wants, and farther out."""
    clause, counts = CLAUSES["kind/missingValues"], set()
    for seed in range(12):
        made = BATCHER.break_batch(clause, Random(seed))
        assert made.values is not None
        counts.add(number(clause, made.values)[0])
    assert 6 in counts
    assert max(counts) > 7


def test_the_same_source_makes_the_same_batch() -> None:
    """What is drawn comes from the given source alone."""
    batchers = (BATCHER, Batcher(MANY))
    for name in ("kind/nullValues", "$/primaryKey", "labels.key/duplicateValues"):
        one, other = (batcher.break_batch(CLAUSES[name], Random(3)) for batcher in batchers)
        assert encode(one.values) == encode(other.values)


def test_numbers_of_drawn_rows() -> None:
    """Whatever the rows, each clause counts what the counter of these tests counts, rows with nulls included."""
    rng = Random(6)
    draws = [(field.name, optional(field)) for field in MANY.fields]
    rows = [{name: value for name, draw in draws if (value := draw(rng, SAMPLE_US)) is not ABSENT} for _ in range(60)]
    rows += [row | {"shop": 1, "day": None, "kind": None} for row in rows[:20]]
    rows += [row | {"shop": 1, "day": "05/01/2026", "kind": "a"} for row in rows[:20]]
    for metric in metrics(MANY):
        assert metric.number(rows) == number(metric.clause, rows), metric.clause.id
        assert metric.kept(rows) == (metric.clause.id.split("/", 1)[1] not in broken(rows))


def test_a_name_stands_once_in_a_map() -> None:
    """Names of one map are never made equal: a member would be lost."""
    metric = next(metric for metric in metrics(MANY) if metric.clause == CLAUSES["labels.key/duplicateValues"])
    made = BATCHER.keep_batch(Random(2), 4)
    assert made.values is not None
    rows = [made.values[0] | {"labels": {"aa": 1, "bb": 2, "cc": 3}}]
    exchange = Exchange(MANY, metric.columns, [metric], Check(MANY, closed=False))
    assert list(exchange.toward(metric, rows, True, Random(1))) == []
    assert rows[0]["labels"] == {"aa": 1, "bb": 2, "cc": 3}


def test_what_no_batch_can_do() -> None:
    """Where no valid values can break a clause, or keep all, the answer is the reason."""
    never = _of_half("nullValues", Expectation("mustBeLessThan", 1, "rows", None, None, None))
    stuck = break_batch(_with(never), never, Random(1), 6)
    assert (stuck.values, stuck.clauses) == (None, ())
    assert stuck.reason == "no valid value of half is one that many.v1/half/nullValues counts"
    always = _of_half("nullValues", Expectation("mustBe", 1, "rows", None, None, None))
    kept = keep_batch(_with(always), Random(1), 6)
    assert (kept.values, kept.clauses) == (None, ())
    assert kept.reason == "no batch of valid payloads was found that keeps many.v1/half/nullValues"


def _of_half(rule: str, expected: Expectation) -> Clause:
    return Clause(f"many.v1/half/{rule}", "half", rule, expected, "")


def _with(clause: Clause) -> Contract:
    """The contract with another clause over many rows on the field that is always there."""
    fields = (replace(field, many=(clause,)) if field.name == clause.path else field for field in MANY.fields)
    return replace(MANY, fields=tuple(fields))


def test_null_where_only_the_object_may_be_absent() -> None:
    """A field that its object always has is null where there is no object: that is how its share of nulls is broken."""

    def changed(field: Field) -> Field:
        needed = Clause(f"many.v1/{field.path}/required", field.path, "required", None, "present")
        return replace(field, required=True, clauses=(needed, *field.clauses))

    fields = (
        replace(field, properties=tuple(map(changed, field.properties))) if field.name == "place" else field
        for field in MANY.fields
    )
    clause = CLAUSES["place.street/nullValues"]
    made = break_batch(replace(MANY, fields=tuple(fields)), clause, Random(1), 10)
    assert made.values is not None
    assert clause.id.split("/", 1)[1] in broken(made.values)
    assert {type(row.get("place")) for row in made.values} <= {dict, type(None)}
    assert all(row["place"].get("street") for row in made.values if row.get("place"))


def test_a_contract_without_such_clauses(logs: Contract) -> None:
    """Where nothing is said of many rows, any batch of valid payloads will do."""
    made = keep_batch(logs, Random(1), 7)
    assert made.values is not None
    assert (len(made.values), made.clauses) == (7, ())


def test_the_counter_itself() -> None:
    """The counter of these tests counts what it should: a wrong one would prove nothing."""
    rows: list[dict[str, Any]] = [
        {"kind": "a", "day": "05/01/2026"},
        {"kind": None},
        {"kind": "a", "labels": {"aa": 0, "bb": None}},
    ]
    by_id = {clause.id.split("/", 1)[1]: number(clause, rows) for clause in MANY.row_clauses()}
    assert (by_id["kind/nullValues"], by_id["kind/duplicateValues"]) == ((1, 3), (1, 3))
    assert (by_id["kind/missingValues"], by_id["kind/invalidValues"]) == ((1, 3), (0, 3))
    assert (by_id["labels.value/missingValues"], by_id["labels.value/nullValues"]) == ((1, 2), (1, 2))
    assert typed(MANY.field("day"), "05/01/2026") == date(2026, 1, 5)
    assert typed(MANY.field("ratio"), Decimal("1.0")) == 1
