"""One sentence a line: where a line holds more than one, or one goes on in the next line.

A reviewer then sees which sentence has changed. Headings, tables, code and comments are left alone; an item of a list
may end without a full stop, as titles do.
"""

import re
from collections.abc import Iterable, Iterator

from cli.adr.record import Line

_ABBREVIATIONS = re.compile(r"\b(?:e\.g|i\.e|vs|No|approx|etc|cf|art)\.")
_CODE = re.compile(r"`[^`]*`")
_LINK = re.compile(r"\[[^\]]*\]\([^)]*\)")
_TWO = re.compile(r"[.?!][\"')*]*\s+(?=[A-Z0-9\"'(\[*x])")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s+(.*)")
_ENDS = re.compile(r".*[.?!:][\"')*\]]*")


def faults(lines: Iterable[Line]) -> Iterator[tuple[int, str]]:
    """The line and what is wrong with it."""
    open_item = False
    for line in lines:
        text = line.text.strip()
        if line.code or not text or text[0] in "#|<>":
            open_item = False
            continue
        item = _ITEM.fullmatch(line.text)
        plain = _plain(item[1] if item else text)
        ended = bool(_ENDS.fullmatch(plain))
        if _TWO.search(plain):
            yield line.number, "the line holds more than one sentence"
        if open_item and not item:
            yield line.number, "the line goes on with the sentence of the line before"
        if not ended and not item:
            yield line.number, "the line ends without a full stop"
        open_item = bool(item) and not ended


def _plain(text: str) -> str:
    """Without what has dots of its own: code and links become x, an abbreviation loses its dots."""
    return _ABBREVIATIONS.sub("abbr", _LINK.sub("x", _CODE.sub("x", text)))
