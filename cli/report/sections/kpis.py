"""KPIs as contracts/ticket_kpis defines them, over all hours: what came and went, how long it took, how good it was.

Percentiles of the whole can't be had from those of hours and groups, so they are computed from the tickets; counts are
held against the KPI table. By event time, UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cli.report.opened import Missing, Opened
from cli.report.sections.flow import Sum
from contracts.compiler.model import Contract

ENOUGH = 20  # values below which a p95 is the largest value, and a share moves by 5 points with each
MOST = 1000  # units of time that are drawn
AGGREGATE = "ticket_kpis"
NEEDED = frozenset(
    {"event_type", "ticket_id", "occurred_at", "kafka_offset", "priority", "support_team", "target_hours"}
    | {"satisfaction"}
)
_UNITS = (("hour", timedelta(hours=1), 14), ("day", timedelta(days=1), 400), ("week", timedelta(weeks=1), 10**6))
_RESOLVED = """
CREATE OR REPLACE TEMP TABLE resolved AS
SELECT t.priority, t.support_team, t.target_hours,
    (epoch_us(t.occurred_at) - epoch_us(o.opened_at)) / 3600000000.0 AS hours
FROM {tickets} AS t
LEFT JOIN (SELECT ticket_id, min(occurred_at) AS opened_at FROM {tickets} WHERE event_type = 'opened' GROUP BY 1) AS o
ON o.ticket_id = t.ticket_id
WHERE t.event_type = 'resolved'
"""
_GROUPS = """
SELECT {by}, count(*), count(hours), count(*) FILTER (hours > target_hours),
    quantile_cont(hours, 0.5), quantile_cont(hours, 0.95)
FROM resolved GROUP BY 1
"""
_MARKS = """
SELECT {by}, count(satisfaction), avg(satisfaction), count(*) FILTER (event_type = 'closed' AND satisfaction IS NULL)
FROM {tickets} GROUP BY 1
"""
# A ticket is open from an event that leaves it open to the next that does not, by the time of the events.
_OVER_TIME = """
SELECT date_trunc('{unit}', occurred_at), count(*) FILTER (event_type = 'opened'),
    count(*) FILTER (event_type = 'resolved'), sum(is_open - was_open)
FROM (
    SELECT occurred_at, event_type, is_open, coalesce(
        lag(is_open) OVER (PARTITION BY ticket_id ORDER BY occurred_at, kafka_offset), 0) AS was_open
    FROM (
        SELECT occurred_at, event_type, ticket_id, kafka_offset,
            CAST(event_type IN ('opened', 'assigned', 'reopened') AS INTEGER) AS is_open
        FROM {tickets}
    )
)
GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """Tickets in one unit of time from `start`; `backlog` are those open at its end."""

    start: datetime
    opened: int
    resolved: int
    backlog: int


@dataclass(frozen=True, slots=True)
class Group:
    """What was resolved in one group. `timed` are those with an accepted `opened`: only they have hours.

    `share_past_target` is of the timed ones, null without any; p50 and p95 are hours, null without any; `satisfaction`
    is the mean of the `marks`, null without any; `unmarked` are closed tickets without a mark.
    """

    name: str
    resolved: int
    timed: int
    past_target: int
    share_past_target: float | None
    p50_hours: float | None
    p95_hours: float | None
    marks: int
    satisfaction: float | None
    unmarked: int

    @property
    def enough(self) -> bool:
        """Whether share and p95 mean much."""
        return self.timed >= ENOUGH


@dataclass(frozen=True, slots=True)
class Kpis:
    """`opened` are tickets in all. `unit` is hour, day or week, `moments` the newest MOST of them; of weeks only those
    with an event, since one event of a wrong clock may be centuries away. `by_mark` counts marks 1 to 5; `sums` hold
    the KPI table against the tickets.
    """

    opened: int
    unit: str
    moments: tuple[Moment, ...]
    whole: Group
    by_priority: tuple[Group, ...]
    by_team: tuple[Group, ...]
    by_mark: dict[int, int]
    sums: tuple[Sum, ...]


