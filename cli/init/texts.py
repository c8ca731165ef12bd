"""Texts to what they are: a time and its form, a format, a list of values, a pattern. Each must hold of every text.

What holds is asked of the compiler's own readers, so that a draft never says what its own enforcers would refuse.
"""

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from cli.init import names
from contracts.compiler import formats, patterns, temporal
from contracts.compiler.properties import read_field
from contracts.compiler.reading import Reading

MOST_VALUES, ENOUGH, LONGEST_VALUE = 12, 20, 60  # of a list of values: how many, out of how many texts, how long
ENOUGH_FOR_PATTERN, LONGEST_PATTERN = 5, 40
_PHONE = re.compile(r"\+[0-9][0-9 ()./-]{6,18}[0-9]")
_SYNTAX = re.compile(r"[\^$\\.*+?()\[\]{}|/]")
_SURE_FORMATS = ("uuid", "email", "ipv4", "ipv6")


@dataclass(frozen=True, slots=True)
class TextKind:
    """What texts are, as ODCS says it: `type`, `options`, or all their values; `note` is why, `hints` what else."""

    type: str
    options: Mapping[str, Any]
    enum: tuple[str, ...] | None
    note: str
    hints: tuple[str, ...]


_CLOCKS = ("uuuu-MM-dd HH:mm:ss", "uuuu-MM-dd HH:mm:ss.SSS", "uuuu-MM-dd HH:mm:ss.SSSSSS", "uuuu-MM-dd'T'HH:mm")
_OFFSETS = ("uuuu-MM-dd HH:mm:ssXXX", "uuuu-MM-dd HH:mm:ss.SSSSSSXXX", "uuuu-MM-dd'T'HH:mm:ssXX")
_DAYS = ("dd/MM/uuuu", "MM/dd/uuuu", "dd.MM.uuuu", "dd-MM-uuuu", "uuuu/MM/dd")
_SLASHED = tuple(f"{day} HH:mm{rest}" for day in ("dd/MM/uuuu", "MM/dd/uuuu", "dd.MM.uuuu") for rest in (":ss", ""))
_TIMES: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("timestamp", {"timezone": True}, "ISO 8601 with offset"),
    ("timestamp", {"timezone": False}, "ISO 8601 without offset, read as UTC; name the zone in defaultTimezone"),
    ("timestamp", {"defaultTimezone": "UTC"}, "ISO 8601, some without offset and read as UTC"),
    ("date", {}, "ISO 8601 dates"),
    ("time", {}, "times of day"),
    *(("timestamp", {"format": form}, f"written {form}") for form in _OFFSETS),
    *(("timestamp", {"format": form}, f"written {form}, read as UTC") for form in (*_CLOCKS, *_SLASHED)),
    *(("date", {"format": form}, f"written {form}") for form in _DAYS),
)
_COMPACT = ("date", {"format": "uuuuMMdd"}, "written uuuuMMdd")


def kind_of(name: str, texts: Counter[str], hidden: bool) -> TextKind:
    """What all of some texts (not none) are; `hidden` texts are personal or confidential and never written out."""
    found = _format(name, texts) or _time(name, texts) or (None if hidden else _values(texts) or _pattern(texts))
    return found or TextKind("string", {}, None, f"{_all(texts)} are texts", tuple(_nearly(texts)))


def is_personal(texts: Counter[str]) -> str | None:
    """Why texts seem to be of persons, whatever their name is; None where they do not."""
    email, holds = formats.FORMATS["email"], sum(texts.values())
    if found := sum(count for text, count in texts.items() if email(text)):
        return f"{found} of {holds} read as an email address"
    if all(_PHONE.fullmatch(text) for text in texts):
        return "all read as phone numbers"
    return None


def _all(texts: Counter[str]) -> str:
    return f"all {sum(texts.values())}"


def _format(name: str, texts: Counter[str]) -> TextKind | None:
    wanted = (*_SURE_FORMATS, *(("hostname",) if names.sounds_like(name, "host") else ()))
    for format_ in wanted:
        if all(map(formats.FORMATS[format_], texts)):
            return TextKind("string", {"format": format_}, None, f"{_all(texts)} read as {format_}", ())
    if all("://" in text and formats.FORMATS["uri"](text) for text in texts):
        return TextKind("string", {"format": "uri"}, None, f"{_all(texts)} read as uri", ())
    return None


