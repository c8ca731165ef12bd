"""An architecture to what it can carry: events a second, partitions, growth of stores, and catching up after an outage.

An outage of N hours leaves a backlog of rate x N. Once the job reads again it reads at its capacity while events go on
coming, so the backlog is gone after backlog / (capacity - rate), a fluid queue; never, where the rate is the larger.
Rates have three ends, which are three situations: `low` is the day's events over 24 hours, `likely` the day's events
within office hours, `high` the busiest second of the week, all the time.

`MEASURED` are rates somebody measured with this product, each with the file that says so; a test reads them there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from architecture import parts
from architecture.errors import ArchitectureError, Problem

ROOT = Path(__file__).parent.parent
SECONDS_AN_HOUR = 3_600.0
SECONDS_A_DAY = 86_400.0
DAYS_A_YEAR = 365.25
_GB = 1e9
_OPPOSITE = {"low": "high", "likely": "likely", "high": "low"}


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured number, the file of this repository that has it, and the words it stands in there."""

    value: float
    unit: str
    file: str
    quote: str
    said: parts.Text

    def where(self, root: Path = ROOT) -> str:
        """`file:line` of the words, or the file alone where it is not at hand (an installed package)."""
        try:
            lines = (root / self.file).read_text("utf-8").splitlines()
        except OSError:
            return self.file
        found = [number for number, line in enumerate(lines, 1) if self.quote in line]
        return f"{self.file}:{found[0]}" if found else self.file


CORES_MEASURED = 2
MEASURED: dict[str, Measured] = {
    "job-microseconds": Measured(
        94.6,
        "microseconds/event",
        "benchmarks/README.md",
        "1,000,000 ids before:   94.6 microseconds an event",
        parts.Text(
            en="What the job's steps take for one event on two cores, 1 million event ids in the ledger.",
            fr="Ce que les étapes du traitement prennent par événement sur deux cœurs, 1 million d'identifiants.",
        ),
    ),
    "job-microseconds-10m": Measured(
        96.2,
        "microseconds/event",
        "benchmarks/README.md",
        "10,000,000 ids before:   96.2 microseconds an event",
        parts.Text(
            en="The same with 10 million event ids in the ledger.",
            fr="De même avec 10 millions d'identifiants.",
        ),
    ),
    "payloads-per-second": Measured(
        543_554,
        "events/s",
        "benchmarks/README.md",
        "lines                          598,927   543,554",
        parts.Text(
            en="Valid payloads that one process makes in a second, nothing sent.",
            fr="Événements valides qu'un processus fabrique par seconde, sans envoi.",
        ),
    ),
}


OUTAGE = "benchmarks/results/outage.json"  # written by benchmarks/outage.py --write


def outage_ratios(root: Path = ROOT) -> dict[str, tuple[float, str]]:
    """What was seen in a real outage, divided by what this module predicts, and `file:line` of it: backlog, catch_up_s.

    Empty where the file is not at hand (an installed package).
    """
    try:
        text = (root / OUTAGE).read_text("utf-8")
    except OSError:
        return {}
    lines, result = text.splitlines(), json.loads(text)
    return {
        name: (float(result[name]["ratio"]), f"{OUTAGE}:{next(n for n, line in enumerate(lines, 1) if name in line)}")
        for name in ("backlog", "catch_up_s")
    }


def measured_events_per_s(cores: float = CORES_MEASURED) -> float:
    """What the job can take, by the benchmark of its steps; on other cores in proportion, which nobody measured."""
    return 1e6 / MEASURED["job-microseconds"].value * cores / CORES_MEASURED


def rate_per_s(architecture: parts.Architecture, end: str = "likely", times: float = 1.0) -> float:
    """Events a second that come in, in one of the three situations above, `times` as many as today."""
    if end == "high":
        return _amount(architecture, "peak-per-second").at(end) * times
    hours = _amount(architecture, "office-hours").likely if end == "likely" else 24.0
    return _amount(architecture, "events-per-day").at(end) * times / (hours * SECONDS_AN_HOUR)


@dataclass(frozen=True, slots=True)
class Throughput:
    """Events a second that the parts of the way can take, at one end; the smallest is the way's, and the bottleneck."""

    events_per_s: float
    bottleneck: str
    parts: Mapping[str, float]


