"""Each rule of a contract, broken in stored rows: what the check says, and what it must not say."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.compiler import rules
from contracts.compiler.model import Contract
from exports.check import check, examine
from exports.columns import dtype
from exports.errors import CheckFailedError
from exports.plan import plan
from exports.schema import compile_schema
from exports.tests.lab import EMPTY, FULL, IDS, KPI, REFUSED, TICKET, Lab, fill

HOUR = 3_600_000_000  # Delta keeps a time of day in microseconds
# field, bad value -> clause, JSON path, found. Each value stands just outside its bound.
BROKEN: list[tuple[str, Any, str, str, str]] = [
    ("id", None, "id/required", "$.id", "null"),
    ("small", -100, "small/exclusiveMinimum", "$.small", "-100"),
    ("short", 31, "short/multipleOf", "$.short", "31"),
    ("int", 1001, "int/maximum", "$.int", "1001"),
    ("byte", 0, "byte/minimum", "$.byte", "0"),
    ("byte", 256, "byte/type", "$.byte", "256"),
    ("word", -1, "word/type", "$.word", "-1"),
    ("dword", 2**32, "dword/type", "$.dword", "4294967296"),
    ("qword", Decimal(2**64), "qword/type", "$.qword", "18446744073709551616"),
    ("single", float("inf"), "single/type", "$.single", "Infinity"),
    ("double", float("nan"), "double/type", "$.double", "NaN"),
    ("double", 10.0, "double/exclusiveMaximum", "$.double", "10.0"),
    ("double", 0.071, "double/multipleOf", "$.double", "0.071"),
    ("money", Decimal("0.00"), "money/minimum", "$.money", "0.00"),
    ("money", Decimal("0.12"), "money/multipleOf", "$.money", "0.12"),
    ("moment", datetime(2019, 12, 31, 23, 59, 59, 999999, UTC), "moment/minimum", "$.moment", ""),
    ("day", date(2031, 1, 1), "day/maximum", "$.day", '"2031-01-01"'),
    ("written_day", date(2026, 1, 8), "written_day/enum", "$.written_day", '"2026-01-08"'),
    ("clock", 6 * HOUR - 1, "clock/minimum", "$.clock", '"05:59:59.999999"'),
    ("clock", 22 * HOUR + HOUR // 2, "clock/exclusiveMaximum", "$.clock", '"22:30:00"'),
    ("clock", -1, "clock/type", "$.clock", "-1"),
    ("clock", 24 * HOUR, "clock/type", "$.clock", "86400000000"),
    ("clock", 2**62, "clock/type", "$.clock", "4611686018427387904"),
    ("huge", Decimal(-1), "huge/type", "$.huge", "-1"),
    ("huge", Decimal(10**38 - 1), "huge/maximum", "$.huge", "99999999999999999999999999999999999999"),
    ("huge", Decimal(10**38 - 3), "huge/multipleOf", "$.huge", "99999999999999999999999999999999999997"),
    ("flag", False, "flag/enum", "$.flag", "false"),
    ("text", "", "text/minLength", "$.text", '""'),
    ("text", "a😀bc", "text/maxLength", "$.text", '"a😀bc"'),
    ("digits", "12a\n", "digits/pattern", "$.digits", '"12a\\n"'),
    ("digits", "١a", "digits/pattern", "$.digits", '"١a"'),
    ("digits", "1é", "digits/pattern", "$.digits", '"1é"'),
    ("host", "-web", "host/format", "$.host", '"-web"'),
    ("level", 3, "level/enum", "$.level", "3"),
    ("rate", Decimal("0.7"), "rate/enum", "$.rate", "0.7"),
    ("labels", [], "labels/minItems", "$.labels", "[]"),
    ("labels", ["a", "b", "c", "d"], "labels/maxItems", "$.labels", '["a", "b", "c", "d"]'),
    ("labels", ["a", "a"], "labels/uniqueItems", "$.labels", '["a", "a"]'),
    ("labels", ["a", None], "labels[]/required", "$.labels[1]", "null"),
    ("labels", ["a", "too long"], "labels[]/maxLength", "$.labels[1]", '"too long"'),
    ("grid", [[1], [2, 10]], "grid[][]/maximum", "$.grid[1][1]", "10"),
    ("box", {"price": None, "at": None, "note": None}, "box.price/required", "$.box.price", "null"),
    ("box", {"price": Decimal(1), "note": "secret!"}, "box.note/maxLength", "$.box.note", "string of 7 characters"),
    (
        "box",
        {"price": Decimal(1), "at": datetime(2026, 1, 1, tzinfo=UTC), "note": "x"},
        "box/maxProperties",
        "$.box",
        "object of 3 members",
    ),
    ("lines", [{"sku": "A"}, {"count": 1}], "lines[].sku/required", "$.lines[1].sku", "null"),
    ("lines", [None, {"sku": "A\n"}], "lines[].sku/pattern", "$.lines[1].sku", '"A\\n"'),
    ("lines", [{"sku": "A", "count": 0}], "lines[].count/minimum", "$.lines[0].count", "0"),
    ("lines", [{"sku": "A", "count": -1}], "lines[].count/type", "$.lines[0].count", "-1"),
    ("names", {}, "names/minProperties", "$.names", "{}"),
    ("names", dict.fromkeys("abcd", "x"), "names/maxProperties", "$.names", '{"a": "x", "b": "x", "c": "x", "d": "x"}'),
    ("names", {"fr": "x", "F": "x"}, "names.key/pattern", "$.names.F", '"F"'),
    ("names", {"fr": "x", "a  b": "x"}, "names.key/pattern", '$.names["a  b"]', '"a  b"'),
    ("names", {"fr": "x", "a b": None}, "names.value/nullValues", '$.names["a b"]', "null"),
    ("names", {"fr": "x", "en": "n/a"}, "names.value/missingValues", "$.names.en", '"n/a"'),
    ("names", {"fr": "!"}, "names.value/invalidValues", "$.names.fr", '"!"'),
    ("names", {"fr": "x", "en": "x?"}, "names.value/invalidValues#2", "$.names.en", '"x?"'),
    ("shelves", [{"a": 256}], "shelves[].value/type", "$.shelves[0].a", "256"),
    ("shelves", [{"a": 1, "b": 2}, {"b": 2, "a": 1}], "shelves/uniqueItems", "$.shelves", '[{"a": 1, "b": 2}, '),
    ("crate", {"hours": {"mon": [1, 24 * HOUR]}}, "crate.hours.value[]/type", "$.crate.hours.mon[1]", "86400000000"),
]


@pytest.mark.parametrize(("field", "value", "clause", "path", "found"), BROKEN, ids=[row[2] for row in BROKEN])
def test_a_broken_clause_is_named_and_publishes_nothing(
    all_types: Lab, field: str, value: Any, clause: str, path: str, found: str
) -> None:
    """The failure says clause, row, identity, place, value and what is wanted; no file and no pointer appears."""
    fill(all_types, {**EMPTY, "id": 0}, {**FULL, field: value})
    with pytest.raises(CheckFailedError) as caught:
        all_types.export("all_types", ("json",))
    failures = caught.value.reports["all_types"].failures
    (one,) = [failure for failure in failures if failure.clause == f"all_types.v1/{clause}" and failure.row]
    assert (one.row, one.path) == (2, path)
    assert one.identity == {"id": "null" if field == "id" else "1"}
    assert found in one.found
    assert one.wanted
    assert all_types.published("all_types") == []
    assert not all_types.workspace.latest.exists()


# Each just inside its bound.
KEPT: list[tuple[str, Any]] = [
    ("text", "a"),
    ("double", 9.99),
    ("double", -0.07),
    ("money", Decimal("0.05")),
    ("moment", datetime(2020, 1, 1, tzinfo=UTC)),
    ("day", date(2030, 12, 31)),
    ("byte", 1),
    ("labels", ["a", "b", "c"]),
    ("times", [FULL["moment"]] * 2),
    ("grid", []),
    ("box", {"price": Decimal(-1), "at": None, "note": None}),
    ("rate", Decimal("1.0")),
    ("lines", []),
    ("written_day", date(2026, 1, 10)),
    ("clock", 6 * HOUR),
    ("clock", 22 * HOUR + HOUR // 2 - 1),
    ("vast", Decimal(10**38 - 1)),
    ("huge", Decimal(0)),
    ("huge", Decimal(10**38 - 2)),
    ("names", {"fr": "x"}),
    ("names", dict.fromkeys("abc", "x!")),
    ("shelves", [{"a": 1, "b": 2}, {"b": 1, "a": 2}, {"a": 1}, {}, None]),
    ("crate", {"hours": {"mon": [0, 24 * HOUR - 1]}}),
]


@pytest.mark.parametrize(("field", "value"), KEPT)
def test_a_value_at_its_bound_passes(all_types: Lab, field: str, value: Any) -> None:
    """What stands exactly at its bound is published."""
    fill(all_types, {**FULL, field: value}, EMPTY)
    assert all_types.export("all_types", ("json",))["ok"]


def test_every_rule_is_broken_above() -> None:
    """No rule that is judged per event is left without a broken example here."""
    assert rules.names("event") == {row[2].rpartition("/")[2].removesuffix("#2") for row in BROKEN}


def test_uniqueness_is_judged_over_rows(all_types: Lab) -> None:
    """A primary key or unique value that stands twice fails for each of its rows; null may repeat."""
    fill(all_types, FULL, {**EMPTY, "id": 1}, {**EMPTY, "id": 3}, {**EMPTY, "id": 4, "digits": "12a"})
    with pytest.raises(CheckFailedError) as caught:
        all_types.export("all_types", ("json",))
    report = caught.value.reports["all_types"]
    assert report.totals == {"all_types.v1/id/primaryKey": 2, "all_types.v1/digits/unique": 2}


def test_what_stored_rows_cannot_tell_is_written_down(all_types: Lab) -> None:
    """A clause that can't be judged is listed with its reason, never silently left out."""
    contract = all_types.folder.get("all_types")
    found = plan(contract)
    judged = {one.clause.id for one in found.judged}
    assert set(found.gaps) == {
        f"all_types.v1/{path}"
        for path in ("box/minProperties", "times/uniqueItems", "mail/format", "mail/minLength", "written_day/format")
    }
    assert {c.id for field in contract.walk() for c in field.clauses} <= judged | set(found.gaps)


