"""Time formats to readers and writers: the one definition of how a date, time or timestamp is written as text.

A contract's `format` is a JDK DateTimeFormatter pattern (java.time.format, resolved STRICT: 30 February is no day).
Without one, ISO 8601. Only letters with an exact equivalent are read; the rest is refused with the reason.
Timestamps come out in UTC, times of day as UTC where they carry an offset and as written where they do not.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

Moment = datetime | date | time
REQUIRED, OPTIONAL, NONE = "required", "optional", "none"
_OFFSETS: Mapping[str, str] = {
    "X": r"(?:Z|[+-][0-9]{2}(?:[0-9]{2})?)",
    "XX": r"(?:Z|[+-][0-9]{4})",
    "XXX": r"(?:Z|[+-][0-9]{2}:[0-9]{2})",
    "x": r"[+-][0-9]{2}(?:[0-9]{2})?",
    "xx": r"[+-][0-9]{4}",
    "xxx": r"[+-][0-9]{2}:[0-9]{2}",
    **{"Z" * width: r"[+-][0-9]{4}" for width in (1, 2, 3)},
}
_PARTS: Mapping[str, str] = {
    "y": "year",
    "u": "year",
    "M": "month",
    "d": "day",
    "H": "hour",
    "m": "minute",
    "s": "second",
    "S": "fraction",
    "X": "offset",
    "x": "offset",
    "Z": "offset",
}
_REASONS: Mapping[str, str] = {
    "Y": "Y is the year of the week, which differs around New Year; write y or u",
    "D": "D is the day of the year; write d",
    "T": "T is no pattern letter; quote it as 'T'",
    "a": "a is text that depends on a language; write H",
    "h": "h needs AM or PM, which depend on a language; write H",
    "n": "n is nanoseconds, of which six digits are stored; write SSSSSS",
    "z": "zone names have no one meaning; write XXX",
    "V": "zone names have no one meaning; write XXX",
}
_DATE, _CLOCK = frozenset({"year", "month", "day"}), frozenset({"hour", "minute", "second", "fraction", "offset"})
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


class UnreadableError(ValueError):
    """A pattern that can't be read with the JDK's meaning; the message is the reason."""


@dataclass(frozen=True, slots=True)
class _Token:
    """`kind` is literal, open, close or the part of a moment; `text` the literal, or the letters."""

    kind: str
    text: str


def _tokens(pattern: str) -> Iterator[_Token]:
    for match in re.finditer(r"'((?:[^']|'')*)'|([A-Za-z])\2*|(\[)|(\])|(.)", pattern, re.DOTALL):
        quoted, letter, opened, closed, plain = match.groups()
        if quoted is not None:
            yield _Token("literal", quoted.replace("''", "'") or "'")
        elif letter is not None:
            yield _field(letter, match[0])
        elif opened or closed:
            yield _Token("open" if opened else "close", "")
        elif plain in "'{}#":
            raise UnreadableError(f"{plain!r} is reserved; quote literal text")
        else:
            yield _Token("literal", plain)


def _field(letter: str, text: str) -> _Token:
    part = _PARTS.get(letter)
    if part is None:
        raise UnreadableError(_REASONS.get(letter, f"the letter {letter} has no exact equivalent here"))
    widths = {"year": (2, 4), "fraction": range(1, 7), "offset": (1, 2, 3)}.get(part, (1, 2))
    if len(text) not in widths:
        raise UnreadableError(
            f"{text} has no exact equivalent here ({letter} is read {', '.join(map(str, widths))} wide)"
        )
    return _Token(part, text)


def _expression(pattern: str) -> tuple[str, frozenset[str]]:
    """The regular expression of a pattern with one group per part, and the parts it has outside optional sections."""
    tokens, out, level = list(_tokens(pattern)), list[str](), 0
    seen, needed = set[str](), set[str]()
    for place, token in enumerate(tokens):
        after = tokens[place + 1].kind if place + 1 < len(tokens) else "end"
        if token.kind == "open":
            level += 1
            if after != "literal":
                raise UnreadableError("an optional section must begin with literal text, or what it skips is ambiguous")
            out.append("(?:")
        elif token.kind == "close":
            level -= 1
            out.append(")?")
        elif token.kind == "literal":
            out.append(re.escape(token.text))
        else:
            if token.kind in seen:
                raise UnreadableError(f"the {token.kind} stands twice")
            seen.add(token.kind)
            needed |= {token.kind} if level == 0 else set()
            out.append(f"(?P<{token.kind}>{_digits(token, after)})")
        if level < 0:
            raise UnreadableError("a ] closes nothing")
    if level:
        raise UnreadableError("a [ is not closed")
    return "".join(out), frozenset(needed) | frozenset(f"?{part}" for part in seen - needed)


def _digits(token: _Token, after: str) -> str:
    if token.kind == "offset":
        return _OFFSETS[token.text]
    if len(token.text) == 1 and token.kind != "fraction":
        if after in _PARTS.values() and after != "offset":
            raise UnreadableError(f"{token.text} has no fixed width, so digits must not follow it; write it twice")
        return "[0-9]{1,19}"
    return f"[0-9]{{{len(token.text)}}}"


def refusal(type_: str, pattern: str, offset: str | None) -> str | None:
    """Why a pattern can't be a format of this type with this `timezone` (True, False, None), or None where it can."""
    try:
        _, parts = _expression(pattern)
    except UnreadableError as reason:
        return str(reason)
    allowed = {"date": _DATE, "time": _CLOCK, "timestamp": _DATE | _CLOCK}[type_]
    needed = {"date": _DATE, "time": {"hour"}, "timestamp": _DATE | {"hour"}}[type_]
    if extra := {part.lstrip("?") for part in parts} - allowed:
        return f"a {type_} has no {min(extra)}"
    if missing := needed - parts:
        return f"the {min(missing)} is missing"
    every = {part.lstrip("?") for part in parts}
    for part, before in (("minute", "hour"), ("second", "minute"), ("fraction", "second")):
        if part in every and before not in every:
            return f"there is a {part} and no {before}"
    if offset == REQUIRED and "offset" not in parts:
        return "timezone: true wants an offset (such as XXX), and it has none"
    return "timezone: false wants no offset, and it has one" if offset == NONE and "offset" in every else None


def offset_of(pattern: str) -> str:
    """Whether a readable pattern has an offset: `required`, `optional` or `none`."""
    _, parts = _expression(pattern)
    return REQUIRED if "offset" in parts else OPTIONAL if "?offset" in parts else NONE


def expression(form: TimeForm) -> str:
    """A form's text as a regular expression, anchored, with one group per part of the moment."""
    if form.pattern is not None:
        return f"^{_expression(form.pattern)[0]}$"
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
        [token for token in _tokens(form.pattern) if token.kind not in ("open", "close")],
        ZoneInfo(form.zone),
    )
    local = offset_of(form.pattern) == NONE and form.type == "timestamp"

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


def _write(token: _Token, moment: Any) -> str:
    if token.kind == "offset":
        text = token.text
        return "Z" if text[0] == "X" else {"x": "+00", "xxx": "+00:00"}.get(text, "+0000")
    if token.kind == "fraction":
        return f"{moment.microsecond:06d}"[: len(token.text)]
    number = getattr(moment, token.kind)
    return f"{number % 100:02d}" if token.text in ("yy", "uu") else f"{number:0{len(token.text)}d}"


ISO_TIMESTAMP = TimeForm("timestamp", None, REQUIRED, "UTC")
ISO_DATE = TimeForm("date", None, NONE, "UTC")
