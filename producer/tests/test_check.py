"""The writer's check: which clauses a value breaks, where, and how that is said."""

import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.compiler.load import load
from contracts.compiler.model import Contract
from producer.event import encode
from producer.payloads import events
from producer.schema.check import Check, compile_check, masked_paths

EVERYTHING = load(Path(__file__).parent / "contracts" / "everything" / "v1.odcs.yaml")
OPEN = compile_check(EVERYTHING, closed=False)
GOOD = json.loads(
    """{"code": "AB", "a b": "x", "colour": "red", "only_null_is_missing": "x", "flag": true,
    "at": "2026-01-05T08:30:00Z", "lines": [{"sku": "ABC", "count": 1}], "readings": {}, "slot": "08:00:00"}"""
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
)


def ticket(contract: Contract, start: datetime, **changes: Any) -> bytes:
    """A valid ticket event with some members set, or dropped where the value is ..."""
    value = next(events(contract, count=1, seed=1, start=start)).value
    assert isinstance(value, dict)
    made = {**value, **changes}
    return encode({name: found for name, found in made.items() if found is not ...})


def broken(contract: Contract, value: bytes, closed: bool = True) -> dict[str, str]:
    """Path and rule of each finding to what was found."""
    findings = compile_check(contract, closed=closed)(value)
    return {found.clause.removeprefix(f"{contract.key}/"): found.found for found in findings}


def test_every_clause_is_found_at_once(tickets: Contract, start: datetime) -> None:
    """A value that is wrong in many ways gets all its findings, in the contract's order, masked where it must be."""
    value = ticket(
        tickets,
        start,
        event_id=...,
        priority="urgent!!",
        request="",
        client_email="nobody",
        satisfaction=9,
        tags=["a", None, "a", 1],
        attachments=[{"name": "", "media_type": "x", "size_bytes": 26214401}, 3],
    )
    assert broken(tickets, value) == {
        "event_id/required": "absent",
        "request/minLength": "string of 0 characters",
        "priority/enum": '"urgent!!"',
        "client_email/format": "string of 6 characters",
        "satisfaction/maximum": "9",
        "tags/uniqueItems": "array of 4 items",
        "tags[]/required": "null",
        "tags[]/type": "1",
        "attachments[]/type": "number",
        "attachments[].name/minLength": "string of 0 characters",
        "attachments[].media_type/pattern": "string of 1 characters",
        "attachments[].size_bytes/maximum": "number",
    }


@pytest.mark.parametrize(
    ("bytes_", "clause"),
    [
        (b"", "$/json"),
        (b"{} {}", "$/json"),
        (b'{"a":NaN}', "$/json"),
        (b'{"a":1,"a":1}', "$/duplicate_key"),
        (b'{"a":"\xff"}', "$/utf8"),
        (b"\xef\xbb\xbf{}", "$/utf8"),
        (b'{"a":' + b"[" * 64 + b"]" * 64 + b"}", "$/depth"),
        (b'{"a":1e999999999}', "$/number"),
        (b"[]", "$/type"),
        (b"null", "$/type"),
    ],
)
def test_bytes_that_are_no_event(tickets: Contract, bytes_: bytes, clause: str) -> None:
    """What can't be read strictly breaks one clause of the whole value, and nothing below it is judged."""
    assert list(broken(tickets, bytes_)) == [clause]


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("satisfaction", Decimal("5.0"), None),
        ("satisfaction", Decimal("4.5"), "type"),
        ("satisfaction", True, "type"),
        ("satisfaction", 2**31, "type"),
        ("satisfaction", 0, "minimum"),
        ("satisfaction", None, None),
        ("amount", Decimal("0.07"), None),
        ("amount", Decimal("1.10"), None),
        ("amount", Decimal("1.001"), "multipleOf"),
        ("amount", 10**10, "type"),
        ("amount", Decimal("-0.01"), "minimum"),
        ("occurred_at", "2026-01-05T08:30:00", "type"),
        ("occurred_at", "2026-01-05T08:30:00.1234567Z", "type"),
        ("occurred_at", "2026-01-05T08:30:00+02:00", None),
        ("occurred_at", None, "required"),
        ("due_on", "2026-02-30", "type"),
        ("due_on", "2026-02-28", None),
        ("ticket_id", "TCK-00000042\n", "pattern"),
        ("request", "\U0001f600" * 2000, None),
        ("request", "\U0001f600" * 2001, "maxLength"),
        ("tags", ["a", "b"], None),
        ("priority", None, "required"),
    ],
)
def test_values_at_the_boundary(tickets: Contract, start: datetime, field: str, value: Any, rule: str | None) -> None:
    """Numbers are exact, 7.0 is an integer, `$` is the very end, lengths are code points, null counts as absent."""
    found = broken(tickets, ticket(tickets, start, **{field: value}))
    assert list(found) == ([f"{field}/{rule}"] if rule else [])


