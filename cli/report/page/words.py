"""Values to the words of the page: counts, shares, moments, spans; never with characters that hide or turn text."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from cli.refusals import printable

NONE = "–"
_PARTS = re.compile(r"[^/._@]*[/._@]+|[^/._@]+")
_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def shown(value: Any) -> Any:
    """What a template prints of a value: text without anything that a page would obey; markup of our own as it is."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else printable(value)


def breakable(value: Any) -> Any:
    """Text that may be cut after what divides a path or an id; copied, it is whole."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return Markup("<wbr>").join(_PARTS.findall(printable(value)))


def coded(text: str) -> Markup:
    """Text in which what stands between backticks is code."""
    parts = printable(text).split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def count(value: float | None, digits: int = 0) -> str:
    """`19,200`; an en dash for none."""
    return NONE if value is None else f"{value:,.{digits}f}"


def share(value: float | None) -> str:
    """`3.1 %`, more digits where it is small; an en dash for none."""
    if value is None:
        return NONE
    percent = value * 100
    return f"{percent:.0f} %" if percent in (0, 100) else f"{percent:.2f} %" if percent < 1 else f"{percent:.1f} %"


def moment(value: datetime | None) -> str:
    """`2026-01-05 08:30:00` (UTC)."""
    return NONE if value is None else f"{value:%Y-%m-%d %H:%M:%S}"


def span(seconds: float | None) -> str:
    """Seconds in the largest unit that fits: `250 ms`, `4.9 s`, `1.5 h`."""
    if seconds is None:
        return NONE
    size = abs(seconds)
    if size < 1:
        return f"{seconds * 1000:.0f} ms"
    length, unit = next((length, unit) for length, unit in _SPANS if size >= length)
    return f"{seconds / length:.3g} {unit}" if size / length < 1000 else f"{seconds / length:,.0f} {unit}"


def hours(value: float | None) -> str:
    """`10.6 h`."""
    return NONE if value is None else f"{value:.1f} h"


def bound(value: timedelta | None) -> str:
    """A contract's span, in words."""
    return "no bound" if value is None else span(value.total_seconds())


def between(above: float | None, below: float | None) -> str:
    """A class of delays: `2 to 5 s`, `5 min to 1 h early`, `1 week and more`."""
    if below is not None and below <= 0:
        least, most = -below, None if above is None else -above
        return f"over {span(least)} early" if most is None else f"{_range(least, most)} early"
    return f"{span(above)} and more" if below is None else _range(above or 0.0, below)


def _range(low: float, high: float) -> str:
    """`2 to 5 s`, `30 s to 1 min`."""
    first, _, unit = span(low).partition(" ")
    return (
        f"{first} to {span(high)}"
        if low == 0 or unit == span(high).partition(" ")[2]
        else f"{span(low)} to {span(high)}"
    )


FILTERS: Mapping[str, Any] = {
    "breakable": breakable,
    "coded": coded,
    "count": count,
    "share": share,
    "moment": moment,
    "span": span,
    "hours": hours,
}
