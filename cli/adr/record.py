"""Markdown to a decision: the only module that reads the text of a record. It judges nothing.

What is missing is empty: no front matter is {}, no title is "", no table is (). Lines count from 1, as editors do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

CONFIRMED = ("kind", "what", "holds when")
CITED = ("figure", "as decided", "tolerance")
_NAME = re.compile(r"(\d{4})-[a-z0-9-]+\.md")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the body. `code`: it lies in a fenced block, where Markdown means nothing."""

    number: int
    text: str
    code: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of level 2 or 3, and the lines up to the next one of any level."""

    level: int
    title: str
    number: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of one of the two tables that are read: the line it stands on, and its three cells without backticks."""

    number: int
    first: str
    second: str
    third: str


@dataclass(frozen=True, slots=True)
class Record:
    """One decision as it is written. `number` is that of the file's name, None where it has none.

    `front` has every value as text; `front_lines` the line of each key. `status` and `supersedes` are its words.
    """

    path: Path
    number: int | None
    front: Mapping[str, object]
    front_lines: Mapping[str, int]
    title: str
    title_line: int
    sections: tuple[Section, ...]
    lines: tuple[Line, ...]
    confirmed: tuple[Row, ...]
    cited: tuple[Row, ...]

    @property
    def status(self) -> str:
        """The first word of the status: `superseded by ADR-0012` is `superseded`."""
        return str(self.front.get("status", "")).partition(" ")[0]

    @property
    def superseded_by(self) -> int | None:
        """The number that the status names, None for any other status."""
        found = re.fullmatch(r"superseded by ADR-(\d{4})", str(self.front.get("status", "")))
        return int(found[1]) if found else None

    @property
    def supersedes(self) -> tuple[int, ...]:
        """The numbers that the front matter says this one replaces."""
        words = self.front.get("supersedes", [])
        listed = words if isinstance(words, list) else [words]
        return tuple(int(number) for word in listed for number in re.findall(r"ADR-(\d{4})", str(word)))

    def section(self, title: str) -> Section | None:
        """The first section of that title."""
        return next((section for section in self.sections if section.title == title), None)

    def label(self) -> str:
        """How it is called in a status: ADR-0012."""
        return f"ADR-{self.number or 0:04d}"


def read(path: Path) -> Record:
    """The record in a file; OSError and UnicodeDecodeError are the caller's."""
    text = path.read_text("utf-8").splitlines()
    front, front_lines, start = _front(text)
    lines = tuple(_lines(text, start))
    headings = [(line, match) for line in lines if not line.code and (match := _HEADING.fullmatch(line.text))]
    title = next(((match[2], line.number) for line, match in headings if len(match[1]) == 1), ("", start + 1))
    name = _NAME.fullmatch(path.name)
    return Record(
        path=path,
        number=int(name[1]) if name else None,
        front=front,
        front_lines=front_lines,
        title=title[0],
        title_line=title[1],
        sections=tuple(_sections(lines)),
        lines=lines,
        confirmed=tuple(_rows(lines, CONFIRMED)),
        cited=tuple(_rows(lines, CITED)),
    )


def _front(text: list[str]) -> tuple[dict[str, object], dict[str, int], int]:
    """Front matter, the line of each of its keys, and how many lines it takes; all empty where it is not YAML."""
    if not text or text[0] != "---" or "---" not in text[1:]:
        return {}, {}, 0
    end = text.index("---", 1)
    try:
        words = yaml.load("\n".join(text[1:end]), yaml.BaseLoader)  # noqa: S506 - BaseLoader makes texts and nothing else
    except yaml.YAMLError:
        words = None
    lines = {
        key: number for number, line in enumerate(text[:end], 1) if (key := line.partition(":")[0]) and key != line
    }
    return (words if isinstance(words, dict) else {}), lines, end + 1


def _lines(text: list[str], start: int) -> Iterator[Line]:
    code = False
    for number, line in enumerate(text[start:], start + 1):
        fence = line.lstrip().startswith("```")
        yield Line(number, line, code or fence)
        code ^= fence


def _sections(lines: tuple[Line, ...]) -> Iterator[Section]:
    begun: tuple[int, str, int] | None = None
    inside: list[Line] = []
    for line in lines:
        heading = None if line.code else _HEADING.fullmatch(line.text)
        if heading is None:
            inside.append(line)
            continue
        if begun:
            yield Section(*begun, tuple(inside))
        begun = (len(heading[1]), heading[2], line.number) if len(heading[1]) > 1 else None
        inside = []
    if begun:
        yield Section(*begun, tuple(inside))


def cells(text: str) -> tuple[str, ...]:
    """The cells of a line of a table, without backticks; none where it is no such line."""
    if not text.startswith("|"):
        return ()
    return tuple(cell.strip().strip("`").replace("\\|", "|") for cell in _CELL.split(text.strip().strip("|")))


def _rows(lines: tuple[Line, ...], head: tuple[str, ...]) -> Iterator[Row]:
    """The rows below each table's head of those names; a row that has not three cells has empty ones."""
    within = False
    for line in lines:
        found = () if line.code else cells(line.text)
        if not found:
            within = False
        elif found == head:
            within = True
        elif within and not set("".join(found)) <= set("-: "):
            yield Row(line.number, *(*found, "", "", "")[:3])
