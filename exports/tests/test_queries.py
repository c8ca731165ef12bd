"""SQL rules of a contract: what they may see, what they must give, and what they must not do."""

import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from exports.check import examine
from exports.queries import NOT_RUN, run_queries
from exports.tests.drawing import contract_of, field, table

MAP = {"key": {"logicalType": "string"}, "value": {"logicalType": "integer"}}
FIELDS = (
    field("integer", "n"),
    field("string", "a b", classification="confidential"),
    field("object", "o", properties=[field("integer", "x")]),
    field("array", "l", items={"logicalType": "integer"}),
    field("map", "m", map=MAP),
    field("time", "t"),
)
ROWS: tuple[dict[str, Any], ...] = (
    {"n": 1, "a b": "secret", "o": {"x": 5}, "l": [1, 2], "m": {"k": 3}, "t": "08:30:00"},
    {"n": 2, "a b": "secret", "o": None, "l": [], "m": {}, "t": None},
    {"n": None},
)


def _judge(query: str, wanted: Any = 0, operator: str = "mustBe", at: str | None = None, **more: Any) -> Any:
    """The answer to one rule, written at the schema or at a property."""
    rule = {"type": "sql", "query": query, operator: wanted}
    fields = [{**one, "quality": [rule]} if one["name"] == at else one for one in FIELDS]
    contract = contract_of(*fields, quality=() if at else [rule])
    (answer,) = run_queries(contract, table(contract, *ROWS), **more)
    return answer


HOLDS: list[tuple[str, Any, str, str | None]] = [
    ("SELECT count(*) FROM {object}", 3, "mustBe", None),
    ("SELECT count(*) FROM ${object}", 2, "mustBeGreaterThan", None),
    ("SELECT count(*) FROM {table}", 4, "mustBeLessThan", None),
    ("SELECT count(*) FROM ${table}", [1, 3], "mustBeBetween", None),
    ("SELECT count({property}) FROM {object}", 2, "mustBe", "n"),
    ("SELECT max(${property}) FROM {object}", 2, "mustBe", "n"),
    ("SELECT min({column}) FROM {table}", 1, "mustBe", "n"),
    ("SELECT avg(${column}) FROM {table}", 1.5, "mustBe", "n"),
    ("SELECT max(length({property})) FROM {object}", 6, "mustBe", "a b"),
    ("SELECT sum({property}.x) FROM {object}", 5, "mustBe", "o"),
    ("SELECT sum(len(l)) FROM {object}", 2, "mustBe", None),
    ("SELECT sum(m['k']) FROM {object}", 3, "mustBe", None),
    ("SELECT count(*) FROM {object} WHERE t > TIME '08:29:59'", 1, "mustBe", None),
    ("SELECT bool_and(n > 0) FROM {object}", 1, "mustBe", None),
    ("SELECT bool_and(n > 0) FROM {object}", True, "mustBe", None),
    ("SELECT bool_and(n > 1) FROM {object}", 1, "mustBeLessThan", None),
    ("SELECT 0.1::DOUBLE", 0.1, "mustBe", None),
    ("SELECT 170141183460469231731687303715884105727", 2**127 - 1, "mustBe", None),
]


@pytest.mark.parametrize(("query", "wanted", "operator", "at"), HOLDS)
def test_a_rule_that_holds(query: str, wanted: Any, operator: str, at: str | None) -> None:
    """Placeholders stand for table and column, true counts as 1, and numbers are compared exactly."""
    answer = _judge(query, wanted, operator, at)
    assert answer.holds, answer.found


def test_a_column_inside_an_object_is_reached() -> None:
    """A rule of a member is run on that member of the table's column."""
    rule = {"type": "sql", "query": "SELECT sum({property}) FROM {object}", "mustBe": 5}
    contract = contract_of(field("object", "o", properties=[field("integer", "x", quality=[rule])]))
    (answer,) = run_queries(contract, table(contract, {"o": {"x": 5}}, {"o": None}))
    assert answer.holds


BROKEN = [
    ("SELECT count(*) FROM {object}", "3"),
    ("SELECT 0.5", "0.5"),
    ("SELECT 1, 2", "it gives more than one value"),
    ("SELECT n FROM {object}", "it gives more than one value"),
    ("SELECT 1 WHERE false", "it gives no row"),
    ("SELECT null", "it gives null"),
    ("SELECT 'x'", "it gives no number"),
    ("SELECT [1]", "it gives no number"),
    ("SELECT 'nan'::DOUBLE", "it gives no finite number"),
    ("SELEC 1", "it could not be run: Parser Error"),
    ("SELECT nope FROM {object}", "it could not be run: Binder Error"),
    ("SELECT sum({property}) FROM {object}", "{property} stands for a column, and the table is none"),
    ("", "it is not one SELECT"),
]