def kpis(opened: Opened) -> Kpis | Missing:
    """From the tickets; Missing where the contract has none such, or there is no row yet."""
    accepted = opened.accepted
    if not {field.name for field in accepted.fields} >= NEEDED:
        return Missing(
            f"{opened.subject.source.name} has no life cycle that KPIs are drawn of",
            "tickets contracts show ticket_kpis",
        )
    view = opened.view(accepted)
    if isinstance(view, Missing):
        return view
    first, last = opened.row(f"SELECT min(occurred_at), max(occurred_at) FROM {view}")  # noqa: S608 - a contract's name
    if first is None:
        return Missing(f"the table {accepted.name} has no row", opened.subject.process)
    unit, step = next((name, step) for name, step, days in _UNITS if last - first <= timedelta(days=days))
    opened.db.execute(_RESOLVED.format(tickets=view))
    (whole,) = _groups(opened, view, "'all'")
    over_time = opened.rows(_OVER_TIME.format(unit=unit, tickets=view))
    all_opened = sum(count for _, count, *_ in over_time)
    moments = tuple(_moments(over_time, step if unit != "week" else None))
    marks = opened.rows(f"SELECT satisfaction, count(*) FROM {view} WHERE satisfaction IS NOT NULL GROUP BY 1")  # noqa: S608
    return Kpis(
        all_opened,
        unit,
        moments[-MOST:],
        whole,
        _ordered(_groups(opened, view, "priority"), accepted.field("priority")),
        _ordered(_groups(opened, view, "support_team"), accepted.field("support_team")),
        {mark: dict(marks).get(mark, 0) for mark in range(1, 6)},
        tuple(_sums(opened, whole, all_opened)),
    )


def _moments(rows: list[tuple[Any, ...]], step: timedelta | None) -> Iterator[Moment]:
    """Every unit from the first to the last, with a step those without an event too."""
    at, backlog = rows[0][0], 0
    for start, opened, resolved, change in rows:
        while step is not None and at < start:
            yield Moment(at, 0, 0, backlog)
            at += step
        backlog += change
        yield Moment(start, opened, resolved, backlog)
        at = start + (step or timedelta(0))


def _groups(opened: Opened, view: str, by: str) -> tuple[Group, ...]:
    marks = {name: found for name, *found in opened.rows(_MARKS.format(by=by, tickets=view))}
    timed = {name: found for name, *found in opened.rows(_GROUPS.format(by=by))}
    return tuple(_group(name, timed.get(name, [0, 0, 0, None, None]), found) for name, found in sorted(marks.items()))


def _group(name: str, timed: list[Any], marks: list[Any]) -> Group:
    resolved, hours, past, p50, p95 = timed
    return Group(name, resolved, hours, past, past / hours if hours else None, p50, p95, *marks)


def _ordered(groups: tuple[Group, ...], field: Any) -> tuple[Group, ...]:
    """In the contract's order of values, others behind."""
    clause = field.clause("enum")
    values = list(clause.argument) if clause else []
    return tuple(sorted(groups, key=lambda one: values.index(one.name) if one.name in values else len(values)))


def _sums(opened: Opened, whole: Group, tickets_opened: int) -> Iterator[Sum]:
    """The KPI table against the tickets; not where events have expired, whose hours the table keeps."""
    contract: Contract | None = next((one for one in opened.subject.derived if one.name == AGGREGATE), None)
    (expired,) = opened.row("SELECT count(*) FROM ledger WHERE expired_at IS NOT NULL AND outcome = 'accepted'")
    view = Missing("", "") if contract is None else opened.view(contract)
    if expired or isinstance(view, Missing):
        return
    held = opened.row(
        f"SELECT coalesce(sum(opened), 0), coalesce(sum(resolved), 0), coalesce(sum(past_target), 0) FROM {view}"  # noqa: S608
    )
    names = ("opened", "resolved", "resolved past their target")
    remedy = f"The KPI table is not that of these tickets: run `{opened.subject.process}`."
    for name, left, right in zip(names, (tickets_opened, whole.resolved, whole.past_target), held, strict=True):
        yield Sum(f"tickets {name}", left, f"of them in {AGGREGATE}", int(right), remedy)
