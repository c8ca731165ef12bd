"""The work in Quix Streams' own words: `run.py BOOTSTRAP TOPIC GROUP FOLDER BATCH`, in the peer's own environment.

Its own JSON Schema check (`JSONDeserializer(schema=...)`) is the library `jsonschema`, and drops what it refuses, so
this uses the faster of what its users write: msgspec in `apply`, with the checks of the way `python`. A processor works
record by record in one Python process, so two instances share the group, one a core. Stopped by SIGTERM, as its
documentation stops it in production: it commits and ends.
Set after its documentation for 3.28 (docs/advanced/stateful-processing.md, checkpointing.md, branching.md,
connectors/sinks):
- duplicates by state of the message key, with changelog topics, as "fixed-window dedup" has it, without an expiry;
- `commit_every` for the size of a batch, since a checkpoint is what flushes sinks; a short
  `commit_interval` for the end;
- one batching sink of our own instead of two branches with `LocalFileSink`: a branch pickles every value, and that
  sink's Parquet builds rows from dictionaries.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from quixstreams import Application, State
from quixstreams.sinks import BatchingSink, SinkBatch

from benchmarks.speed import plain_python
from benchmarks.speed.plain_python import FIELDS, Event

WORKERS = 2
COMMIT_S = 1.0
Verdict = tuple[str, str | None, Event | bytes | None]  # outcome, the first reason, the event or the refused bytes


class Rows(BatchingSink):
    """One Parquet file a partition and checkpoint: place, outcome, the first reason, refused bytes, values."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def write(self, batch: SinkBatch) -> None:
        """Called before the offsets are committed; a failure aborts the checkpoint."""
        rows = [
            (batch.partition, item.offset, outcome, reason, *values(held))
            for item in batch
            for outcome, reason, held in (item.value,)
        ]
        names = ["partition", "offset", "outcome", "reason", "value", *FIELDS]
        table = pa.table([list(column) for column in zip(*rows, strict=True)], names)
        pq.write_table(table, self._folder / f"{batch.partition}-{batch.start_offset:012d}.parquet")


def verdict(value: bytes, key: bytes | None, _timestamp: int, headers: Any) -> Verdict:
    """Accepted or rejected with the first reason, by the event alone."""
    found = plain_python.judged(value, key, headers)
    return ("rejected", found, value) if isinstance(found, str) else ("accepted", None, found)


def values(held: Event | bytes | None) -> tuple[Any, ...]:
    """What Arrow takes: refused bytes, then in the order of `FIELDS`."""
    return (None, *plain_python.values(held)) if isinstance(held, Event) else (held, *plain_python.NOTHING)


def first(found: Verdict, state: State) -> Verdict:
    """An accepted event whose id this ticket has had is a duplicate."""
    event = found[2]
    if not isinstance(event, Event):
        return found
    known = event.event_id.hex
    if state.get(known) is not None:
        return "duplicate", None, None
    state.set(known, 1)
    return found


def work(bootstrap: str, topic: str, group: str, folder: Path, batch: int) -> None:
    """One instance; it ends on SIGTERM."""
    app = Application(
        bootstrap,
        consumer_group=group,
        auto_offset_reset="earliest",
        commit_every=batch,
        commit_interval=COMMIT_S,
        consumer_extra_config={"fetch.min.bytes": 100_000, "queued.min.messages": 200_000},
        state_dir=folder / f"state-{os.getpid()}",
        consumer_poll_timeout=0.1,
        loglevel="WARNING",
    )
    frame = app.dataframe(app.topic(topic, key_deserializer="bytes", value_deserializer="bytes"))
    frame.apply(verdict, metadata=True).apply(first, stateful=True).sink(Rows(folder / "rows"))
    app.run()


def instances(words: list[str], folder: Path) -> int:
    """As many processes as cores, until we are told to end; then each commits and ends."""
    (folder / "rows").mkdir(parents=True, exist_ok=True)
    started = [subprocess.Popen([sys.executable, __file__, *words, "one"]) for _ in range(WORKERS)]
    signal.signal(signal.SIGTERM, lambda *_: [one.terminate() for one in started])
    return max(abs(one.wait()) for one in started)


if __name__ == "__main__":
    arguments = (*sys.argv[1:4], Path(sys.argv[4]), int(sys.argv[5]))
    if sys.argv[6:] == ["one"]:
        work(*arguments)
    else:
        sys.exit(instances(sys.argv[1:6], Path(sys.argv[4])))
