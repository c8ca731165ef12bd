"""Does it cost much that some events are bad? The whole job on 3 % invalid and 1 % duplicates, against none.

Two topics of 2,000,000 v1 events of one machine, of the same size and seed; the whole job (as in rates.py) reads each
from its first record to its end, taking turns, in batches of 50,000: in larger ones tickets would not come often enough
for a slope. Steady and whole run as there. A refused event is decoded in Python,
with every clause it breaks, and keeps its bytes.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.figures.room import CLEAN, Room
from benchmarks.figures.study import Found, Part, Sizes, Study, rounds
from benchmarks.figures.values import Figure, Target, ratio
from benchmarks.speed.runs import run
from benchmarks.speed.topic import MIXED
from benchmarks.speed.trace import Trace

EVENTS, BATCH, FEWEST_BATCHES = 2_000_000, 50_000, 40
EXPECTED_S = 50.0
MIXES = {"mixed": MIXED, "clean": CLEAN}

TARGET = Target(
    "at least", 0.9, (), "A refused event is judged once more in Python: all its clauses are named, not the first."
)


def parts(sizes: Sizes) -> list[Part]:
    """Both topics in each round."""
    expected = EXPECTED_S * (0.3 + 0.7 * sizes.scale)
    return [
        Part(f"{name}-{number}", name, expected, partial(_measure, name, sizes.events(EVENTS)))
        for number in range(1, sizes.rounds + 1)
        for name in (MIXES if number % 2 else reversed(MIXES))
    ]


def _measure(name: str, events: int, room: Room) -> dict[str, Any]:
    held = room.topic(events, MIXES[name])
    return run("job", held, room.fresh(name), min(BATCH, max(1, events // FEWEST_BATCHES))).document()


def figures(found: Found, _: Sizes) -> list[Figure]:
    """Steady against the target, and the whole run."""
    made = []
    for kind, target in (("steady", TARGET), ("whole", None)):
        mixed, clean = (
            [rate for one in rounds(found, name) if (rate := getattr(Trace.of(one), kind)()) is not None]
            for name in ("mixed", "clean")
        )
        if mixed and clean:
            words = "steady" if kind == "steady" else "whole run"
            says = f"3 % invalid and 1 % duplicates against none, {words}"
            made.append(ratio(f"mix-{kind}", says, mixed, clean, target))
    return made


STUDY = Study("mix", "events that are bad against events that are not", parts, figures)
