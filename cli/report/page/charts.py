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
_PHONE = 400  # a narrower chart has fewer ticks


def rejections(found: Rejections) -> Markup:
    """A bar a clause, the most broken first."""
    rows = [_bar(one.clause.partition("/")[2], one.records, words.count(one.records)) for one in found.clauses]
    more = f", of {len(rows) + found.more} clauses" if len(rows) + found.more > MOST_BARS else ""
    return _bars(rows[:MOST_BARS], "records", 1, f"Rejected records by clause: the {min(len(rows), MOST_BARS)} most broken{more}")


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
    """Lying bars, each with its number behind it, on an axis with room for that."""
    order = [row["name"] for row in rows]
    most = max((row["value"] for row in rows), default=0) or 1

    def draw(width: int) -> Any:
        room = 1.12 if width > _PHONE else 1.3
        base = alt.Chart(themed.data(rows)).encode(
            x=alt.X(
                "value:Q",
                title=axis,
                scale=alt.Scale(domain=[0, most * room], nice=False),
                axis=alt.Axis(tickCount=6 if width > _PHONE else 3, format="~s" if most >= 10_000 else ""),
            ),
            y=alt.Y("name:N", title=None, sort=order),
        )
        numbers = base.mark_text(align="left", dx=4, fontSize=12, color=INK).encode(text="says:N")
        return alt.layer(base.mark_bar(color=COLOURS[colour][0]), numbers).properties(
            width=width, height=max(60, 26 * len(rows))
        )

    told = "; ".join(f"{row['name']}: {row['says']}" for row in rows)
    return themed.svg(draw, says, told)


def opened_resolved(found: Kpis) -> Markup:
    """Two lines over time."""
    rows = [
        {"at": one.start.isoformat(), "what": what, "tickets": getattr(one, what)}
        for one in found.moments
        for what in ("opened", "resolved")
    ]
    colours = alt.Scale(domain=["opened", "resolved"], range=[COLOURS[1][0], COLOURS[2][0]])

    def draw(width: int) -> Any:
        return (
            alt.Chart(themed.data(rows))
            .mark_line(strokeWidth=1.5)
            .encode(
                x=_time(width),
                y=alt.Y("tickets:Q", title=f"tickets an {found.unit}" if found.unit == "hour" else f"tickets a {found.unit}"),
                color=alt.Color("what:N", scale=colours),
                strokeDash=alt.StrokeDash("what:N", legend=None),
            )
            .properties(width=width, height=200)
        )

    opened, resolved = (sum(getattr(one, what) for one in found.moments) for what in ("opened", "resolved"))
    told = f"{words.count(opened)} opened and {words.count(resolved)} resolved in all."
    return themed.svg(draw, f"Tickets opened and resolved by {found.unit}", told)


def backlog(found: Kpis) -> Markup:
    """Open tickets over time."""
    rows = [{"at": one.start.isoformat(), "tickets": one.backlog} for one in found.moments]

    def draw(width: int) -> Any:
        area = alt.Chart(themed.data(rows)).mark_area(color=COLOURS[0][0], opacity=0.35, line={"color": COLOURS[0][0]})
        return area.encode(x=_time(width), y=alt.Y("tickets:Q", title="open tickets")).properties(width=width, height=180)

    most = max(found.moments, key=lambda one: one.backlog)
    told = f"At most {words.count(most.backlog)} on {words.moment(most.start)} UTC, {rows[-1]['tickets']:,} at the end."
    return themed.svg(draw, f"Backlog: open tickets at the end of each {found.unit}", told)


def _time(width: int) -> alt.X:
    return alt.X(
        "at:T",
        title="event time, UTC",
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(tickCount=7 if width > _PHONE else 3, labelOverlap=True),
    )


def batches(found: Batches) -> Markup:
    """Rows of each batch, and below it the seconds since the commit before."""
    rows = [
        {"version": one.version, "rows": one.rows, "seconds": one.seconds} for one in found.batches[-MOST_BATCHES:]
    ]

    def draw(width: int) -> Any:
        x = alt.X("version:Q", title="version of the ledger", scale=alt.Scale(zero=False), axis=alt.Axis(format="d", tickCount=6))
        base = alt.Chart(themed.data(rows)).encode(x=x).properties(width=width, height=110)
        points = {"filled": True, "size": 30, "opacity": 1}
        above = base.mark_line(point=points, color=COLOURS[0][0]).encode(y=alt.Y("rows:Q", title="rows"))
        below = base.mark_line(point=points, color=COLOURS[1][0]).encode(y=alt.Y("seconds:Q", title="seconds"))
        return alt.vconcat(above, below, spacing=14)

    told = f"The median batch has {words.count(found.median_rows)} rows, {words.span(found.median_seconds)} after the last."
    return themed.svg(draw, "Rows of each batch, and seconds since the commit before", told)
