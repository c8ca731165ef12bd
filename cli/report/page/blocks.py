"""What a section of the page is made of; the template has one macro for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from cli.report.opened import Missing


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `kind` is good, bad, note, or empty."""

    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and what they are."""

    rows: Sequence[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; the first cell of each names its row. `numeric` are places of numbers.

    A `wide` one becomes a list of cards on a phone; a `folded` one is shown when somebody opens it.
    """

    caption: str
    head: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    numeric: frozenset[int]
    wide: bool
    folded: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, and its numbers as a table."""

    title: str
    drawing: Markup
    table: Table


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing, and the command that makes it."""

    missing: Missing


Block = Text | Pairs | Table | Chart | Gap


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page; `lead` says what it is for."""

    id: str
    title: str
    lead: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Card:
    """One number at the top; `kind` as of a Text."""

    name: str
    value: str
    note: str
    kind: str


def numbers(caption: str, head: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> Table:
    """The table of a chart: every cell but the first is a number."""
    return Table(caption, head, rows, frozenset(range(1, len(head))), wide=False, folded=True)
