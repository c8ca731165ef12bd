"""Records to topic: every record ends acknowledged or in the outbox file, and is counted as one of the two.

The idempotent producer keeps order and sends nothing twice within one session. A broker that goes away is waited for:
only its silence ends a run, whatever the age of a record. What was under way then is "possibly persisted": it stands in
the outbox although the topic may hold it, and its event id tells the two apart.

Idempotence ends where the broker forgets the producer: one that restarts drops what it knows of a producer whose last
record in a partition has a timestamp older than its `producer.id.expiration.ms` (a day by default). Of records that are
older than that (generated ones, and what is resumed late) those under way at the restart may then stand in the topic
twice, again with one event id.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from producer.causes import OVERSIZE, SILENT, STOPPED, Causes, Failure
from producer.event import Record
from producer.receipts import Receipts

PURGE_S = 5.0
SLICE_S = 0.05  # longest wait before signals and deadlines are looked at again
POLL_EVERY = 500  # records between two looks at the callbacks
QUEUED = 100_000
BATCH_BYTES = 1_000_000
PROPAGATION_S = 30.0  # how long a topic may be missing before it counts as gone
LOGIN = frozenset({"_AUTHENTICATION", "_SSL"})  # complaints that explain a silence
PURGED = frozenset({"_PURGE_QUEUE", "_PURGE_INFLIGHT"})


@dataclass(frozen=True, slots=True)
class Route:
    """Where records go: `client` are librdkafka's settings to reach the broker, `timeout_s` how long it may be silent.

    `max_bytes` is the contract's; `batch_bytes` what the topic takes at once now, which may be less: a batch above it
    is refused whole, the small records in it too.
    """

    client: Mapping[str, str]
    topic: str
    max_bytes: int
    batch_bytes: int
    timeout_s: float


@dataclass(slots=True)
class Delivery:
    """Counts of one run: sent = acknowledged + failed once it is finished; `failed` by its reasons."""

    sent: int = 0
    acknowledged: int = 0
    failed: int = 0
    failures: dict[Failure, int] = field(default_factory=dict)

    @property
    def pending(self) -> int:
        """Records of which nothing is known yet."""
        return self.sent - self.acknowledged - self.failed


class Keeper(Protocol):
    """Where records go that are not acknowledged: an Outbox, or what knows that they stand in one already."""

    def put(self, record: Record, failure: Failure) -> None:
        """Keep one record."""

    def flush(self) -> None:
        """Hand what is buffered to the operating system."""

    def close(self) -> None:
        """Let others have what was kept; may come twice."""


def nothing() -> None:
    """What most records do once they are acknowledged."""


class Sender:
    """One producer session. `stalled` says that nothing more will be acknowledged: stop then."""

    def __init__(self, route: Route, outbox: Keeper, receipts: Receipts | None = None) -> None:
        from confluent_kafka import Producer

        self._route = route
        self._outbox = outbox
        self._receipts = receipts
        self._causes = Causes(route.topic, route.max_bytes, route.timeout_s)
        self._producer = Producer({**route.client, **settings(route), "error_cb": self._complain})
        self._quiet_since_s = time.monotonic()
        self._silence = self._given_up = SILENT
        self._mute = self._ended = False
        self.delivery = Delivery()

    @property
    def stalled(self) -> bool:
        """Whether the broker was silent for the whole time-out, or said what concerns every record."""
        return self._mute or self._ended

    def send(self, record: Record, settled: Callable[[], None] = nothing) -> None:
        """Hand one record over; waits while the queue is full. `settled` is called once it is acknowledged."""
        if not self.delivery.pending:
            self._quiet_since_s = time.monotonic()
        self.delivery.sent += 1
        while not self._handed_over(record, settled):
            self.wait(SLICE_S)
            if self._mute:
                self._fail(record, self._causes.of(self._silence))
                return
        if self.delivery.sent % POLL_EVERY == 0:
            self.wait(0)

    def wait(self, seconds: float) -> None:
        """Serve callbacks for at most `seconds`, and no longer than a slice; what they wrote is handed on."""
        self._serve(min(seconds, SLICE_S))
        if self.delivery.pending and time.monotonic() - self._quiet_since_s > self._route.timeout_s:
            self._mute = True
        self._outbox.flush()
        if self._receipts is not None:
            self._receipts.flush()

    def _serve(self, seconds: float) -> None:
        """What ends the client's session as a whole is like a silence, with a reason: nothing more is acknowledged."""
        from confluent_kafka import KafkaException

        try:
            self._producer.poll(seconds)
        except KafkaException as error:
            self._silence, self._mute = error.args[0].name(), True

    def drain(self) -> None:
        """Wait until each record is acknowledged or failed; after a silence of the whole time-out the rest failed."""
        while self.delivery.pending and not self._mute:
            self.wait(SLICE_S)
        self._give_up(self._silence)

    def finish(self) -> Delivery:
        """The same, and the end of the session."""
        try:
            self.drain()
        finally:
            self._close()
        return self.delivery

    def abandon(self) -> Delivery:
        """The end of the session at once: what is not acknowledged by now failed."""
        try:
            self._give_up(STOPPED)
        finally:
            self._close()
        return self.delivery

    def _give_up(self, code: str) -> None:
        self._given_up = code
        if self.delivery.pending:
            self._producer.purge(in_queue=True, in_flight=True)
            self._producer.flush(PURGE_S)

    def _close(self) -> None:
        self._outbox.close()
        if self._receipts is not None:
            self._receipts.close()

    def _handed_over(self, record: Record, settled: Callable[[], None]) -> bool:
        """Whether librdkafka has the record, or never will; False while its queue is full."""
        from confluent_kafka import KafkaException

        value, key, headers, timestamp_ms = record
        done = partial(self._done, record, settled)
        try:
            self._producer.produce(
                self._route.topic, value, key, headers=headers, timestamp=timestamp_ms, on_delivery=done
            )
        except BufferError:
            return False
        except KafkaException as error:
            code = error.args[0].name()
            self._fail(record, self._causes.of(OVERSIZE if code == "MSG_SIZE_TOO_LARGE" else code, error.args[0].str()))
        return True

    def _done(self, record: Record, settled: Callable[[], None], error: Any, message: Any) -> None:
        if error is None:
            self.delivery.acknowledged += 1
            self._quiet_since_s, self._silence = time.monotonic(), SILENT
            if self._receipts is not None:
                self._receipts.put(record.value, message.partition(), message.offset())
            settled()
            return
        code = error.name()
        self._fail(record, self._causes.of(self._given_up if code in PURGED else code, error.str()))

    def _fail(self, record: Record, failure: Failure) -> None:
        self.delivery.failed += 1
        self.delivery.failures[failure] = self.delivery.failures.get(failure, 0) + 1
        self._ended |= failure.ends
        self._outbox.put(record, failure)

    def _complain(self, error: Any) -> None:
        if error.name() in LOGIN:
            self._silence = error.name()


def settings(route: Route) -> dict[str, Any]:
    """What makes delivery exact (idempotence, acks, one partitioner for all clients), then what makes it fast.

    No record times out by its own age: `Sender` ends a run by the broker's silence.
    """
    return {
        "enable.idempotence": True,
        "acks": "all",
        "partitioner": "murmur2_random",
        "message.max.bytes": route.max_bytes,
        "message.timeout.ms": 0,
        "reconnect.backoff.max.ms": 1000,
        "allow.auto.create.topics": False,  # a topic that was deleted must not come back with the broker's defaults
        "topic.metadata.propagation.max.ms": int(min(PROPAGATION_S, route.timeout_s / 2) * 1000),
        "compression.type": "lz4",
        "batch.size": min(BATCH_BYTES, route.batch_bytes),
        "linger.ms": 20,
        "queue.buffering.max.messages": QUEUED,
    }
