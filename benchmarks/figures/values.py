"""What a benchmark says: a figure, what it was made of, and the target it is held against. Plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Literal

Sense = Literal["at least", "above", "under", "within"]
Kind = Literal["ratio", "absolute"]
# How far a value is from a bound, 0 or less where it is reached.
_SHORT: Mapping[Sense, Callable[[float, float], float]] = {
    "at least": lambda value, bound: bound - value,
    "above": lambda value, bound: bound - value,
    "under": lambda value, bound: value - bound,
    "within": lambda value, bound: abs(value - 1) - bound,
}
_STRICT = ("above", "under")  # equal is not reached


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted: `within` is a ratio that may be so far from 1. `beyond` are further bounds, the next one first.

    `limit` is a sentence on what limits the figure, for whoever reads that it is missed.
    """

    sense: Sense
    wanted: float
    beyond: tuple[float, ...]
    limit: str

    def short(self, value: float) -> float:
        """By how much a value misses what is wanted; 0 where it is reached."""
        return max(0.0, _SHORT[self.sense](value, self.wanted))

    def reached(self, value: float) -> bool:
        """Whether it is."""
        return self._passes(value, self.wanted)

    def passed(self, value: float) -> tuple[float, ...]:
        """The bounds beyond what is wanted that are reached too."""
        return tuple(bound for bound in self.beyond if self._passes(value, bound))

    def _passes(self, value: float, bound: float) -> bool:
        short = _SHORT[self.sense](value, bound)
        return short < 0 if self.sense in _STRICT else short <= 1e-9


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `value` is the median, of a ratio the ratio of medians; `samples` are those of the rounds.

    `says` is what is measured in a few words, `unit` what the value is in (`x` of a ratio). `note` says what a reader
    must know of this run (a smaller size), empty for nothing. A figure without a target is for comparison.
    """

    name: str
    says: str
    kind: Kind
    unit: str
    least: float
    value: float
    most: float
    samples: tuple[float, ...]
    target: Target | None
    note: str

    def document(self) -> dict[str, Any]:
        """As results have it, with the verdict."""
        found = asdict(self)
        if self.target is not None:
            found["target"] |= {
                "reached": self.target.reached(self.value),
                "short": self.target.short(self.value),
                "passed": self.target.passed(self.value),
            }
        return found


def absolute(
    name: str, says: str, unit: str, samples: Sequence[float], target: Target | None = None, note: str = ""
) -> Figure:
    """A figure of one thing, measured so many times."""
    return Figure(
        name, says, "absolute", unit, min(samples), median(samples), max(samples), tuple(samples), target, note
    )


def ratio(
    name: str,
    says: str,
    own: Sequence[float],
    other: Sequence[float],
    target: Target | None = None,
    note: str = "",
) -> Figure:
    """The median of one thing over that of another; the samples are the ratios of the rounds, in which both ran."""
    rounds = tuple(one / two for one, two in zip(own, other, strict=False))
    return Figure(name, says, "ratio", "x", min(rounds), median(own) / median(other), max(rounds), rounds, target, note)


def of(document: Mapping[str, Any]) -> Figure:
    """What `Figure.document` made."""
    held = {key: document[key] for key in Figure.__dataclass_fields__}
    target = held["target"]
    if target is not None:
        target = Target(target["sense"], target["wanted"], tuple(target["beyond"]), target["limit"])
    return Figure(**held | {"samples": tuple(held["samples"]), "target": target})
