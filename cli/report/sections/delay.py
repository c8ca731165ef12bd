"""Event-time delay: how long after it happened the broker got an event; late ones, and those from the future."""

from dataclasses import dataclass
from datetime import timedelta

from cli.report.opened import Missing, Opened
from cli.report.sections.ran import happened

# Upper edges of the distribution, seconds; the last class is open.
EDGES = (-3600, -300, 0, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400, 604_800)


@dataclass(frozen=True, slots=True)
class Class:
    """Events whose delay is from `above` (included; None for any) to less than `below` (None for any), in seconds."""

    above: float | None
    below: float | None
    events: int


@dataclass(frozen=True, slots=True)
class Delay:
    """Of accepted events, in seconds; negative where an event says it happens after the broker got it.

    `late` and `early` count those beyond the contract's bounds; a bound is null where the contract has none.
    """

    events: int
    least: float
    p50: float
    p95: float
    p99: float
    most: float
    late: int
    early: int
    late_after: timedelta | None
    early_after: timedelta | None
    classes: tuple[Class, ...]


def delay(opened: Opened) -> Delay | Missing:
    """Missing where the contract has no event time, or nothing is accepted yet."""
    source, times = opened.subject.source, happened(opened)
    if times is None:
        return Missing(f"{source.key} names no event time", f"tickets contracts show {source.name}")
    delays = f"({times.query('(epoch_us({received}) - epoch_us({event})) / 1000000.0 AS s')})"
    events, least, p50, p95, p99, most = opened.row(
        f"SELECT count(s), min(s), quantile_cont(s, 0.5), quantile_cont(s, 0.95), quantile_cont(s, 0.99), max(s) "  # noqa: S608
        f"FROM {delays}"
    )
    if not events:
        return Missing("no accepted event has a time yet", opened.subject.process)
    late, early = opened.row(
        "SELECT count(*) FILTER (is_late), count(*) FILTER (is_early) FROM ledger WHERE outcome = 'accepted'"
    )
    cases = " ".join(f"WHEN s < {edge} THEN {place}" for place, edge in enumerate(EDGES))
    counted = dict(
        opened.rows(f"SELECT CASE {cases} ELSE {len(EDGES)} END, count(*) FROM {delays} WHERE s IS NOT NULL GROUP BY 1")  # noqa: S608
    )
    bounds = (source.late_after, source.early_after)
    return Delay(events, least, p50, p95, p99, most, late, early, *bounds, _classes(counted))


def _classes(counted: dict[int, int]) -> tuple[Class, ...]:
    """From the first class with an event to the last."""
    edges = (None, *EDGES, None)
    return tuple(
        Class(edges[place], edges[place + 1], counted.get(place, 0)) for place in range(min(counted), max(counted) + 1)
    )
