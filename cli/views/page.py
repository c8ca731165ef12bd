"""What a page about a contract is made of: one content, which `markdown` and `html` each write in their own way.

All text is plain and may be anything a contract says, markup included: whoever writes it escapes it.
"""

from dataclasses import dataclass

from contracts.compiler.model import LifeCycle


@dataclass(frozen=True, slots=True)
class Text:
    """Words to read; line breaks mean nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A name or value to take literally."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to a web address; `url` has a scheme that a browser may follow."""

    text: str
    url: str


Inline = Text | Code | Link
Cell = tuple[Inline, ...]
"""What stands in one place of a table or list, side by side."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    words: Cell


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms with what each is."""

    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`caption` says what one row is; the first cell of a row names it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class States:
    """A life cycle, to be drawn."""

    cycle: LifeCycle


Block = Paragraph | Facts | Table | States


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A contract as people read it."""

    title: str
    lead: str
    sections: tuple[Section, ...]


def text(words: str) -> Cell:
    """A cell of words; empty where there are none."""
    return (Text(words),) if words else ()


def code(*names: str) -> Cell:
    """A cell of names, separated by commas."""
    made: list[Inline] = []
    for name in names:
        made += [Text(", "), Code(name)] if made else [Code(name)]
    return tuple(made)
