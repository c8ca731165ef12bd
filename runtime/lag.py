"""Topic and how far it was read to what is left: asked of the broker when somebody wants to know, never for long.

The answer is computed in a thread of its own and kept for CACHE_S; whoever asks waits DEADLINE_S at most. A broker that
is away is an answer too.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from runtime import kafka
from runtime.errors import MachineError

CACHE_S = 5.0
DEADLINE_S = 4.0
REQUEST_S = 1.0  # of the three requests that watermarks take
RECORDS_S = 1.0  # for the first and for the last unread records
_SMALL = {
    "queued.min.messages": 1,
    "fetch.message.max.bytes": 65_536,  # one record of each partition is looked at
    "fetch.queue.backoff.ms": 10,  # by default a full queue of one partition holds up the others for a second
}

Read = Mapping[int, tuple[int, datetime]]  # by partition, of the last record read: offset and broker's timestamp


@dataclass(frozen=True, slots=True)
class Left:
    """What one partition has unread. `offsets` counts markers of transactions too, unless nothing else is left.

    `seconds` lie between the last record read (the oldest unread one where none was) and the newest; `oldest_at` is
    None where all is read. Both are None where the broker gave no record in time.
    """

    offsets: int
    seconds: float | None
    oldest_at: datetime | None


NOTHING = Left(0, 0.0, None)


class Lag:
    """Asks one broker about one topic; `read` says how far it was read. `close` it at the end."""

    def __init__(self, bootstrap: str, topic: str, read: Callable[[], Read]) -> None:
        self._bootstrap, self._topic, self._read = bootstrap, topic, read
        self._pool = ThreadPoolExecutor(1, "lag")
        self._lock = threading.Lock()
        self._asked_s = float("-inf")
        self._answer: Future[Mapping[int, Left] | None] | None = None

    def ask(self) -> Mapping[int, Left] | None:
        """What is left by partition; None where the broker is away. Any other error is raised as it was."""
        with self._lock:
            if self._answer is None or (self._answer.done() and time.monotonic() - self._asked_s > CACHE_S):
                self._asked_s = time.monotonic()
                self._answer = self._pool.submit(self._left)
            answer = self._answer
        try:
            return answer.result(DEADLINE_S)
        except LateError:
            return None

    def close(self) -> None:
        """Ask nothing more; an answer under way ends by its own deadlines."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _left(self) -> Mapping[int, Left] | None:
        try:
            marks = kafka.watermarks(self._bootstrap, self._topic, REQUEST_S)
        except MachineError:
            return None
        read = self._read()
        first = {p: max(low, read[p][0] + 1) if p in read else low for p, (low, _) in marks.items()}
        wanted = {p: offset for p, offset in first.items() if offset < marks[p][1]}
        oldest, newest = self._moments(wanted, {p: marks[p][1] - 1 for p in wanted})
        left = dict.fromkeys(marks, NOTHING)
        for partition, offset in wanted.items():
            if oldest.get(partition, True) is not None:
                count = marks[partition][1] - offset
                at = oldest.get(partition)
                since = read[partition][1] if partition in read else at
                left[partition] = Left(count, _seconds(since, newest.get(partition) or at), at)
        return left

    def _moments(
        self, first: Mapping[int, int], last: Mapping[int, int]
    ) -> tuple[dict[int, datetime | None], dict[int, datetime | None]]:
        from confluent_kafka import Consumer

        if not first:
            return {}, {}
        own = {"group.id": kafka.group("metrics"), "enable.auto.commit": False, "enable.partition.eof": True, **_SMALL}
        consumer = Consumer({**kafka.client_config(self._bootstrap), **own})
        try:
            return self._timestamps(consumer, first), self._timestamps(consumer, last)
        finally:
            consumer.close()

    def _timestamps(self, consumer: Any, wanted: Mapping[int, int]) -> dict[int, datetime | None]:
        """The broker's timestamp of the first record at or after an offset; None where there is none up to the end, no
        entry where the broker did not say in time.
        """
        from confluent_kafka import OFFSET_INVALID, KafkaError, TopicPartition

        consumer.assign([TopicPartition(self._topic, p, offset) for p, offset in wanted.items()])
        found: dict[int, datetime | None] = {}
        deadline = time.monotonic() + RECORDS_S
        while len(found) < len(wanted) and time.monotonic() < deadline:
            message = consumer.poll(0.1)
            if message is None or message.partition() in found:
                continue
            error = message.error()
            if error is None or error.code() == KafkaError._PARTITION_EOF:
                consumer.incremental_unassign([TopicPartition(self._topic, message.partition(), OFFSET_INVALID)])
                found[message.partition()] = None if error else _moment(message.timestamp()[1])
        return found


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _seconds(since: datetime | None, until: datetime | None) -> float | None:
    return None if since is None or until is None else max(0.0, (until - since).total_seconds())