def test_unknown_field(tickets: Contract, start: datetime) -> None:
    """A writer may not send an unnamed field, and is told the nearest name; a reader takes it."""
    value = ticket(tickets, start, priorty="low")
    (finding,) = compile_check(tickets)(value)
    assert finding.clause == "client_tickets.v1/priorty/unknown_field"
    assert (finding.path, finding.found) == ("$.priorty", "string of 3 characters")
    assert finding.wanted == "a field of the contract; nearest: priority"
    assert not compile_check(tickets, closed=False)(value)


def test_unknown_field_in_an_object(logs: Contract, start: datetime) -> None:
    """Objects within are closed too."""
    value = json.loads(encode(next(events(logs, count=1, seed=1, start=start)).value))
    value["source"]["hots"] = 1
    assert broken(logs, encode(value)) == {"source.hots/unknown_field": "number"}


def broken_by(**changes: Any) -> list[tuple[str, str]]:
    """(clause without the contract, path) of each finding of the open check on a good value with some changes."""
    made = {name: value for name, value in (GOOD | changes).items() if value is not ...}
    return [(found.clause.removeprefix("everything.v1/"), found.path) for found in OPEN(encode(made))]


def test_a_contract_without_a_topic() -> None:
    """Values can be judged without an envelope: those that are no object break `$/type`, unreadable bytes their own."""
    assert not OPEN(encode(GOOD))
    assert [found.clause for found in OPEN(b"null")] == ["everything.v1/$/type"]
    assert [found.clause for found in OPEN(b"{")] == ["everything.v1/$/json"]


def test_every_null_clause_is_reported() -> None:
    """An absent or null value breaks each clause that wants it, in their order, and nothing else."""
    rules = ["required", "nullValues", "nullValues#2", "missingValues"]
    for value, word in ((None, "null"), (..., "absent")):
        assert broken_by(colour=value) == [(f"colour/{rule}", "$.colour") for rule in rules]
        made = {name: value for name, value in (GOOD | {"colour": value}).items() if value is not ...}
        assert {found.found for found in OPEN(encode(made))} == {word}
    assert broken_by(slot=None) == [("slot/missingValues", "$.slot")]


