"""How fast the ledger stage and the whole job are, against a bare copy, plain Python, and what else a user would pick.

All ways (benchmarks/speed/ways.py) read one topic of 5,000,000 v1 events (3 % invalid, 1 % duplicates, 4 partitions)
of one broker, in rounds that turn the order, each as a process of its own, in batches of 250,000, as the job makes
them by default. A record counts when the batch it is in is committed: for the ledger stage to the ledger, for the whole
job to tickets too, which `--once` does for eight batches at a time. Steady is the slope between the first such moment
at or after a fifth of the events and the last: no start counts, and no KPIs, which are made once at the end. With fewer
batches (`--quick`) the job has no such slope. Whole run is all events by the seconds from the start of the process to
its end, KPIs included. Nothing is warmed up but the page cache, by the round before.
Peers are the ways that benchmarks/peers registers; where there is none, that figure is left out. The rates of ledger
stage and job stand beside the ratios, without a target: the capacity model (architecture/measured.py) reads them.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.figures.room import Room
from benchmarks.figures.study import Found, Part, Sizes, Study, rounds
from benchmarks.figures.values import Figure, Target, absolute, ratio
from benchmarks.speed.runs import run
from benchmarks.speed.trace import Trace
from benchmarks.speed.ways import WAYS

EVENTS, QUICK_EVENTS, BATCH = 5_000_000, 600_000, 250_000
FEWEST_BATCHES = 6
OWN = ("copy", "ledger", "job")
PLAIN = "python"
EXPECTED_S = {"copy": 30.0, "ledger": 60.0, "job": 90.0, PLAIN: 60.0}
PEER_S = 80.0

LEDGER = Target(
    "at least",
    0.5,
    (0.6, 0.8),
    "Of 18 microseconds of CPU an event workers take 9.5 and Java 7, more than half of that for the way to them; a "
    "fifth of the two cores' time neither runs: the driver settles and commits, and the broker reads.",
)
JOB = Target(
    "at least",
    0.35,
    (0.5,),
    "Tickets are read back from the ledger and written a second time, with what enriches them: 7 of 24 microseconds.",
)
PYTHON = Target(
    "at least",
    1.0,
    (1.5,),
    "Plain Python keeps no second table and no place to go on from; both use two cores at most, Python mostly one.",
)
PEERS = Target(
    "above",
    1.0,
    (),
    "A peer checks what it can express, and leaves out the rest: benchmarks/README.md has the table.",
)


def peers() -> tuple[str, ...]:
    """The ways that are somebody else's engines."""
    return tuple(way for way in WAYS if way not in (*OWN, PLAIN))


def parts(sizes: Sizes) -> list[Part]:
    """A round of each way; every second round in the other order."""
    ways = OWN if sizes.quick else (*OWN, PLAIN, *peers())
    made = []
    for number in range(1, sizes.rounds + 1):
        for way in ways if number % 2 else tuple(reversed(ways)):
            expected = EXPECTED_S.get(way, PEER_S) * (0.5 if sizes.quick else 0.2 + 0.8 * sizes.scale)
            made.append(Part(f"{way}-{number}", way, expected, partial(_measure, way, sizes)))
    return made


def _measure(way: str, sizes: Sizes, room: Room) -> dict[str, Any]:
    events = QUICK_EVENTS if sizes.quick else sizes.events(EVENTS)
    held = room.topic(events)
    return run(way, held, room.fresh(way), batch_of(events)).document()


def batch_of(events: int) -> int:
    """250,000, and less where that would make fewer than six batches."""
    return min(BATCH, max(1, events // FEWEST_BATCHES))


def figures(found: Found, sizes: Sizes) -> list[Figure]:
    """Ratios, steady ones against the targets and those of the whole run beside them; then rates of what is ours."""
    pairs: list[tuple[str, str, str, str, Target]] = [
        ("ledger-copy", "ledger stage against a bare Spark copy", "ledger", "copy", LEDGER),
        ("job-copy", "whole job against a bare Spark copy", "job", "copy", JOB),
    ]
    if not sizes.quick:
        pairs.append(("job-python", "whole job against plain Python, one process", "job", PLAIN, PYTHON))
        pairs += [(f"job-{peer}", f"whole job against {peer}", "job", peer, PEERS) for peer in peers()]
    made = []
    for name, says, own, other, target in pairs:
        for kind in ("steady", "whole"):
            mine, theirs = _rates(found, own, kind), _rates(found, other, kind)
            if mine and theirs:
                words = f"{says}, {'steady' if kind == 'steady' else 'whole run'}"
                made.append(ratio(f"{name}-{kind}", words, mine, theirs, target if kind == "steady" else None))
    for way, says in (("ledger", "ledger stage"), ("job", "whole job")):
        for kind, words in (("steady", "steady"), ("whole", "whole run")):
            if mine := _rates(found, way, kind):
                made.append(absolute(f"rate-{way}-{kind}", f"{says}, {words}", "events/s", mine))
    return made


def _rates(found: Found, way: str, kind: str) -> list[float]:
    traces = [Trace.of(document) for document in rounds(found, way)]
    return [rate for trace in traces if (rate := getattr(trace, kind)()) is not None]


STUDY = Study("rates", "ledger stage and whole job against a copy, plain Python and peers", parts, figures)
