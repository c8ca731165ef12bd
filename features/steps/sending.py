"""Sentences about what is sent: events, records around them, files, generated mixes."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from pytest_bdd import given, parsers

from features.harness import ROOT, Pipeline

ABSENT = object()
TODAY = datetime.now(UTC).date()  # once for the whole run, which may pass midnight


@dataclass
class Draft:
    """One record to be sent: an event, or bytes that are none."""

    event: dict[str, Any]
    key: str | None
    headers: dict[str, str]
    value: bytes | None = None
    raw: bool = False
    at_ms: int | None = None
    sent: bool = False
    place: tuple[int, int] | None = None

    def bytes(self) -> bytes | None:
        """The record's value."""
        if self.raw:
            return self.value
        return json.dumps({k: v for k, v in self.event.items() if v is not ABSENT}, ensure_ascii=False).encode()


@dataclass
class Story:
    """What one scenario has drafted and sent so far, and what the producer's summary said."""

    drafts: list[Draft] = field(default_factory=list)
    produced: int = 0
    summary: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def last(self) -> Draft:
        """The draft that 'its ...' speaks of."""
        return self.drafts[-1]

    def events(self) -> list[Draft]:
        """The drafts that are events."""
        return [draft for draft in self.drafts if not draft.raw]


@pytest.fixture
def story() -> Story:
    """An empty story."""
    return Story()


def valid_event(version: int = 1) -> Draft:
    """A valid event of a ticket that no other scenario has; it is valid in every version."""
    number = uuid.uuid4()
    event = {
        "event_id": str(number),
        "event_type": "opened",
        "ticket_id": f"TCK-{number.int % 10**8:08d}",
        "client_id": "CLI-004711",
        "occurred_at": "2026-01-05T08:30:00Z",
        "request": "My invoice is wrong.",
        "request_type": "billing",
        "priority": "normal",
        "channel": "web",
    }
    headers = {"contract": "client_tickets", "contract_version": f"{version}.0.0", "event_id": str(number)}
    return Draft(event, str(event["ticket_id"]), headers)


def send_drafts(pipeline: Pipeline, story: Story) -> None:
    """Send what was drafted since the last run, in order, one by one so that each knows its coordinates."""
    for draft in story.drafts:
        if not draft.sent:
            pipeline.send([(draft.key, draft.bytes(), draft.headers)], draft.at_ms)
            draft.sent, draft.place = True, pipeline.sent[-1]


@given("a valid client_tickets event")
@given("another valid client_tickets event")
def a_valid_event(story: Story) -> None:
    """Draft one."""
    story.drafts.append(valid_event())


@given(parsers.parse("a valid client_tickets event of version {version:d}"))
def a_valid_event_of_version(story: Story, version: int) -> None:
    """Draft one that says its version."""
    story.drafts.append(valid_event(version))


def _value(text: str) -> Any:
    if text == "absent":
        return ABSENT
    if text.startswith("a text of "):
        return "x" * int(text.split()[3])
    return json.loads(text)


@given(parsers.re(r"its (?P<name>\w+) is (?P<text>.+)"))
def its_field_is(story: Story, name: str, text: str) -> None:
    """Change one field of the last draft; key and headers follow, so that nothing else is wrong."""
    draft = story.last
    draft.event[name] = _value(text)
    if name == "ticket_id":
        draft.key = str(draft.event[name])
    if name == "event_id":
        draft.headers["event_id"] = str(draft.event[name])


@given(parsers.parse('it happened at "{happened}" and reached the broker at "{reached}"'))
def it_happened_at(story: Story, happened: str, reached: str) -> None:
    """Set event time and the record's timestamp."""
    story.last.event["occurred_at"] = moment(happened).isoformat()
    story.last.at_ms = int(moment(reached).timestamp() * 1000)


def moment(text: str) -> datetime:
    """`3 days ago at 10:15:00`, UTC: recent, since a broker forgets records older than the topic's retention."""
    days, clock = text.split(" days ago at ")
    return datetime.combine(TODAY - timedelta(days=int(days)), time.fromisoformat(clock), UTC)


@given("the same event again")
def the_same_event_again(story: Story) -> None:
    """Draft the same bytes once more."""
    first = story.last
    story.drafts.append(Draft(dict(first.event), first.key, dict(first.headers)))


@given("the same event with its fields in another order and its time in another zone")
def the_same_event_rewritten(story: Story) -> None:
    """Draft the same value in other bytes."""
    first = story.last
    event = dict(reversed(first.event.items()))
    moved = datetime.fromisoformat(event["occurred_at"]) + timedelta(hours=2)
    event["occurred_at"] = moved.replace(tzinfo=None).isoformat() + "+02:00"
    story.drafts.append(Draft(event, first.key, dict(first.headers)))


