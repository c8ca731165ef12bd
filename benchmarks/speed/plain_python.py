"""What one writes by hand: a consumer, msgspec with the contract's constraints typed out, a set of ids, Parquet files.

One process without Spark. It checks what msgspec can express of client_tickets v1, and what a careful person would add
(the key, the header, the date of a promise); it keeps refused records with the first reason. What it lacks: a second
run that goes on where the first one ended, one commit for all outcomes, every clause of a refusal, duplicate keys in an
object, exact decimals, masked values, pseudonyms, tables that others can read while they grow.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from confluent_kafka import Consumer, TopicPartition

WAIT_S = 10.0
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=30)]


class Attachment(msgspec.Struct):
    """One file of a request."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    media_type: Annotated[str, msgspec.Meta(pattern="^[a-z]+/[a-z0-9.+-]+$", max_length=100)]
    size_bytes: Annotated[int, msgspec.Meta(ge=0, le=26214400)]


class Event(msgspec.Struct):
    """One event, in the contract's words."""

    event_id: uuid.UUID
    event_type: Literal["opened", "assigned", "resolved", "reopened", "closed"]
    ticket_id: Annotated[str, msgspec.Meta(pattern="^TCK-[0-9]{8}$")]
    client_id: Annotated[str, msgspec.Meta(pattern="^CLI-[0-9]{6}$")]
    occurred_at: Annotated[datetime, msgspec.Meta(tz=True)]
    request: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    request_type: Literal["billing", "technical", "delivery", "contract", "complaint", "information"]
    priority: Literal["low", "normal", "high", "urgent"]
    channel: Literal["email", "phone", "web", "chat", "branch"]
    client_email: Annotated[str, msgspec.Meta(max_length=254)] | None = None
    language: Annotated[str, msgspec.Meta(pattern="^[a-z]{2}(-[A-Z]{2})?$")] | None = None
    satisfaction: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None
    amount: Annotated[float, msgspec.Meta(ge=0)] | None = None
    due_on: date | None = None
    tags: Annotated[list[Short], msgspec.Meta(max_length=10)] | None = None
    attachments: Annotated[list[Attachment], msgspec.Meta(max_length=20)] | None = None


_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_decoder = msgspec.json.Decoder(Event)
FIELDS = Event.__struct_fields__
NOTHING = (None,) * len(FIELDS)  # the values of what is refused


def read(bootstrap: str, topic: str, folder: Path, batch: int, told: Callable[[int], None]) -> None:
    """Read the topic from its first record to the end it had at the start, in batches of one file each."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "plain", "enable.auto.commit": False})
    ends = {}
    for partition in consumer.list_topics(topic, WAIT_S).topics[topic].partitions:
        ends[partition] = consumer.get_watermark_offsets(TopicPartition(topic, partition), WAIT_S)[1]
    consumer.assign([TopicPartition(topic, partition, 0) for partition in ends])
    left, seen, number = sum(ends.values()), set[bytes](), 0
    folder.mkdir(parents=True, exist_ok=True)
    silent = time.monotonic()
    while left:
        records = consumer.consume(min(batch, left, 100_000), 1.0)
        if not records:
            if time.monotonic() - silent > 10 * WAIT_S:
                raise SystemExit("the broker sends nothing")
            continue
        silent, left, number = time.monotonic(), left - len(records), number + 1
        pq.write_table(_table(records, seen), folder / f"{number:05d}.parquet")
        told(len(records))
    consumer.close()


def _table(records: list[Any], seen: set[bytes]) -> pa.Table:
    rows = [_row(record, seen) for record in records]
    names = ["partition", "offset", "outcome", "reason", *FIELDS]
    return pa.table([list(column) for column in zip(*rows, strict=True)], names)


def _row(record: Any, seen: set[bytes]) -> tuple[Any, ...]:
    place = (record.partition(), record.offset())
    found = judged(record.value(), record.key(), record.headers())
    if isinstance(found, str):
        return (*place, "rejected", found, *NOTHING)
    if found.event_id.bytes in seen:
        return (*place, "duplicate", None, *NOTHING)
    seen.add(found.event_id.bytes)
    return (*place, "accepted", None, *values(found))


def judged(value: bytes, key: bytes | None, headers: Any) -> Event | str:
    """The event, or the first reason to refuse it."""
    try:
        event: Event = _decoder.decode(value)
    except (msgspec.DecodeError, TypeError) as error:
        return str(error)
    sent = dict(headers or ())
    if key != event.ticket_id.encode() or sent.get("event_id") != str(event.event_id).encode():
        return "key or header"
    if event.client_email is not None and not _EMAIL.fullmatch(event.client_email):
        return "email"
    if event.tags is not None and len(set(event.tags)) != len(event.tags):
        return "tags"
    return event


def values(event: Event) -> tuple[Any, ...]:
    """What Arrow takes of an event, in the order of FIELDS."""
    attachments: Any = event.attachments and [msgspec.structs.asdict(one) for one in event.attachments]
    return (str(event.event_id), *(getattr(event, name) for name in FIELDS[1:-1]), attachments)
