"""Topic to tables: the streaming query that carries every offset into the ledger exactly once.

The ledger itself says how far it has come: each of its commits holds the rows of a batch and the offsets it ends at, so
every run starts where the newest commit ends. What Spark notes about a query (its checkpoint) is for that run alone.
"""

import json
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException, StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming import StreamingQuery

from processing import aggregates, derive, ledger
from processing.carry import Carried, Carrier
from processing.derive import Derivation
from processing.erase import sweep
from processing.explain import explain
from processing.flood import Watch
from processing.index import Index
from processing.lease import Lease
from processing.migrate import bring
from processing.position import Lost, Position, position
from processing.refresh import Refresher

EARLIEST = -2  # Spark's word for the first offset the broker still has


@dataclass(frozen=True, slots=True)
class Batch:
    """What one micro-batch did, and its seconds from begin to last commit."""

    carried: Carried
    seconds: float


@dataclass(frozen=True, slots=True)
class Source:
    """Where to read: Kafka options for Spark, the topic, and how many records one batch may take.

    `unbroken` raises where the topic is not the one that was read up to a position, and says what was lost after it.
    """

    options: Mapping[str, str]
    topic: str
    max_events: int
    unbroken: Callable[[Position], Lost]


@dataclass(frozen=True, slots=True)
class Reports:
    """Who is told of a batch: when it begins, and when it is in ledger and accepted rows (None: it had no records); and
    of the ledger version that a running job has made its aggregates of, and the seconds it took.
    """

    begun: Callable[[], None]
    done: Callable[[Batch | None], None]
    aggregated: Callable[[int, float], None]


class Chores(Protocol):
    """What else is done with the tables, between two batches and under the job's own lease."""

    def due(self) -> bool:
        """Whether there is something to do; asked several times a second."""

    def do(self) -> None:
        """Do it; the job goes on whatever comes of it. No batch runs meanwhile."""


class Stopped(Exception):  # noqa: N818 - a wish, not an error
    """A stop was asked for before a batch began; nothing of that batch was written."""


@dataclass
class Job:
    """One run over one input contract. `every` is a Spark interval, or None to read what is there and end.

    `scratch` holds what Spark notes about the query; each run starts it anew, from where the ledger is. The query keeps
    no state, so tasks on other machines neither read nor write there. Where they run on this one (`here`), the rows of
    the batch under way are left there for them.
    """

    spark: SparkSession
    derivation: Derivation
    source: Source
    scratch: Path
    lease: Lease
    key: bytes
    every: str | None
    watch: Watch
    reports: Reports
    stop: threading.Event
    chores: Chores
    here: bool
    writing: threading.Lock = field(default_factory=threading.Lock, init=False)
    failure: BaseException | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.refresher = Refresher(self.spark, self.derivation, self.lease, self.reports.aggregated)

    def run(self) -> None:
        """Read until done or stopped; ProcessingError where the job cannot go on.

        One `run` after another gives the same tables as one alone, whatever was interrupted before.
        """
        path = self.derivation.ledger
        ledger.prepare(self.spark)
        references = derive.read_references(self.spark, self.derivation, self.key)
        bring(self.derivation.versions, self.derivation.derived, path, self.key, self.lease.check)
        if self.derivation.erased.unfinished:
            sweep(path, self.derivation.majors, self.key, self.derivation.erased, self.lease.check)
        derive.follow(self.spark, self.derivation, references)  # what a run before this one did not come to
        with Index(self.derivation.index, path) as index:
            carrier = Carrier(
                self.derivation,
                references,
                index,
                self.lease,
                self.key,
                self.watch,
                self.source.unbroken,
                self.scratch / "parcels" if self.here else None,
            )
            self._await(self._start(carrier))
        self.lease.check()
        aggregates.catch_up(self.spark, self.derivation, references)  # after a stop too: it can then be exported

    def _start(self, carrier: Carrier) -> StreamingQuery:
        at = position(self.derivation.ledger)
        lost = self.source.unbroken(at)
        shutil.rmtree(self.scratch, ignore_errors=True)
        reader = self.spark.readStream.format("kafka").options(**self.source.options)
        stream = reader.options(
            subscribe=self.source.topic,
            includeHeaders="true",
            failOnDataLoss="true",
            startingOffsets=self._starting_offsets(at, lost),
            maxOffsetsPerTrigger=str(self.source.max_events),
        ).load()
        writer = stream.writeStream.foreachBatch(self._guarded(carrier))
        writer = writer.option("checkpointLocation", self.scratch.as_uri())
        return (writer.trigger(processingTime=self.every) if self.every else writer.trigger(availableNow=True)).start()

    def _starting_offsets(self, at: Position, lost: Lost) -> str:
        """The ledger itself says how far it has come; a partition it has nothing of is read from its first record."""
        partitions = self.derivation.source.envelope.partitions if self.derivation.source.envelope else 0
        first = dict.fromkeys(range(partitions), EARLIEST) | {p: last.offset + 1 for p, last in at.items()}
        first |= {partition: last + 1 for partition, (_, last) in lost.items()}
        return json.dumps({self.source.topic: {str(partition): offset for partition, offset in first.items()}})

    def _guarded(self, carrier: Carrier) -> Callable[[DataFrame, int], None]:
        """Keep the first error as it was raised: Spark would pass on only its text."""

        def batch(records: DataFrame, _: int) -> None:
            try:
                with self.writing:
                    self._batch(carrier, records)
            except BaseException as error:
                self.failure = self.failure or error
                raise

        return batch

    def _batch(self, carrier: Carrier, records: DataFrame) -> None:
        if self.stop.is_set():
            raise Stopped
        began = time.monotonic()
        self.reports.begun()
        carried = carrier.carry(records, at_once=self.every is not None)
        self.reports.done(None if carried is None else Batch(carried, time.monotonic() - began))
        if carried is not None and self.every is not None:
            self.refresher.note()

    def _await(self, query: StreamingQuery) -> None:
        """Wait for the query's end; a wish to stop is granted between two batches, and chores are done there."""
        idle = 0  # looks in a row at which no batch was under way: one alone may fall between two batches
        try:
            while not query.awaitTermination(0.2):
                idle = 0 if query.status["isTriggerActive"] else idle + 1
                if not self.stop.is_set():
                    self._between(calm=idle > 1)
                elif idle:
                    query.stop()
        except StreamingQueryException as error:
            if isinstance(self.failure, Stopped):
                return
            if self.failure is not None and hasattr(
                self.failure, "remedy"
            ):  # one of ours, from this room or the lease: it says what to do
                raise self.failure from error
            raise explain(error, self.source.topic) from error
        finally:
            if query.isActive:
                query.stop()

    def _between(self, *, calm: bool) -> None:
        if self.every is not None:
            try:
                self.refresher.do(calm=calm)
            except (Py4JJavaError, PySparkException) as error:
                raise explain(error, self.source.topic) from error
        if self.chores.due():
            with self.writing:  # waits for the batch under way
                if not self.stop.is_set():
                    self.chores.do()


def describe(outcomes: Mapping[str, int]) -> dict[str, Any]:
    """Counts in a fixed order, for logs: accepted first, then the rest by name."""
    return {name: outcomes[name] for name in sorted(outcomes, key=lambda name: (name != "accepted", name))}