def test_each_clause_is_a_named_pandera_check(all_types: Lab) -> None:
    """The compiled schema is pandera's own, and its checks carry clause ids."""
    schema = compile_schema(all_types.folder.get("all_types"))
    assert type(schema).__module__.startswith("pandera")
    assert "all_types.v1/int/maximum" in {check.name for check in schema.columns["int"].checks}


def _frame(contract: Contract, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    schema = {field.name: dtype(field) for field in contract.fields}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def test_masked_values_never_show(lab: Lab) -> None:
    """A confidential value is described by type and length, in the failure and in the exception's text."""
    lab.tickets({**TICKET, "request": "my secret " * 300, "attachments": [{"name": "secret.pdf", "media_type": "no"}]})
    with pytest.raises(CheckFailedError) as caught:
        lab.export()
    text = str(caught.value) + str(caught.value.reports["tickets"].as_dict())
    assert "string of 3000 characters" in text
    assert "secret" not in text
    assert caught.value.__cause__ is None


def test_ten_rows_are_shown_and_all_are_counted(lab: Lab) -> None:
    """A clause broken by many rows describes the first ten and says how many there are."""
    contract = lab.folder.get("tickets")
    rows = [{**TICKET, "event_id": f"{n:08d}-52ae-4a1c-9d0f-5d4f6f0f6f11", "priority": "x"} for n in range(25)]
    report = examine(contract, _frame(contract, rows))
    assert report.totals == {"tickets.v2/priority/enum": 25}
    assert [failure.row for failure in report.failures] == list(range(1, 11))
    assert "... and 15 more" in "\n".join(report.lines("tickets"))


def test_every_output_names_its_rows(lab: Lab) -> None:
    """Rows are known by primary key, by Kafka coordinates, or by hour and groups."""
    lab.tickets({**TICKET, "priority": "x"}, refused={**REFUSED, "raw_bytes": -1}, kpi={**KPI, "events": -1})
    with pytest.raises(CheckFailedError) as caught:
        lab.export()
    names = {table: list(report.failures[0].identity) for table, report in caught.value.reports.items()}
    assert names == {
        "tickets": ["event_id"],
        "rejected_events": ["kafka_partition", "kafka_offset"],
        "ticket_kpis": ["hour", "request_type", "priority", "support_team"],
    }


def test_a_group_stands_once_in_an_aggregate(lab: Lab) -> None:
    """Two rows of one hour and group fail, though no column of them is unique."""
    contract = lab.folder.get("ticket_kpis")
    found = check(contract, _frame(contract, [KPI, {**KPI, "priority": "high"}, KPI]))
    assert [(failure.clause, failure.row) for failure in found] == [
        ("ticket_kpis.v1/$/unique", 1),
        ("ticket_kpis.v1/$/unique", 3),
    ]


def test_a_column_of_another_type_breaks_its_type_clause(lab: Lab) -> None:
    """Nothing is coerced: a text column with numbers in it is no integer column."""
    contract = lab.folder.get("tickets")
    frame = _frame(contract, [TICKET]).with_columns(pl.col("kafka_offset").cast(pl.String))
    (failure,) = check(contract, frame)
    assert (failure.clause, failure.row, failure.found) == (
        "tickets.v2/kafka_offset/type",
        None,
        "a column of type String",
    )
    (missing,) = check(contract, frame.drop("kafka_offset"))
    assert missing.clause == "tickets.v2/$/type"


def test_the_environment_cannot_switch_the_check_off(lab: Lab) -> None:
    """pandera's own switches for validation have no effect here."""
    from pandera.config import ValidationDepth, config_context

    contract = lab.folder.get("tickets")
    frame = _frame(contract, [{**TICKET, "priority": "x"}])
    with config_context(validation_enabled=False, validation_depth=ValidationDepth.SCHEMA_ONLY):
        assert [failure.clause for failure in check(contract, frame)] == ["tickets.v2/priority/enum"]


def test_an_empty_table_passes(lab: Lab) -> None:
    """No rows break no clause."""
    for name in ("tickets", "ticket_kpis", "rejected_events"):
        assert check(lab.folder.get(name), _frame(lab.folder.get(name), [])) == []


def test_a_good_row_of_each_output_passes(lab: Lab) -> None:
    """The examples these tests break are whole before they are broken."""
    lab.tickets(TICKET, {**TICKET, "event_id": IDS[1]})
    assert [table["rows"] for table in lab.export()["tables"]] == [1, 1, 2]
