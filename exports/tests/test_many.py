"""Clauses over many rows: what is counted, of what, and on which side of a bound a table fails."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.compiler import rules
from contracts.compiler.model import Clause, Expectation
from contracts.compiler.quality import OPERATORS
from exports.check import check, examine
from exports.plan import identity, plan
from exports.shares import UNITS, Counted
from exports.tests.drawing import contract_of, field, table
from exports.tests.lab import IDS, TICKET, Lab

Rows = list[dict[str, Any]]
TEXTS = ("a", "a", "b", None, "", "no")  # as rows of one optional string field


def _rows(*values: Any) -> list[dict[str, Any]]:
    return [{"v": value} for value in values]


def _rule(metric: str, operator: str, bound: Any, unit: str = "rows", **arguments: Any) -> dict[str, Any]:
    more = {"arguments": arguments} if arguments else {}
    return {"metric": metric, operator: bound, "unit": unit, **more}


# operator, bound that holds, bound that does not: 2 of 6 rows, and 33.33... percent, which no bound below equals
AT_THE_BOUND = [
    ("mustBe", "rows", 2, 3),
    ("mustNotBe", "rows", 1, 2),
    ("mustBeGreaterThan", "rows", 1, 2),
    ("mustBeGreaterOrEqualTo", "rows", 2, 3),
    ("mustBeLessThan", "rows", 3, 2),
    ("mustBeLessOrEqualTo", "rows", 2, 1),
    ("mustBeBetween", "rows", [2, 3], [3, 4]),
    ("mustBeBetween", "rows", [1, 2], [0, 1]),
    ("mustNotBeBetween", "rows", [3, 4], [2, 3]),
    ("mustNotBeBetween", "rows", [0, 1], [1, 2]),
    ("mustBe", "percent", None, 33.333333333333333),
    ("mustNotBe", "percent", 33.333333333333333, None),
    ("mustBeGreaterThan", "percent", 33.33333333333333, 33.33333333333334),
    ("mustBeGreaterOrEqualTo", "percent", 33.33333333333333, 33.33333333333334),
    ("mustBeLessThan", "percent", 33.33333333333334, 33.33333333333333),
    ("mustBeLessOrEqualTo", "percent", 33.33333333333334, 33.33333333333333),
    ("mustBeBetween", "percent", [33.33333333333333, 34], [33.33333333333334, 34]),
    ("mustNotBeBetween", "percent", [33.33333333333334, 34], [33.33333333333333, 34]),
]


@pytest.mark.parametrize(("operator", "unit", "good", "bad"), AT_THE_BOUND)
def test_a_number_is_compared_exactly(operator: str, unit: str, good: Any, bad: Any) -> None:
    """Each operator holds at its bound and fails just beyond, in rows and in percent, which is never rounded."""
    for bound, fails in ((good, False), (bad, True)):
        if bound is None:
            continue
        rule = _rule("missingValues", operator, bound, unit, missingValues=["a"])
        contract = contract_of(field("string", quality=[rule]))
        failures = check(contract, table(contract, *_rows(*TEXTS)))
        assert [failure.clause for failure in failures] == ["t.v1/v/missingValues"] * fails
        for failure in failures:
            found = "2 of 6" if unit == "rows" else "33.3333 percent (2 of 6)"
            assert (failure.row, failure.path, failure.found) == (None, "$.v", found)
            assert "counted as missing" in failure.wanted


def test_every_operator_and_unit_is_tried() -> None:
    """The table above has every operator in every unit."""
    assert {row[:2] for row in AT_THE_BOUND} == {(operator, unit) for operator in OPERATORS for unit in UNITS}


MAP = {"key": {"logicalType": "string"}, "value": {"logicalType": "integer"}}
# rule's arguments, type and more, values of the column, number, total
COUNTED: list[tuple[str, dict[str, Any], dict[str, Any], list[Any], int, int]] = [
    ("nullValues", {}, {"kind": "string"}, list(TEXTS), 1, 6),
    ("missingValues", {"missingValues": [None, "", "x"]}, {"kind": "string"}, list(TEXTS), 2, 6),
    ("missingValues", {"missingValues": [0]}, {"kind": "integer"}, [0, 1, None, -1], 1, 4),
    ("missingValues", {"missingValues": [0, "n/a"]}, {"kind": "integer"}, [0, 1, None], 1, 3),
    ("missingValues", {"missingValues": ["2026-01-05"]}, {"kind": "date"}, ["2026-01-05", "2026-01-06"], 1, 2),
    ("invalidValues", {"validValues": ["a", "b"]}, {"kind": "string"}, list(TEXTS), 2, 6),
    ("invalidValues", {"pattern": "^[ab]$"}, {"kind": "string"}, [*TEXTS, "a\n"], 3, 7),
    ("invalidValues", {"validValues": [True]}, {"kind": "boolean"}, [True, False, None], 1, 3),
    ("invalidValues", {"validValues": [0.5]}, {"kind": "number"}, [Decimal("0.5"), Decimal("0.25"), None], 1, 3),
    ("invalidValues", {"validValues": ["08:00:00"]}, {"kind": "time"}, ["08:00:00", "08:00:00.000001"], 1, 2),
    ("duplicateValues", {}, {"kind": "string"}, list(TEXTS), 1, 6),
    ("duplicateValues", {}, {"kind": "number", "physicalType": "decimal(9,2)"}, [1, Decimal("1.0"), 2, None], 1, 4),
    ("duplicateValues", {}, {"kind": "array", "items": {"logicalType": "string"}}, [["a"], ["a"], [None], []], 1, 4),
    ("duplicateValues", {}, {"kind": "map", "map": MAP}, [{"a": 1, "b": 2}, {"b": 2, "a": 1}, {}, None, None], 1, 5),
    (
        "duplicateValues",
        {},
        {"kind": "object", "properties": [field("string", "p")]},
        [{"p": None}, None, {"p": None}, {"p": "x"}, None],
        1,
        5,
    ),
]


@pytest.mark.parametrize(("metric", "arguments", "column", "values", "number", "total"), COUNTED)
def test_what_is_counted(
    metric: str, arguments: dict[str, Any], column: dict[str, Any], values: list[Any], number: int, total: int
) -> None:
    """Nulls are counted where they are asked for, of repeated values those beyond the first, and all in percent."""
    rule = _rule(metric, "mustBeGreaterThan", 1_000, **arguments)
    contract = contract_of(field(**column, quality=[rule]))
    (failure,) = check(contract, table(contract, *_rows(*values)))
    assert failure.found == f"{number} of {total}"


def test_below_an_array_values_are_counted_and_inside_an_object_rows() -> None:
    """Below an array or map the total is that of values; below a null there is nothing to count."""
    rule = [_rule("nullValues", "mustBeGreaterThan", 100, "percent")]
    inner = field("integer", "n", quality=rule)
    contract = contract_of(
        field("array", "l", items={"logicalType": "integer", "quality": rule}),
        field("map", "m", map={"key": {"logicalType": "string"}, "value": {"logicalType": "integer", "quality": rule}}),
        field("object", "o", properties=[inner]),
        field("array", "a", items={"logicalType": "object", "properties": [inner]}),
    )
    rows: Rows = [
        {"l": [1, None, None], "m": {"x": None}, "o": {"n": 1}, "a": [{"n": None}, None]},
        {"l": [], "m": {"x": 1, "y": None, "z": 2}, "o": {}, "a": []},
        {"l": None, "m": None, "o": None, "a": None},
    ]
    found = {failure.clause: (failure.path, failure.found) for failure in check(contract, table(contract, *rows))}
    assert found == {
        "t.v1/l[]/nullValues": ("$.l[]", "66.6667 percent (2 of 3)"),
        "t.v1/m.value/nullValues": ("$.m.value", "50 percent (2 of 4)"),
        "t.v1/o.n/nullValues": ("$.o.n", "50 percent (1 of 2)"),
        "t.v1/a[].n/nullValues": ("$.a[].n", "100 percent (1 of 1)"),
    }


def test_percent_of_nothing_is_zero() -> None:
    """An empty table has no share of anything; only the number of its rows can be wrong."""
    quality = [_rule("rowCount", "mustBeGreaterThan", 0)]
    share = _rule("nullValues", "mustBeLessOrEqualTo", 1, "percent")
    contract = contract_of(field("string", quality=[share]), quality=quality)
    (failure,) = check(contract, table(contract))
    assert (failure.clause, failure.path, failure.found) == ("t.v1/$/rowCount", "$", "0 of 0")
    assert check(contract, table(contract, *_rows("a"))) == []


def test_uniqueness_below_an_array_is_over_all_values() -> None:
    """A value that stands in the arrays of two rows, or twice in one, fails for each row; null may repeat."""
    contract = contract_of(field("array", "l", items={"logicalType": "string", "unique": True}))
    lists = (["a", None, "b"], None, ["c", None, "a"], ["d"], ["e", "e"])
    frame = table(contract, *({"l": values} for values in lists))
    found = [(one.clause, one.row, one.path, one.found) for one in check(contract, frame)]
    assert found == [
        ("t.v1/l[]/unique", 1, "$.l[0]", '"a"'),
        ("t.v1/l[]/unique", 3, "$.l[2]", '"a"'),
        ("t.v1/l[]/unique", 5, "$.l[0]", '"e"'),
    ]


def test_uniqueness_of_objects_tells_null_from_nulls() -> None:
    """A null object and one of nulls are two values; maps are equal whatever their order."""
    contract = contract_of(
        field("object", "o", unique=True, properties=[field("string", "p")]), field("map", "m", unique=True, map=MAP)
    )
    rows: Rows = [
        {"o": None, "m": {"a": 1, "b": 2}},
        {"o": {"p": None}},
        {"o": {"p": "x"}, "m": {"b": 2, "a": 1}},
    ]
    frame = table(contract, *rows)
    assert [(one.clause, one.row) for one in check(contract, frame)] == [("t.v1/m/unique", 1), ("t.v1/m/unique", 3)]


def test_a_composite_key_names_rows_and_stands_once() -> None:
    """Of several key columns none is unique alone, and they name a failing row; a row with a null is aside."""
    contract = contract_of(field("string", "a", primaryKey=True), field("integer", "b", primaryKey=True, maximum=9))
    assert identity(contract) == ("a", "b")
    rows: Rows = [
        {"a": "x", "b": 1},
        {"a": "x", "b": 2},
        {"a": "x", "b": 1},
        {"a": None, "b": 1},
        {"a": None, "b": 1},
    ]
    found = check(contract, table(contract, *rows))
    assert [(one.clause, one.row, one.identity) for one in found] == [
        ("t.v1/$/primaryKey", 1, {"a": '"x"', "b": "1"}),
        ("t.v1/$/primaryKey", 3, {"a": '"x"', "b": "1"}),
    ]


def test_repeated_rows_are_counted_by_their_columns() -> None:
    """At the schema, a row counts as repeated if all named columns are, rows with a null in them aside."""
    rule = _rule("duplicateValues", "mustBeLessThan", 20, "percent", properties=["a", "b"])
    contract = contract_of(field("string", "a"), field("integer", "b"), field("integer", "c"), quality=[rule])
    rows: Rows = [
        {"a": "x", "b": 1, "c": 1},
        {"a": "x", "b": 1, "c": 2},
        {"a": "x"},
        {"a": "x"},
        {"a": "y", "b": 1},
    ]
    (failure,) = check(contract, table(contract, *rows))
    assert (failure.clause, failure.found) == ("t.v1/$/duplicateValues", "20 percent (1 of 5)")
    assert check(contract, table(contract, *rows, {"a": "z"})) == []


def test_equal_rules_of_one_field_are_told_apart() -> None:
    """Twins have ids of their own, each with its own number."""
    rules_ = [_rule("nullValues", "mustBeLessThan", bound) for bound in (3, 2)]
    contract = contract_of(field("string", quality=rules_))
    report = examine(contract, table(contract, *_rows("a", None, None)))
    assert report.totals == {"t.v1/v/nullValues#2": 1}
    assert report.numbers == {"t.v1/v/nullValues": "2 of 3", "t.v1/v/nullValues#2": "2 of 3"}
    assert list(report.lines("t")) == [
        "t: clause t.v1/v/nullValues#2 wants less than 2 rows absent or null; of 3 rows it is 2 of 3"
    ]


def test_keyed_hashes_keep_nulls_and_repetition_alone() -> None:
    """Of a personal field's clauses over many rows, those that need the value itself are written down as not judged."""
    metrics = [
        _rule("nullValues", "mustBeLessThan", 5),
        _rule("duplicateValues", "mustBeLessThan", 5),
        _rule("missingValues", "mustBeLessThan", 5, missingValues=["x"]),
        _rule("invalidValues", "mustBeLessThan", 5, pattern="x"),
    ]
    found = plan(contract_of(field("string", classification="personal", unique=True, quality=metrics)))
    judged = {one.clause.rule for one in found.judged}
    assert {"unique", "nullValues", "duplicateValues"} <= judged
    assert {clause.rpartition("/")[2] for clause in found.gaps} == {"missingValues", "invalidValues"}


