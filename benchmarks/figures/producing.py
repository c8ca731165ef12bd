"""How fast `tickets produce` is, against `produce` of payloads that are ready.

One broker, topics of 4 partitions, the same settings (idempotent, acks=all, lz4), records with key and headers. Ours:
`tickets produce client_tickets.v1 --events 1000000`, all valid; its own `seconds`, which run from before the first
payload is generated until the last record is acknowledged, and include setting up the generator and the session.
Ready: ready.py, from the first call to the last acknowledgement, payloads made before. With two processes each has half
of the events; its rate is the sum of both. Beside them stands `produce_batch`, faster, without headers. Nothing is
warmed up but the broker, by a short run of each before the first round.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from benchmarks.figures.ready import METHODS
from benchmarks.figures.room import Room
from benchmarks.figures.study import Found, Part, Sizes, Study, rounds
from benchmarks.figures.values import Figure, Target, absolute, ratio
from benchmarks.speed.processes import started
from benchmarks.speed.topic import COMMAND, CONTRACT
from runtime import kafka

EVENTS, WARM = 1_000_000, 50_000
PARTITIONS = 4
BROKER = "producing"
EXPECTED_S = 12.0

ONE = Target(
    "at least",
    0.4,
    (),
    "Each event is generated as a line of JSON first, then handed over by a call of its own with its key and headers.",
)
TWO = Target(
    "at least", 0.6, (), "Two producers and the broker share two cores; every event is a call of the client of its own."
)


def parts(sizes: Sizes) -> list[Part]:
    """Ours and the ready ones, each in one process and in two."""
    events = sizes.events(EVENTS)
    made = [Part("warm", "warm", EXPECTED_S, partial(_warm, min(WARM, events)))]
    for number in range(1, sizes.rounds + 1):
        jobs = [
            (f"{way}{'-two' if both else ''}-{number}", way, 2 if both else 1)
            for way in ("ours", *METHODS)
            for both in (False, True)
        ]
        for name, way, processes in jobs if number % 2 else reversed(jobs):
            measure = partial(_measure, way, events // processes, processes, number)
            made.append(Part(name, name.rsplit("-", 1)[0], EXPECTED_S * (0.3 + 0.7 * sizes.scale), measure))
    return made


def _warm(events: int, room: Room) -> list[float]:
    return [_measure(way, events, 1, 0, room)["rate"] for way in ("ours", *METHODS)]


def _measure(way: str, events: int, processes: int, number: int, room: Room) -> dict[str, Any]:
    """Events a second of so many processes at once, each with so many events."""
    bootstrap = room.empty_broker(BROKER)
    kafka.ensure_topic(bootstrap, "ready", PARTITIONS, {})
    seeds = [100 * number + place for place in range(processes)]
    commands: list[Sequence[Any]] = []
    for seed in seeds:
        if way == "ours":
            words = ("produce", CONTRACT, "--events", events, "--seed", seed, "--json")
            commands.append([COMMAND, *words, "--data", room.fresh(f"produce-{seed}")])
        else:
            module = (sys.executable, "-m", "benchmarks.figures.ready")
            commands.append([*module, bootstrap, "ready", events, seed, way])
    environment = {**os.environ, "TICKETS_BROKER": bootstrap}
    with room.log.open("ab") as log, contextlib.ExitStack() as stack:
        running = [
            stack.enter_context(started(words, environment, log=log, talks=way != "ours"))[0] for words in commands
        ]
        if way != "ours":
            for process in running:
                assert process.stdout is not None and process.stdin is not None  # noqa: S101 - started pipes them
                if process.stdout.readline() != b"ready\n":
                    raise SystemExit(f"{way} did not start: see {room.log}")
            for process in running:
                process.stdin.write(b"go\n")  # type: ignore[union-attr]
                process.stdin.flush()  # type: ignore[union-attr]
        said = [process.stdout.read() for process in running]  # type: ignore[union-attr]
        codes = [process.wait() for process in running]
    if any(codes):
        raise SystemExit(f"{way} ended with {codes}: see {room.log}")
    seconds = [json.loads(text)["seconds"] for text in said]
    return {"events": events * processes, "seconds": seconds, "rate": sum(events / each for each in seconds)}


def figures(found: Found, _: Sizes) -> list[Figure]:
    """Ratios to `produce` of ready payloads, and the rates themselves."""
    rates = {name: [one["rate"] for one in rounds(found, name)] for name in NAMES}
    pairs = (
        ("produce-one", "event produced, one process, against produce of ready payloads", "ours", "produce", ONE),
        ("produce-two", "event produced, two processes, against produce in one", "ours-two", "produce", TWO),
        ("produce-two-two", "event produced, two processes, against produce in two", "ours-two", "produce-two", None),
        (
            "produce-batch",
            "event produced, one process, against produce_batch, no headers",
            "ours",
            "produce_batch",
            None,
        ),
    )
    made = [
        ratio(name, says, rates[own], rates[other], target)
        for name, says, own, other, target in pairs
        if rates[own] and rates[other]
    ]
    return made + [
        absolute(f"rate-{name}", says, "events/s", rates[name]) for name, says in NAMES.items() if rates[name]
    ]


NAMES = {
    "ours": "tickets produce, one process",
    "ours-two": "tickets produce, two processes",
    "produce": "produce of ready payloads, one process",
    "produce-two": "produce of ready payloads, two processes",
    "produce_batch": "produce_batch of ready payloads, one process",
    "produce_batch-two": "produce_batch of ready payloads, two processes",
}
STUDY = Study("producing", "tickets produce against produce of ready payloads", parts, figures)
