"""Ranges to a picture: one bar a row from low to high, a mark at the likely value, as SVG that stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

_WIDTH, _ROW, _LEFT, _RIGHT = 640, 26, 170, 96
_INK, _BAR, _MARK = "#1f2933", "#9db8d2", "#0b4f8a"


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its label, the range, the value marked, and how that value is written."""

    label: str
    low: float
    value: float
    high: float
    written: str


def bars(rows: Sequence[Bar], title: str) -> Markup:
    """The rows under each other, on one axis from 0 to the largest value."""
    most = max(row.high for row in rows) or 1.0
    body = Markup("").join(_row(number, row, most) for number, row in enumerate(rows))
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {} {}" xmlns="http://www.w3.org/2000/svg"><title>{}</title>{}</svg>'
    ).format(_WIDTH, _ROW * len(rows), title, body)


def _row(number: int, row: Bar, most: float) -> Markup:
    scale = (_WIDTH - _LEFT - _RIGHT) / most
    middle = number * _ROW + _ROW / 2
    return Markup(
        '<text x="{}" y="{}" text-anchor="end" font-size="12" fill="{}">{}</text>'
        '<rect x="{}" y="{}" width="{}" height="12" fill="{}"/>'
        '<rect x="{}" y="{}" width="3" height="18" fill="{}"/>'
        '<text x="{}" y="{}" font-size="12" fill="{}">{}</text>'
    ).format(
        _LEFT - 8,
        middle + 4,
        _INK,
        row.label,
        round(_LEFT + row.low * scale, 1),
        middle - 6,
        round(max(1.0, (row.high - row.low) * scale), 1),
        _BAR,
        round(_LEFT + row.value * scale - 1.5, 1),
        middle - 9,
        _MARK,
        round(_LEFT + row.high * scale + 8, 1),
        middle + 4,
        _INK,
        row.written,
    )
