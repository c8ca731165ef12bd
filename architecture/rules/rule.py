"""What a rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from architecture.rules.facts import Facts

Severity = Literal["error", "warning"]
Judges = Literal["part", "path"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule saw: on which element, at which of its words ("" for all of it), and what, with ids and values."""

    on: str
    word: str
    what: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table. `sentence` says what must hold, `why` what happens else, `remedy` what to do.

    `judges` is `part` where one element with what it names is enough to see the fault, `path` where the rule follows
    needs, flows or rights from one element to another; such a fault names the whole way.
    """

    id: str
    severity: Severity
    judges: Judges
    sentence: str
    why: str
    remedy: str
    find: Callable[[Facts], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of one target as it is told: `where` is `file:line`, `waiver` the id of what accepts it, or None."""

    rule: str
    severity: Severity
    target: str
    on: str
    where: str
    what: str
    remedy: str
    waiver: str | None


def arrows(*steps: str) -> str:
    """A path as a fault names it."""
    return " -> ".join(steps)