@given(parsers.parse('an event with the same id whose priority is "{priority}"'))
def an_event_with_the_same_id(story: Story, priority: str) -> None:
    """Draft the last event with another priority."""
    first = story.last
    story.drafts.append(Draft({**first.event, "priority": priority}, first.key, dict(first.headers)))


FAULTS: dict[str, Callable[[Draft], Any]] = {
    "another ticket's key": lambda draft: setattr(draft, "key", "TCK-99999999"),
    "no key": lambda draft: setattr(draft, "key", None),
    "no header event_id": lambda draft: draft.headers.pop("event_id"),
    "no header contract": lambda draft: draft.headers.pop("contract"),
    "no header contract_version": lambda draft: draft.headers.pop("contract_version"),
    "the version 3.0.0": lambda draft: draft.headers.update(contract_version="3.0.0"),
}


@given(parsers.parse("its record has {fault}"))
def its_record_has(story: Story, fault: str) -> None:
    """Break the envelope of the last draft."""
    FAULTS[fault](story.last)


BYTES: dict[str, bytes] = {
    "nothing at all": b"",
    "half a JSON object": b'{"event_id": "0b7c',
    "two JSON objects": b"{} {}",
    "a number that is NaN": b'{"amount": NaN}',
    "a JSON list": b"[1, 2]",
    "invalid UTF-8": b'{"request": "\xff\xfe"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a key that stands twice": b'{"priority": "low", "priority": "high"}',
    "1000 nested lists": b"[" * 1000 + b"]" * 1000,
    "a number of 1000 digits": b'{"amount": ' + b"9" * 1000 + b"}",
}


@given(parsers.parse("a record whose value is {name}"))
def a_record_whose_value_is(story: Story, name: str) -> None:
    """Draft bytes that are no event."""
    headers = {"contract": "client_tickets", "contract_version": "1.0.0"}
    story.drafts.append(Draft({}, "TCK-00000000", headers, BYTES[name], raw=True))


@given("a record without a value")
def a_record_without_a_value(story: Story) -> None:
    """Draft a tombstone."""
    story.drafts.append(Draft({}, "TCK-00000000", {}, None, raw=True))


def produce(pipeline: Pipeline, story: Story, events: int, seed: int) -> None:
    """Let the producer send a generated mix, and remember what it says it sent."""
    mix = ["--invalid", "3%", "--duplicates", "2%", "--late", "2%"]
    arguments = ["produce", pipeline.contract, "--events", str(events), "--seed", str(seed), *mix, "--json"]
    story.summary = json.loads(pipeline.run(*arguments).stdout)
    story.produced += story.summary["acknowledged"]


@given(parsers.parse("{events:d} generated events, some broken, doubled and late"))
def generated_events(pipeline: Pipeline, story: Story, events: int) -> None:
    """Send a mix."""
    produce(pipeline, story, events, seed=11)


@given(parsers.parse("{events:d} more generated events"))
def more_generated_events(pipeline: Pipeline, story: Story, events: int) -> None:
    """Send another mix."""
    produce(pipeline, story, events, seed=12)


@given(parsers.parse("the contract app_logs from the examples, and {events:d} generated events of it"))
def another_contract(pipeline: Pipeline, story: Story, events: int) -> None:
    """Switch to the example's contract and send a mix of it."""
    pipeline.contract, pipeline.contracts = "app_logs", ROOT / "examples" / "contracts"
    produce(pipeline, story, events, seed=5)


@given(parsers.parse("a file with {good:d} good lines, 2 that break the contract and 2 that are no JSON"))
def a_file(story: Story, pipeline: Pipeline, good: int) -> None:
    """Write a JSONL file."""
    events = [valid_event().event for _ in range(good + 2)]
    events[0]["priority"], events[1]["mood"] = "urgent!!", "curious"
    del events[1]["channel"]
    lines = [*(json.dumps(event) for event in events), '{"event_id": ', "not json"]
    story.found["file"] = pipeline.data / "own.jsonl"
    story.found["file"].write_text("\n".join(lines) + "\n", "utf-8")


@given(parsers.parse("a CSV file with {good:d} good lines and 1 that breaks the contract"))
def a_csv_file(story: Story, pipeline: Pipeline, good: int) -> None:
    """Write a CSV file."""
    events = [{**valid_event().event, "satisfaction": "4", "tags": '["vip"]'} for _ in range(good + 1)]
    events[0]["satisfaction"] = "9"
    rows = [",".join(events[0]), *(",".join(_cell(str(cell)) for cell in event.values()) for event in events)]
    story.found["file"] = pipeline.data / "own.csv"
    story.found["file"].write_text("\r\n".join(rows) + "\r\n", "utf-8")


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
