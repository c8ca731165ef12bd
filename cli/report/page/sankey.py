"""A flow of records to a picture: a bar per stop, as high as its count, and bands between them; SVG of our own.

Labels stand above their bars, so that they can be read where a band is thin and on a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from cli.refusals import printable
from cli.report.themed import COLOURS, INK

_WIDTHS = {"wide": 840, "narrow": 340}
_BAR, _LABEL, _GAP, _HIGHEST, _LEAST = 10, 34, 12, 170, 3
GOOD, BAD, OTHER, PLAIN, WRONG = 2, 1, 3, 0, 6  # places in COLOURS


@dataclass(frozen=True, slots=True)
class Stop:
    """One bar: `layer` from 0 at the left; `colour` is a place in COLOURS."""

    name: str
    layer: int
    label: str
    count: int
    colour: int


@dataclass(frozen=True, slots=True)
class Band:
    """`count` records from one stop to another, by their names."""

    start: str
    end: str
    count: int


@dataclass(frozen=True, slots=True)
class _Placed:
    stop: Stop
    x: float
    y: float
    height: float


def drawn(stops: Sequence[Stop], bands: Sequence[Band], name: str) -> str:
    """The SVG for a name of themed.WIDTHS."""
    width = _WIDTHS[name]
    placed = {one.stop.name: one for one in _placed(stops, width)}
    height = max(one.y + one.height for one in placed.values()) + 4
    return str(
        Markup('<svg xmlns="http://www.w3.org/2000/svg" class="flow" viewBox="0 0 {} {}" width="{}">{}{}</svg>').format(
            width, round(height), width, Markup("").join(_bands(placed, bands)), _stops(placed, width)
        )
    )


def _placed(stops: Sequence[Stop], width: int) -> Iterator[_Placed]:
    most = max(max(stop.count for stop in stops), 1)
    layers = sorted({stop.layer for stop in stops})
    pitch = (width - _BAR) / max(1, len(layers) - 1)
    for place, layer in enumerate(layers):
        y = 0.0
        for stop in (one for one in stops if one.layer == layer):
            height = max(_LEAST, stop.count / most * _HIGHEST)
            yield _Placed(stop, place * pitch, y + _LABEL, height)
            y += _LABEL + height + _GAP


def _bands(placed: Mapping[str, _Placed], bands: Sequence[Band]) -> Iterator[Markup]:
    """Each leaves and arrives below those before it."""
    left = dict.fromkeys(placed, 0.0)
    right = dict.fromkeys(placed, 0.0)
    for band in bands:
        start, end = placed[band.start], placed[band.end]
        out, into = _thickness(band, start), _thickness(band, end)
        yield _band(start, end, (left[band.start], out), (right[band.end], into))
        left[band.start] += out
        right[band.end] += into


def _thickness(band: Band, at: _Placed) -> float:
    return max(1.5, at.height * band.count / max(1, at.stop.count))


def _band(start: _Placed, end: _Placed, out: tuple[float, float], into: tuple[float, float]) -> Markup:
    x0, x1, y0, y1 = start.x + _BAR, end.x, start.y + out[0], end.y + into[0]
    middle, under, below = (x0 + x1) / 2, y0 + out[1], y1 + into[1]
    path = (
        f"M{x0:.1f},{y0:.1f}C{middle:.1f},{y0:.1f} {middle:.1f},{y1:.1f} {x1:.1f},{y1:.1f}"
        f"V{below:.1f}C{middle:.1f},{below:.1f} {middle:.1f},{under:.1f} {x0:.1f},{under:.1f}Z"
    )
    return Markup('<path d="{}" fill="{}" fill-opacity=".35"/>').format(path, COLOURS[end.stop.colour][0])


def _stops(placed: Mapping[str, _Placed], width: int) -> Markup:
    return Markup("").join(_stop(replace(one, x=min(one.x, width - _BAR)), width) for one in placed.values())


def _stop(one: _Placed, width: int) -> Markup:
    last = one.x + _BAR >= width
    x, anchor = (width, "end") if last else (one.x, "start")
    return Markup(
        '<rect x="{:.1f}" y="{:.1f}" width="{}" height="{:.1f}" fill="{}"/>'
        '<text text-anchor="{}" font-family="sans-serif" font-size="12" fill="{}">'
        '<tspan x="{:.1f}" y="{:.1f}">{}</tspan><tspan x="{:.1f}" y="{:.1f}" font-weight="bold">{:,}</tspan></text>'
    ).format(
        one.x,
        one.y,
        _BAR,
        one.height,
        COLOURS[one.stop.colour][0],
        anchor,
        INK,
        x,
        one.y - 19,
        printable(one.stop.label),
        x,
        one.y - 5,
        one.stop.count,
    )
