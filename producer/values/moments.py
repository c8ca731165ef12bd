"""Contract to dates, times and timestamps: moments near the event, within a field's bounds, written in its own form.

A moment is a whole number of the type's units: microseconds since 1970 (UTC) of a timestamp, microseconds since
midnight of a time, days since 1970 of a date. Texts come from UTC moments, so no local time is one that its zone skips.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from contracts.compiler import rules
from contracts.compiler.jdk import NONE
from contracts.compiler.model import Field
from contracts.compiler.temporal import TimeForm, writer
from contracts.compiler.types import TEMPORAL
from producer.values.quantities import DAY_US, EPOCH, EPOCH_DAY, Maker, arguments, day_text, impossible, iso, micros

HOUR_US, SECOND_US = 3_600_000_000, 1_000_000
DAYS_AHEAD = 10
_SIZES = {"H": HOUR_US, "m": 60 * SECOND_US, "s": SECOND_US}


@dataclass(frozen=True, slots=True)
class Kind:
    """One temporal type: its unit, moments to units and back, an event's own unit, and the units near an event.

    An open range is `width` wide. `total` is how many units there are, where the type has an end. Counted values begin
    at `first`, go on for `counted` units, and lie `apart` or more.
    """

    unit_us: int
    count: Callable[[Any], int]
    moment: Callable[[int], Any]
    of_event: Callable[[int], int]
    near: Callable[[int], tuple[int, int]]
    width: int
    total: int | None
    first: int
    counted: int
    apart: int


def _clock(units: int) -> time:
    minutes, rest = divmod(units, 60 * SECOND_US)
    return time(minutes // 60, minutes % 60, rest // SECOND_US, rest % SECOND_US)


def _since_midnight(moment: time) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * SECOND_US + moment.microsecond


def _instant(units: int) -> datetime:
    return EPOCH + timedelta(microseconds=units)


def _day(units: int) -> date:
    return EPOCH_DAY + timedelta(days=units)


def _days(moment: date) -> int:
    return (moment - EPOCH_DAY).days


_KINDS: Mapping[str, Kind] = {
    "timestamp": Kind(
        unit_us=1,
        count=micros,
        moment=_instant,
        of_event=lambda us: us,
        near=lambda us: (us - HOUR_US, us),
        width=30 * DAY_US,
        total=None,
        first=10_957 * DAY_US,
        counted=15_000 * DAY_US,
        apart=SECOND_US,
    ),
    "time": Kind(
        unit_us=1,
        count=_since_midnight,
        moment=_clock,
        of_event=lambda us: us % DAY_US,
        near=lambda _: (0, DAY_US - 1),
        width=DAY_US,
        total=DAY_US,
        first=0,
        counted=DAY_US - 1,
        apart=1,
    ),
    "date": Kind(
        unit_us=DAY_US,
        count=_days,
        moment=_day,
        of_event=lambda us: us // DAY_US,
        near=lambda us: (us // DAY_US, us // DAY_US + DAYS_AHEAD - 1),
        width=365,
        total=None,
        first=10_957,
        counted=30_000,
        apart=1,
    ),
}
rules.expect_rows(_KINDS, TEMPORAL, "producer/values/moments.py")


def kind(field: Field) -> Kind:
    """The row of a temporal field's type."""
    return _KINDS[field.type]


def grid(form: TimeForm) -> int:
    """How many units lie between two texts of a form."""
    if form.type == "date" or form.pattern is None:
        return 1
    plain = re.sub(r"'[^']*'", "", form.pattern)
    if digits := re.search("S+", plain):
        return int(10 ** (6 - len(digits[0])))
    return _SIZES[next(letter for letter in "smH" if letter in plain)]


def step(field: Field) -> int:
    """How far apart counted values lie: wider than an hour that comes twice, where texts are local."""
    form = _form(field)
    local = form.type == "timestamp" and not in_utc(form) and form.zone not in ("UTC", "Etc/UTC")
    return max(kind(field).apart, grid(form), 2 * HOUR_US if local else 0)


def width_us(field: Field) -> int:
    """How far apart the moments of two events must lie so that their texts in this field differ, in microseconds."""
    return grid(_form(field)) * kind(field).unit_us


def written(field: Field) -> Callable[[int], str]:
    """Units to text in the field's form; the usual forms by the quicker way."""
    form, made = _form(field), kind(field)
    if form.pattern is None and form.type == "date":
        return day_text
    if form.pattern is None and form.type == "timestamp" and in_utc(form):
        return iso
    write = writer(form)
    return lambda units: write(made.moment(units))


def in_utc(form: TimeForm) -> bool:
    """Whether a timestamp is written with its offset, so that UTC may be chosen."""
    return form.offset != NONE


def of_event(field: Field) -> Callable[[int], str]:
    """The event's own moment in the field's form, brought within the field's bounds."""
    (first, last), made, write = limits(field), kind(field), written(field)
    if first is None and last is None and made is _KINDS["timestamp"]:
        return write
    return lambda moment_us: write(_clamped(made.of_event(moment_us), first, last))


def moments(field: Field) -> Maker:
    """A maker of texts near the event: up to an hour before it, up to ten days after it for dates, any time of day.

    Bounds that leave nothing near the event are drawn from as a whole.
    """
    (first, last), made, write = limits(field), kind(field), written(field)
    size = max(SECOND_US if made.total else 1, grid(_form(field)))

    def make(rng: Random, moment_us: int) -> str:
        low, high = made.near(moment_us)
        low, high = _clamped(low, first, None), _clamped(high, None, last)
        if low > high:
            low = first if first is not None else (last or 0) - made.width
            high = last if last is not None else low + made.width
        low = min(-(-low // size) * size, high // size * size)
        return write(_clamped(low + int(rng.random() * ((high - low) // size + 1)) * size, first, last))

    return make


def limits(field: Field) -> tuple[int | None, int | None]:
    """The first and last unit within the contract's bounds that the form can write; None for an open end."""
    made, size = kind(field), grid(_form(field))
    lows = [-(-made.count(bound) // size) * size for bound in arguments(field, "minimum")]
    lows += [(made.count(bound) // size + 1) * size for bound in arguments(field, "exclusiveMinimum")]
    highs = [made.count(bound) // size * size for bound in arguments(field, "maximum")]
    highs += [-(-made.count(bound) // size) * size - size for bound in arguments(field, "exclusiveMaximum")]
    first, last = max(lows, default=None), min(highs, default=None)
    if first is not None and last is not None and first > last:
        raise impossible(field, "its bounds leave no moment", "Mend the bounds in the contract.")
    return first, last


def ends(field: Field) -> tuple[list[str], list[str]]:
    """Texts of the contract's own bounds (of an exclusive one its neighbour), and of the type's ends beyond them."""
    write, made, size = written(field), kind(field), grid(_form(field))
    first, last = limits(field)
    natural = [] if made.total is None else [0, made.total - size]
    beyond = [end for end, open_ in zip(natural, (first, last), strict=False) if open_ is None]
    return [write(end) for end in (first, last) if end is not None], [write(end) for end in beyond]


def _form(field: Field) -> TimeForm:
    assert field.time_form is not None  # noqa: S101 - the compiler gives every temporal field one
    return field.time_form


def _clamped(value: int, first: int | None, last: int | None) -> int:
    value = value if first is None else max(value, first)
    return value if last is None else min(value, last)
