"""How long the demo takes: produce, process, export and audit of 20,000 events, embedded broker included.

`tickets demo` as a process, from start to end, in an empty data folder: `make demo` without its look whether `.venv` is
up to date. Warm: jars are cached, and one run before has filled the file cache; that one is left out. Java's class data
is used where `tickets prepare` was run on this machine before, as in every run.
"""

from __future__ import annotations

import os
from functools import partial

from benchmarks.figures.room import Room
from benchmarks.figures.study import Found, Part, Sizes, Study, rounds
from benchmarks.figures.values import Figure, Target, absolute

EVENTS = 20_000
EXPECTED_S = 45.0

TARGET = Target(
    "under", 45.0, (), "About three quarters of it are starts: Kafka's Java, Spark's Java and its first plans, Python."
)


def parts(sizes: Sizes) -> list[Part]:
    """One run to warm up, then the rounds."""
    events = sizes.events(EVENTS)
    names = ["warm", *(f"demo-{number}" for number in range(1, sizes.rounds + 1))]
    return [Part(name, "demo", EXPECTED_S, partial(_measure, events)) for name in names]


def _measure(events: int, room: Room) -> float:
    room.quiet()
    environment = {**os.environ, "TICKETS_DATA": str(room.fresh("demo").resolve()), "TICKETS_BROKER": "embedded"}
    return room.tickets(environment, "demo", "--events", str(events))[1]


def figures(found: Found, _: Sizes) -> list[Figure]:
    """Seconds of the whole command."""
    made = rounds(found, "demo")
    return [absolute("demo", "make demo, warm", "s", made, TARGET)] if made else []


STUDY = Study("demo", "the demo, warm", parts, figures)
