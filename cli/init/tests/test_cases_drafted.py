"""The cases beside a draft: each is judged as it says, every clause has one, and nothing hidden stands in them."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from cli.agreement.cases import Case, TableCase, fails, read_cases, read_tables, verdicts
from cli.agreement.mutants import without
from cli.agreement.tables import JUDGES
from cli.init.cases import Cases, cases
from cli.init.changes import difference
from cli.init.judge import Judge
from cli.init.samples import read_samples
from cli.init.sketch import Asked, judged, sketch_of
from cli.init.tests.drawn import events
from contracts.compiler.model import Contract
from scripts.schemas.plain import cases_schema

ORDERS: list[dict[str, Any]] = [
    {
        "event_id": f"0b7c7c1e-52ae-4a1c-9d0f-{number:012d}",
        "order id": f"ORD-{number % 20:06d}",
        "at": "2026-01-05T08:30:00Z",
        "state": ("new", "paid", "sent")[number % 3],
        "total": 12.5 + number,
        "lines": [{"sku": f"A-{number}", "amount": 3}],
        "buyer": {"email": f"planted{number}@example.com", "user_id": f"U{number}", "vip": number % 2 == 0},
        "comment": None if number % 3 else "planted words",
        "stock": {f"planted-{number}-{place}": place for place in range(9)},
    }
    for number in range(60)
]


def drafted(made: Sequence[dict[str, Any]]) -> tuple[Contract, Cases]:
    """The draft of some events, and its cases."""
    lines = b"".join(json.dumps(event).encode() + b"\n" for event in made)
    samples = read_samples(io.BytesIO(lines), "jsonl", len(made)).events
    sketch = sketch_of("drawn", "a test", [event.value for event in samples], Asked(None, None, None, None))
    found = judged(sketch, "drawn/v1.odcs.yaml", samples)
    assert found.contract is not None, found.problems
    written = cases(found.contract, samples)
    assert written is not None, found.text
    return found.contract, written


def hold(contract: Contract, written: Cases, file: Path) -> frozenset[str]:
    """Judge a file of cases as cli/agreement/tests/test_cases.py does; the clauses it touches."""
    file.write_text(written.text, "utf-8")
    jsonschema.validate(yaml.safe_load(written.text), cases_schema())
    singles, tables = read_cases(contract, file), read_tables(contract, file)
    many = {clause.id for clause in contract.row_clauses()}
    for case in singles:
        assert {name: said for name, said in verdicts(contract, case) if said != case.clauses} == {}, case
    for table in tables:
        assert {judge(contract, list(table.rows)) & many for judge in JUDGES.values()} == {table.clauses}, table
    both: list[Case | TableCase] = [*singles, *tables]
    for one in both:
        assert all(fails(without(contract, clause), one) for clause in one.clauses), one
    assert len(singles) == written.accepted + written.refused
    assert len(tables) == written.tables
    return frozenset(clause for one in both for clause in one.clauses)


def test_every_clause_of_a_draft_has_a_case(tmp_path: Path) -> None:
    """Nested ones and those of the envelope and of many rows included; and the cases hold, as tests judge them."""
    contract, written = drafted(ORDERS)
    touched = hold(contract, written, tmp_path / "v1.cases.yaml")
    never = ("stock.key/required", "stock.key/type")  # a name in JSON is there, and a text
    assert written.untouched == never
    every = {clause.id for clause in (*contract.all_clauses(), *contract.row_clauses())}
    assert touched == every - {f"drawn.v1/{clause}" for clause in never}
    assert {"drawn.v1/lines[].sku/type", "drawn.v1/order id/pattern", "drawn.v1/event_id/primaryKey"} <= touched
    assert "  - {set: {state: paid}}" in written.text


def test_no_value_of_a_hidden_field_stands_in_the_cases() -> None:
    """Neither personal nor confidential ones, nor the names of a map; internal ones are those of a sample."""
    _, written = drafted(ORDERS)
    assert "planted" not in written.text
    assert 'sku: "A-0"' in written.text


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(made=events())
def test_cases_of_any_events_hold(made: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever names and values they have; a clause that no case breaks is named."""
    whole = [{**row, "event_id": f"E{number}", "at": "2026-01-05T08:30:00Z"} for number, row in enumerate(made)]
    contract, written = drafted(whole)
    touched = hold(contract, written, tmp_path_factory.mktemp("drawn") / "v1.cases.yaml")
    untouched = {f"{contract.key}/{clause}" for clause in written.untouched}
    assert touched | untouched == {clause.id for clause in (*contract.all_clauses(), *contract.row_clauses())}
    assert not touched & untouched


def test_a_row_that_does_not_do_what_it_says_is_not_written() -> None:
    """One that breaks nothing, or another clause, or that names nothing of the event; and one that is not accepted."""
    contract, _ = drafted(ORDERS)
    judge = Judge(contract, ORDERS[0])
    assert judge.breaks({"set": {"state": "lost"}}, "drawn.v1/state/enum") is not None
    assert judge.breaks({"set": {"state": "paid"}}, "drawn.v1/state/enum") is None
    assert judge.breaks({"set": {"state": 7}}, "drawn.v1/state/enum") is None
    assert judge.breaks({"drop": ["nothing"]}, "drawn.v1/state/enum") is None
    assert judge.keeps({"set": {"state": "paid"}})
    assert not judge.keeps({"set": {"state": "lost"}})


@pytest.mark.parametrize(
    ("before", "after", "row"),
    [
        ({"a": 1}, {"a": 2}, {"set": {"a": 2}}),
        ({"a": 1, "b": 2}, {"a": 1}, {"drop": ["b"]}),
        ({"a": 1}, {"a": True}, {"set": {"a": True}}),
        ({"a": 1}, {"a": 1, "b": 2}, {"set": {"b": 2}}),
        ({"a": {"b c": [1, {"d": 2}]}}, {"a": {"b c": [1, {"d": 3}]}}, {"set": {"a.b c[1].d": 3}}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, {"set": {"a": {"b": 1}}}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 0, "c": 0}}, {"set": {"a": {"b": 0, "c": 0}}}),
        ({"a": {"b.c": 1}}, {"a": {"b.c": 2}}, {"set": {"a": {"b.c": 2}}}),
        ({"a": [1]}, {"a": [1, 2]}, {"set": {"a": [1, 2]}}),
    ],
)
def test_a_change_is_written_at_its_innermost_place(before: Any, after: Any, row: Any) -> None:
    """Where a path can name it; else what holds it is written whole."""
    assert difference(before, after) == row
