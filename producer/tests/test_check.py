"""The writer's check: which clauses a value breaks, where, and how that is said."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts.compiler import rules
from contracts.compiler.model import Clause, Contract, Field
from contracts.compiler.types import TYPES
from producer.check import compile_check
from producer.event import encode
from producer.json_schema import json_schema
from producer.payloads import events


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


@pytest.mark.parametrize("closed", [False, True])
def test_schema_is_valid_json_schema(contract: Contract, closed: bool) -> None:
    """The exported schema is JSON and keeps the rules of its metaschema."""
    Draft202012Validator.check_schema(json.loads(json.dumps(json_schema(contract, closed=closed))))


def test_plain_validator_agrees_on_valid_events(contract: Contract, start: datetime) -> None:
    """A validator that knows none of our extensions accepts what we generate, so outsiders can use the schema."""
    plain = Draft202012Validator(json_schema(contract))
    for event in events(contract, count=50, seed=5, start=start):
        value = json.loads(encode(event.value))
        for name in ("amount",):  # binary floats: the known loss of multipleOf
            value.pop(name, None)
        assert not list(plain.iter_errors(value))


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
        "attachments[].media_type/pattern": '"x"',
        "attachments[].size_bytes/maximum": "26214401",
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


def test_a_class_is_inherited_by_what_has_none() -> None:
    """The items of a personal list are hidden as the list is."""
    from producer.check import masked_paths

    item = _field("[]", "list[]", "string", None)
    outer = replace(_field("list", "list", "array", "personal"), items=item)
    assert list(masked_paths((outer,), False)) == ["list", "list[]"]


def _field(name: str, path: str, type_: str, classification: str | None, *clauses: Clause) -> Field:
    storage = TYPES[type_].storages[0]
    return Field(
        name=name,
        path=path,
        type=type_,
        storage=storage,
        required=False,
        unique=False,
        primary_key=False,
        classification=classification,
        description="",
        examples=(),
        clauses=(Clause(f"x.v1/{path}/type", path, "type", storage, "?"), *clauses),
        properties=(),
        items=None,
        sources=(),
        transform=None,
    )


@pytest.mark.parametrize(
    ("type_", "rule", "bound", "good", "bad"),
    [
        ("timestamp", "minimum", datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T01:00:00+01:00", "2025-12-31T23:59:59Z"),
        (
            "timestamp",
            "exclusiveMaximum",
            datetime(2026, 1, 1, tzinfo=UTC),
            "2025-12-31T23:59:59Z",
            "2026-01-01T00:00:00Z",
        ),
        ("date", "maximum", date(2026, 1, 1), "2026-01-01", "2026-01-02"),
        ("date", "exclusiveMinimum", date(2026, 1, 1), "2026-01-02", "2026-01-01"),
    ],
)
def test_bounds_of_times(tickets: Contract, type_: str, rule: str, bound: date, good: str, bad: str) -> None:
    """Times are compared as moments in UTC, though JSON Schema has no word for it."""
    clause = Clause(f"x.v1/at/{rule}", "at", rule, bound, rules.words(rule, bound))
    contract = replace(tickets, name="x", fields=(_field("at", "at", type_, "internal", clause),))
    check = compile_check(contract)
    assert not check(encode({"at": good}))
    assert [row.clause for row in check(encode({"at": bad}))] == [clause.id]


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
