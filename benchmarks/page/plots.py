"""Plain rows to plots: SVG that takes its colours from the page, in a width for desks and one for phones.

A chart is drawn with the colours of COLOURS and INK; the page's style sheet replaces them by attribute, so that one
drawing serves light and dark.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import vl_convert

Row = Mapping[str, Any]
WIDTHS = {"wide": 640, "narrow": 250}
INK, FAINT, GRID = "#101112", "#606162", "#d0d1d2"
# Told apart by people who don't see red or green, too (Okabe and Ito); the second is what dark pages get.
COLOURS = (
    ("#0072b2", "#56a8e0"),
    ("#d55e00", "#ff9a52"),
    ("#009e73", "#3fd0a4"),
    ("#a8447f", "#e58fc0"),
    ("#8a6d00", "#e0b93a"),
    ("#56688a", "#a9b8d6"),
    ("#b03a2e", "#ff8f85"),
    ("#3d7a3d", "#8fd08f"),
)
FIRST = ("job", "ledger", "copy", "python")  # ways that have the same colour in every plot
VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def svg(draw: Callable[[int], Any], says: str) -> str:
    """Both widths of a chart, as HTML; `says` is for those who don't see it."""
    made = []
    for name, width in WIDTHS.items():
        chart = draw(width).configure(font="sans-serif", background="transparent", padding=4)
        chart = chart.configure_view(stroke=None).configure_axis(
            labelColor=INK,
            titleColor=INK,
            domainColor=FAINT,
            tickColor=FAINT,
            gridColor=GRID,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelLimit=170 if name == "wide" else 90,
        )
        chart = chart.configure_legend(
            labelColor=INK,
            titleColor=INK,
            labelFontSize=12,
            orient="top",
            title=None,
            columns=4 if name == "wide" else 2,
        )
        drawn = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=VEGA_LITE)
        made.append(f'<div class="{name}" role="img" aria-label="{says}">{drawn}</div>')
    return "".join(made)


def _data(rows: Sequence[Row]) -> Any:
    return alt.Data(values=list(rows))  # type: ignore[no-untyped-call] # its signature is made at import


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
        alt.Chart(_data(rows))
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
    base = alt.Chart(_data(rows)).encode(
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
        alt.Chart(_data(rows))
        .mark_line(color=COLOURS[0][0], strokeWidth=2)
        .encode(
            x=alt.X("seconds:Q", title="seconds from sent to readable", scale=alt.Scale(zero=True)),
            y=alt.Y("share:Q", title="percent of events", scale=alt.Scale(domain=[0, 100])),
        )
    )
    at = alt.Chart(_data(marks)).encode(x="seconds:Q", y="share:Q")
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
        alt.Chart(_data(held))
        .mark_bar()
        .encode(
            x=alt.X("microseconds:Q", title="microseconds an event"),
            y=alt.Y("way:N", title=None, sort=ways),
            color=alt.Color("hop:N", scale=colours),
            order=alt.Order("place:Q"),
        )
        .properties(width=width, height=max(60, 40 * len(ways)))
    )
