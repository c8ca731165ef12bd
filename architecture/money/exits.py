"""An architecture to what it costs to take data out: each month in normal life, and once, on leaving.

Leaving costs the person-days of the exit plans, and moving what the provider stores (the lake and the backups) at each
price that the model pays for data going out (driver `egress-gb`), once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from architecture import parts
from architecture.leaving import Reversibility
from architecture.money.drivers import Reading
from architecture.money.lines import DOLLAR, PERSON_DAY
from architecture.parts import ENDS

OUTWARD = "egress-gb"
STORED = ("lake-gb", "backup-gb")


@dataclass(frozen=True, slots=True)
class ExitCost:
    """Euro, each at low, likely and high: normal transfer out a month; on leaving, people and transfer once."""

    transfer_month: tuple[float, float, float]
    people: tuple[float, float, float]
    transfer: tuple[float, float, float]

    @property
    def total(self) -> tuple[float, float, float]:
        """What leaving costs in all."""
        low, likely, high = (person + moved for person, moved in zip(self.people, self.transfer, strict=True))
        return low, likely, high


def exit_cost(architecture: parts.Architecture, leaving: Reversibility) -> ExitCost:
    """Of the components whose plans `leaving` has added up."""
    reading = Reading(
        architecture,
        {each.id: _three(each.amount) for each in architecture.hypotheses if each.amount is not None},
        {},
    )
    prices = architecture.one("prices")
    out = {cost.price for each in (*architecture.components,) for cost in each.costs if cost.of == OUTWARD} | {
        cost.price for each in architecture.links for cost in each.costs if cost.of == OUTWARD
    }
    a_gb = sum((_in_euro(prices[name], reading) for name in sorted(out)), np.zeros(3))
    person = _in_euro(prices[PERSON_DAY], reading) if PERSON_DAY in prices else np.zeros(3)
    monthly = a_gb * reading.driver(OUTWARD) if out else np.zeros(3)
    moved = a_gb * sum((reading.driver(name) for name in STORED), np.zeros(3)) if out else np.zeros(3)
    return ExitCost(_tuple(monthly), _tuple(np.array(leaving.days) * person), _tuple(moved))


def _in_euro(price: parts.Price, reading: Reading) -> np.typing.NDArray[np.float64]:
    amount = _three(price.amount)
    return amount * reading.given(DOLLAR) if price.currency == "USD" else amount


def _three(amount: parts.Amount) -> np.typing.NDArray[np.float64]:
    return np.array([amount.at(end) for end in ENDS])


def _tuple(values: np.typing.NDArray[np.float64]) -> tuple[float, float, float]:
    low, likely, high = (float(value) for value in values)
    return low, likely, high
