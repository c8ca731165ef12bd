"""The export check's verdict on payloads: every type and rule at its bound, hostile values, and what it can't tell."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.compiler import rules
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Finding
from contracts.compiler.types import TYPES
from exports.payload import PayloadCheck, gaps
from exports.tests.drawing import contract_of, field

ALL_TYPES = Catalogue(Path(__file__).parent / "contracts").get("all_types")
STRING, INTEGER = {"logicalType": "string"}, {"logicalType": "integer"}
D = Decimal


def _names(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.clause.partition("/")[2], finding.path) for finding in findings]


# A field, values that keep it, and values that break it with what they break (path aside).
Case = tuple[dict[str, Any], list[Any], list[tuple[Any, list[str]]]]
LOCAL = field("timestamp", format="yyyy-MM-dd HH:mm", defaultTimezone="Europe/Paris", minimum="2026-03-29 01:59")
CASES: list[Case] = [
    (field("string"), ["", "a\x00b", None], [(1, ["type"]), (True, ["type"]), ([], ["type"]), ("\ud800", ["type"])]),
    (field("string", required=True), [""], [(None, ["required"])]),
    (
        field("string", required=True, quality=[{"metric": "nullValues", "mustBe": 0}]),
        [""],
        [(None, ["required", "nullValues"])],
    ),
    (field("string", minLength=1, maxLength=2), ["a", "😀😀"], [("", ["minLength"]), ("abc", ["maxLength"])]),
    (field("string", pattern="^a$"), ["a"], [("a\n", ["pattern"]), ("b", ["pattern"])]),
    (field("string", format="uuid"), ["550e8400-e29b-41d4-a716-446655440000"], [("550e8400", ["format"])]),
    (field("string", classification="personal", format="email"), ["a@b.co"], [("a", ["format"])]),
    (field("string", enum=[{"value": "a"}]), ["a"], [("A", ["enum"]), ("", ["enum"])]),
    (
        field("string", quality=[{"metric": "missingValues", "arguments": {"missingValues": ["", None]}, "mustBe": 0}]),
        ["a"],
        [("", ["missingValues"]), (None, ["missingValues"])],
    ),
    (
        field(
            "string",
            quality=[
                {"metric": "invalidValues", "arguments": {"pattern": pattern}, "mustBe": 0} for pattern in ("^a", "z$")
            ],
        ),
        ["a-z"],
        [("b-z", ["invalidValues"]), ("a", ["invalidValues#2"]), ("", ["invalidValues", "invalidValues#2"])],
    ),
    (field("boolean"), [True, False], [(1, ["type"]), ("true", ["type"])]),
    (field("boolean", enum=[{"value": True}]), [True], [(False, ["enum"])]),
    (field("integer", format="i8"), [-128, 127, D("7.0"), D("1e2")], [(-129, ["type"]), (128, ["type"])]),
    (field("integer", format="u64"), [0, 2**64 - 1], [(-1, ["type"]), (2**64, ["type"]), (D("1.5"), ["type"])]),
    (field("integer"), [2**63 - 1, -(2**63)], [(2**63, ["type"]), (10**399, ["type"]), (D("1e400"), ["type"])]),
    (
        field("integer", format="i128", minimum=1 - 10**38, maximum=10**38 - 1),
        [10**38 - 1, 1 - 10**38],
        [(10**38, ["maximum"]), (2**127 - 1, ["maximum"]), (2**127, ["type"]), (-(2**127), ["minimum"])],
    ),
    (
        field("integer", format="u128", maximum=10**38 - 1, multipleOf=5, exclusiveMinimum=-5),
        [0, 10**38 - 5],
        [(10**38, ["maximum"]), (2**128 - 1, ["maximum"]), (2**128 - 2, ["maximum", "multipleOf"]), (-5, ["type"])],
    ),
    (field("integer", minimum=1, maximum=3), [1, 3], [(0, ["minimum"]), (4, ["maximum"])]),
    (
        field("integer", exclusiveMinimum=1, exclusiveMaximum=3),
        [2],
        [(1, ["exclusiveMinimum"]), (3, ["exclusiveMaximum"])],
    ),
    (field("integer", minimum=0.5, maximum=1.5, multipleOf=0.5), [1], [(0, ["minimum"]), (2, ["maximum"])]),
    (field("integer", enum=[{"value": 1}, {"value": 2.0}]), [1, 2, D("2.00")], [(3, ["enum"])]),
    (
        field("integer", quality=[{"metric": "missingValues", "arguments": {"missingValues": [-1, "x"]}, "mustBe": 0}]),
        [0, None],
        [(-1, ["missingValues"])],
    ),
    (field("number"), [0, D("0.1"), D("1.7976931348623157e308")], [(2**1024, ["type"]), (D("1.8e308"), ["type"])]),
    (
        field("number", format="f32"),
        [2**128 - 2**104, 2**128 - 2**103 - 1],
        [(2**128 - 2**103, ["type"]), (-(2**128), ["type"])],
    ),
    (
        field("number", minimum=0.5, exclusiveMaximum=1),
        [D("0.5"), D("0.999")],
        [(D("0.499"), ["minimum"]), (1, ["exclusiveMaximum"])],
    ),
    (field("number", multipleOf=0.01), [D("0.07"), 7, 0], [(D("0.071"), ["multipleOf"])]),
    (field("number", multipleOf=1000), [2**60 * 1000], [(2**60, ["multipleOf"])]),
    (
        field("number", physicalType="decimal(5,2)"),
        [D("999.99"), D("1.500")],
        [(1000, ["type"]), (D("0.001"), ["type"])],
    ),
    (
        field("number", physicalType="decimal(5,2)", multipleOf=0.01, minimum=0, maximum=10),
        [0, 10, D("0.010")],
        [
            (D("1.001"), ["multipleOf"]),
            (D("-0.001"), ["minimum", "multipleOf"]),
            (D("10.0000000000000000000000000000000000000001"), ["maximum", "multipleOf"]),
            (D("9.9999999999999999999999999999999999999999"), ["multipleOf"]),
            (1000, ["type"]),
        ],
    ),
    (
        field("number", physicalType="decimal(38,2)", multipleOf=0.01, maximum=1),
        [1, D("0.01")],
        [(D("0.005"), ["multipleOf"]), (D("1.0001"), ["maximum", "multipleOf"]), (10**36, ["type"])],
    ),
    (field("timestamp"), ["2026-01-05T08:30:00Z"], [("2026-01-05T08:30:00", ["type"]), (1, ["type"])]),
    (LOCAL, ["2026-03-29 01:59"], [("2026-03-29 01:58", ["minimum"]), ("2026-03-29 02:30", ["format"]), (1, ["type"])]),
    (field("date", maximum="2026-01-05"), ["2026-01-05"], [("2026-01-06", ["maximum"]), ("2026-02-30", ["type"])]),
    (
        field("date", format="dd/MM/uuuu"),
        ["29/02/2024"],
        [("29/02/2025", ["format"]), (None, []), (20260105, ["type"])],
    ),
    (field("date", enum=[{"value": "2026-01-05"}]), ["2026-01-05"], [("2026-01-06", ["enum"])]),
    (
        field("time", exclusiveMinimum="08:00:00", maximum="09:00:00"),
        ["08:00:00.000001", "09:00:00", "10:00:00+02:00"[:0] + "11:00:00+02:00"],
        [("08:00:00", ["exclusiveMinimum"]), ("09:00:00.000001", ["maximum"]), ("24:00:00", ["type"])],
    ),
    (
        field("array", items=INTEGER, minItems=1, maxItems=2),
        [[1], [1, None]],
        [([], ["minItems"]), ([1, 2, 3], ["maxItems"]), ({}, ["type"])],
    ),
    (
        field("map", map={"key": STRING, "value": INTEGER}, minProperties=1, maxProperties=2),
        [{"a": None}],
        [({}, ["minProperties"]), (dict.fromkeys("abc", 1), ["maxProperties"]), ([], ["type"])],
    ),
    (field("object", properties=[field("integer", "a")]), [{}, {"zzz": 1}], [([], ["type"]), ("", ["type"])]),
]


def _tried() -> Iterator[tuple[dict[str, Any], Any, list[str]]]:
    for property_, good, bad in CASES:
        yield from ((property_, value, []) for value in good)
        yield from ((property_, value, wanted) for value, wanted in bad)


@pytest.mark.parametrize(("property_", "value", "wanted"), _tried())
def test_each_rule_at_its_bound(property_: dict[str, Any], value: Any, wanted: list[str]) -> None:
    """A value at a bound breaks nothing, one just beyond it every clause that forbids it and no other."""
    findings = PayloadCheck(contract_of(property_)).judge({"v": value})
    assert _names(findings) == [(f"v/{rule}", "$.v") for rule in wanted] or sorted(_names(findings)) == sorted(
        (f"v/{rule}", "$.v") for rule in wanted
    )


def test_every_type_and_rule_is_tried() -> None:
    """The cases have every logical type and every rule per event, but those with tests of their own."""
    assert {property_["logicalType"] for property_, _, _ in CASES} == TYPES.keys()
    broken = {rule.removesuffix("#2") for _, _, bad in CASES for _, wanted in bad for rule in wanted}
    assert broken | {"uniqueItems"} == rules.names("event")


NESTED = contract_of(
    field("array", "tags", items={**STRING, "required": True, "logicalTypeOptions": {"maxLength": 3}}),
    field(
        "map",
        "labels",
        map={
            "key": {**STRING, "logicalTypeOptions": {"pattern": "^[a-z ]+$"}},
            "value": {"logicalType": "object", "properties": [field("integer", "n", required=True, minimum=1)]},
        },
    ),
    field("array", "grid", items={"logicalType": "array", "items": {**INTEGER, "logicalTypeOptions": {"maximum": 9}}}),
)


def test_every_broken_value_is_found_at_its_place() -> None:
    """All values of one payload that break something are named, in the order of the contract, each with its path."""
    value = {
        "tags": ["long!", "ok", None, 7, "longer"],
        "labels": {"fr": {"n": 0}, "a b": {}, "N": {"n": "x"}, 'q"': None, "d": 5},
        "grid": [[1, 10], None, "x", [[], 11]],
    }
    assert _names(PayloadCheck(NESTED).judge(value)) == [
        ("tags[]/maxLength", "$.tags[0]"),
        ("tags[]/required", "$.tags[2]"),
        ("tags[]/type", "$.tags[3]"),
        ("tags[]/maxLength", "$.tags[4]"),
        ("labels.value.n/minimum", "$.labels.fr.n"),
        ("labels.value.n/required", '$.labels["a b"].n'),
        ("labels.key/pattern", "$.labels.N"),
        ("labels.value.n/type", "$.labels.N.n"),
        ("labels.key/pattern", '$.labels["q\\""]'),
        ("labels.value/type", "$.labels.d"),
        ("grid[][]/maximum", "$.grid[0][1]"),
        ("grid[]/type", "$.grid[2]"),
        ("grid[][]/type", "$.grid[3][0]"),
        ("grid[][]/maximum", "$.grid[3][1]"),
    ]


def test_many_payloads_are_judged_as_each_alone() -> None:
    """One call on many gives, in their order, what a call on each gives; what is no object is among them."""
    check = PayloadCheck(NESTED)
    values = [{"tags": ["long!"]}, [], {}, {"tags": [1]}, None, {"labels": {"N": None}}, {"grid": [[10]]}, {"grid": 1}]
    together = check.judge_all(values)
    assert together == [check.judge(value) for value in values]
    assert [len(findings) for findings in together] == [1, 1, 0, 1, 1, 1, 1, 1]
    assert check.judge_all([]) == []


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
    assert ("v/uniqueItems" in {clause for clause, _ in _names(findings)}) is not good
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
    assert "client_tickets.v1/$/type" not in found
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
    contract = contract_of(
        field("map", "m", classification="confidential", map={"key": STRING, "value": INTEGER}),
        field("string", "s", classification="personal", maxLength=3),
        field(
            "array",
            "a",
            classification="confidential",
            items={"logicalType": "object", "properties": [field("date", "d")]},
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
    found = _names(PayloadCheck(contract).judge({"client_email": "nobody"}))
    assert ("client_email/format", "$.client_email") in found


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(
        ["2026-01-05", "2026-01-05T08:30:00Z", "08:30:00", "fr", "A", datetime(2026, 1, 5, tzinfo=UTC).isoformat()]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "sku", "price", "é"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from([one.name for one in ALL_TYPES.fields]), JSON, max_size=6), max_size=6))
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
    from exports.errors import ExportError

    check = PayloadCheck(contract_of(field("integer", maximum=5)))
    monkeypatch.setattr("exports.payload.frame_of", lambda *_: pl.DataFrame({"v": ["x"]}))
    with pytest.raises(ExportError, match="could not be judged"):
        check.judge({"v": 1})
