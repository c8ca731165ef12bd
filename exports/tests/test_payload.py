"""The export check's verdict on payloads: every type and rule at its bound, hostile values, and what it can't tell."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from contracts.compiler import rules
from contracts.compiler.model import Finding
from contracts.compiler.types import TYPES
from exports.payload import PayloadCheck
from exports.tests.drawing import contract_of, field

STRING, INTEGER = {"logicalType": "string"}, {"logicalType": "integer"}
D = Decimal


def names(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    """Findings as (clause without its contract, path)."""
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
        ["08:00:00.000001", "09:00:00", "11:00:00+02:00"],
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


@pytest.mark.parametrize(("property_", "value", "wanted"), list(_tried()))
def test_each_rule_at_its_bound(property_: dict[str, Any], value: Any, wanted: list[str]) -> None:
    """A value at a bound breaks nothing, one just beyond it every clause that forbids it and no other."""
    found = names(PayloadCheck(contract_of(property_)).judge({"v": value}))
    assert sorted(found) == sorted((f"v/{rule}", "$.v") for rule in wanted)


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
    assert names(PayloadCheck(NESTED).judge(value)) == [
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
    values: list[Any] = [
        {"tags": ["long!"]},
        [],
        {},
        {"tags": [1]},
        None,
        {"labels": {"N": None}},
        {"grid": [[10]]},
        {"grid": 1},
    ]
    together = check.judge_all(values)
    assert together == [check.judge(value) for value in values]
    assert [len(findings) for findings in together] == [1, 1, 0, 1, 1, 1, 1, 1]
    assert check.judge_all([]) == []
