"""How long from `tickets process --once` to the first committed row, and how much of it is Spark's own start.

A topic of 20,000 v1 events on a broker that runs already, an empty data folder. From the moment the command is started
as a process to the modification time of the ledger's first Delta commit that adds a file: then a reader sees rows.
Spark's own start is what the command says of itself (`start_seconds` of `--json`): from its first step after the
broker answered to a Spark session. One run before the first round warms up the file cache and is left out.
"""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path

from benchmarks.figures.room import Room
from benchmarks.figures.study import Found, Part, Sizes, Study, rounds
from benchmarks.figures.values import Figure, Target, absolute
from benchmarks.speed.processes import started
from benchmarks.speed.topic import COMMAND, TOPIC

EVENTS = 20_000
ROUNDS = 5
EXPECTED_S = 25.0
LOOK_S = 0.02

TARGET = Target(
    "under", 12.0, (), "Python's and Java's start, Spark's first plans, and the first Python worker come before it."
)


def parts(sizes: Sizes) -> list[Part]:
    """One run to warm up, then the rounds."""
    number = ROUNDS if sizes.scale == 1 else sizes.rounds
    names = ["warm", *(f"start-{one}" for one in range(1, number + 1))]
    return [Part(name, "start", EXPECTED_S, partial(_measure, sizes.events(EVENTS))) for name in names]


def _measure(events: int, room: Room) -> dict[str, float]:
    held, data = room.topic(events), room.fresh("first-row")
    log = data / "tables" / TOPIC / "ledger" / "_delta_log"
    words, environment = (COMMAND, "process", TOPIC, "--once", "--json"), room.environment(data, held.bootstrap)
    began = time.time()
    with room.log.open("ab") as out, started(words, environment, log=out) as (process, _):
        at = None
        while at is None and process.poll() is None:
            time.sleep(LOOK_S)
            at = first_row(log)
        assert process.stdout is not None  # noqa: S101 - started pipes it
        said = process.stdout.read()
        code = process.wait()
        whole = time.time() - began
    at = at or first_row(log)
    if code or at is None:
        raise SystemExit(f"tickets process ended with {code}, its first row is {at or 'missing'}: see {room.log}")
    return {"first_row_s": at - began, "spark_s": json.loads(said)["start_seconds"], "whole_s": whole}


def first_row(log: Path) -> float | None:
    """When the first commit that adds a file was written (seconds since the epoch); None where there is none yet."""
    for file in sorted(log.glob("*.json")) if log.is_dir() else ():
        try:
            adds = any(line.startswith(b'{"add"') for line in file.read_bytes().splitlines())
        except FileNotFoundError:  # a temporary name that was there a moment ago
            continue
        if adds:
            return file.stat().st_mtime
    return None


def figures(found: Found, _: Sizes) -> list[Figure]:
    """Seconds to the first row, and the parts of them."""
    made = rounds(found, "start")
    if not made:
        return []
    first, spark = [one["first_row_s"] for one in made], [one["spark_s"] for one in made]
    rest = [one - two for one, two in zip(first, spark, strict=True)]
    return [
        absolute("first-row", "from tickets process --once to the first committed row", "s", first, TARGET),
        absolute("first-row-spark", "of which Spark's own start", "s", spark),
        absolute("first-row-rest", "of which all else: Python's start, broker, first batch", "s", rest),
    ]


STUDY = Study("first-row", "from the command to the first committed row", parts, figures)
