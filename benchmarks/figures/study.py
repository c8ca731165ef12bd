"""What is measured together: parts that run one after the other, and the figures that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.figures.values import Figure

if TYPE_CHECKING:
    from benchmarks.figures.room import Room

FEWEST = 3_000  # events, however small a scale is asked for
Found = Mapping[str, Any]  # by the part's name, what it found


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much: every number of events times `scale`, `rounds` of what is compared; `quick` is two ratios alone.

    `whole` measures memory at the sizes of its target, which takes some ten minutes more.
    """

    scale: float
    rounds: int
    quick: bool
    whole: bool

    def events(self, count: int) -> int:
        """A number of events at this scale."""
        return max(FEWEST, int(count * self.scale))

    @property
    def name(self) -> str:
        """What parts of these sizes are kept under: parts of others are no use to them."""
        words = ["quick" if self.quick else f"scale-{self.scale:g}"]
        return "-".join([*words, *(["whole"] if self.whole else [])])


@dataclass(frozen=True, slots=True)
class Part:
    """The smallest thing that is measured and kept: a round of a way, mostly. What it finds is plain JSON values.

    `expected_s` is what it takes on two idle cores. Once a part of a `group` has failed, the others of that group are
    not tried.
    """

    name: str
    group: str
    expected_s: float
    measure: Callable[[Room], Any]


@dataclass(frozen=True, slots=True)
class Study:
    """`figures` is given what was found by the parts that did not fail, and says nothing of what it can't know."""

    name: str
    says: str
    parts: Callable[[Sizes], Sequence[Part]]
    figures: Callable[[Found, Sizes], list[Figure]]


def rounds(found: Found, prefix: str) -> list[Any]:
    """What the parts `PREFIX-1`, `PREFIX-2`, ... found, in the order of rounds."""
    numbered = (name.removeprefix(f"{prefix}-") for name in found if name.startswith(f"{prefix}-"))
    return [found[f"{prefix}-{number}"] for number in sorted(int(text) for text in numbered if text.isdigit())]
