"""Does an event cost more when the table has grown? Batches at 10,000,000 events in the table against 1,000,000.

benchmarks/duplicates.py: two workspaces whose ledgers hold that many accepted rows, with the index of their ids; the
same batches of 100,000 events (3 % invalid, 1 % duplicates, 2 % late) are carried into each in turn by the job's own
steps, decode, settle, commit, append to tickets, as in every batch of `--once`. The first round warms up and is left
out. Left out too are KPIs, which `--once` makes once at its end and `--every` after every batch.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.figures.room import Room
from benchmarks.figures.study import Found, Part, Sizes, Study
from benchmarks.figures.values import Figure, Target, ratio

SMALL, LARGE, BATCH = 1_000_000, 10_000_000, 100_000
ROUNDS = 7
EXPECTED_S = 240.0

TARGET = Target(
    "at least", 0.9, (), "Ids are looked up in a store on disk, and Delta's log of commits grows by one a batch."
)


def parts(sizes: Sizes) -> list[Part]:
    """Both tables in one process, so that it is one part."""
    return [Part("batches", "batches", EXPECTED_S * (0.3 + 0.7 * sizes.scale), partial(_measure, sizes))]


def _measure(sizes: Sizes, room: Room) -> dict[str, Any]:
    room.quiet()
    small, large, batch = (sizes.events(count) for count in (SMALL, LARGE, BATCH))
    words = ("--small", small, "--large", large, "--batch", batch, "--rounds", ROUNDS, "--json")
    found = room.python("benchmarks.duplicates", *words)
    took = found["seconds"]
    return {"batch": batch, "small": took[str(small)], "large": took[str(large)], "sizes": [small, large]}


def figures(found: Found, _: Sizes) -> list[Figure]:
    """The rate at the large table over that at the small one."""
    if "batches" not in found:
        return []
    made = found["batches"]
    small, large = ([made["batch"] / seconds for seconds in made[name]] for name in ("small", "large"))
    says = f"events/s at {made['sizes'][1]:,} events in the table against {made['sizes'][0]:,}"
    return [ratio("growth", says, large, small, TARGET)]


STUDY = Study("growth", "cost of an event as the table grows", parts, figures)
