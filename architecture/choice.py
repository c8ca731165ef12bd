"""Targets and weighted criteria to a ranking, and to what would turn it: a weight, or a figure at the end of its range.

A figure is marked 0 at the criterion's `worst` to 10 at its `best`, in a straight line, and no mark lies outside. The
result is the mean of the marks by weight. If the weight of one criterion is changed and the others keep their
proportions, every target's result is a straight line in that weight, so the weight at which two of them meet is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from architecture import parts

MOST = 10.0


@dataclass(frozen=True, slots=True)
class Ranged:
    """A figure of one target, with the ends of its range; all equal where it has none."""

    low: float
    likely: float
    high: float


Table = Mapping[str, Mapping[str, Ranged]]  # target -> criterion -> figure


@dataclass(frozen=True, slots=True)
class WeightFlip:
    """At this share of all weight (0 to 1; now `now`) another target draws level, and beyond it that one wins.

    `rises` is whether beyond means more weight than now.
    """

    criterion: str
    now: float
    share: float
    rises: bool
    winner: str


@dataclass(frozen=True, slots=True)
class FigureFlip:
    """If one figure of one target is at the end of its range, all else as it is, another target wins."""

    criterion: str
    target: str
    end: Literal["low", "high"]
    value: float
    winner: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The targets' results (0 to 10) best first, their marks, the winner, and all that would turn the choice."""

    winner: str
    scores: Mapping[str, float]
    marks: Mapping[str, Mapping[str, float]]
    weights: tuple[WeightFlip, ...]
    figures: tuple[FigureFlip, ...]


def choose(criteria: Sequence[parts.Criterion], table: Table) -> Choice:
    """Compare targets; of equal results the one that the table names first wins."""
    marks = {target: _marks(criteria, row) for target, row in table.items()}
    scores = {target: _score(criteria, row) for target, row in marks.items()}
    ranked = dict(sorted(scores.items(), key=lambda each: -each[1]))
    winner = next(iter(ranked))
    return Choice(
        winner,
        ranked,
        marks,
        tuple(_weight_flips(criteria, marks, winner)),
        tuple(_figure_flips(criteria, table, winner)),
    )


def mark(criterion: parts.Criterion, value: float) -> float:
    """0 (worst, or beyond it) to 10 (best, or beyond it); `worst` may be the larger number."""
    return MOST * min(1.0, max(0.0, (value - criterion.worst) / (criterion.best - criterion.worst)))


def _marks(criteria: Sequence[parts.Criterion], row: Mapping[str, Ranged]) -> dict[str, float]:
    return {each.id: mark(each, row[each.id].likely) for each in criteria}


def _score(criteria: Sequence[parts.Criterion], marks: Mapping[str, float]) -> float:
    whole = sum(each.weight for each in criteria)
    return sum(each.weight * marks[each.id] for each in criteria) / whole if whole else 0.0


def _weight_flips(
    criteria: Sequence[parts.Criterion], marks: Mapping[str, Mapping[str, float]], winner: str
) -> Iterator[WeightFlip]:
    """Per criterion the nearest weight below, and the nearest above, at which the winner is no longer ahead."""
    whole = sum(each.weight for each in criteria)
    for criterion in criteria:
        others = [each for each in criteria if each.id != criterion.id]
        now = criterion.weight / whole if whole else 0.0
        rest = {target: _score(others, row) for target, row in marks.items()}
        met = []
        for target, row in marks.items():
            gain = (row[criterion.id] - rest[target]) - (marks[winner][criterion.id] - rest[winner])
            behind = rest[winner] - rest[target]
            if target != winner and gain and 0 < behind / gain < 1:  # at 0 and 1 a tie, and nothing beyond
                met.append((behind / gain, gain, target))
        # going up, a rival overtakes where it gains with the weight; going down, where it loses with it
        above = min((each for each in met if each[0] >= now and each[1] > 0), default=None)
        below = max((each for each in met if each[0] <= now and each[1] < 0), default=None)
        for found, rises in ((below, False), (above, True)):
            if found is not None:
                yield WeightFlip(criterion.id, now, found[0], rises, found[2])


def _figure_flips(criteria: Sequence[parts.Criterion], table: Table, winner: str) -> Iterator[FigureFlip]:
    ends: tuple[Literal["low", "high"], ...] = ("low", "high")
    for criterion in criteria:
        for target, row in table.items():
            for end in ends:
                value = float(getattr(row[criterion.id], end))
                moved = {**row, criterion.id: Ranged(value, value, value)}
                scores = {
                    name: _score(criteria, _marks(criteria, each)) for name, each in {**table, target: moved}.items()
                }
                best = max(scores, key=scores.__getitem__)
                if scores[best] > scores[winner]:
                    yield FigureFlip(criterion.id, target, end, value, best)
