"""Facts to charts; each takes its colours from the page and comes in two widths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
from markupsafe import Markup

from cli.refusals import printable
from cli.report import themed
from cli.report.page import words
from cli.report.sections.batches import Batches
from cli.report.sections.delay import Delay
from cli.report.sections.kpis import Group, Kpis
from cli.report.sections.rejections import Rejections
from cli.report.themed import COLOURS, INK

MOST_BARS, MOST_BATCHES = 15, 200
_CLOCK = {"minutes": "%H:%M", "hours": "%H:%M", "day": "%d %b", "week": "%d %b", "month": "%b", "year": "%Y"}
_PHONE = 400  # a narrower chart has fewer ticks
_LABELS = 60  # what labels before the bars would take on a phone


def rejections(found: Rejections) -> Markup:
    """A bar a clause, the most broken first."""
    rows = [_bar(one.clause.partition("/")[2], one.records, words.count(one.records)) for one in found.clauses]
    more = f", of {len(rows) + found.more} clauses" if len(rows) + found.more > MOST_BARS else ""
    return _bars(
        rows[:MOST_BARS], "records", 1, f"Rejected records by clause: the {min(len(rows), MOST_BARS)} most broken{more}"
    )


def past_target(groups: Sequence[Group], by: str) -> Markup:
    """The share of resolved tickets past their target, a bar a group."""
    timed = [one for one in groups if one.share_past_target is not None]
    rows = [_bar(one.name, 100 * (one.share_past_target or 0), _told(one)) for one in timed]
    return _bars(rows, "percent past target", 0, f"Share of resolved tickets past their target, by {by}")


def _told(group: Group) -> str:
    return words.share(group.share_past_target) + ("" if group.enough else ", few")


def marks(found: Kpis) -> Markup:
    """How often each mark was given."""
    rows = [_bar(str(mark), count, words.count(count)) for mark, count in found.by_mark.items()]
    return _bars(rows, "closed tickets", 0, "Satisfaction: tickets by mark, 1 bad to 5 good")


def delays(found: Delay) -> Markup:
    """Events by how late they came."""
    rows = [_bar(words.between(one.above, one.below), one.events, words.count(one.events)) for one in found.classes]
    return _bars(rows, "accepted events", 0, "Accepted events by time from event to broker")


def _bar(name: str, value: float, says: str) -> dict[str, Any]:
    return {"name": printable(name), "value": value, "says": says}


def _bars(rows: Sequence[dict[str, Any]], axis: str, colour: int, says: str) -> Markup:
    """Lying bars, each with its number behind it; names stand before them, on a phone above them."""
    order = [row["name"] for row in rows]
    most = max((row["value"] for row in rows), default=0) or 1

    def draw(width: int) -> Any:
        wide = width > _PHONE
        x = alt.X(
            "value:Q",
            title=axis,
            scale=alt.Scale(domain=[0, most * (1.12 if wide else 1.35)], nice=False),
            axis=alt.Axis(
                tickCount=6 if wide else 3,
                tickMinStep=1,
                format=",d" if most < 10_000 else "~s",
                labelExpr="datum.value ? datum.label : '0'",  # not 0k
            ),
        )
        names = alt.Axis() if wide else None
        base = alt.Chart(themed.data(rows)).encode(y=alt.Y("name:N", title=None, sort=order, axis=names))
        bars = base.mark_bar(color=COLOURS[colour][0], size=16, yOffset=0 if wide else 9).encode(x=x)
        numbers = base.mark_text(align="left", dx=4, dy=0 if wide else 9, fontSize=12, color=INK)
        above = base.mark_text(align="left", dy=-7, fontSize=12, color=INK).encode(x=alt.datum(0), text="name:N")
        layers = [bars, numbers.encode(x=x, text="says:N"), *([] if wide else [above])]
        room = {"width": width if wide else width + _LABELS, "height": max(60, (26 if wide else 42) * len(rows))}
        return alt.layer(*layers).properties(**room)

    told = "; ".join(f"{row['name']}: {row['says']}" for row in rows)
    return themed.svg(draw, says, told)


def over_time(found: Kpis) -> Markup:
    """Tickets opened and resolved as two lines, and below them those that are open."""
    most = max(found.moments, key=lambda one: one.backlog)
    told = (
        f"{words.count(found.opened)} opened and {words.count(found.whole.resolved)} resolved; "
        f"at most {words.count(most.backlog)} open at the end of a {found.unit}, on {words.moment(most.start)} UTC; "
        f"{found.moments[-1].backlog:,} at the last."
    )
    return themed.svg(
        lambda width: alt.vconcat(_lines(found, width), _backlog(found, width), spacing=14),
        f"Tickets opened and resolved by {found.unit}, and the backlog",
        told,
    )


def _lines(found: Kpis, width: int) -> Any:
    names = ["opened", "resolved"]
    rows = [
        {"at": one.start.isoformat(), "what": what, "tickets": getattr(one, what)}
        for one in found.moments
        for what in names
    ]
    colours = alt.Scale(domain=names, range=[COLOURS[1][0], COLOURS[2][0]])
    lines = alt.Chart(themed.data(rows)).mark_line(strokeWidth=1.5)
    return lines.encode(
        x=_time(width),
        y=alt.Y("tickets:Q", title=f"by {found.unit}"),
        color=alt.Color("what:N", scale=colours),
        strokeDash=alt.StrokeDash("what:N", scale=alt.Scale(domain=names, range=[[1, 0], [4, 2]])),
    ).properties(width=width, height=190)


def _backlog(found: Kpis, width: int) -> Any:
    rows = [{"at": one.start.isoformat(), "tickets": one.backlog} for one in found.moments]
    area: dict[str, Any] = {"color": COLOURS[0][0], "opacity": 0.35, "line": {"color": COLOURS[0][0]}}
    chart = alt.Chart(themed.data(rows)).mark_area(**area)
    return chart.encode(x=_time(width), y=alt.Y("tickets:Q", title="open")).properties(width=width, height=150)


def _time(width: int) -> alt.X:
    return alt.X(
        "at:T",
        title="event time, UTC",
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(tickCount=7 if width > _PHONE else 3, labelOverlap=True, format=_CLOCK),
    )


def batches(found: Batches) -> Markup:
    """Rows of each batch, and below it the seconds since the commit before."""
    rows = [{"version": one.version, "rows": one.rows, "seconds": one.seconds} for one in found.batches[-MOST_BATCHES:]]

    def line(name: str, width: int, colour: str) -> Any:
        scale, axis = alt.Scale(zero=False), alt.Axis(format="d", tickCount=6, tickMinStep=1)
        x = alt.X("version:Q", title="version of the ledger", scale=scale, axis=axis)
        points = {"filled": True, "size": 30, "opacity": 1, "color": colour}
        chart = alt.Chart(themed.data(rows)).mark_line(point=points, color=colour)
        return chart.encode(x=x, y=alt.Y(f"{name}:Q", title=name)).properties(width=width, height=110)

    def draw(width: int) -> Any:
        return alt.vconcat(line("rows", width, COLOURS[0][0]), line("seconds", width, COLOURS[1][0]), spacing=14)

    told = (
        f"The median batch: {words.count(found.median_rows)} rows, {words.span(found.median_seconds)} after the last."
    )
    return themed.svg(draw, "Rows of each batch, and seconds since the commit before", told)
