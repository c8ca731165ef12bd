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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from producer.causes import FATAL, OVERSIZE, SILENT, STOPPED, Causes, Failure
from producer.event import Headers, LineSeal, Record
from producer.outbox import Keeper as Keeper
from producer.receipts import Receipts
from producer.route import Route as Route
from producer.route import settings as settings

CLIENT_S = 30.0  # longest wait for what the client does by itself
SLICE_S = 0.05  # longest wait before signals and deadlines are looked at again
POLL_EVERY = 500  # records between two looks at the callbacks
LOGIN = frozenset({"_AUTHENTICATION", "_SSL"})  # complaints that explain a silence
Told = Callable[[Any, Any], None]  # of error and message, once one of the two is known
Row = tuple[bytes, int, tuple[bytes, Headers] | None]
"""Value, timestamp in milliseconds since 1970, key and headers; None where the value says them."""
ANY_PARTITION = -1  # the partitioner decides, by the key
PURGED = frozenset({"_PURGE_QUEUE", "_PURGE_INFLIGHT"})  # that records are given up, not why


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


class Sender:
    """One producer session. `stalled` says that nothing more will be acknowledged: stop then.

    Acknowledgements are counted as what librdkafka took and neither has nor reports as failed. With receipts, or for a
    caller who wants to hear of `each`, they are reported one by one too, which takes longer.
    """

    def __init__(self, route: Route, outbox: Keeper, receipts: Receipts | None = None, each: bool = False) -> None:
        from confluent_kafka import Producer

        self._route = route
        self._outbox = outbox
        self._receipts = receipts
        self._causes = Causes(route.topic, route.max_bytes, route.timeout_s)
        told = {"error_cb": self._complain, "delivery.report.only.error": receipts is None and not each}
        self._producer = Producer({**route.client, **settings(route), **told})
        self._taken = self._lost = 0  # by librdkafka; of these, reported as failed
        self._quiet_since_s = time.monotonic()
        self._silence = self._causes.of(SILENT)  # why what is under way will not be acknowledged
        self._mute = self._ended = False
        self.delivery = Delivery()

    @property
    def stalled(self) -> bool:
        """Whether the broker was silent for the whole time-out, or said what concerns every record."""
        return self._mute or self._ended

    def send(self, record: Record, settled: Callable[[], None] | None = None) -> None:
        """Hand one record over; waits while the queue is full. `settled` is called once it is acknowledged, in a
        session that hears of `each`.
        """
        self._begin()
        self._hand_over(record, partial(self._done, record, settled))
        if self.delivery.sent % POLL_EVERY == 0:
            self.wait(0)

    def send_many(self, rows: Sequence[Row], seal: LineSeal) -> int:
        """Hand over rows in their order, then look at the broker once; how many: fewer than all if it is silent.

        Rows that are lost are sealed once more, so that only values and times are kept until they are acknowledged.
        """
        self._begin()
        sealed, done = self._reporter(rows, seal), 0
        while done < len(rows) and not self._mute:
            done += self._taken_of(rows[done:], seal, sealed)
            if done < len(rows):
                value, at_ms, own = rows[done]
                record = Record(value, *(own or seal(value)), at_ms)
                self._hand_over(record, sealed if own is None else partial(self._done, record, None))
                done += 1
        self.wait(0)
        return done

    def _taken_of(self, rows: Sequence[Row], seal: LineSeal, sealed: Told) -> int:
        """How many rows librdkafka takes, up to the first that it refuses, or has no room for."""
        from confluent_kafka import KafkaException

        produce, topic, taken = self._producer.produce, self._route.topic, 0
        try:
            for value, at_ms, own in rows:
                key, headers = own or seal(value)
                told = sealed if own is None else partial(self._done, Record(value, key, headers, at_ms), None)
                produce(topic, value, key, ANY_PARTITION, told, None, at_ms, headers)  # names cost a fifth of the call
                taken += 1
        except (BufferError, KafkaException):
            return taken
        finally:
            self.delivery.sent += taken
            self._taken += taken
        return taken

    def _begin(self) -> None:
        """Silence counts from when somebody is asked."""
        if not self.delivery.pending:
            self._quiet_since_s = time.monotonic()

    def wait(self, seconds: float) -> None:
        """Serve callbacks for at most `seconds`, and no longer than a slice; what they wrote is handed on."""
        self._heard(self._producer.poll, min(seconds, SLICE_S))
        self._count()
        if self.delivery.pending and time.monotonic() - self._quiet_since_s > self._route.timeout_s:
            self._mute = True
        self._outbox.flush()
        if self._receipts is not None:
            self._receipts.flush()

    def _heard(self, serve: Callable[[float], Any], seconds: float) -> bool:
        """Serve callbacks by poll or flush; False where they were broken off, since the session ended as a whole.

        That is like a silence, with a reason: nothing more is acknowledged.
        """
        from confluent_kafka import KafkaException

        try:
            serve(seconds)
        except KafkaException as error:
            self._silence, self._mute = self._causes.of(error.args[0].name(), error.args[0].str()), True
            return False
        return True

    def _refused(self, error: Any) -> Failure | None:
        """Why the client does not take a record; None where its session ended as a whole: `_silence` then says why.

        It refuses records from that moment on, and why comes with its callbacks, maybe a moment later.
        """
        code, end_s = error.name(), time.monotonic() + CLIENT_S
        while code == FATAL and time.monotonic() < end_s:
            if not self._heard(self._producer.poll, SLICE_S):
                return None
        return self._causes.of(OVERSIZE if code == "MSG_SIZE_TOO_LARGE" else code, error.str())

    def drain(self) -> None:
        """Wait until each record is acknowledged or failed; after a silence of the whole time-out the rest failed."""
        while self.delivery.pending and not self._mute:
            self.wait(SLICE_S)
        self._give_up()

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
            self._silence = self._causes.of(STOPPED)
            self._give_up()
        finally:
            self._close()
        return self.delivery

    def _give_up(self) -> None:
        if self.delivery.pending:
            self._producer.purge(in_queue=True, in_flight=True)
            if not self._heard(self._producer.flush, CLIENT_S):
                self._heard(self._producer.flush, CLIENT_S)  # a session ends once; the reports come after it
            self._count()

    def _close(self) -> None:
        self._outbox.close()
        if self._receipts is not None:
            self._receipts.close()

    def _count(self) -> None:
        """What is known to be acknowledged by now; reports that wait to be served still count as under way."""
        acknowledged = self._taken - self._lost - len(self._producer)
        if acknowledged > self.delivery.acknowledged:
            self.delivery.acknowledged, self._quiet_since_s = acknowledged, time.monotonic()
            if not self._mute:
                self._silence = self._causes.of(SILENT)

    def _hand_over(self, record: Record, told: Told) -> None:
        """Until librdkafka has the record, or never will; it fails where the broker stays silent over a full queue."""
        from confluent_kafka import KafkaException

        self.delivery.sent += 1
        value, key, headers, at_ms = record
        while not self._mute:
            try:
                self._producer.produce(
                    self._route.topic, value, key, headers=headers, timestamp=at_ms, on_delivery=told
                )
                self._taken += 1
                return
            except BufferError:
                self.wait(SLICE_S)
            except KafkaException as error:
                failure = self._refused(error.args[0])
                if failure is not None:
                    self._fail(record, failure)
                    return
        self._fail(record, self._silence)

    def _reporter(self, rows: Sequence[Row], seal: LineSeal) -> Told:
        """What hears of all rows without key and headers of their own; a report of a lost record has no time."""
        times: dict[bytes, list[int]] = {}

        def told(error: Any, message: Any) -> None:
            value = message.value()
            if error is None:
                self._done(Record(value, None, [], 0), None, None, message)
                return
            if not times:
                for content, at_ms, own in rows:
                    if own is None:
                        times.setdefault(content, []).append(at_ms)
            self._done(Record(value, *seal(value), times[value].pop()), None, error, message)

        return told

    def _done(self, record: Record, settled: Callable[[], None] | None, error: Any, message: Any) -> None:
        if error is not None:
            code = error.name()
            self._lost += 1
            self._fail(record, self._silence if code in PURGED else self._causes.of(code, error.str()))
            return
        if self._receipts is not None:
            self._receipts.put(record.value, message.partition(), message.offset())
        if settled is not None:
            settled()

    def _fail(self, record: Record, failure: Failure) -> None:
        self.delivery.failed += 1
        self.delivery.failures[failure] = self.delivery.failures.get(failure, 0) + 1
        self._ended |= failure.ends
        self._outbox.put(record, failure)

    def _complain(self, error: Any) -> None:
        if error.name() in LOGIN and not self._mute:
            self._silence = self._causes.of(error.name(), error.str())
