"""Does an event cost more when the table has grown? Batches at 10,000,000 events in the table against 1,000,000.

benchmarks/duplicates.py: two workspaces whose ledgers hold that many accepted rows, with the index of their ids; the
same batches of 100,000 events (3 % invalid, 1 % duplicates, 2 % late) are carried into each in turn by the job's own
steps, decode, settle, commit, append to tickets, as in every batch of `--once`. The first rounds warm up and are left
out. KPIs, which `--once` makes once at its end, are no part of that figure. Beside it stands the same with KPIs made
after each batch, of as many tickets, all of one week: a running job makes them beside its batches, and rests five times
as long as they took (processing/refresh.py), so this says how old they get and not what a batch costs. The rates
behind both ratios are figures too, named by the sizes at scale 1: architecture/measured.py reads them.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.figures.room import Room
from benchmarks.figures.study import Found, Part, Sizes, Study
from benchmarks.figures.values import Figure, Target, absolute, ratio

SMALL, LARGE, BATCH = 1_000_000, 10_000_000, 100_000
ROUNDS, KPI_ROUNDS = 15, 3  # a batch takes two seconds, of which chance takes up to a third
EXPECTED_S = 170.0

TARGET = Target(
    "at least", 0.9, (), "Ids are looked up in a store on disk, and Delta's log of commits grows by one a batch."
)


def parts(sizes: Sizes) -> list[Part]:
    """Both tables in one process, so that it is one part; and once more with KPIs."""
    return [
        Part(name, name, EXPECTED_S * (0.3 + 0.7 * sizes.scale), partial(_measure, sizes, words))
        for name, words in (("batches", ("--rounds", ROUNDS)), ("kpis", ("--rounds", KPI_ROUNDS, "--kpis")))
    ]


def _measure(sizes: Sizes, words: tuple[Any, ...], room: Room) -> dict[str, Any]:
    room.quiet()
    small, large, batch = (sizes.events(each) for each in (SMALL, LARGE, BATCH))
    asked = ("--small", small, "--large", large, "--batch", batch, "--json", *words)
    took = room.python("benchmarks.duplicates", *asked)["seconds"]
    return {"batch": batch, "small": took[str(small)], "large": took[str(large)], "sizes": [small, large]}


def figures(found: Found, _: Sizes) -> list[Figure]:
    """The rate at the large table over that at the small one, without KPIs and with them; then the rates themselves."""
    made, rates = [], []
    for name, more, target in (("batches", "", TARGET), ("kpis", ", KPIs made after each batch", None)):
        if name in found:
            held = found[name]
            small, large = ([held["batch"] / seconds for seconds in held[size]] for size in ("small", "large"))
            says = f"events/s at {held['sizes'][1]:,} events in the table against {held['sizes'][0]:,}{more}"
            made.append(ratio("growth" if target else "growth-kpis", says, large, small, target))
            for size, rows, samples in zip(("1m", "10m"), held["sizes"], (small, large), strict=True):
                says = f"events/s of a batch of {held['batch']:,} at {rows:,} events in the table{more}"
                rates.append(absolute(f"rate-{name}-{size}", says, "events/s", samples))
    return made + rates


STUDY = Study("growth", "cost of an event as the table grows", parts, figures)
