"""Topic to tables: the streaming query that carries every offset into the ledger exactly once.

A micro-batch is decoded, settled and committed to the ledger in one transaction; then its accepted rows are
appended to the accepted table. A crash in between is repaired by Spark running the same batch again: the ledger
skips it by its number, the accepted table takes it.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows
from pyspark.sql.streaming import StreamingQuery

from processing import derive, ledger, tables
from processing.derive import Derivation, References, Stamp
from processing.errors import ProcessingError
from processing.lease import Lease
from processing.migrate import bring
from runtime.delta import dataset

EARLIEST = -2  # Spark's word for the first offset the broker still has


@dataclass(frozen=True, slots=True)
class Batch:
    """What one micro-batch did: records by outcome, and seconds from its start to its last commit."""

    number: int
    outcomes: Mapping[str, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class Source:
    """Where to read: Kafka options for Spark, the topic, and how many records one batch may take."""

    options: Mapping[str, str]
    topic: str
    max_events: int


class Stopped(Exception):  # noqa: N818 - a wish, not an error
    """A stop was asked for before a batch began; nothing of that batch was written."""


@dataclass
class Job:
    """One run over one input contract. `every` is a Spark interval, or None to read what is there and end."""

    spark: SparkSession
    derivation: Derivation
    source: Source
    checkpoint: Path
    lease: Lease
    key: bytes
    every: str | None
    on_batch: Callable[[Batch], None]
    stop: threading.Event
    failure: BaseException | None = field(default=None, init=False)
    references: References = field(default_factory=dict, init=False)

    def run(self) -> None:
        """Read until done or stopped; ProcessingError where the job cannot go on.

        One `run` after another gives the same tables as one alone, whatever was interrupted before.
        """
        path = self.derivation.ledger
        ledger.prepare(self.spark)
        self.references = derive.read_references(self.spark, self.derivation, self.key)
        bring(self.derivation.versions, self.derivation.derived, path, self.key, self.lease.check)
        if not (self.checkpoint / "metadata").exists() or derive.behind(self.derivation):
            self._catch_up()  # what no batch that is run again would append comes from the ledger
        query = self._start()
        self._await(query)
        self._catch_up()  # after a stop too: what was read can then be exported

    def _start(self) -> StreamingQuery:
        reader = self.spark.readStream.format("kafka").options(**self.source.options)
        stream = reader.options(
            subscribe=self.source.topic,
            includeHeaders="true",
            failOnDataLoss="true",
            startingOffsets=self._starting_offsets(),
            maxOffsetsPerTrigger=str(self.source.max_events),
        ).load()
        writer = stream.writeStream.foreachBatch(self._guarded).option("checkpointLocation", str(self.checkpoint))
        return (writer.trigger(processingTime=self.every) if self.every else writer.trigger(availableNow=True)).start()

    def _starting_offsets(self) -> str:
        """Used by Spark only without a checkpoint: then the ledger itself says how far it has come."""
        if (self.checkpoint / "metadata").exists() or tables.version(self.derivation.ledger) == tables.CREATED:
            return "earliest"
        rows = self.spark.read.format("delta").load(str(self.derivation.ledger))
        last = rows.groupBy("partition").agg(F.max("offset").alias("last")).collect()
        found = {str(row["partition"]): row["last"] + 1 for row in last}
        partitions = self.derivation.source.envelope.partitions if self.derivation.source.envelope else 0
        every = {str(number): EARLIEST for number in range(partitions)}
        return json.dumps({self.source.topic: every | found})

    def _guarded(self, records: DataFrame, number: int) -> None:
        """Keep the first error as it was raised: Spark would pass on only its text."""
        try:
            self._batch(records, number)
        except BaseException as error:
            self.failure = self.failure or error
            raise

    def _batch(self, records: DataFrame, number: int) -> None:
        if self.stop.is_set():
            raise Stopped
        began = time.monotonic()
        spark, path = records.sparkSession, self.derivation.ledger
        application = self._application()
        batch = f"{application}:{number}"
        decoded = ledger.decode(records, self.derivation.versions, self.key)
        known = None if tables.version(path) == tables.CREATED else ledger.known_events(spark, path)
        rows = ledger.settle(decoded, known, batch)
        self.lease.check()
        ledger.commit(rows, path, application, number)
        self.lease.check()
        version = derive.follow(spark, self.derivation, self.references, Stamp(batch, application, number))
        if self.every:
            derive.refresh_aggregates(spark, self.derivation, version)
        self.on_batch(Batch(number, _outcomes(path, batch), time.monotonic() - began))

    def _application(self) -> str:
        """The query's id, as its checkpoint has it: a new checkpoint gets new transaction numbers."""
        return str(json.loads((self.checkpoint / "metadata").read_text("utf-8"))["id"])

    def _await(self, query: StreamingQuery) -> None:
        """Wait for the query's end; a wish to stop is granted between two batches."""
        try:
            while not query.awaitTermination(0.2):
                if self.stop.is_set() and not query.status["isTriggerActive"]:
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

    def _catch_up(self) -> None:
        """Bring every derived table to the ledger's version."""
        self.lease.check()
        derive.catch_up(self.spark, self.derivation, self.references)


def _outcomes(path: Path, batch: str) -> dict[str, int]:
    """Records by outcome in one batch, from the files whose statistics name it."""
    import pyarrow.dataset as ds
    from deltalake import DeltaTable

    rows = dataset(DeltaTable(path), path).to_table(columns=["outcome"], filter=ds.field("batch") == batch)
    counted = rows["outcome"].value_counts().to_pylist()
    return {row["values"]: row["counts"] for row in counted}


_KNOWN_FAULTS: Mapping[str, tuple[str, str]] = {
    "data may have been lost": (
        "records of topic {topic} were lost before they were read: it was deleted, made anew, or its retention passed",
        "Look at `tickets audit`. To go on with what the topic holds now, use another --data folder.",
    ),
    "UnknownTopicOrPartition": (
        "the topic {topic} does not exist any more",
        "Make it again with `tickets produce`.",
    ),
    "Number of partitions": (
        "the topic {topic} has fewer partitions than before",
        "Use another --data folder.",
    ),
    "No space left": ("the disk is full", "Free some space; the next run goes on where this one stopped."),
    "TimeoutException": (
        "the broker does not answer any more",
        "See `tickets broker status`; the next run goes on.",
    ),
}


def explain(error: Exception, topic: str) -> ProcessingError:
    """Spark's report of a failed query as one sentence and a remedy; what we do not know keeps Spark's own words."""
    text = str(error)
    for sign, (what, remedy) in _KNOWN_FAULTS.items():
        if sign in text:
            return ProcessingError(what.format(topic=topic), remedy)
    return ProcessingError(f"the streaming query failed: {text[:600]}", "The whole report is in <data>/logs/spark.log.")


def describe(outcomes: Mapping[str, int]) -> dict[str, Any]:
    """Counts in a fixed order, for logs: accepted first, then the rest by name."""
    return {name: outcomes[name] for name in sorted(outcomes, key=lambda name: (name != "accepted", name))}
