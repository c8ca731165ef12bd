"""Records to topic: every record ends acknowledged or in the outbox file, and is counted as one of the two.

The idempotent producer keeps order and sends nothing twice within one session. After a time-out a record is "possibly
persisted": it stands in the outbox although the topic may hold it, and its event id tells the two apart.
"""

import base64
import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from producer.event import Headers

PURGE_S = 5.0
SLICE_S = 0.05  # longest wait before signals and deadlines are looked at again
POLL_EVERY = 500  # records between two looks at the callbacks
QUEUED = 100_000


@dataclass(frozen=True, slots=True)
class Route:
    """Where records go, and how long a broker may stay silent: `client` are librdkafka's settings to reach it."""

    client: Mapping[str, str]
    topic: str
    max_bytes: int
    timeout_s: float


@dataclass(slots=True)
class Delivery:
    """Counts of one run: sent = acknowledged + failed once it is finished."""

    sent: int = 0
    acknowledged: int = 0
    failed: int = 0
    errors: dict[str, int] = field(default_factory=dict)


class Outbox:
    """A JSONL file of records that were not acknowledged, readable by its owner alone; made with its first record."""

    def __init__(self, path: Path, identify: Callable[[bytes], str | None]) -> None:
        self.path = path
        self._identify = identify
        self._file: TextIO | None = None

    @property
    def used(self) -> bool:
        """Whether anything was written."""
        return self._file is not None

    def put(self, value: bytes, key: bytes, headers: Headers, sent_at: datetime | None, reason: str) -> None:
        """Keep one record, with everything that is needed to send it again."""
        if self._file is None:
            self._file = private_file(self.path)
        row = {
            "id": self._identify(value),
            "key": key.decode("utf-8", "replace"),
            "headers": [[name, text.decode("utf-8", "replace")] for name, text in headers],
            "value": base64.b64encode(value).decode(),
            "sent_at": None if sent_at is None else sent_at.isoformat(),
            "reason": reason,
        }
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Write what is buffered."""
        if self._file is not None:
            self._file.close()


class Sender:
    """One producer session. `stalled` says that the broker took nothing for the whole time-out: stop then."""

    def __init__(self, route: Route, outbox: Outbox) -> None:
        from confluent_kafka import Producer

        self._route = route
        self.outbox = outbox
        self._producer = Producer({**route.client, **settings(route)})
        self._last_ack_s = time.monotonic()
        self.delivery = Delivery()
        self.stalled = False

    def send(self, value: bytes, key: bytes, headers: Headers, sent_at: datetime | None) -> None:
        """Hand one record over; `sent_at` None means now. Waits while the queue is full."""
        from confluent_kafka import KafkaException

        self.delivery.sent += 1
        done = partial(self._done, (value, key, headers, sent_at))
        stamp = {} if sent_at is None else {"timestamp": milliseconds(sent_at)}
        full_since_s = time.monotonic()
        while True:
            try:
                self._producer.produce(self._route.topic, value, key, headers=headers, on_delivery=done, **stamp)
                break
            except BufferError:
                self._producer.poll(SLICE_S)
                if time.monotonic() - max(full_since_s, self._last_ack_s) > self._route.timeout_s:
                    self.stalled = True
                    self._fail((value, key, headers, sent_at), "the broker takes nothing")
                    return
            except KafkaException as error:
                self._fail((value, key, headers, sent_at), str(error.args[0].str()))
                return
        if self.delivery.sent % POLL_EVERY == 0:
            self._producer.poll(0)

    def wait(self, seconds: float) -> None:
        """Serve callbacks for at most `seconds`, and no longer than a slice."""
        self._producer.poll(min(seconds, SLICE_S))

    def finish(self) -> Delivery:
        """Wait until all is acknowledged or the time-out has passed since the last acknowledgement; the rest failed."""
        self._last_ack_s = time.monotonic()
        while len(self._producer) and time.monotonic() - self._last_ack_s < self._route.timeout_s:
            self._producer.poll(SLICE_S)
        return self.abandon()

    def abandon(self) -> Delivery:
        """Wait no longer: what is not acknowledged by now goes to the outbox."""
        if len(self._producer):
            self._producer.purge(in_queue=True, in_flight=True)
            self._producer.flush(PURGE_S)
        self.outbox.close()
        return self.delivery

    def _done(self, record: tuple[bytes, bytes, Headers, datetime | None], error: Any, _: Any) -> None:
        if error is None:
            self.delivery.acknowledged += 1
            self._last_ack_s = time.monotonic()
        else:
            self._fail(record, str(error.str()))
            self.stalled |= time.monotonic() - self._last_ack_s > self._route.timeout_s

    def _fail(self, record: tuple[bytes, bytes, Headers, datetime | None], reason: str) -> None:
        self.delivery.failed += 1
        self.delivery.errors[reason] = self.delivery.errors.get(reason, 0) + 1
        self.outbox.put(*record, reason)


def settings(route: Route) -> dict[str, Any]:
    """What makes delivery exact (idempotence, acks, one partitioner for all clients), then what makes it fast."""
    return {
        "enable.idempotence": True,
        "acks": "all",
        "partitioner": "murmur2_random",
        "message.max.bytes": route.max_bytes,
        "message.timeout.ms": int(route.timeout_s * 1000),
        "compression.type": "lz4",
        "linger.ms": 20,
        "queue.buffering.max.messages": QUEUED,
    }


def milliseconds(moment: datetime) -> int:
    """A record timestamp: whole milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def stamp(now: datetime) -> str:
    """A moment as part of a file name."""
    return now.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def private_file(path: Path) -> TextIO:
    """A new file for its owner alone; FileExistsError rather than overwrite."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    return os.fdopen(handle, "w", encoding="utf-8")


class Pace:
    """A token bucket on the monotonic clock: at most `rate` records a second, in bursts of a slice's worth."""

    def __init__(self, rate: float | None, now_s: float) -> None:
        self._rate = rate
        self._tokens = 1.0
        self._at_s = now_s

    def due_s(self, now_s: float) -> float:
        """Seconds until the next record may go, 0 for now (and then the token is taken)."""
        if self._rate is None:
            return 0.0
        burst = max(1.0, self._rate * SLICE_S)
        self._tokens = min(burst, self._tokens + (now_s - self._at_s) * self._rate)
        self._at_s = now_s
        if self._tokens > 1.0 - 1e-9:  # sums of floats may stay just below
            self._tokens -= 1.0
            return 0.0
        return (1.0 - self._tokens) / self._rate


@contextlib.contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """A question that is true once SIGINT or SIGTERM came; so that a run ends with its summary.

    A second signal acts as usual. Outside the main thread nothing is caught.
    """
    import signal
    import threading

    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped.is_set
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(*_: Any) -> None:
        stopped.set()
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, stop)
    try:
        yield stopped.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
