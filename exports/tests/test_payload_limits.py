"""The export check's verdict on payloads where columns hold less than JSON says, and on values nobody should send."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Finding
from exports.errors import ExportError
from exports.payload import PayloadCheck, gaps
from exports.tests.drawing import contract_of, field
from exports.tests.test_payload import INTEGER, NESTED, STRING, names

ALL_TYPES = Catalogue(Path(__file__).parent / "contracts").get("all_types")
D = Decimal


WHOLE = {"logicalType": "object", "properties": [field("integer", "a", required=True)]}
UNIQUE: list[tuple[dict[str, Any], Any, bool]] = [
    (INTEGER, [1, 2, None], True),
    (INTEGER, [1, D("1.0")], False),
    (INTEGER, [None, None], False),
    (INTEGER, ["x", "x"], False),
    (INTEGER, ["x", "y", None], True),
    (INTEGER, ["1", 1], True),
    (STRING, [0, False], True),
    (STRING, [0, D("0.00")], False),
    (STRING, [{"a": 1, "b": [1]}, {"b": [D("1.0")], "a": 1}], False),
    ({"logicalType": "number", "physicalType": "decimal(9,2)"}, [D("0.10"), D("0.1")], False),
    ({"logicalType": "array", "items": INTEGER}, [[1, None], [1, None]], False),
    ({"logicalType": "array", "items": INTEGER}, [[1, None], [1], [], None], True),
    ({"logicalType": "map", "map": {"key": STRING, "value": INTEGER}}, [{"a": 1, "b": 2}, {"b": 2, "a": 1}], False),
    ({"logicalType": "map", "map": {"key": STRING, "value": INTEGER}}, [{"a": None}, {}, {"b": None}], True),
    ({"logicalType": "date"}, ["2026-01-05", "2026-01-05"], False),
    ({"logicalType": "time", "logicalTypeOptions": {"format": "HH:mm"}}, ["08:30", "08:31"], True),
    ({"logicalType": "object", "properties": [field("integer", "a", required=True)]}, [{"a": 1}, {"a": 1}], False),
    (
        {"logicalType": "object", "properties": [field("integer", "a", required=True)]},
        [{"a": 1, "z": 1}, {"a": 1}],
        True,
    ),
    ({"logicalType": "object", "properties": [field("integer", "a", required=True)]}, [{"a": None}, {}], True),
]


@pytest.mark.parametrize(("items", "value", "good"), UNIQUE)
def test_unique_items_compares_json_values(items: dict[str, Any], value: list[Any], good: bool) -> None:
    """Items are compared as JSON, also where a column does not hold them: refused, absent or with unknown members."""
    contract = contract_of(field("array", items=items, uniqueItems=True))
    findings = PayloadCheck(contract).judge({"v": value})
    assert ("v/uniqueItems" in {clause for clause, _ in names(findings)}) is not good
    assert "t.v1/v/uniqueItems" not in gaps(contract)


ALIKE = [
    {"logicalType": "number"},
    {"logicalType": "timestamp"},
    {"logicalType": "time"},
    {"logicalType": "date", "logicalTypeOptions": {"format": "d/M/uuuu"}},
    {"logicalType": "object", "properties": [field("integer", "a")]},
    {"logicalType": "array", "items": {"logicalType": "number"}},
]


@pytest.mark.parametrize("items", ALIKE)
def test_items_that_are_stored_alike_are_a_gap(items: dict[str, Any]) -> None:
    """Where different items may be stored as one, uniqueItems is not judged, and said not to be."""
    contract = contract_of(field("array", items=items, uniqueItems=True))
    assert "stored alike" in gaps(contract)["t.v1/v/uniqueItems"]


def test_what_payload_rows_cannot_tell_is_listed() -> None:
    """Bytes and envelope, the members of objects, and floats to their last digit; everything else is judged."""
    found = gaps(Catalogue(HOME).get("client_tickets"))
    assert {clause.partition("/")[2][0] for clause in found} == {"$", "@"}
    assert "client_tickets.v2/$/type" not in found
    inner = field("object", minProperties=1, maxProperties=2, properties=[field("number", "n", minimum=1)])
    assert {clause.partition("/")[2] for clause in gaps(contract_of(inner)) if "$" not in clause} == {
        "v/minProperties",
        "v/maxProperties",
        "v.n/minimum",
    }


def test_every_clause_is_judged_or_a_gap() -> None:
    """No clause per event is silently left out: of times, `format` is judged while reading."""
    check, found = PayloadCheck(ALL_TYPES), gaps(ALL_TYPES)
    judged = {one.clause.id for one in check._plan.judged}
    left = {clause.id for clause in ALL_TYPES.all_clauses()} - judged - found.keys()
    assert left == {"all_types.v1/$/type", "all_types.v1/written_day/format"}


@pytest.mark.parametrize("value", [None, True, 0, D("1.5"), "x", [], [{}]])
def test_what_is_no_object_breaks_the_whole(value: Any) -> None:
    """A payload that is no JSON object breaks one clause, and its content is not shown."""
    (finding,) = PayloadCheck(NESTED).judge(value)
    assert (finding.clause, finding.path, finding.wanted) == ("t.v1/$/type", "$", "a JSON object")
    assert "x" not in finding.found


def _deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


HOSTILE = [
    10**5000,
    -(10**5000),
    D("1e999999999"),
    D("-1e-999999999"),
    D("NaN"),
    D("Infinity"),
    D("0." + "3" * 1000),
    0.5,
    "\ud800",
    "\x00" * 1000,
    {"\ud800": 1},
    {"": {"": {"": 1}}},
    [[], {}, [[]], None, True],
    _deep(50_000),
    {"key": {"value": 1}, "value": 2},
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_value_makes_it_raise(value: Any) -> None:
    """Whatever stands at any field, alone, in a list, as a member or twice, there is a verdict."""
    names = [one.name for one in ALL_TYPES.fields]
    payloads = [dict.fromkeys(names, shape) for shape in (value, [value, value], {"sku": value, "price": value})]
    verdicts = PayloadCheck(ALL_TYPES).judge_all([*payloads, {"names": {"a": value}, "lines": [{"sku": value}] * 2}])
    assert all(verdicts)


def test_hidden_values_and_names_do_not_show() -> None:
    """Of a confidential field findings say type and length, also in the path of a map's member."""
    items = {"logicalType": "object", "properties": [field("date", "d")]}
    contract = contract_of(
        field("map", "m", classification="confidential", map={"key": STRING, "value": INTEGER}),
        field("string", "s", classification="personal", maxLength=3),
        field(
            "array",
            "a",
            classification="confidential",
            items=items,
        ),
    )
    found = PayloadCheck(contract).judge({"m": {"secret": "secret"}, "s": "secret", "a": [{"d": "secret"}, "secret"]})
    assert "secret" not in str(found)
    assert [(one.path, one.found) for one in found] == [
        ('$.m["string of 6 characters"]', "string of 6 characters"),
        ("$.s", "string of 6 characters"),
        ("$.a[0].d", "string of 6 characters"),
        ("$.a[1]", "string of 6 characters"),
    ]


