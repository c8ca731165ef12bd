"""Drawn events in, draft out: whatever the events are, each one that was read is accepted by the draft."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.agreement import reference
from cli.init.samples import Event, read_samples
from cli.init.sketch import Asked, Judged, judged, sketch_of
from cli.init.tests.drawn import events
from contracts.compiler.load import readable

CELLS = ["", "7", "07", "1.50", "x y", "true", '{"a":1}', "[1", "2026-01-05", "é"]
NOBODY = Asked(None, None, None, None)


def drafted(lines: list[bytes], form: str = "jsonl") -> tuple[tuple[Event, ...], Judged]:
    """The events of some lines, and the draft made from them."""
    samples = read_samples(io.BytesIO(b"".join(line + b"\n" for line in lines)), form, 1_000)
    sketch = sketch_of("drawn", "a test", [event.value for event in samples.events], NOBODY)
    return samples.events, judged(sketch, "contracts/drawn/v1.odcs.yaml", samples.events)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(events())
def test_every_event_is_accepted_by_the_draft_made_from_it(made: list[dict[str, Any]]) -> None:
    """By the job's decoder, and by the reference that every enforcer is held to; and the draft compiles."""
    read, found = drafted([json.dumps(event, ensure_ascii=False).encode() for event in made])
    assert len(read) == len(made)
    if not found.sketch.fields:
        return  # nothing that a contract can name, which the command tells
    assert found.contract is not None, found.problems
    assert found.refused == {}, found.text
    contract = readable(found.contract)
    for event in read:
        assert not reference.judge(contract, event.raw), found.text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(CELLS), min_size=3, max_size=3), min_size=1, max_size=30))
def test_every_row_of_a_csv_is_accepted_as_it_will_be_sent(rows: list[list[str]]) -> None:
    """By the producer's own reader of CSV, which takes types from the draft."""
    from producer import table
    from producer.schema.check import Check

    text = io.StringIO(newline="")
    csv.writer(text).writerows([["alpha", "beta", "box.gamma"], *rows])
    raw = text.getvalue().encode()
    _, found = drafted([raw.rstrip()], "csv")
    if not found.sketch.fields:
        return
    assert found.contract is not None
    assert found.refused == {}
    check = Check(readable(found.contract), closed=False)
    for line in table.rows(found.contract, io.BytesIO(raw)):
        assert line.value is not None
        assert not check(line.value), (line.value, found.text)


@pytest.mark.parametrize(
    ("value", "type_", "options"),
    [
        ("2026-01-05T08:30:00Z", "timestamp", {"timezone": True}),
        ("2026-01-05T08:30:00.123456+01:00", "timestamp", {"timezone": True}),
        ("2026-01-05T08:30:00", "timestamp", {"timezone": False}),
        ("2026-01-05 08:30:00", "timestamp", {"format": "uuuu-MM-dd HH:mm:ss"}),
        ("2026-01-05", "date", {}),
        ("31.12.2026", "date", {"format": "dd.MM.uuuu"}),
        ("12/31/2026", "date", {"format": "MM/dd/uuuu"}),
        ("08:30:00", "time", {}),
        ("0b7c7c1e-52ae-4a1c-9d0f-5d4f6f0f6f11", "string", {"format": "uuid"}),
        ("ada@example.com", "string", {"format": "email"}),
        ("192.0.2.7", "string", {"format": "ipv4"}),
        ("2001:db8::7", "string", {"format": "ipv6"}),
        ("https://example.com/a", "string", {"format": "uri"}),
        ("a word", "string", {}),
        (7, "integer", {}),
        (2**63, "integer", {"format": "u64"}),
        (2**64, "number", {}),
        (0.5, "number", {}),
        (True, "boolean", {}),
        ([1], "array", {}),
        ({"a": 1}, "object", {}),
        ({}, "map", {}),
        ({"2026-01": 1, "2026-02": 2}, "map", {}),
    ],
)
def test_types_and_forms_are_seen(value: Any, type_: str, options: dict[str, Any]) -> None:
    """One value of each is enough to tell."""
    _, found = drafted([json.dumps({"seen": value}).encode()])
    (field,) = found.sketch.fields
    assert (field.type, dict(field.options)) == (type_, options)
