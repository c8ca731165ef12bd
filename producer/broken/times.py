"""Times to texts that break a clause: ones that a field's form can't read, and moments beside those it may hold.

Any text may still be good, or break another clause: `breakers` has each judged.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from contracts.compiler import rules, temporal
from contracts.compiler.jdk import NONE, REQUIRED
from contracts.compiler.model import Field
from contracts.compiler.temporal import Moment, TimeForm
from contracts.compiler.types import TEMPORAL

_STEPS: tuple[timedelta, ...] = (
    timedelta(microseconds=1),
    timedelta(milliseconds=1),
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=1000),
)
"""From the finest that any form writes: what is too fine for a form is cut off, and then breaks nothing."""
_IMPOSSIBLE: tuple[Mapping[str, str], ...] = (
    {"month": "02", "day": "30"},
    {"year": "2025", "month": "02", "day": "29"},
    {"month": "04", "day": "31"},
    {"month": "13"},
    {"day": "00"},
    {"hour": "24"},
    {"minute": "60"},
    {"second": "60"},
    {"fraction": "1234567"},
    {"offset": ""},
    {"offset": "+25:00"},
    {"offset": "z"},
)
"""Parts of a moment that no calendar or clock has, and an offset that is not there."""
_ELSEWHERE: Mapping[str, tuple[TimeForm, ...]] = {
    "timestamp": (
        TimeForm("timestamp", None, REQUIRED, "UTC"),
        TimeForm("timestamp", None, NONE, "UTC"),
        TimeForm("timestamp", "dd/MM/uuuu HH:mm:ss", NONE, "UTC"),
        TimeForm("timestamp", "uuuu-MM-dd HH:mm:ssXX", REQUIRED, "UTC"),
    ),
    "date": tuple(TimeForm("date", pattern, NONE, "UTC") for pattern in (None, "dd/MM/uuuu", "MM/dd/uuuu", "uuuuMMdd")),
    "time": (
        TimeForm("time", None, REQUIRED, "UTC"),
        TimeForm("time", None, NONE, "UTC"),
        TimeForm("time", "HH:mm", NONE, "UTC"),
        TimeForm("time", "HHmmss", NONE, "UTC"),
    ),
}
"""How others write the same moment."""
rules.expect_rows(_ELSEWHERE, TEMPORAL, "producer/broken/times.py forms")
_ARABIC_INDIC = str.maketrans("0123456789", "".join(chr(0x660 + digit) for digit in range(10)))


def form_of(field: Field) -> TimeForm:
    """The form of a temporal field."""
    assert field.time_form is not None  # noqa: S101 - properties.py gives every temporal field one
    return field.time_form


def misread(field: Field, text: str) -> Iterator[str]:
    """Texts near a valid one that the field's form can't read: days that do not exist, other forms, more or less."""
    form = form_of(field)
    parts = re.fullmatch(temporal.expression(form), text)
    for wrong in _IMPOSSIBLE if parts else ():
        yield _exchanged(text, parts, wrong)
    if parts and "offset" not in {name for name, found in parts.groupdict().items() if found}:
        yield from (f"{text}Z", f"{text}+01:00")
    yield from (f"{text} ", f" {text}", f"{text}x", f"{text}\n", text[:-1], text.translate(_ARABIC_INDIC), "")
    moment = temporal.reader(form)(text)
    if moment is not None:
        yield from (temporal.writer(other)(moment) for other in _ELSEWHERE[field.type])


def _exchanged(text: str, parts: Any, wrong: Mapping[str, str]) -> str:
    """The text with some of its parts exchanged, as wide as they were where zeros can do that."""
    for name in sorted(wrong, key=lambda name: -parts.start(name) if name in parts.groupdict() else 0):
        if parts.groupdict().get(name) is not None:
            first, last = parts.span(name)
            text = text[:first] + wrong[name] + text[last:]
    return text


def past(field: Field, bound: Moment, direction: int, inclusive: bool) -> Iterator[str]:
    """Moments outside a bound in the field's own form: the bound itself if that is out, then nearest first."""
    if not inclusive:
        yield from writings(field, bound)
    for step in _STEPS:
        moment = _moved(bound, step * direction)
        if moment is not None:
            yield from writings(field, moment)


def beside(field: Field, listed: Iterable[Moment]) -> Iterator[str]:
    """Moments before and after those of a list."""
    for moment in listed:
        for step in _STEPS:
            for other in (_moved(moment, step), _moved(moment, -step)):
                if other is not None:
                    yield from writings(field, other)


def _moved(moment: Moment, by: timedelta) -> Moment | None:
    """A moment so much later; None where the calendar, or the day of a time, ends before."""
    try:
        if isinstance(moment, time):
            there = datetime.combine(date(2000, 1, 2), moment) + by
            return there.time() if there.date() == date(2000, 1, 2) else None
        return moment + by
    except OverflowError:
        return None


def writings(field: Field, moment: Moment) -> Iterator[str]:
    """One moment as the field's form writes it, and with other offsets where ISO 8601 leaves them free."""
    form = form_of(field)
    yield temporal.writer(form)(moment)
    if form.pattern is None and form.offset != NONE:
        for hours in (-8, 5.5):
            zone = timezone(timedelta(hours=hours))
            if isinstance(moment, datetime) and moment.year not in (datetime.min.year, datetime.max.year):
                yield moment.astimezone(zone).isoformat()
            elif isinstance(moment, time):
                day = datetime.combine(date(2000, 1, 2), moment, UTC)
                yield day.astimezone(zone).timetz().isoformat()