@pytest.mark.parametrize(
    ("field", "value", "rules"),
    [
        ("colour", "blue", ["missingValues", "enum#2"]),
        ("colour", "n/a", ["missingValues#2", "enum", "enum#2", "invalidValues", "invalidValues#2"]),
        ("colour", "RED", ["enum", "enum#2", "invalidValues", "invalidValues#2"]),
        ("colour", 7, ["type"]),
        ("agreed", False, ["enum"]),
        ("agreed", None, []),
        ("agreed", 1, ["type"]),
        ("not_false", False, ["missingValues"]),
        ("dice", Decimal("1.0"), []),
        ("dice", 4, ["enum"]),
        ("dice", Decimal("3.0"), ["missingValues"]),
        ("dice", -1, ["missingValues", "enum"]),
        ("dice", True, ["type"]),
        ("rate", Decimal("0.50"), []),
        ("rate", 1, []),
        ("rate", Decimal("99.5"), ["missingValues"]),
        ("u8", 0, ["minimum"]),
        ("u8", -3, ["type"]),
        ("u8", 250, ["exclusiveMaximum", "multipleOf"]),
        ("i16", -1, ["exclusiveMinimum"]),
        ("u128", 10**38, ["maximum"]),
        ("u128", 2**128, ["type"]),
        ("i128", 10**38 - 1, ["exclusiveMaximum"]),
        ("f32", 2**128, ["type"]),
        ("f32", 2**128 - 2**103 - 1, ["maximum"]),
        ("f64", Decimal("-1.79e308"), ["minimum"]),
        ("f64", Decimal("-1.8e308"), ["type"]),
        ("whole", 10**5, ["type"]),
        ("wide", Decimal("0.00000000001"), ["type"]),
        ("price", Decimal("0.07"), ["multipleOf"]),
        ("price", Decimal("99999999.95"), []),
        ("at", 1, ["type"]),
        ("at", "2026-01-05T08:30:00", ["type"]),
        ("at", "2019-12-31T23:59:59.999999Z", ["minimum"]),
        ("at", "2020-01-01T01:00:00+01:00", []),
        ("at", "2029-12-31T22:00:00Z", ["exclusiveMaximum"]),
        ("plain_at", "2026-01-05T08:30:00Z", ["type"]),
        ("paris_at", 1, ["type"]),
        ("paris_at", "2026-01-05T08:30:00", ["format"]),
        ("paris_at", "2026-03-29 02:30:00", ["format"]),
        ("paris_at", "2020-06-30 23:59:59", ["minimum"]),
        ("parts_at", "2026-01-05T08:30+01:00", []),
        ("parts_at", "2030-01-01T00:00:00.000Z", ["maximum"]),
        ("listed_at", "2026-01-05T10:30:00+02:00", []),
        ("listed_at", "2026-01-05T09:30:00.500Z", ["enum#2"]),
        ("listed_at", "2026-02-01T00:00:00Z", ["missingValues"]),
        ("listed_at", "1970-01-01T01:00:00+01:00", ["enum", "enum#2", "missingValues#2"]),
        ("day", "2020-02-28", ["minimum"]),
        ("day", "2026-02-30", ["type"]),
        ("french_day", "2026-01-05", ["format"]),
        ("french_day", "30/02/2026", ["format"]),
        ("french_day", "01/01/2020", ["exclusiveMinimum"]),
        ("french_day", "31/12/2030", ["exclusiveMaximum"]),
        ("short_day", "5.1.2026", []),
        ("holiday", "20260102", ["enum"]),
        ("holiday", "20261225", ["missingValues"]),
        ("opens", "07:59", ["minimum"]),
        ("opens", "20:00", ["exclusiveMaximum"]),
        ("opens", "24:00", ["format"]),
        ("any_time", "06:00:00", ["exclusiveMinimum"]),
        ("any_time", "08:00:00+02:00", ["exclusiveMinimum"]),
        ("any_time", "22:30:00.000001", ["maximum"]),
        ("zoned_time", "12:00:00", ["type"]),
        ("plain_time", "12:00:00Z", ["type"]),
        ("slot", "12:00:00Z", []),
        ("slot", "00:59:59+01:00", ["missingValues"]),
        ("a b", 1, ["type"]),
        ("numbers", [1, Decimal("1.0")], ["uniqueItems"]),
        ("labels", {}, ["minProperties"]),
        ("labels", [], ["type"]),
        ("labels", {"aa": "", "bb": "", "cc": "", "dd": "", "ee": ""}, ["maxProperties"]),
        ("address", {}, ["minProperties"]),
        ("address", {"street": "x", "b": 1, "c": 1, "d": None}, ["maxProperties"]),
    ],
)
def test_values_of_every_type(field: str, value: Any, rules: list[str]) -> None:
    """Lists compare values and moments, gates come first, bounds hold in the field's form, unnamed members count."""
    found = broken_by(**{field: value})
    assert sorted(found) == sorted((f"{field}/{rule}", f"$.{field}") for rule in rules)


