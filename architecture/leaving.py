"""An architecture to how it is left: days of work, what holds us, and one number from 0 to 100 for comparing targets.

The score is 100 x (0.5 time + 0.3 open + 0.2 rehearsed):

- time = 1 / (1 + days / 60): one at no days, a half at 60 person-days (three weeks of a team of four);
- open = the mean over components of 1 (open formats, nothing proprietary), 0.5 (open formats, something proprietary
  besides), 0 (proprietary formats);
- rehearsed = the share of components whose exit was tried once.

The weights are ours; the parts stand beside the score, so that anybody can weigh them otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from architecture import parts

TIME_WEIGHT, OPEN_WEIGHT, REHEARSED_WEIGHT = 0.5, 0.3, 0.2
HALF_AT_DAYS = 60.0


@dataclass(frozen=True, slots=True)
class Leaving:
    """How one component is left; `days` at low, likely, high, `rehearsed` when that was last tried."""

    component: str
    days: tuple[float, float, float]
    proprietary: tuple[str, ...]
    openness: float
    substitute: str | None
    rehearsed: date | None


@dataclass(frozen=True, slots=True)
class Reversibility:
    """Leaving some components together: days in all, what is proprietary, shares from 0 to 1, the score.

    `without_plan` keep data and have no exit plan: they count neither for nor against.
    """

    components: tuple[Leaving, ...]
    without_plan: tuple[str, ...]
    days: tuple[float, float, float]
    proprietary: tuple[str, ...]
    open_share: float
    rehearsed_share: float
    score: float


def reversibility(architecture: parts.Architecture, of: Iterable[str] | None = None) -> Reversibility:
    """Leaving the components `of`; all that have an exit plan where None."""
    wanted = None if of is None else frozenset(of)
    chosen = [each for each in architecture.components if wanted is None or each.id in wanted]
    left = tuple(_leaving(each, each.exit) for each in chosen if each.exit is not None)
    low, likely, high = (sum(each.days[end] for each in left) for end in range(3))
    open_share = sum(each.openness for each in left) / len(left) if left else 1.0
    rehearsed = sum(each.rehearsed is not None for each in left) / len(left) if left else 0.0
    return Reversibility(
        left,
        tuple(each.id for each in chosen if each.exit is None and each.holds),
        (low, likely, high),
        tuple(f"{each.component}: {name}" for each in left for name in each.proprietary),
        open_share,
        rehearsed,
        score(likely, open_share, rehearsed),
    )


def score(days: float, open_share: float, rehearsed_share: float) -> float:
    """0 to 100, by the formula above."""
    time = 1 / (1 + days / HALF_AT_DAYS)
    return 100 * (TIME_WEIGHT * time + OPEN_WEIGHT * open_share + REHEARSED_WEIGHT * rehearsed_share)


def _leaving(component: parts.Component, plan: parts.Exit) -> Leaving:
    openness = 0.0 if plan.formats == "proprietary" else 0.5 if plan.proprietary else 1.0
    tried = date.fromisoformat(plan.rehearsed) if plan.rehearsed else None
    days = (plan.days.low, plan.days.likely, plan.days.high)
    return Leaving(component.id, days, tuple(plan.proprietary), openness, plan.substitute, tried)
