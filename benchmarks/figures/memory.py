"""Does a longer topic need more memory? The peak of driver and workers at four times the events.

The whole job (as in rates.py) reads a topic of 2,000,000 v1 events and one of 8,000,000, with `--whole` 5,000,000 and
20,000,000 as the target says. Memory is the sum over the process, Spark's Java process and Python workers, looked at
twice a second; the peak is the largest sum. It is the proportional set (PSS): pages that forked Python workers share
count once. Where the system has no PSS (macOS) it is the resident set, in which they count several times. Java takes
what it may (1 GB of heap by default) before it gives any back, so that a short run can stay below a long one without
anything growing with the data.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.figures.rates import batch_of
from benchmarks.figures.room import Room
from benchmarks.figures.study import Found, Part, Sizes, Study
from benchmarks.figures.values import Figure, Target, absolute, ratio
from benchmarks.speed.runs import run

SHORT, WHOLE = (2_000_000, 8_000_000), (5_000_000, 20_000_000)
EXPECTED_S = 25.0  # a million events, produced and read

TARGET = Target("within", 0.1, (), "Java's heap fills up to its limit over a long run.")


def parts(sizes: Sizes) -> list[Part]:
    """The small topic and the large one."""
    counts = [sizes.events(count) for count in (WHOLE if sizes.whole else SHORT)]
    return [
        Part(name, name, 20 + EXPECTED_S * events / 1e6, partial(_measure, events))
        for name, events in zip(("small", "large"), counts, strict=True)
    ]


def _measure(events: int, room: Room) -> dict[str, Any]:
    held = room.topic(events)
    return run("job", held, room.fresh("memory"), batch_of(events), shared_once=True).document()


def figures(found: Found, sizes: Sizes) -> list[Figure]:
    """The peaks, and one over the other."""
    if not {"small", "large"} <= found.keys():
        return []
    small, large = found["small"], found["large"]
    note = "" if sizes.whole else f"measured at {small['events']:,} and {large['events']:,} events"
    says = f"peak memory at {large['events']:,} events against {small['events']:,}"
    return [
        ratio("memory", says, [large["peak_mb"]], [small["peak_mb"]], TARGET, note),
        absolute("memory-small", f"peak of driver and workers at {small['events']:,}", "MB", [small["peak_mb"]]),
        absolute("memory-large", f"peak of driver and workers at {large['events']:,}", "MB", [large["peak_mb"]]),
    ]


STUDY = Study("memory", "peak memory as the topic grows", parts, figures)
