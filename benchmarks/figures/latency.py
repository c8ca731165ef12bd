"""How long from an event sent to its row readable, while the job runs with `--every 1s` and 2,000 events/s come in.

Sent is the moment the event is due at that steady rate; its line is written to the input of `tickets produce --from -`
within a hundredth of a second, or as soon as there is room, so that a producer that makes others wait counts too. It
checks the event, sends it, and adds its share of the time. Readable is the moment a reader of the Delta table `tickets`
has read the row: it looks for the next commit 50 times a second, and reads the event ids of the files that it adds. All
on one machine, with one clock. A job comes to its pace within its first minute, while Java compiles: 2,000 events are
waited for, then the stream's first 60 s are told apart, and the 60 s after them count, 120,000 events each. Every event
must be seen, or the part fails. p50 and p99 are over all of them, their least and most over three equal stretches. KPIs
are made meanwhile, beside the batches, for a sixth of the time at most.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from benchmarks.figures.room import Room
from benchmarks.figures.study import Found, Part, Sizes, Study
from benchmarks.figures.values import Figure, Target
from benchmarks.speed.processes import started
from benchmarks.speed.topic import COMMAND, TOPIC
from contracts.compiler.catalogue import Catalogue
from producer.blocks.lines import lines

RATE, EVERY = 2_000, "1s"
FIRST, WARM_S, COUNTED_S = 2_000, 60, 60
STRETCHES = 3
SLICE_S, LOOK_S = 0.01, 0.02
DEADLINE_S = 180.0
EXPECTED_S = 190.0
AGE = timedelta(days=1)  # of the first event: older ones the topic might forget while they are read
QUANTILES = (*range(101), 99.5, 99.9)

_LIMIT = "A batch waits for the one before it, and nearly all that it costs is fixed: Spark's jobs, commits, planning."
P50, P99 = Target("under", 2.0, (), _LIMIT), Target("under", 4.0, (), _LIMIT)


class Reader:
    """A reader of a Delta table to which rows are added: when it has read which event id."""

    def __init__(self, table: Path) -> None:
        self.seen: dict[str, float] = {}
        self._path = table
        self._table: DeltaTable | None = None
        self._files: set[str] = set()

    def look(self) -> None:
        """Read what is new, if anything is."""
        if self._table is None:
            try:
                self._table = DeltaTable(self._path)
            except TableNotFoundError:
                return
        else:
            following = self._path / "_delta_log" / f"{self._table.version() + 1:020d}.json"
            if not following.exists():
                return
            self._table.update_incremental()
        files = set(self._table.file_uris())
        for file in sorted(files - self._files):
            ids = pq.read_table(file, columns=["event_id"], partitioning=None).column("event_id").to_pylist()
            now = time.monotonic()
            self.seen.update(dict.fromkeys(ids, now))
        self._files = files


def parts(sizes: Sizes) -> list[Part]:
    """One run of the job and the stream."""
    return [Part("stream", "stream", EXPECTED_S * max(0.4, sizes.scale), partial(_measure, sizes.scale))]


def _measure(scale: float, room: Room) -> dict[str, Any]:
    warm, counted = (max(5, int(seconds * scale)) for seconds in (WARM_S, COUNTED_S))
    contract = Catalogue(room.contracts).get(TOPIC)
    count, start = FIRST + RATE * (warm + counted), datetime.now(UTC) - AGE
    events = list(lines(contract, count=count, seed=7, start=start))
    ids = [str(json.loads(event)["event_id"]) for event in events]
    bootstrap, data = room.empty_broker("latency"), room.fresh("latency")
    environment = room.environment(data, bootstrap)
    reader = Reader(data / "tables" / TOPIC / "tickets")
    sent: list[float] = []
    with (
        room.log.open("ab") as log,
        started((COMMAND, "process", TOPIC, "--every", EVERY), environment, log=log) as (job, _),
        started((COMMAND, "produce", TOPIC, "--from", "-"), environment, log=log, talks=True) as (sender, _),
    ):
        file = sender.stdin
        assert file is not None  # noqa: S101 - started pipes it
        until = partial(_until, reader, (job, sender), room)
        _write(file, events[:FIRST], sent, rate=None)
        until(lambda: len(reader.seen) >= FIRST)
        began = time.monotonic()
        ended: list[float] = []

        def send() -> None:
            _write(file, events[FIRST:], sent, RATE)
            ended.append(time.monotonic())

        stream = threading.Thread(target=send, daemon=True)
        stream.start()
        until(lambda: len(reader.seen) >= len(events), warm + counted)
        stream.join()
    if strangers := reader.seen.keys() - set(ids):
        raise SystemExit(f"{len(strangers):,} rows that are readable were not sent by this run")
    took = np.array([reader.seen[one] - at for one, at in zip(ids[FIRST:], sent[FIRST:], strict=True)])
    rate = RATE * (warm + counted) / (ended[0] - began)
    return summed(took[RATE * warm :], rate) | {"first": summed(took[: RATE * warm], rate)}


def _write(file: IO[bytes], events: list[bytes], sent: list[float], rate: int | None) -> None:
    """Lines at a steady rate, in slices of a hundredth of a second; notes when each was due, without a rate all now."""
    began, at = time.monotonic(), 0
    while at < len(events):
        due = len(events) if rate is None else min(len(events), int((time.monotonic() - began) * rate) + 1)
        if due > at:
            sent += [began + (number / rate if rate else 0) for number in range(at, due)]
            file.write(b"".join(event + b"\n" for event in events[at:due]))
            file.flush()
            at = due
        time.sleep(SLICE_S)


def _until(
    reader: Reader, processes: tuple[Any, ...], room: Room, condition: Callable[[], bool], more_s: float = 0
) -> None:
    """Look until it is so; SystemExit where a process has ended, or at the deadline."""
    end = time.monotonic() + DEADLINE_S + more_s
    while True:
        reader.look()
        if condition():
            return
        if any(process.poll() is not None for process in processes):
            raise SystemExit(f"job or producer has ended: see {room.log}")
        if time.monotonic() > end:
            raise SystemExit(f"after {DEADLINE_S + more_s:.0f} s only {len(reader.seen):,} rows are readable")
        time.sleep(LOOK_S)


def summed(took: Any, events_per_s: float) -> dict[str, Any]:
    """Seconds by event, in the order of sending, to what is kept: quantiles, of the whole and of three stretches."""
    stretches = np.array_split(took, STRETCHES)
    return {
        "events": len(took),
        "events_per_s": events_per_s,
        "quantiles": [[q, float(np.percentile(took, q))] for q in QUANTILES],
        "p50": [float(np.percentile(one, 50)) for one in stretches],
        "p99": [float(np.percentile(one, 99)) for one in stretches],
    }


def figures(found: Found, _: Sizes) -> list[Figure]:
    """p50 and p99, and those of the first minute apart."""
    if "stream" not in found:
        return []
    steady = found["stream"]
    first = _quantiles("latency-first", ", in the job's first minute", steady["first"], (None, None))
    return [*_quantiles("latency", "", steady, (P50, P99)), *first]


def _quantiles(name: str, when: str, made: Mapping[str, Any], targets: tuple[Target | None, ...]) -> list[Figure]:
    all_of_it = dict(made["quantiles"])
    note = f"{made['events']:,} events at {made['events_per_s']:,.0f}/s"
    return [
        Figure(
            f"{name}-p{q}",
            f"event sent to row readable, --every {EVERY}, p{q}{when}",
            "absolute",
            "s",
            min(made[f"p{q}"]),
            all_of_it[q],
            max(made[f"p{q}"]),
            tuple(made[f"p{q}"]),
            target,
            note,
        )
        for q, target in zip((50, 99), targets, strict=True)
    ]


STUDY = Study("latency", "event sent to row readable", parts, figures)
