"""Charts to SVG that takes its colours from the page, in a width for desks and one for phones.

A chart is drawn with INK, FAINT, GRID and the first of each pair of COLOURS; `style` is the part of a page's style
sheet that replaces them by attribute, so that one drawing serves light and dark.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

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
VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
# A browser's letters may be wider than those that the drawing was measured with.
_PADDING = {"left": 24, "right": 8, "top": 4, "bottom": 4}
_VEGAS_OWN = re.compile(r' role="graphics-[a-z]+"| aria-roledescription="[a-z ]*"')  # of the parts, which stay unnamed
SWAP = "640px"  # a narrower page shows the narrow drawing


def style() -> str:
    """CSS for pages with such drawings; the page defines --ink, --faint and --line for light and dark."""
    dark = "".join(f' svg [fill="{a}"]{{fill:{b}}} svg [stroke="{a}"]{{stroke:{b}}}' for a, b in COLOURS)
    return f"""svg {{ max-width: 100%; height: auto; display: block; overflow: visible; }} .narrow {{ display: none; }}
svg [fill="{INK}"] {{ fill: var(--ink); }} svg [stroke="{INK}"] {{ stroke: var(--ink); }}
svg [stroke="{FAINT}"] {{ stroke: var(--faint); }} svg [stroke="{GRID}"] {{ stroke: var(--line); }}
@media (max-width: {SWAP}) {{ .wide {{ display: none; }} .narrow {{ display: block; }} }}
@media screen and (prefers-color-scheme: dark) {{{dark} }}
"""


def data(values: Sequence[Row]) -> Any:
    """Plain rows as a chart's data."""
    return alt.Data(values=list(values))  # type: ignore[no-untyped-call] # its signature is made at import


def svg(draw: Callable[[int], Any], says: str, describes: str = "") -> Markup:
    """Both widths of a chart, as HTML; `says` and `describes` are for those who don't see it."""
    return both(lambda name, width: _drawn(draw(width), name), says, describes)


def both(draw: Callable[[str, int], str], says: str, describes: str = "") -> Markup:
    """A drawing in both widths: `draw` makes the SVG for a name of WIDTHS and its width."""
    parts = (
        Markup('<div class="{}">{}</div>').format(name, _titled(draw(name, width), name, says, describes))
        for name, width in WIDTHS.items()
    )
    return Markup("").join(parts)


def _drawn(chart: Any, name: str) -> str:
    chart = chart.configure(font="sans-serif", background="transparent", padding=_PADDING, aria=False)
    chart = chart.configure_view(stroke=None).configure_axis(
        labelColor=INK,
        titleColor=INK,
        domainColor=FAINT,
        tickColor=FAINT,
        gridColor=GRID,
        labelFontSize=12,
        titleFontSize=12,
        titleFontWeight="normal",
        labelLimit=190 if name == "wide" else 90,
    )
    chart = chart.configure_legend(
        labelColor=INK, titleColor=INK, labelFontSize=12, orient="top", title=None, columns=4 if name == "wide" else 2
    )
    return vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=VEGA_LITE)


def _titled(drawn: str, name: str, says: str, describes: str) -> Markup:
    """The SVG as one image with a title and a description; ids of its own, since a page holds many."""
    key = f"{name}-{hashlib.sha256(f'{says}{describes}{drawn}'.encode()).hexdigest()[:10]}"
    ids = f"{key}-t {key}-d" if describes else f"{key}-t"
    title = Markup('<title id="{}-t">{}</title>').format(key, says)
    desc = Markup('<desc id="{}-d">{}</desc>').format(key, describes) if describes else ""
    head, _, rest = _VEGAS_OWN.sub("", drawn).partition(">")
    return Markup(f'{head} role="img" aria-labelledby="{ids}">{title}{desc}{rest}')  # noqa: S704 - drawn here, escaped
