"""A bill to what it costs a month: at the ends of all ranges, in 10,000 draws, and by what each input does to it.

Each input is drawn from a PERT distribution (Malcolm and others, "Application of a technique for research and
development program evaluation", Operations Research 7, 1959): a beta distribution on [low, high] whose mean is
(low + 4 likely + high) / 6. A triangular one would give as much weight to the ends as to what somebody believes;
here `likely` is an estimate and the ends are rarely met. Draws are seeded by each input's name, so the same model gives
the same figures, and an input that two targets share is drawn alike for both.

Inputs are drawn independently. If estimates are all wrong in the same direction, the range from P10 to P90 is too
narrow; the totals at all low and all high ends stand beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from architecture import parts
from architecture.money.drivers import Reading, Values
from architecture.money.lines import DOLLAR, Bill, bill

DRAWS = 10_000
PERT_WEIGHT = 4.0


@dataclass(frozen=True, slots=True)
class Swing:
    """What one input does: the total with it alone at its low and high end, and its share of the draws' variance.

    The share is the squared correlation of input and total, so shares add up to at most 1; the rest is what inputs do
    together.
    """

    input: str
    at_low: float
    at_high: float
    variance_share: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Euro a month: every range at its low, likely and high end at once, and percentiles and mean of the draws."""

    low: float
    likely: float
    high: float
    p10: float
    p50: float
    p90: float
    mean: float


@dataclass(frozen=True, slots=True)
class MonthlyCost:
    """Euro a month: the total, by kind of cost, by element at the likely ends, and the inputs, largest swing first."""

    total: Spread
    kinds: Mapping[str, Spread]
    elements: Mapping[str, float]
    sensitivity: tuple[Swing, ...]


def monthly_cost(
    architecture: parts.Architecture, multiplies: Mapping[str, float] | None = None, draws: int = DRAWS
) -> MonthlyCost:
    """What an architecture costs a month, with drivers or hypotheses multiplied (`Scenario.multiplies`)."""
    paid = bill(architecture)
    ends = _priced(architecture, paid, multiplies or {}, _ends(paid))
    drawn_inputs = {name: drawn(name, amount, draws) for name, amount in paid.inputs.items()}
    drawn_lines = _priced(architecture, paid, multiplies or {}, drawn_inputs)
    kinds = dict.fromkeys(line.kind for line in paid.lines)
    elements: dict[str, float] = {}
    for line, values in zip(paid.lines, ends, strict=True):
        elements[line.element] = elements.get(line.element, 0.0) + float(values[1])
    return MonthlyCost(
        _spread(sum(ends, np.zeros(3)), sum(drawn_lines, np.zeros(draws))),
        {kind: _spread(*(_of_kind(paid, kind, values) for values in (ends, drawn_lines))) for kind in kinds},
        elements,
        _sensitivity(architecture, paid, multiplies or {}, drawn_inputs, sum(drawn_lines, np.zeros(draws))),
    )


def drawn(name: str, amount: parts.Amount, draws: int) -> Values:
    """Values of one input, from a PERT distribution, seeded by its name."""
    return _drawn(name, amount.low, amount.likely, amount.high, draws)


@lru_cache(maxsize=1024)
def _drawn(name: str, low: float, likely: float, high: float, draws: int) -> Values:
    width = high - low
    if width <= 0:
        return np.full(draws, likely)
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    before, after = (1 + PERT_WEIGHT * part / width for part in (likely - low, high - likely))
    return low + width * np.random.default_rng(seed).beta(before, after, draws)


def pert_mean(amount: parts.Amount) -> float:
    """(low + 4 likely + high) / 6."""
    return (amount.low + PERT_WEIGHT * amount.likely + amount.high) / (PERT_WEIGHT + 2)


def _ends(paid: Bill) -> dict[str, Values]:
    return {name: np.array([each.low, each.likely, each.high]) for name, each in paid.inputs.items()}


def _priced(
    architecture: parts.Architecture, paid: Bill, multiplies: Mapping[str, float], inputs: Mapping[str, Values]
) -> list[Values]:
    """Each line in euro a month, for each column of the inputs."""
    hypotheses = {
        name.removeprefix("hypothesis:"): values for name, values in inputs.items() if name.startswith("hypothesis:")
    }
    reading = Reading(architecture, hypotheses, multiplies)
    currencies = {price.id: price.currency for price in architecture.prices}
    volumes = {line.driver: reading.driver(line.driver) for line in paid.lines}
    made = []
    for line in paid.lines:
        value = inputs[f"price:{line.price}"] * volumes[line.driver]
        value = value * inputs[line.times] if line.times else value
        made.append(value * reading.given(DOLLAR) if currencies[line.price] == "USD" else value)
    return made


def _of_kind(paid: Bill, kind: str, values: list[Values]) -> Values:
    return sum(
        (each for line, each in zip(paid.lines, values, strict=True) if line.kind == kind), np.zeros_like(values[0])
    )


def _spread(ends: Values, draws: Values) -> Spread:
    low, likely, high = (float(value) for value in ends)
    p10, p50, p90 = (float(value) for value in np.percentile(draws, (10, 50, 90)))
    return Spread(low, likely, high, p10, p50, p90, float(draws.mean()))


def _sensitivity(
    architecture: parts.Architecture,
    paid: Bill,
    multiplies: Mapping[str, float],
    drawn_inputs: Mapping[str, Values],
    totals: Values,
) -> tuple[Swing, ...]:
    """One input at a time: column 2n of the inputs has the n-th at its low end, column 2n+1 at its high end."""
    moving = [name for name, amount in paid.inputs.items() if amount.high > amount.low]
    columns = {name: np.full(2 * len(moving), amount.likely) for name, amount in paid.inputs.items()}
    for number, name in enumerate(moving):
        columns[name][2 * number : 2 * number + 2] = paid.inputs[name].low, paid.inputs[name].high
    swung = sum(_priced(architecture, paid, multiplies, columns), np.zeros(2 * len(moving)))
    made = []
    for number, name in enumerate(moving):
        at_low, at_high = (float(value) for value in swung[2 * number : 2 * number + 2])
        if at_low != at_high:
            together = float(np.corrcoef(drawn_inputs[name], totals)[0, 1])
            made.append(Swing(name, at_low, at_high, together**2))
    return tuple(sorted(made, key=lambda swing: -abs(swing.at_high - swing.at_low)))
