"""An architecture to what it can carry: events a second, partitions, growth of stores, and catching up after an outage.

An outage of N hours leaves a backlog of rate x N. Once the job reads again it reads at its capacity while events go on
coming, so the backlog is gone after backlog / (capacity - rate), a fluid queue; never, where the rate is the larger.
Rates have three ends, which are three situations: `low` is the day's events over 24 hours, `likely` the day's events
within office hours, `high` the busiest second of the week, all the time.

What the job takes is measured: measured.py reads the last `make bench`, and says which figure is used for what.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from architecture import measured, parts
from architecture.errors import ArchitectureError, Problem

JOB = "rate-job-steady"
SECONDS_AN_HOUR = 3_600.0
SECONDS_A_DAY = 86_400.0
DAYS_A_YEAR = 365.25
_GB = 1e9
_OPPOSITE = {"low": "high", "likely": "likely", "high": "low"}


OUTAGE = "benchmarks/results/outage.json"  # written by benchmarks/outage.py --write


def outage_ratios(root: Path = measured.ROOT) -> dict[str, tuple[float, str]]:
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


def sized_events_per_s(cores: float) -> float:
    """What the job's tasks take on some cores for sure: the least that was measured, in proportion to the cores."""
    found = measured.measured(JOB)
    return (found.value if found.least is None else found.least) * cores / measured.cores().value


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


def throughput(
    architecture: parts.Architecture, service: str, end: str = "likely", gone: Collection[str] = ()
) -> Throughput:
    """Of the components on a service's path that say a capacity: that of as many instances as are needed.

    After an outage of `gone` only the rest of the path counts, from the first flow that was cut: events wait at its
    source, and what lies before it went on.
    """
    components, flows = architecture.one("components"), architecture.one("flows")
    path = [flows[name] for name in architecture.one("services")[service].path]
    cut = next((place for place, flow in enumerate(path) if {flow.source, flow.to} & set(gone)), 0)
    on_path = dict.fromkeys(name for flow in path[cut:] for name in (flow.source, flow.to))
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
    architecture: parts.Architecture,
    service: str,
    hours: float,
    end: str = "likely",
    times: float = 1.0,
    gone: Collection[str] = (),
) -> CatchUp:
    """After `gone`, or all of the way where none is named, was away for some hours.

    `high` has most events and least capacity.
    """
    rate, able = rate_per_s(architecture, end, times), throughput(architecture, service, _OPPOSITE[end], gone)
    waiting = backlog(rate, hours)
    return CatchUp(rate, able.events_per_s, waiting, drain_h(waiting, able.events_per_s, rate), hours)


def partitions(architecture: parts.Architecture, drain_in_h: float, outage_h: float, times: float = 1.0) -> int:
    """Partitions needed so that, at the peak, an outage's backlog is read in some hours: one task reads one partition.

    A task has one core, so it takes its share of what was measured; it is not split further. KPIs need no partition.
    """
    peak = rate_per_s(architecture, "high", times)
    wanted = peak + backlog(peak, outage_h) / (drain_in_h * SECONDS_AN_HOUR)
    return math.ceil(wanted / sized_events_per_s(1))


def kpis_s(rows: float) -> float:
    """Seconds to make all KPIs at so many rows of tickets, on the cores that were measured.

    A straight line through both sizes that were measured; beyond the larger nobody looked.
    """
    few, many = (
        measured.BATCH / measured.measured(f"rate-kpis-{size}").value
        - measured.BATCH / measured.measured(f"rate-batches-{size}").value
        for size in ("1m", "10m")
    )
    slope = max(0.0, many - few) / (measured.LARGE - measured.SMALL)
    return max(0.0, few) + slope * max(0.0, rows - measured.SMALL)


def kpis_age_s(rows: float) -> float:
    """Seconds until an event is in the KPIs, at worst: it came just after a making began, and waits for the next one.

    That is the one making, its rest, and the next making.
    """
    return (2 + measured.REST) * kpis_s(rows)


def ticket_rows(architecture: parts.Architecture, days: float, end: str = "likely", times: float = 1.0) -> float:
    """Rows of tickets after some days, where they are kept longest."""
    kept = [each.kept_days for part in architecture.components for each in part.holds if each.data == "tickets"]
    longest = max((math.inf if each is None else each for each in kept), default=0.0)
    return _amount(architecture, "events-per-day").at(end) * times * min(days, longest)


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
