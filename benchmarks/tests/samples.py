"""Made-up runs and studies: nothing of them was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.figures.room import Room
from benchmarks.figures.study import Found, Part, Sizes, Study, rounds
from benchmarks.figures.values import Figure, Target, absolute
from benchmarks.kept import Code, Kept
from benchmarks.speed.trace import Trace

SIZES = Sizes(scale=1.0, rounds=3, quick=False, whole=False)
TARGET = Target("at least", 5.0, (6.0, 8.0), "It is limited by something.")
MACHINE = {
    "cores": 2,
    "cpu": "A <CPU>",
    "memory_gb": 25.3,
    "system": "Linux",
    "python": "3.11.7",
    "java": "17.0.15",
    "spark": "4.2.0",
    "delta": "4.4.0",
    "kafka": "4.3.1",
    "kernel": True,
    "load_before": 0.3,
}


def trace(way: str, per_s: float, *, start_s: float = 10.0, events: int = 1_000, batches: int = 10) -> Trace:
    """A run that commits at an even rate once it has started, and takes 2 s to end; two cores are half busy."""
    size = events // batches
    commits = tuple((size * n, start_s + size * n / per_s) for n in range(1, batches + 1))
    return Trace(way, events, commits[-1][1] + 2, commits, tuple(at for _, at in commits), 500.0)


def study(name: str, measured: Callable[[str], Any], parts: Sequence[str] = ("a-1", "a-2", "b-1")) -> Study:
    """A study whose parts find what `measured` gives for their names; its figure is of group a."""

    def made(_: Sizes) -> list[Part]:
        def measure(part: str) -> Callable[[Room], Any]:
            return lambda room: measured(part)

        return [Part(part, part.split("-")[0], 1.0, measure(part)) for part in parts]

    def figures(found: Found, _: Sizes) -> list[Figure]:
        values = rounds(found, "a")
        return [absolute(name, f"what {name} is", "s", values, TARGET)] if values else []

    return Study(name, f"about {name}", made, figures)


def bench(folder: Path, *studies: Study, fingerprint: str = "f1", told: list[str] | None = None) -> Bench:
    """A bench that keeps below a folder; lines of progress are added to `told`."""
    said = told if told is not None else []
    return Bench(studies, SIZES, Kept(folder, Code("v1", fingerprint)), said.append)


def room(folder: Path) -> Room:
    """A room in which no broker runs."""
    return Room(folder, lambda _: None)
