"""What costs grow with: each driver's unit and formula over the model's hypotheses.

A price is paid for each unit of a driver (`Cost.of`). Stored volumes are those of the steady state, when as much falls
out of retention as comes in; copies and replicas are the `times` of a cost and not in the driver. Every day counts as
a working day, so volumes are a little too high. GB are 10^9 bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from architecture import parts
from architecture.capacity import EVENT_DATA
from architecture.errors import ArchitectureError, Problem

Values: TypeAlias = NDArray[np.float64]
DAYS_A_MONTH = 365.25 / 12
_GB = 1e9
_LAKE_DATA = ("tickets",)


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver: what its number counts, how it is computed, and the formula in words."""

    unit: str
    formula: Callable[[Reading], Values]
    said: str


@dataclass(frozen=True)
class Reading:
    """The values a formula may ask for: hypotheses by id, other drivers, and days of retention.

    `multiplies` are factors by name, of hypotheses and of drivers; what is computed from them grows with them.
    """

    architecture: parts.Architecture
    hypotheses: Mapping[str, Values]
    multiplies: Mapping[str, float]

    def __post_init__(self) -> None:
        for name in self.multiplies:
            if name not in DRIVERS and name not in self.hypotheses:
                raise ArchitectureError(
                    (Problem("multiplies", f"'{name}' is neither a driver nor a hypothesis", "Mend the name."),)
                )

    def given(self, name: str) -> Values:
        """A hypothesis; ArchitectureError where the model has none of this id, or none with an amount."""
        if name not in self.hypotheses:
            raise ArchitectureError(
                (Problem("hypotheses", f"has no amount for '{name}'", "Add the hypothesis, with low, likely, high."),)
            )
        return self.hypotheses[name] * self.multiplies.get(name, 1.0)

    def driver(self, name: str) -> Values:
        """A driver; ArchitectureError for one that is not in the table."""
        if name not in DRIVERS:
            remedy = f"Use one of {', '.join(DRIVERS)}; or add a row to architecture/money/drivers.py."
            raise ArchitectureError((Problem("costs", f"'{name}' is no driver", remedy),))
        factor = 1.0 if name in self.hypotheses else self.multiplies.get(name, 1.0)  # `given` has multiplied that
        return DRIVERS[name].formula(self) * factor

    def kept_days(self, kinds: Iterable[str], data: Iterable[str]) -> float:
        """Days that components of some kinds keep some data: of each data the longest, all together."""
        longest = dict.fromkeys(data, 0.0)
        for component in self.architecture.components:
            for holding in component.holds if component.kind in kinds else ():
                if holding.data in longest:
                    longest[holding.data] = max(longest[holding.data], holding.kept_days or 0.0)
        return sum(longest.values())


def _one(reading: Reading) -> Values:
    return np.ones_like(next(iter(reading.hypotheses.values()), np.ones(1)))


def _stored(kinds: tuple[str, ...], data: tuple[str, ...], size: str) -> Callable[[Reading], Values]:
    def formula(reading: Reading) -> Values:
        return reading.given("events-per-day") * reading.given(size) * reading.kept_days(kinds, data) / _GB

    return formula


def _hypothesis(name: str) -> Callable[[Reading], Values]:
    return lambda reading: reading.given(name)


DRIVERS: dict[str, Driver] = {
    "fixed": Driver("1", _one, "1"),
    "events-month": Driver(
        "events/month", lambda reading: reading.given("events-per-day") * DAYS_A_MONTH, "events a day x 30.4 days"
    ),
    "million-events": Driver(
        "million events/month", lambda reading: reading.driver("events-month") / 1e6, "events a month / 1,000,000"
    ),
    "ingest-gb": Driver(
        "GB/month",
        lambda reading: reading.driver("events-month") * reading.given("bytes-per-event") / _GB,
        "events a month x bytes of an event",
    ),
    "topic-gb": Driver(
        "GB", _stored(("broker",), ("raw-events",), "bytes-per-event"), "events a day x bytes of an event x days kept"
    ),
    "ledger-gb": Driver(
        "GB",
        _stored(("store",), EVENT_DATA, "stored-bytes-per-event"),
        "events a day x stored bytes of an event x days kept, of ledger and tickets together",
    ),
    "lake-gb": Driver(
        "GB",
        _stored(("store", "warehouse"), _LAKE_DATA, "stored-bytes-per-event"),
        "events a day x stored bytes of an event x days that tickets are kept",
    ),
    "backup-gb": Driver("GB", lambda reading: reading.driver("ledger-gb"), "as large as ledger and tickets"),
    "exports-gb": Driver(
        "GB/month",
        lambda reading: reading.driver("events-month") * reading.given("stored-bytes-per-event") / _GB,
        "events a month x stored bytes of an event",
    ),
    "egress-gb": Driver(
        "GB/month",
        lambda reading: reading.driver("lake-gb") * reading.given("restored-share"),
        "size of the lake x share of it that leaves in a month",
    ),
    "spark-hours": Driver("hours/month", _hypothesis("spark-hours"), "as the hypothesis says"),
    "scanned-tb": Driver("TB/month", _hypothesis("scanned-tb"), "as the hypothesis says"),
    "telemetry-gb": Driver("GB/month", _hypothesis("telemetry-gb"), "as the hypothesis says"),
    "analysts": Driver("people", _hypothesis("analyst-count"), "as the hypothesis says"),
    "agents": Driver("people", _hypothesis("agent-count"), "as the hypothesis says"),
}
