"""The ways a topic is read, each one process: `python -m benchmarks.speed.ways WAY BOOTSTRAP FOLDER BATCH`.

Each prints a line of JSON for a batch that is committed: `{"records": in the batch, "at": seconds since the epoch}`.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.peers.engines import PEERS, Peer
from benchmarks.speed import at_v1, plain_python
from benchmarks.speed.topic import CONTRACT, TOPIC

LAST_S = 60.0  # Spark's reports come after the batches they are about


def told(records: int, at: float | None = None) -> None:
    """A batch is committed (now)."""
    print(json.dumps({"records": records, "at": time.time() if at is None else at}), flush=True)


def copy(bootstrap: str, folder: Path, batch: int) -> None:
    """Spark's own Kafka source to its own Parquet sink: everything a record is, and nothing looked at.

    Spark's report of each batch says when it began and how long it took.
    """
    from pyspark.sql.streaming.listener import StreamingQueryListener

    from runtime import kafka
    from runtime.engine import LOCAL
    from runtime.spark import open_session

    over = threading.Event()

    class Telling(StreamingQueryListener):  # type: ignore[misc]
        """A line for each batch, as Spark reports it."""

        def onQueryStarted(self, event: Any) -> None:  # noqa: N802 - Spark's name
            """Nothing to tell."""

        def onQueryIdle(self, event: Any) -> None:  # noqa: N802 - Spark's name
            """Nothing to tell."""

        def onQueryProgress(self, event: Any) -> None:  # noqa: N802 - Spark's name
            """A batch is committed."""
            report = event.progress
            if report.numInputRows:
                began = datetime.fromisoformat(report.timestamp.replace("Z", "+00:00")).timestamp()
                told(report.numInputRows, began + report.durationMs["triggerExecution"] / 1000)

        def onQueryTerminated(self, event: Any) -> None:  # noqa: N802 - Spark's name
            """The last report has been seen."""
            over.set()

    # The session is not closed: as with the product's command, Java ends with this process.
    spark = open_session("copy", scratch=folder / "scratch", on=LOCAL, log=folder / "spark.log")
    spark.streams.addListener(Telling())
    reader = spark.readStream.format("kafka").options(**kafka.spark_options(bootstrap))
    options = {"subscribe": TOPIC, "startingOffsets": "earliest", "includeHeaders": "true"}
    stream = reader.options(**options, maxOffsetsPerTrigger=str(batch)).load()
    writer = stream.writeStream.format("parquet").option("path", str(folder / "copy"))
    writer = writer.option("checkpointLocation", (folder / "checkpoint").as_uri())
    query = writer.trigger(availableNow=True).start()
    query.awaitTermination()
    over.wait(LAST_S)


class Brought:
    """Tells records once they are in tickets: the job appends those of several batches at a time, and the rest at its
    end. `follow` is what does that, called within a batch or between two.
    """

    def __init__(self, follow: Callable[..., Any], tell: Callable[[int], None]) -> None:
        self._follow, self._tell = follow, tell
        self._waiting, self._within, self._come = 0, False, False

    def begun(self) -> None:
        """A batch begins."""
        self._within, self._come = True, False

    def follow(self, *positional: Any) -> Any:
        """Everything that the ledger holds is in tickets now, the batch under way included."""
        found = self._follow(*positional)
        self._come = True
        if not self._within:
            self._flush()
        return found

    def done(self, records: int) -> None:
        """A batch of so many records is over."""
        self._within = False
        self._waiting += records
        if self._come:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._tell(self._waiting)
        self._waiting = 0


def job(bootstrap: str, folder: Path, batch: int) -> None:
    """The product's whole job: ledger, tickets, and KPIs once at the end, as `--once` makes them."""
    from processing import derive

    brought = Brought(derive.follow, told)
    derive.follow = brought.follow  # type: ignore[assignment]
    _process(bootstrap, folder, batch, brought.begun, brought.done)


def ledger(bootstrap: str, folder: Path, batch: int) -> None:
    """The job without what is derived: strict decoding, every clause, all outcomes, one commit a batch."""
    from processing import aggregates, derive

    derive.follow = lambda *_: 0
    aggregates.catch_up = lambda *_: None
    _process(bootstrap, folder, batch, lambda: None, told)


def _process(bootstrap: str, folder: Path, batch: int, begun: Callable[[], None], over: Callable[[int], None]) -> None:
    from cli import process
    from cli.told import Told
    from contracts.compiler.catalogue import Catalogue
    from runtime.broker import connect
    from runtime.workspace import Workspace

    class Telling(Told):
        """As the command tells it, and we are told too."""

        def begun(self) -> None:
            """A batch begins."""
            super().begun()
            begun()

        def done(self, done: Any) -> None:
            """A batch is in the tables."""
            super().done(done)
            if done is not None:
                over(sum(done.carried.outcomes.values()))

    process.Told = Telling  # type: ignore[attr-defined]
    catalogue, workspace = Catalogue(at_v1.contracts(folder / "contracts")), Workspace.open(folder)
    with connect(bootstrap, workspace) as broker:
        process.run_process(catalogue.get(CONTRACT), catalogue, workspace, broker, max_events=batch)


def _peer(peer: Peer) -> Callable[[str, Path, int], None]:
    """Another engine's run of the same work; its batches are told by what it has committed to the broker."""

    def way(bootstrap: str, folder: Path, batch: int) -> None:
        from benchmarks.peers import drive

        drive.run(peer, bootstrap, folder, batch, told)

    return way


WAYS: Mapping[str, Callable[[str, Path, int], None]] = {
    "copy": copy,
    "ledger": ledger,
    "job": job,
    "python": lambda bootstrap, folder, batch: plain_python.read(bootstrap, TOPIC, folder, batch, told),
    **{name: _peer(peer) for name, peer in PEERS.items()},
}


if __name__ == "__main__":
    WAYS[sys.argv[1]](sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
