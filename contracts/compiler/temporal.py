"""Time formats to readers and writers: the one definition of how a date, time or timestamp is written as text.

A contract's `format` is a JDK DateTimeFormatter pattern (java.time.format, resolved STRICT: 30 February is no day).
Without one, ISO 8601. Only letters with an exact equivalent are read; the rest is refused with the reason.
Timestamps come out in UTC, times of day as UTC where they carry an offset and as written where they do not.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from contracts.compiler import jdk
from contracts.compiler.jdk import NONE, OPTIONAL, REQUIRED

Moment = datetime | date | time
_ISO_DATE = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_ISO_CLOCK = r"(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9])(?:\.(?P<fraction>[0-9]{1,6}))?"
_ISO_OFFSET = r"(?P<offset>Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_ISO: Mapping[str, str] = {"date": _ISO_DATE, "time": _ISO_CLOCK, "timestamp": f"{_ISO_DATE}T{_ISO_CLOCK}"}
_ISO_TAIL: Mapping[str, str] = {REQUIRED: _ISO_OFFSET, OPTIONAL: f"{_ISO_OFFSET}?", NONE: ""}


@dataclass(frozen=True, slots=True)
class TimeForm:
    """How one field's text is read: `pattern` (JDK, None for ISO 8601), whether an offset is `required`, `optional`
    or `none`, and the zone of a text without one.
    """

    type: str
    pattern: str | None
    offset: str
    zone: str

    @property
    def words(self) -> str:
        """What a value is wanted to be, in words."""
        if self.pattern is not None:
            return f"a {self.type} written {self.pattern}"
        if self.type == "date":
            return "an ISO 8601 date (yyyy-MM-dd)"
        tail = {REQUIRED: " with offset", OPTIONAL: "", NONE: " without offset"}[self.offset]
        name = "timestamp" if self.type == "timestamp" else "time of day"
        return f"an ISO 8601 {name}{tail}, at most 6 fractional digits"


def expression(form: TimeForm) -> str:
    """A form's text as a regular expression, anchored, with one group per part of the moment."""
    if form.pattern is not None:
        return f"^{jdk.expression(form.pattern)[0]}$"
    return f"^{_ISO[form.type]}{'' if form.type == 'date' else _ISO_TAIL[form.offset]}$"


def portable(form: TimeForm) -> str:
    """The same for other tools: ECMA-262 without group names."""
    return re.sub(r"\?P<[a-z]+>", "?:", expression(form)).replace(r"\-", "-").replace(r"\ ", " ").replace("\\'", "'")


def reader(form: TimeForm) -> Callable[[str], Moment | None]:
    """Text to moment, None where the text is none of this form.

    A local timestamp that its zone skips (the hour lost in spring) is none; of an hour that comes twice the earlier
    is meant, as in java.time.
    """
    match = re.compile(expression(form)[1:-1]).fullmatch
    build = _BUILD[form.type]
    zone = ZoneInfo(form.zone) if form.zone not in ("UTC", "Etc/UTC") else UTC

    def read(text: str) -> Moment | None:
        found = match(text)
        if found is None:
            return None
        try:
            return build(found.groupdict(), zone)
        except (ValueError, OverflowError):
            return None

    if form == ISO_TIMESTAMP:
        return lambda text: _iso_timestamp(text) if match(text) else None
    if form == ISO_DATE:
        return lambda text: _iso_day(text) if match(text) else None
    return read


def _iso_timestamp(text: str) -> datetime | None:
    """The usual form by the interpreter's own reader, which is several times faster; the caller has matched it."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day(parts: Mapping[str, Any]) -> date:
    year = int(parts["year"])
    return date(year + 2000 if len(parts["year"]) == 2 else year, int(parts["month"]), int(parts["day"]))


def _clock(parts: Mapping[str, Any]) -> time:
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    return time(hour, minute, second, int((parts.get("fraction") or "0").ljust(6, "0")))


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    digits = text[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if minutes > 59 or hours > 23:
        raise ValueError(f"offset {text}")
    return timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)


def _timestamp(parts: Mapping[str, Any], zone: Any) -> datetime:
    local = datetime.combine(_day(parts), _clock(parts))
    if parts.get("offset"):
        return local.replace(tzinfo=timezone(_offset(parts["offset"]))).astimezone(UTC)
    made = local.replace(tzinfo=zone).astimezone(UTC)
    if zone is not UTC and made.astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError("a local time that its zone skips")
    return made


def _time(parts: Mapping[str, Any], _: Any) -> time:
    clock = _clock(parts)
    if not parts.get("offset"):
        return clock
    return (datetime.combine(date(2000, 1, 2), clock) - _offset(parts["offset"])).time()


_BUILD: Mapping[str, Callable[[Mapping[str, Any], Any], Moment]] = {
    "date": lambda parts, _: _day(parts),
    "time": _time,
    "timestamp": _timestamp,
}


def writer(form: TimeForm) -> Callable[[Moment], str]:
    """Moment to text in a form that `reader` reads back; what the form has no digits for is cut off."""
    if form.pattern is None:
        return {"date": _iso_date, "time": _iso_time, "timestamp": _iso_moment}[form.type](form)
    tokens, zone = (
        [token for token in jdk.tokens(form.pattern) if token.kind not in ("open", "close")],
        ZoneInfo(form.zone),
    )
    local = jdk.offset_of(form.pattern) == NONE and form.type == "timestamp"

    def write(moment: Moment) -> str:
        here = moment.astimezone(zone) if local and isinstance(moment, datetime) else moment
        return "".join(token.text if token.kind == "literal" else _write(token, here) for token in tokens)

    return write


def _iso_date(_: TimeForm) -> Callable[[Any], str]:
    return lambda moment: str(moment.isoformat())


def _iso_time(form: TimeForm) -> Callable[[Any], str]:
    tail = "Z" if form.offset == REQUIRED else ""
    return lambda moment: moment.isoformat() + tail


def _iso_moment(form: TimeForm) -> Callable[[Any], str]:
    if form.offset == NONE:
        zone = ZoneInfo(form.zone)
        return lambda moment: str(moment.astimezone(zone).replace(tzinfo=None).isoformat())
    return lambda moment: moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _write(token: jdk.Token, moment: Any) -> str:
    if token.kind == "offset":
        text = token.text
        return "Z" if text[0] == "X" else {"x": "+00", "xxx": "+00:00"}.get(text, "+0000")
    if token.kind == "fraction":
        return f"{moment.microsecond:06d}"[: len(token.text)]
    number = getattr(moment, token.kind)
    return f"{number % 100:02d}" if token.text in ("yy", "uu") else f"{number:0{len(token.text)}d}"


ISO_TIMESTAMP = TimeForm("timestamp", None, REQUIRED, "UTC")
ISO_DATE = TimeForm("date", None, NONE, "UTC")