def test_primary_key_and_unique_are_two_clauses(lab: Lab) -> None:
    """An event id that stands twice breaks both that its contract says of it."""
    contract = lab.folder.get("tickets")
    frame = pl.DataFrame([dict(TICKET), {**TICKET, "kafka_offset": 1}], schema=_schema(contract))
    assert examine(contract, frame).totals == {"tickets.v2/event_id/primaryKey": 2, "tickets.v2/event_id/unique": 2}
    assert check(contract, frame.with_columns(event_id=pl.Series(IDS))) == []


def _schema(contract: Any) -> dict[str, Any]:
    from exports.columns import dtype

    return {field.name: dtype(field) for field in contract.fields}


def test_a_column_of_another_type_does_not_stop_the_count() -> None:
    """Where a column can't be counted its type clause fails, and the number says so."""
    contract = contract_of(field("string", quality=[_rule("missingValues", "mustBeLessThan", 2, missingValues=["a"])]))
    report = examine(contract, pl.DataFrame({"v": [1, 2]}))
    assert set(report.totals) == {"t.v1/v/type"}
    assert report.numbers["t.v1/v/missingValues"] == "not countable"


def test_a_number_is_one_failure_of_the_table(lab: Lab) -> None:
    """The expectation of a clause says what its number is compared with."""
    clause = Clause("t.v1/$/rowCount", "$", "rowCount", Expectation("mustBe", 1, "rows", None, None, None), "exactly 1")
    counted = Counted(clause, (), ())
    assert counted.holds(pl.DataFrame({"v": [1]}))
    assert not counted.holds(pl.DataFrame({"v": [1, 2]}))


def test_every_rule_over_many_rows_is_tried() -> None:
    """No rule over many rows is left without an example here."""
    tried = {row[0] for row in COUNTED} | {"unique", "primaryKey", "rowCount"}
    assert tried == rules.names("many")
