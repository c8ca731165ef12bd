"""What stands in a topic, and a broker that goes away: seen and done from outside, with plain clients and signals."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from features.harness import Pipeline, wait_for


class Found(NamedTuple):
    """One record of a topic."""

    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    headers: dict[str, bytes]
    value: bytes

    @property
    def id(self) -> str | None:
        """The id of its event as text; None where the value has none that can be read."""
        try:
            event = json.loads(self.value)
        except ValueError:
            return None
        found = event.get("event_id") if isinstance(event, dict) else None
        return None if found is None else str(found)


def records(bootstrap: str, topic: str) -> list[Found]:
    """Every record up to now, by partition and offset."""
    from confluent_kafka import Consumer, TopicPartition

    settings = {"bootstrap.servers": bootstrap, "group.id": "outside", "enable.auto.commit": False, "log_level": "0"}
    reader, found = Consumer({**settings, "auto.offset.reset": "earliest"}), []
    try:
        for partition in reader.list_topics(topic, timeout=30).topics[topic].partitions:
            place = TopicPartition(topic, partition, 0)
            end = reader.get_watermark_offsets(place, timeout=30)[1]
            reader.assign([place])
            found += [_found(message) for message in _read(reader, end)]
    finally:
        reader.close()
    return sorted(found)


def _read(reader: Any, end: int) -> Iterator[Any]:
    """The records of the assigned partition below `end`; offsets may have gaps, the last one is there."""

    def next_one() -> list[Any]:  # not the message itself: one without bytes is false
        message = reader.poll(1.0)
        return [] if message is None else [message]

    reached = -1
    while reached < end - 1:
        (message,) = wait_for(next_one, f"the topic is read up to {end}", 60)
        assert message.error() is None, message.error()
        reached = message.offset()
        yield message


def _found(message: Any) -> Found:
    place = (message.partition(), message.offset(), message.timestamp()[1])
    return Found(*place, message.key(), dict(message.headers() or []), message.value())


def receipts(file: Path) -> list[tuple[Any, int, int]]:
    """Each whole line of a file of receipts: id, partition, offset."""
    if not file.exists():
        return []
    lines = file.read_bytes().splitlines(keepends=True)
    rows = [json.loads(line) for line in lines if line.endswith(b"\n")]
    return [(row["id"], row["partition"], row["offset"]) for row in rows]


def kill_broker(pipeline: Pipeline) -> None:
    """kill -9 of the embedded broker, and its end."""
    pid = json.loads((pipeline.data / "broker" / "broker.json").read_text())["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not _alive(pid), "the broker is dead", 30)


def _alive(pid: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def away(seconds: float) -> None:
    """Return once that much time has passed since the call: the condition that is waited for is the time itself."""
    end = time.monotonic() + seconds
    wait_for(lambda: time.monotonic() >= end, f"{seconds} s have passed", seconds + 10)


def set_largest(bootstrap: str, topic: str, max_bytes: int) -> None:
    """What the topic takes from now on; returns once the broker says so itself."""
    from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": "0"})
    name, kind = "max.message.bytes", ConfigResource.Type.TOPIC
    entry = ConfigEntry(name, str(max_bytes), incremental_operation=AlterConfigOpType.SET)
    (done,) = admin.incremental_alter_configs([ConfigResource(kind, topic, incremental_configs=[entry])]).values()
    done.result(30)

    def said() -> bool:
        (answer,) = admin.describe_configs([ConfigResource(kind, topic)]).values()
        return bool(answer.result(30)[name].value == str(max_bytes))

    wait_for(said, "the topic has its new limit", 30)
