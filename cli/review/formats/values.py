"""Any value to text, whatever a contract or an event holds: no digit lost, nothing that steers a terminal or a page."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

MAX_DEPTH = 60
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\uffff]"
)


def visible(text: str) -> str:
    """Text on one line: characters that are not seen or that turn the reading direction are written as `\\u202e`."""
    return _UNSEEN.sub(_escaped, " ".join(re.split("[ \t\r\n]+", text)))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def shortened(text: str, limit: int) -> str:
    """At most about `limit` characters; what is cut says how long it was."""
    if len(text) <= limit:
        return text
    return f"{text[: max(limit - 24, 1)]}... ({len(text):,} characters)"


def value_text(value: Any, limit: int) -> str:
    """A value of a contract on one line as JSON, `nothing` where it is absent."""
    return "nothing" if value is None else visible(shortened(json_text(brief(value, limit), None), limit))


def brief(value: Any, limit: int) -> Any:
    """The value with every text in it, names included, cut at `limit` characters."""
    if isinstance(value, str):
        return shortened(value, limit)
    if isinstance(value, Mapping):
        return {shortened(str(name), limit): brief(member, limit) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [brief(member, limit) for member in value]
    return value


def json_text(value: Any, indent: int | None) -> str:
    """One JSON value. Decimals are numbers with all their digits; what JSON has no word for (times, bytes, NaN) is
    text, and so is what nests deeper than MAX_DEPTH.
    """
    return "".join(_pieces(value, indent, 0))


def _pieces(value: Any, indent: int | None, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        yield '"... (nests deeper)"'
    elif isinstance(value, Mapping):
        members = [(f"{_string(str(name))}: ", member) for name, member in value.items()]
        yield from _nested("{}", members, indent, depth)
    elif isinstance(value, list | tuple | set | frozenset):
        yield from _nested("[]", [("", member) for member in value], indent, depth)
    else:
        yield _scalar(value)


def _nested(brackets: str, members: list[tuple[str, Any]], indent: int | None, depth: int) -> Iterator[str]:
    pad, end = ("", "") if indent is None else (f"\n{' ' * indent * (depth + 1)}", f"\n{' ' * indent * depth}")
    yield brackets[0]
    for number, (name, member) in enumerate(members):
        yield ("," if indent is not None else ", ") * (number > 0) + pad + name
        yield from _pieces(member, indent, depth + 1)
    yield (end if members else "") + brackets[1]


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, Decimal):
        return str(value) if value.is_finite() else _string(str(value))
    if isinstance(value, float):
        return repr(value) if isfinite(value) else _string(str(value))
    if isinstance(value, int):
        return str(value) if value.bit_length() < 12_000 else _string(hex(value))  # Python writes 4,300 digits at most
    return _string(value if isinstance(value, str) else str(value))


def _string(text: str) -> str:
    """What is not seen is escaped, which JSON allows and a half of a surrogate pair needs."""
    return _UNSEEN.sub(_escaped, json.dumps(text, ensure_ascii=False))