@pytest.mark.parametrize(("query", "found"), BROKEN)
def test_a_rule_that_fails_says_why(query: str, found: str) -> None:
    """A number that is wrong, no number, or no query at all: each is a failure with its reason."""
    answer = _judge(query)
    assert not answer.holds
    assert answer.found.startswith(found)


def test_items_are_no_column() -> None:
    """A rule of an array's items names no column of the table, and says so."""
    rule = {"type": "sql", "query": "SELECT sum({property}) FROM {object}", "mustBe": 0}
    contract = contract_of(field("array", "l", items={"logicalType": "integer", "quality": [rule]}))
    (answer,) = run_queries(contract, table(contract, {"l": [1]}))
    assert answer.found == "{property} stands for a column, and l[] is none"


HOSTILE = (  # HERE is a folder with a file in it
    "SELECT count(*) FROM read_csv('HERE/secret.csv')",
    "SELECT count(*) FROM 'HERE/secret.csv'",
    "SELECT length(content) FROM read_text('HERE/secret.csv')",
    "SELECT count(*) FROM glob('HERE/*')",
    "COPY {object} TO 'HERE/stolen.csv'",
    "ATTACH 'HERE/other.db'",
    "EXPORT DATABASE 'HERE/all'",
    "INSTALL httpfs",
    "SET enable_external_access = true",
    "SET lock_configuration = false; SELECT 1",
    "SELECT 1; SELECT 2",
    "DROP TABLE {object}",
    "DELETE FROM {object}",
    "SELECT count(*) FROM frame",
    "SELECT count(*) FROM offered_rows",
    "SELECT length(repeat('x', 100000000000))",
)


@pytest.mark.parametrize("query", HOSTILE)
def test_a_rule_reaches_nothing_but_its_table(query: str, tmp_path: Path) -> None:
    """Files, the network, settings, variables of this process and statements that change anything are refused."""
    (tmp_path / "secret.csv").write_text("a\n1\n")
    answer = _judge(query.replace("HERE", str(tmp_path)), wanted=-1, operator="mustBeGreaterThan")
    assert not answer.holds
    assert answer.found.startswith(("it could not be run", "it is not one SELECT"))
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM range(100000000000) a, range(100000) b",
        "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT count(*) FROM x",
    ],
)
def test_a_rule_without_end_is_interrupted(query: str) -> None:
    """A rule that takes longer than it may is stopped, and the next one runs."""
    started = time.monotonic()
    answer = _judge(query, timeout_s=0.3)
    assert (answer.holds, answer.found) == (False, "it took longer than 0.3 s")
    assert time.monotonic() - started < 20
    assert _judge("SELECT 0", timeout_s=0.3).holds


def test_values_that_may_not_be_shown_are_not() -> None:
    """DuckDB's message on a value is kept back, and so is the number of a rule on a hidden field."""
    answer = _judge('SELECT CAST("a b" AS INTEGER) FROM {object}')
    assert answer.found == "it could not be run (ConversionException)"
    assert _judge("SELECT max(length({property})) FROM {object}", at="a b").found == "number"
    assert _judge('SELECT max(length("a b")) FROM {object}').found == "number"


def test_a_table_of_other_columns_is_not_asked() -> None:
    """Where a column could not be published as it is, no rule says anything of it."""
    rule = {"type": "sql", "query": "SELECT 0", "mustBe": 0}
    contract = contract_of(field("integer", "n", required=True), quality=[rule])
    for frame in (pl.DataFrame({"n": ["x"]}), pl.DataFrame({"n": [None]}, schema={"n": pl.Int64})):
        (answer,) = run_queries(contract, frame)
        assert (answer.holds, answer.found) == (False, NOT_RUN)


def test_a_rule_that_fails_fails_the_table() -> None:
    """Its id, number and words stand in the report like any clause's; one that holds is only listed."""
    good, bad = (
        {"type": "sql", "query": f"SELECT {number}", "mustBeLessThan": 5, "description": "Few."} for number in (4, 5)
    )
    contract = contract_of(field("integer", "n"), quality=[good, bad])
    report = examine(contract, table(contract, {"n": 1}))
    assert report.totals == {"t.v1/$/sql#2": 1}
    assert report.numbers == {"t.v1/$/sql": "4", "t.v1/$/sql#2": "5"}
    assert {"t.v1/$/sql", "t.v1/$/sql#2"} <= set(report.judged)
    (failure,) = report.failures
    assert (failure.row, failure.path, failure.found, failure.wanted) == (None, "$", "5", "less than 5 (Few.)")
    assert list(report.lines("t")) == ["t: clause t.v1/$/sql#2 wants less than 5 (Few.); of 1 rows it is 5"]