def _time(name: str, texts: Counter[str]) -> TextKind | None:
    rows = (*_TIMES, _COMPACT) if names.sounds_like(name, "moment") else _TIMES
    for type_, options, words in rows:
        if all(_read(type_, tuple(options.items()))(text) is not None for text in texts):
            return TextKind(type_, options, None, f"{_all(texts)} are {words}{_other_order(options, texts)}", ())
    return None


def _other_order(options: Mapping[str, Any], texts: Counter[str]) -> str:
    """A warning where no text tells day and month apart."""
    form = str(options.get("format", ""))
    if not form.startswith("dd/MM/"):
        return ""
    american = form.replace("dd/MM/", "MM/dd/")
    type_ = "timestamp" if "HH" in form else "date"
    both = all(_read(type_, (("format", american),))(text) is not None for text in texts)
    return f"; {american} reads them as well: which comes first?" if both else ""


@functools.cache
def _read(type_: str, options: tuple[tuple[str, Any], ...]) -> Callable[[str], Any]:
    """The compiler's reader of a time written so."""
    yaml = {"name": "time", "logicalType": type_, "logicalTypeOptions": dict(options)}
    form = read_field(yaml, "", "draft", Reading("draft")).time_form
    assert form is not None  # noqa: S101 - each type of the table is a time
    return temporal.reader(form)


def _values(texts: Counter[str]) -> TextKind | None:
    """A list, where few texts make up many and none of them is rare."""
    total = sum(texts.values())
    few = len(texts) <= MOST_VALUES and total >= max(ENOUGH, 5 * len(texts)) and min(texts.values()) > 1
    if not few or not all(0 < len(text) <= LONGEST_VALUE for text in texts):
        return None
    note = f"{len(texts)} value{'s' * (len(texts) > 1)} in {total} texts; say if there are more"
    return TextKind("string", {}, tuple(sorted(texts)), note, ())


def _pattern(texts: Counter[str]) -> TextKind | None:
    """The common build of short texts that have digits, such as `^TCK-[0-9]{8}$`."""
    if len(texts) < ENOUGH_FOR_PATTERN or not all(any(map(str.isdigit, text)) for text in texts):
        return None
    parts = [list(_parts(text)) for text in texts if text.isascii() and len(text) <= LONGEST_PATTERN]
    if len(parts) < len(texts) or len({tuple(kind for kind, _ in part) for part in parts}) != 1:
        return None
    expression = "^" + "".join(map(_common, zip(*parts, strict=True))) + "$"
    if patterns.refusal(expression) or not all(map(patterns.compile_pattern(expression).search, texts)):
        return None
    return TextKind("string", {"pattern": expression}, None, f"{_all(texts)} are built so", ())


def _parts(text: str) -> Iterator[tuple[str, str]]:
    for kind, run in groupby(text, _class):
        yield kind, "".join(run)


def _class(character: str) -> str:
    ranges = {"0-9": "0123456789", "A-Z": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "a-z": "abcdefghijklmnopqrstuvwxyz"}
    return next((name for name, members in ranges.items() if character in members), character)


def _common(column: tuple[tuple[str, str], ...]) -> str:
    """One run of all texts as a piece of the pattern: itself where it is always the same, else its class."""
    kind, runs, lengths = column[0][0], {run for _, run in column}, {len(run) for _, run in column}
    if len(runs) == 1 and kind != "0-9":
        return _SYNTAX.sub(r"\\\g<0>", runs.pop())
    piece = f"[{kind}]" if len(kind) == 3 else _SYNTAX.sub(r"\\\g<0>", kind)
    return f"{piece}{{{lengths.pop()}}}" if len(lengths) == 1 else f"{piece}+"


def _nearly(texts: Counter[str]) -> Iterator[str]:
    """What most texts are, but not all: worth a look at the others."""
    total = sum(texts.values())
    for format_ in _SURE_FORMATS:
        holds = sum(count for text, count in texts.items() if formats.FORMATS[format_](text))
        if holds * 10 >= total * 9:
            yield f"{holds} of {total} read as {format_}: are the others mistakes?"
    if all(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.*\.[0-9]{7,}.*", text) for text in texts):
        yield "they look like timestamps; at most 6 fractional digits are read"
