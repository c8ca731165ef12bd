"""Plain rows to plots, in the colours and widths of cli.report.themed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import altair as alt

from cli.report.themed import COLOURS, INK, Row, data

FIRST = ("job", "ledger", "copy", "python")  # ways that have the same colour in every plot


def scale(names: Sequence[str]) -> alt.Scale:
    """A colour a name: ways always have theirs."""
    ordered = [*(name for name in FIRST if name in names), *(name for name in names if name not in FIRST)]
    taken = dict(zip(FIRST, COLOURS, strict=False))
    free = itertools.cycle(COLOURS[len(FIRST) :])
    return alt.Scale(domain=ordered, range=[(taken.get(name) or next(free))[0] for name in ordered])


def progress(rows: Sequence[Row], width: int) -> Any:
    """Rows of way, round, seconds, events (millions): a line a run."""
    names = list(dict.fromkeys(row["way"] for row in rows))
    return (
        alt.Chart(data(rows))
        .mark_line(strokeWidth=1.6, opacity=0.85)
        .encode(
            x=alt.X("seconds:Q", title="seconds since the process was started", axis=alt.Axis(tickCount=8)),
            y=alt.Y("events:Q", title="million events committed"),
            color=alt.Color("way:N", scale=scale(names)),
            detail="round:N",
        )
        .properties(width=width, height=280)
    )


def rates(rows: Sequence[Row], width: int) -> Any:
    """Rows of way, kind, least, median, most (thousand events a second): a bar a way and kind, and its span."""
    names = list(dict.fromkeys(row["way"] for row in rows))
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("way:N", title=None, sort=names, scale=alt.Scale(paddingInner=0.25)),
        yOffset=alt.YOffset("kind:N", sort=["steady", "whole run"]),
    )
    bars = base.mark_bar().encode(
        x=alt.X("median:Q", title="thousand events a second", axis=alt.Axis(tickCount=6)),
        color=alt.Color(
            "kind:N", scale=alt.Scale(domain=["steady", "whole run"], range=[COLOURS[0][0], COLOURS[1][0]])
        ),
    )
    spans = base.mark_rule(color=INK, strokeWidth=1.5).encode(x="least:Q", x2="most:Q")
    return alt.layer(bars, spans).properties(width=width, height=max(80, 44 * len(names)))


def distribution(rows: Sequence[Row], marks: Sequence[Row], width: int) -> Any:
    """Rows of seconds and share (percent of events that are readable by then); marks of seconds, share, says."""
    line = (
        alt.Chart(data(rows))
        .mark_line(color=COLOURS[0][0], strokeWidth=2)
        .encode(
            x=alt.X("seconds:Q", title="seconds from sent to readable", scale=alt.Scale(zero=True)),
            y=alt.Y("share:Q", title="percent of events", scale=alt.Scale(domain=[0, 100])),
        )
    )
    at = alt.Chart(data(marks)).encode(x="seconds:Q", y="share:Q")
    points = at.mark_point(filled=True, size=70, color=COLOURS[1][0], opacity=1)
    texts = at.mark_text(align="right", dx=-8, dy=-9, fontSize=12, color=INK).encode(text="says:N")
    return alt.layer(line, points, texts).properties(width=width, height=240)


def budget(rows: Sequence[Row], width: int) -> Any:
    """Rows of way, hop, microseconds: a stacked bar a way, hops in the order they are given."""
    hops = list(dict.fromkeys(row["hop"] for row in rows))
    ways = list(dict.fromkeys(row["way"] for row in rows))
    colours = alt.Scale(
        domain=hops, range=[colour for colour, _ in itertools.islice(itertools.cycle(COLOURS), len(hops))]
    )
    held = [dict(row) | {"place": hops.index(row["hop"])} for row in rows]
    return (
        alt.Chart(data(held))
        .mark_bar()
        .encode(
            x=alt.X("microseconds:Q", title="microseconds an event"),
            y=alt.Y("way:N", title=None, sort=ways),
            color=alt.Color("hop:N", scale=colours),
            order=alt.Order("place:Q"),
        )
        .properties(width=width, height=max(60, 40 * len(ways)))
    )
