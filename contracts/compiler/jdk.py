"""JDK DateTimeFormatter patterns to regular expressions with one group per part of the moment.

Only letters with an exact equivalent are read (java.time.format, resolved STRICT); the rest is refused with the reason.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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


class UnreadableError(ValueError):
    """A pattern that can't be read with the JDK's meaning; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is literal, open, close or the part of a moment; `text` the literal, or the letters."""

    kind: str
    text: str


def tokens(pattern: str) -> Iterator[Token]:
    """The elements of a pattern, in order; UnreadableError with the reason where one has no exact equivalent."""
    for match in re.finditer(r"'((?:[^']|'')*)'|([A-Za-z])\2*|(\[)|(\])|(.)", pattern, re.DOTALL):
        quoted, letter, opened, closed, plain = match.groups()
        if quoted is not None:
            yield Token("literal", quoted.replace("''", "'") or "'")
        elif letter is not None:
            yield _field(letter, match[0])
        elif opened or closed:
            yield Token("open" if opened else "close", "")
        elif plain in "'{}#":
            raise UnreadableError(f"{plain!r} is reserved; quote literal text")
        else:
            yield Token("literal", plain)


def _field(letter: str, text: str) -> Token:
    part = _PARTS.get(letter)
    if part is None:
        raise UnreadableError(_REASONS.get(letter, f"the letter {letter} has no exact equivalent here"))
    widths = {"year": (2, 4), "fraction": range(1, 7), "offset": (1, 2, 3)}.get(part, (1, 2))
    if len(text) not in widths:
        raise UnreadableError(
            f"{text} has no exact equivalent here ({letter} is read {', '.join(map(str, widths))} wide)"
        )
    return Token(part, text)


def expression(pattern: str) -> tuple[str, frozenset[str]]:
    """The regular expression of a pattern with one group per part, and the parts it has outside optional sections."""
    every, out, level = list(tokens(pattern)), list[str](), 0
    seen, needed = set[str](), set[str]()
    for place, token in enumerate(every):
        after = every[place + 1].kind if place + 1 < len(every) else "end"
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


def _digits(token: Token, after: str) -> str:
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
        _, parts = expression(pattern)
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
    _, parts = expression(pattern)
    return REQUIRED if "offset" in parts else OPTIONAL if "?offset" in parts else NONE
