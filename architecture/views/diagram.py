"""What a diagram is made of, before anybody draws it: boxes in frames and arrows, or lanes and messages.

Texts are plain: whoever writes a diagram down escapes them. `paint` is a name of `palette.PAINTS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["call", "answer", "send", "lost"]
Line = Literal["plain", "thick", "dotted"]
Shape = Literal["box", "round", "store", "person", "gate"]


@dataclass(frozen=True, slots=True)
class Box:
    """One thing; `lines` are its label, the first of them its name."""

    id: str
    lines: tuple[str, ...]
    shape: Shape = "box"
    paint: str = "plain"


@dataclass(frozen=True, slots=True)
class Frame:
    """Things that stand together, under one title."""

    id: str
    title: str
    inside: tuple[Box | Frame, ...]
    paint: str = "frame"


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one box or frame to another; where it means a connection, it points from who opens it."""

    start: str
    end: str
    lines: tuple[str, ...] = ()
    line: Line = "plain"
    paint: str | None = None
    tip: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """Boxes and arrows. `down` reads from top to bottom instead of left to right; the legend says what paint means."""

    inside: tuple[Box | Frame, ...]
    arrows: tuple[Arrow, ...]
    down: bool = False
    legend_title: str = ""
    legend: tuple[tuple[str, str], ...] = ()

    def boxes(self) -> Iterator[Box]:
        """Every box at any depth, without the legend's."""
        for part in self.inside:
            yield from _boxes(part)


@dataclass(frozen=True, slots=True)
class Lane:
    """One who takes part in a sequence; lanes of one group stand next to each other."""

    id: str
    lines: tuple[str, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One step: `call` waits for an answer, `answer` is one, `send` does not wait, `lost` does not arrive."""

    start: str
    end: str
    lines: tuple[str, ...]
    kind: Kind = "call"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something said over one or two lanes."""

    over: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """Lanes, and what happens between them, in time from top to bottom."""

    lanes: tuple[Lane, ...]
    steps: tuple[Message | Remark, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A diagram under its title; `lead` says what it shows and how to read it. `id` is unique within a target."""

    id: str
    title: str
    lead: str
    diagram: Chart | Sequence


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head, all text; `id` is the name of its CSV file.

    For people: only the columns `shown` (none: the CSV alone), in a table for each value of the column `split`.
    """

    id: str
    title: str
    lead: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shown: tuple[int, ...] | None = None
    split: int | None = None


Drawing = Picture | Table


def folded(text: str, most: int = 34) -> tuple[str, ...]:
    """A text in lines of about `most` letters, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + len(word) < most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)


def _boxes(part: Box | Frame) -> Iterator[Box]:
    if isinstance(part, Box):
        yield part
    else:
        for below in part.inside:
            yield from _boxes(below)