def throughput(architecture: parts.Architecture, service: str, end: str = "likely") -> Throughput:
    """Of the components on a service's path that say a capacity: that of as many instances as are needed."""
    components, flows = architecture.one("components"), architecture.one("flows")
    path = architecture.one("services")[service].path
    on_path = dict.fromkeys(name for flow in path for name in (flows[flow].source, flows[flow].to))
    able = {
        name: components[name].capacity.at(end) * components[name].needed
        for name in on_path
        if components[name].capacity is not None
    }
    bottleneck = min(able, key=able.__getitem__, default="")
    return Throughput(able.get(bottleneck, math.inf), bottleneck, able)


def backlog(rate_per_s: float, hours: float) -> float:
    """Events that wait after an outage."""
    return rate_per_s * hours * SECONDS_AN_HOUR


def drain_h(waiting: float, capacity_per_s: float, rate_per_s: float) -> float:
    """Hours until nothing waits, while events go on coming; infinite where they come as fast as they are read."""
    spare = capacity_per_s - rate_per_s
    if not waiting:
        return 0.0
    return waiting / spare / SECONDS_AN_HOUR if spare > 0 else math.inf


@dataclass(frozen=True, slots=True)
class CatchUp:
    """After an outage: events that wait, hours until none does, and the age of the oldest when reading begins."""

    rate_per_s: float
    capacity_per_s: float
    backlog: float
    drain_h: float
    lag_h: float


def catch_up(
    architecture: parts.Architecture, service: str, hours: float, end: str = "likely", times: float = 1.0
) -> CatchUp:
    """After the job, or what it reads from, was away for some hours; `high` has most events and least capacity."""
    rate, able = rate_per_s(architecture, end, times), throughput(architecture, service, _OPPOSITE[end]).events_per_s
    waiting = backlog(rate, hours)
    return CatchUp(rate, able, waiting, drain_h(waiting, able, rate), hours)


def partitions(architecture: parts.Architecture, drain_in_h: float, outage_h: float, times: float = 1.0) -> int:
    """Partitions needed so that, at the peak, an outage's backlog is read in some hours: one task reads one partition.

    A task has one core, so it takes half of what two cores were measured to take; it is not split further.
    """
    peak = rate_per_s(architecture, "high", times)
    wanted = peak + backlog(peak, outage_h) / (drain_in_h * SECONDS_AN_HOUR)
    return math.ceil(wanted / measured_events_per_s(1))


@dataclass(frozen=True, slots=True)
class Store:
    """Bytes in a store, one copy: GB that come in a day, days kept, GB after a year, and once as much goes as comes."""

    gb_a_day: float
    kept_days: float
    after_a_year_gb: float
    in_the_end_gb: float


_SIZES = {"raw-events": "bytes-per-event"}
_STORED = "stored-bytes-per-event"
EVENT_DATA = ("raw-events", "ledger", "tickets")  # one row or record of these for each event


def stores(architecture: parts.Architecture, end: str = "likely", times: float = 1.0) -> dict[str, Store]:
    """Each component that keeps events, by its id. Data kept without a limit grow for ever (infinite)."""
    made: dict[str, Store] = {}
    daily = _amount(architecture, "events-per-day").at(end) * times
    for component in architecture.components:
        rows = []
        for holding in component.holds:
            if holding.data in EVENT_DATA:
                size = _amount(architecture, _SIZES.get(holding.data, _STORED)).at(end)
                rows.append((daily * size / _GB, math.inf if holding.kept_days is None else holding.kept_days))
        if rows:
            made[component.id] = Store(
                sum(gb for gb, _ in rows),
                max(kept for _, kept in rows),
                sum(gb * min(kept, DAYS_A_YEAR) for gb, kept in rows),
                sum(gb * kept for gb, kept in rows),
            )
    return made


@dataclass(frozen=True, slots=True)
class Hold:
    """How long a flow can wait for its other side before something is lost, and where that is kept."""

    flow: str
    kept_in: str
    hours: float


def holds(architecture: parts.Architecture, service: str) -> tuple[Hold, ...]:
    """Of the asynchronous flows of a service's path: what its retry says, or nothing; in the path's order."""
    flows = architecture.one("flows")
    chosen = [flows[name] for name in architecture.one("services")[service].path]
    return tuple(
        Hold(
            flow.id,
            (flow.retry.buffer if flow.retry else None) or "",
            (flow.retry.buffer_h if flow.retry else 0) or 0.0,
        )
        for flow in chosen
        if flow.mode == "asynchronous"
    )


def _amount(architecture: parts.Architecture, name: str) -> parts.Amount:
    found = architecture.one("hypotheses").get(name)
    if found is None or found.amount is None:
        raise ArchitectureError(
            (Problem("hypotheses", f"has no amount for '{name}'", "Add the hypothesis, with low, likely, high."),)
        )
    amount: parts.Amount = found.amount
    return amount
