"""What we say of each record of the topic: our decoder's verdict, for the comparison with a peer's.

The same decoder as the job's tasks use, without Spark: a verdict by the event's own clauses. Which of several events
with one id is the duplicate is a matter of order, so it is not said here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from benchmarks.peers.outputs import Place
from benchmarks.speed.topic import CONTRACT, TOPIC
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Contract
from processing.values import pseudonym
from processing.versions import VersionedDecoder, Versions

WAIT_S = 10.0
_KEY = b"a-key-of-a-comparison-hides-nothing"


@dataclass(frozen=True)
class Ours:
    """Our word on one record. `clauses` are all that it breaks, without the contract's name; none: accepted.

    `sent_id` is the event id as the text has it, whatever else is wrong; None where there is none.
    """

    place: Place
    sent_id: str | None
    clauses: tuple[str, ...]
    values: dict[str, Any] | None


def read(bootstrap: str) -> list[Ours]:
    """Every record of the topic, up to its present end."""
    contract = Catalogue(HOME).get(CONTRACT)
    decoder = VersionedDecoder(Versions(contract, ()), _KEY)
    names = [field.name for field in contract.fields]
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "verdicts", "enable.auto.commit": False})
    marks = {
        one: consumer.get_watermark_offsets(TopicPartition(TOPIC, one), WAIT_S)
        for one in consumer.list_topics(TOPIC, WAIT_S).topics[TOPIC].partitions
    }
    consumer.assign([TopicPartition(TOPIC, one, low) for one, (low, _) in marks.items()])
    left, found = sum(high - low for low, high in marks.values()), list[Ours]()
    while left > 0:
        records = consumer.consume(10_000, WAIT_S)
        if not records:
            raise SystemExit("the broker sends nothing")
        left -= len(records)
        for record in records:
            value, key, sent = record.value(), record.key(), record.headers() or []
            verdict = decoder.decode(value, key, sent)
            clauses = tuple(dict.fromkeys(one.clause.removeprefix(f"{CONTRACT}/") for one in verdict.findings))
            values = None if verdict.event is None else dict(zip(names, verdict.event, strict=True))
            found.append(Ours((record.partition(), record.offset()), sent_id(value), clauses, values))
    consumer.close()
    return found


def sent_id(value: bytes | None) -> str | None:
    """The event id in a text that may be anything else but right; one that is no string as JSON (`7`)."""
    try:
        found = json.loads(value or b"")["event_id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return found if isinstance(found, str) or found is None else json.dumps(found)


def alike(contract: Contract) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """How a peer's values become comparable with ours: moments in UTC, days, exact amounts, persons by pseudonym."""
    reads = {field.name: _READS.get(field.type, _same) for field in contract.fields}
    personal = {field.name for field in contract.fields if field.classification == "personal"}

    def made(values: dict[str, Any]) -> dict[str, Any]:
        found = {name: None if values.get(name) is None else read(values[name]) for name, read in reads.items()}
        return found | {name: pseudonym(str(found[name]), _KEY) for name in personal if found[name] is not None}

    return made


def _same(value: Any) -> Any:
    return value


def _moment(value: Any) -> Any:
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read.astimezone(UTC)


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


_READS: dict[str, Callable[[Any], Any]] = {
    "timestamp": _moment,
    "date": _day,
    "number": lambda value: Decimal(repr(value)) if isinstance(value, float) else Decimal(value),
    "integer": int,
}
