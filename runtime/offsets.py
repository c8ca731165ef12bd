"""Offsets to whether the broker holds a record there: transaction markers, aborted and compacted ones do not."""

import time
from collections import defaultdict
from collections.abc import Iterable

from runtime.errors import MachineError
from runtime.kafka import client_config, group

Coordinates = tuple[int, int]


def without_record(
    bootstrap: str, topic: str, candidates: Iterable[Coordinates], timeout_s: float = 60
) -> frozenset[Coordinates]:
    """The (partition, offset) pairs among `candidates` that a committed-only consumer is given no record for.

    Reads each partition from its first candidate to its last. MachineError where the broker stops answering.
    """
    wanted: dict[int, set[int]] = defaultdict(set)
    for partition, offset in candidates:
        wanted[partition].add(offset)
    found: set[Coordinates] = set()
    for partition, offsets in sorted(wanted.items()):
        held = _held(bootstrap, topic, partition, min(offsets), max(offsets), timeout_s)
        found |= {(partition, offset) for offset in offsets - held}
    return frozenset(found)


def _held(bootstrap: str, topic: str, partition: int, first: int, last: int, timeout_s: float) -> set[int]:
    """Offsets of the records between `first` and `last`; the deadline starts anew with each record read."""
    from confluent_kafka import Consumer, KafkaError, TopicPartition

    settings = {"group.id": group("audit"), "enable.auto.commit": False, "enable.partition.eof": True}
    consumer = Consumer({**client_config(bootstrap), **settings})
    held: set[int] = set()
    try:
        consumer.assign([TopicPartition(topic, partition, first)])
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            for message in consumer.consume(1000, timeout=1):
                deadline = time.monotonic() + timeout_s
                if message.error() is not None:
                    if message.error().code() == KafkaError._PARTITION_EOF:
                        return held
                    raise MachineError(f"the broker did not give {topic}: {message.error().str()}", "Try again.")
                if message.offset() > last:
                    return held
                held.add(message.offset())
        raise MachineError(
            f"the broker gave no record of {topic} for {timeout_s:.0f} s", "See `tickets broker status`."
        )
    finally:
        consumer.close()