def test_a_finding_says_what_was_found_and_wanted() -> None:
    """Found is the value as sent, `null` for null and absent; wanted the words of the clause."""
    check = PayloadCheck(contract_of(field("integer", maximum=5, required=True)))
    assert check.judge({"v": D("7.0")}) == (Finding("t.v1/v/maximum", "$.v", "7.0", "at most 5"),)
    for value in ({}, {"v": None}):
        assert check.judge(value) == (Finding("t.v1/v/required", "$.v", "null", "present and not null"),)


def test_personal_values_are_judged_as_sent() -> None:
    """The gap of keyed hashes is one of stored tables: a payload's email is judged in full."""
    contract = Catalogue(HOME).get("client_tickets")
    found = names(PayloadCheck(contract).judge({"client_email": "nobody"}))
    assert ("client_email/format", "$.client_email") in found


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["2026-01-05", "2026-01-05T08:30:00Z", "08:30:00", "fr", "A", "05/01/2026"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "sku", "price", "é"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from([one.name for one in ALL_TYPES.fields]), JSON, max_size=4), max_size=3))
def test_any_json_gets_a_verdict(values: list[Any]) -> None:
    """Drawn values of any shape are judged, and alike alone and together."""
    check = _all_types()
    assert check.judge_all(values) == [check.judge_all([value])[0] for value in values]


_CHECKS: list[PayloadCheck] = []


def _all_types() -> PayloadCheck:
    if not _CHECKS:
        _CHECKS.append(PayloadCheck(ALL_TYPES))
    return _CHECKS[0]


def test_importing_it_does_not_load_pandera() -> None:
    """pandera takes seconds to load, so only making a check does."""
    code = "import sys, exports.payload, exports.check; print('pandera' in sys.modules, 'duckdb' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]


def test_a_check_that_cannot_be_run_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pandera could not run a check, nothing is said to be well."""
    check = PayloadCheck(contract_of(field("integer", maximum=5)))
    monkeypatch.setattr("exports.payload.frame_of", lambda *_: pl.DataFrame({"v": ["x"]}))
    with pytest.raises(ExportError, match="could not be judged"):
        check.judge({"v": 1})
