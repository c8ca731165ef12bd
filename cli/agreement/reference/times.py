"""Text to moment, letter by letter through the pattern: a date, a time of day, or a timestamp in UTC; None for none."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contracts.compiler.temporal import TimeForm

_DIGITS = set("0123456789")
_ISO = {"date": "yyyy-MM-dd", "time": "HH:mm:ss", "timestamp": "yyyy-MM-dd'T'HH:mm:ss"}


def read(form: TimeForm, text: str) -> date | time | datetime | None:
    """The moment a text means in a form."""
    parts: dict[str, Any] = {}
    try:
        if form.pattern is not None:
            rest = _walk(form.pattern, text, parts)
        else:
            rest = _walk(_ISO[form.type], text, parts)
            if form.type != "date":
                rest = _iso_end(form.offset, rest, parts)
        if rest:
            return None
        return _moment(form, parts)
    except (ValueError, OverflowError):
        return None


def _iso_end(offset: str, rest: str, parts: dict[str, Any]) -> str:
    """Fraction and offset of ISO 8601."""
    if rest.startswith("."):
        digits = _leading_digits(rest[1:], 6)
        parts["S"], rest = digits, rest[1 + len(digits) :]
        if not digits:
            raise ValueError("a point without digits")
    if offset == "none" or (offset == "optional" and not rest):
        return rest
    return _offset("XXX", rest, parts)


def _walk(pattern: str, text: str, parts: dict[str, Any]) -> str:
    """Read a pattern's elements off the text; what is left of the text."""
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "'":
            end = at + 1
            literal = ""
            while pattern[end] != "'" or pattern[end : end + 2] == "''":
                literal += pattern[end]
                end += 2 if pattern[end] == "'" else 1
            literal, at = (literal or "'"), end + 1
            text = _literal(literal, text)
        elif char == "[":
            end = _closing(pattern, at)
            inside = dict(parts)
            try:
                text = _walk(pattern[at + 1 : end], text, inside)
                parts.update(inside)
            except ValueError:
                pass  # an optional section that does not fit is skipped
            at = end + 1
        elif char.isalpha():
            width = len(pattern[at:]) - len(pattern[at:].lstrip(char))
            text = _element(char, width, text, parts)
            at += width
        else:
            text, at = _literal(char, text), at + 1
    return text


def _closing(pattern: str, at: int) -> int:
    level, quoted = 0, False
    for place in range(at, len(pattern)):
        if pattern[place] == "'":
            quoted = not quoted
        elif not quoted:
            level += {"[": 1, "]": -1}.get(pattern[place], 0)
            if level == 0:
                return place
    raise ValueError("a section that is not closed")


def _literal(literal: str, text: str) -> str:
    if not text.startswith(literal):
        raise ValueError(literal)
    return text[len(literal) :]


def _element(letter: str, width: int, text: str, parts: dict[str, Any]) -> str:
    if letter in "XxZ":
        return _offset(letter * width, text, parts)
    letter = "y" if letter == "u" else letter
    free = width == 1 and letter != "S"
    digits = _leading_digits(text, 19 if free else width)
    if not digits or (not free and len(digits) != width):
        raise ValueError(letter)
    parts[letter] = str(2000 + int(digits)) if letter == "y" and width == 2 else digits
    return text[len(digits) :]


def _leading_digits(text: str, most: int) -> str:
    count = 0
    while count < min(most, len(text)) and text[count] in _DIGITS:
        count += 1
    return text[:count]


def _offset(letters: str, text: str, parts: dict[str, Any]) -> str:
    if text.startswith("Z") and letters[0] == "X":
        parts["offset"] = timedelta()
        return text[1:]
    if text[:1] not in ("+", "-"):
        raise ValueError("no offset")
    colon = ":" if letters in ("XXX", "xxx") else ""
    hours, rest = text[1:3], text[3:]
    if len(_leading_digits(hours, 2)) != 2:
        raise ValueError("no hours")
    minutes = "00"
    if colon:
        rest = _literal(":", rest)
    if letters not in ("X", "x") or len(_leading_digits(rest, 2)) == 2:
        minutes, rest = rest[:2], rest[2:]
        if len(_leading_digits(minutes, 2)) != 2:
            raise ValueError("no minutes")
    if int(minutes) > 59 or int(hours) > 23:
        raise ValueError("no such offset")
    parts["offset"] = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if text[0] == "-" else 1)
    return rest


def _moment(form: TimeForm, parts: dict[str, Any]) -> date | time | datetime:
    if form.type == "date":
        return date(int(parts["y"]), int(parts["M"]), int(parts["d"]))
    hour, minute, second = (int(parts.get(letter, 0)) for letter in "Hms")
    clock = time(hour, minute, second, int(parts.get("S", "0").ljust(6, "0")))
    if form.type == "time":
        offset: timedelta = parts.get("offset", timedelta())
        return (datetime.combine(date(2000, 6, 15), clock) - offset).time()
    local = datetime.combine(date(int(parts["y"]), int(parts["M"]), int(parts["d"])), clock)
    if "offset" in parts:
        shift: timedelta = parts["offset"]
        return (local - shift).replace(tzinfo=UTC)
    moment = local.replace(tzinfo=ZoneInfo(form.zone)).astimezone(UTC)
    if moment.astimezone(ZoneInfo(form.zone)).replace(tzinfo=None) != local:
        raise ValueError("a local time that does not exist")
    return moment
