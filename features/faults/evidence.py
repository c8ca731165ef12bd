"""A workspace and its topic to what a checker looks at: raw records, tables, receipts, all read without the product."""

import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from features.faults.clients import QUIET, TOPIC, read_receipts
from features.faults.judge import Judge, Judged, Record
from features.harness import COMMAND, ROOT

Place = tuple[int, int]  # partition, offset
READ_DEADLINE_S = 120.0
LEDGER = ("partition", "offset", "outcome", "event_id", "first_partition", "first_offset")
TICKETS = ("event_id", "kafka_partition", "kafka_offset")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Evidence:
    """What was found. Rows are dicts by column; `audit` is what `tickets audit --json` printed, None if not asked."""

    topic: Mapping[Place, Record]
    ledger: list[dict[str, Any]]
    tickets: list[dict[str, Any]]
    kpis: list[dict[str, Any]]
    receipts: list[dict[str, Any]]
    data: Path
    audit: dict[str, Any] | None
    judge: Callable[[Record], Judged]
    targets: Mapping[tuple[str, str], tuple[str, int]]

    @cached_property
    def judged(self) -> dict[Place, Judged]:
        """What each record ought to be."""
        return {place: self.judge(record) for place, record in self.topic.items()}

    @cached_property
    def claims(self) -> dict[str, list[Place]]:
        """The valid records of each event id, in order of their coordinates."""
        found: dict[str, list[Place]] = defaultdict(list)
        for place in sorted(self.topic):
            judged = self.judged[place]
            if judged.kind == "valid" and judged.id is not None:
                found[judged.id].append(place)
        return dict(found)

    @cached_property
    def accepted(self) -> dict[str, list[Place]]:
        """The coordinates that the ledger says were accepted, by event id."""
        found: dict[str, list[Place]] = defaultdict(list)
        for row in self.ledger:
            if row["outcome"] == "accepted":
                found[row["event_id"]].append((row["partition"], row["offset"]))
        return dict(found)

    @cached_property
    def winners(self) -> dict[str, Place]:
        """The record of each id that counts: the first, or with bodies in conflict the one the ledger has taken."""
        return {id_: self._winner(id_, places) for id_, places in self.claims.items()}

    def conflicting(self, places: list[Place]) -> bool:
        """Whether the records do not all have one body."""
        return any(self.judged[place].body != self.judged[places[0]].body for place in places[1:])

    def _winner(self, id_: str, places: list[Place]) -> Place:
        firsts = {partition: (partition, offset) for partition, offset in reversed(places)}  # nothing overtakes there
        taken = [place for place in self.accepted.get(id_, ()) if place in firsts.values()]
        return taken[0] if taken and self.conflicting(places) else places[0]


def gather(data: Path, bootstrap: str, receipts: Path, topic: Mapping[Place, Record] | None = None) -> Evidence:
    """All there is to see of a workspace; `topic` where it was read already."""
    tables = data / "tables" / TOPIC
    return Evidence(
        topic=read_topic(bootstrap) if topic is None else topic,
        ledger=rows(tables / "ledger", LEDGER),
        tickets=rows(tables / "tickets", TICKETS),
        kpis=rows(tables / "ticket_kpis", None),
        receipts=list(read_receipts(receipts)),
        data=data,
        audit=None,
        judge=Judge(TOPIC, schemas()),
        targets=targets(ROOT / "contracts" / "support_targets" / "v1.csv"),
    )


def rows(table: Path, columns: tuple[str, ...] | None) -> list[dict[str, Any]]:
    """A Delta table's rows as they are now; none where there is no table."""
    import polars as pl

    if not (table / "_delta_log").exists():
        return []
    frame = pl.scan_delta(table)
    return (frame.select(columns) if columns else frame).collect().to_dicts()


def read_topic(bootstrap: str, topic: str = TOPIC) -> dict[Place, Record]:
    """Every record the broker holds now, of every partition, from the first to the last."""
    from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

    settings = {"group.id": "checker", "enable.auto.commit": False, "enable.partition.eof": True, **QUIET}
    consumer = Consumer({"bootstrap.servers": bootstrap, **settings})
    partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
    found: dict[Place, Record] = {}
    open_, end = set(partitions), datetime.now(UTC) + timedelta(seconds=READ_DEADLINE_S)
    while open_:
        assert datetime.now(UTC) < end, f"partitions {open_} were not read to their end"
        for message in consumer.consume(10_000, timeout=1.0):
            if message.error() is None:
                found[message.partition(), message.offset()] = _record(message)
            else:
                assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
                open_.discard(message.partition())
    consumer.close()
    return found


def _record(message: Any) -> Record:
    at = _EPOCH + timedelta(milliseconds=message.timestamp()[1])
    return Record(message.key(), message.value(), dict(message.headers() or ()), at)


def high_offsets(bootstrap: str, topic: str = TOPIC) -> int:
    """How many records the topic has taken in all."""
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "checker", **QUIET})
    try:
        partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
        marks = [consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=30) for number in partitions]
        return sum(high for _, high in marks)
    finally:
        consumer.close()


def schemas() -> dict[int, dict[str, Any]]:
    """The reader schema of each major, as the command prints it."""
    files = sorted((ROOT / "contracts" / TOPIC).glob("v*.odcs.yaml"))
    majors = [int(file.name.split(".")[0][1:]) for file in files]
    return {
        major: json.loads(command("contracts", "show", f"{TOPIC}.v{major}", "--as", "json-schema")) for major in majors
    }


def command(*arguments: str, env: Mapping[str, str] | None = None) -> str:
    """What the command prints; AssertionError unless it exits with 0."""
    done = subprocess.run(
        [COMMAND, *arguments], capture_output=True, text=True, timeout=180, env={**os.environ, **(env or {})}
    )
    assert done.returncode == 0, f"tickets {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


def targets(file: Path) -> dict[tuple[str, str], tuple[str, int]]:
    """Team and target hours by request type and priority, from the reference data."""
    import csv

    with file.open(encoding="utf-8", newline="") as text:
        found = list(csv.DictReader(text))
    return {(r["request_type"], r["priority"]): (r["support_team"], int(r["target_hours"])) for r in found}