def test_findings_within_maps() -> None:
    """Names and values of a map are judged apart: a wrong value does not hide a wrong name; odd names are quoted."""
    assert broken_by(labels={"fr": "x", "FR": None, "xx": 1, 'a "b"': "x", "d\u00e9": "y" * 21}) == [
        ("labels/maxProperties", "$.labels"),
        ("labels.key/pattern", "$.labels.FR"),
        ("labels.key/pattern", '$.labels["a \\"b\\""]'),
        ("labels.key/pattern", '$.labels["d\u00e9"]'),
        ("labels.key/missingValues", "$.labels.xx"),
        ("labels.value/required", "$.labels.FR"),
        ("labels.value/type", "$.labels.xx"),
        ("labels.value/maxLength", '$.labels["d\u00e9"]'),
    ]
    assert broken_by(readings={"": {"value": "x", "key": {"mid range": "x", "none": None}}, "b": 3}) == [
        ("readings.key/minLength", '$.readings[""]'),
        ("readings.value/type", "$.readings.b"),
        ("readings.value.value/type", '$.readings[""].value'),
        ("readings.value.key.key/enum", '$.readings[""].key.none'),
        ("readings.value.key.value/type", '$.readings[""].key["mid range"]'),
    ]
    assert broken_by(maps=[{}, {"x y": None}]) == [("maps[].value/required", '$.maps[1]["x y"]')]


def test_a_hidden_map_shows_no_names() -> None:
    """Names of a confidential map stand in no finding, neither as what was found nor in its path."""
    name = "a name of more than twenty characters"
    (key, value) = OPEN(encode(GOOD | {"hidden_names": {name: -1}}))
    assert (key.path, key.found) == ('$.hidden_names["*"]', f"string of {len(name)} characters")
    assert (value.path, value.found) == ('$.hidden_names["*"]', "number")


def test_closed_within_maps() -> None:
    """A writer's objects are closed below a map too, but the map itself takes any name."""
    value = GOOD | {"readings": {"any name": {"value": 1, "valeu": 2}}}
    (finding,) = Check(EVERYTHING, closed=True)(encode(value))
    assert finding.clause == "everything.v1/readings.value.valeu/unknown_field"
    assert (finding.path, finding.wanted.split()[-1]) == ('$.readings["any name"].valeu', "value")


def test_a_class_hides_what_is_below() -> None:
    """What belongs to a hidden field is hidden, whatever its own class."""
    assert set(masked_paths(EVERYTHING.fields, False)) == {
        "secret",
        "hidden_names",
        "hidden_names.key",
        "hidden_names.value",
    }


@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(st.data())
def test_any_json_gets_a_verdict(data: st.DataObject) -> None:
    """Whatever JSON stands in whatever place, the check answers, and with clauses of the contract alone."""
    ids = {clause.id for clause in EVERYTHING.all_clauses()}
    names = [field.name for field in EVERYTHING.fields]
    changes = data.draw(st.dictionaries(st.sampled_from(names), JSON_VALUES, max_size=4))
    for value in (GOOD | changes, data.draw(JSON_VALUES)):
        assert {found.clause for found in OPEN.judge(value)} <= ids


def test_floats_that_overflow(logs: Contract, start: datetime) -> None:
    """f64 means the nearest value; one that would be infinite is of the wrong type."""
    value = encode(next(events(logs, count=1, seed=1, start=start)).value)
    low = value.replace(b"{", b'{"load":-1e308,', 1) if b'"load"' not in value else None
    document = json.loads(value) | {"load": 0}
    text = json.dumps(document)
    assert low is None or not broken(logs, low)
    assert broken(logs, text.replace('"load": 0', '"load": -1e309').encode()) == {"load/type": "-1E+309"}
    assert not broken(logs, text.replace('"load": 0', '"load": -1.7976931348623157e308').encode())


def test_no_field_of_the_contract_in_code(tickets: Contract) -> None:
    """Field names stand in the contract alone: the room's modules name none of client_tickets'."""
    names = {field.name for field in tickets.walk()} - {"[]", "name"}
    for module in Path(__file__).resolve().parents[1].glob("*.py"):
        text = module.read_text("utf-8")
        assert not [name for name in names if re.search(rf"""["']{name}["']""", text)], module.name
