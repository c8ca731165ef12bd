"""Seeded traffic, and what an independent judge says of it."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from features.faults import evidence, judge, traffic
from features.faults.judge import Judge, Record
from features.faults.traffic import Mix, Sending

pytestmark = pytest.mark.slow  # `make check` leaves the features out; they are quick
NOW = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
MIX = Mix(events=200, repeated=20, disordered=60, conflicts=9, malformed=60, tombstones=4, large=1, giant=1)


@pytest.fixture(scope="module")
def the_judge() -> Judge:
    """With the schemas of this checkout."""
    return Judge("client_tickets", evidence.schemas())


def _record(sending: Sending) -> Record:
    return Record(sending.key, sending.value, dict(sending.headers), sending.at or NOW)


def test_traffic_follows_from_seed_and_number() -> None:
    """And from the clock that it is given."""
    assert traffic.chunk(1, 1, MIX, NOW) == traffic.chunk(1, 1, MIX, NOW)
    assert traffic.chunk(1, 1, MIX, NOW) != traffic.chunk(1, 2, MIX, NOW) != traffic.chunk(2, 1, MIX, NOW)


def test_a_chunk_has_what_its_mix_says() -> None:
    """Each label as often; a repeated event is sent 2 to 20 times."""
    now, later = traffic.chunk(1, 1, MIX, NOW)
    labels = Counter(sending.label for sending in (*now, *later))
    wanted = {
        "conflict": 9,
        "malformed": 60,
        "tombstone": 4,
        "large": 1,
        "giant": 1,
        "late": 20,
        "early": 20,
        "reordered": 20,
    }
    assert {name: labels[name] for name in wanted} == wanted
    copies = Counter(sending.id for sending in (*now, *later) if sending.label == "repeat")
    assert len(copies) == 20
    assert set(copies.values()) <= set(range(1, 20))


@pytest.mark.parametrize("number", [1, 2])
def test_labels_are_what_the_judge_says(the_judge: Judge, number: int) -> None:
    """Of either version: malformed is invalid, a tombstone is one, all others are valid."""
    now, later = traffic.chunk(1, number, MIX, NOW)
    kinds = {"malformed": "invalid", "tombstone": "tombstone"}
    for sending in (*now, *later):
        assert the_judge(_record(sending)).kind == kinds.get(sending.label, "valid"), sending


def test_a_copy_in_other_bytes_is_the_same_value(the_judge: Judge) -> None:
    """And a conflict is another one."""
    now, later = traffic.chunk(1, 1, MIX, NOW)
    bodies: dict[str, list[tuple[str, object]]] = {}
    for sending in (*now, *later):
        bodies.setdefault(sending.id, []).append((sending.label, the_judge(_record(sending)).body))
    for told in bodies.values():
        plain = [body for label, body in told if label not in ("conflict", "malformed", "tombstone")]
        assert all(body == plain[0] for body in plain)
        assert all(body != plain[0] for label, body in told if label == "conflict")


@pytest.mark.parametrize("version", [1, 2])
def test_lines_of_a_file_are_valid_but_for_the_giant(the_judge: Judge, version: int) -> None:
    """Of either version, by the reader's schema."""
    lines, giant = traffic.lines(1, 1, version, 50, NOW)
    for line in lines:
        event = json.loads(line)
        headers = {"contract": b"client_tickets", "contract_version": b"%d.0.0" % version}
        headers["event_id"] = event["event_id"].encode()
        assert the_judge(Record(event["ticket_id"].encode(), line, headers, NOW)).kind == "valid"
    assert len(giant) > traffic.MAX_BYTES


def test_large_is_just_taken_and_giant_is_not() -> None:
    """By the size of their values."""
    now, _ = traffic.chunk(1, 1, MIX, NOW)
    sizes = {sending.label: len(sending.value or b"") for sending in now if sending.label in ("large", "giant")}
    assert sizes["large"] < traffic.MAX_BYTES < sizes["giant"]


@pytest.mark.parametrize("data", [data for data in traffic.BROKEN_BYTES if data != b"[1, 2]"])
def test_what_is_no_json_is_no_json(data: bytes) -> None:
    """To the strict reader."""
    with pytest.raises((ValueError, RecursionError)):
        judge.strict(data)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("2026-01-05T08:30:00Z", True),
        ("2026-01-05T08:30:00.123456+01:00", True),
        ("2026-01-05T08:30:00.1234567Z", False),
        ("2026-01-05T08:30:00", False),
        ("2026-02-30T08:30:00Z", False),
        ("2026-01-05 08:30:00Z", False),
    ],
)
def test_moments(text: str, holds: bool) -> None:
    """ISO 8601 with an offset, and at most microseconds."""
    assert judge.FORMATS["date-time"](text) is holds


def test_ids_are_found_in_header_and_body() -> None:
    """Whatever else is wrong."""
    body = json.dumps({"event_id": "b"}).encode()
    assert judge.ids_of(Record(None, body, {"event_id": b"a"}, NOW)) == {"a", "b"}
    assert judge.ids_of(Record(None, b"\xff", {"event_id": b"a"}, NOW)) == {"a"}
