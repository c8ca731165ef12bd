"""An architecture to the lines of its bill: who pays which price for each unit of which driver, and what kind it is.

The kind of a line is that of its price's unit (`KINDS`): a price a GB and month is storage, a price a GB that moves is
transfer. People are `effort_days` at the price `person-day`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from architecture import parts
from architecture.errors import ArchitectureError, Problem

PERSON_DAY = "person-day"
DOLLAR = "usd-in-eur"
KINDS: dict[str, str] = {
    "GB-month": "storage",
    "TB-month": "storage",
    "GB": "transfer",
    "hour": "compute",
    "vCPU-hour": "compute",
    "machine-month": "compute",
    "TB": "compute",
    "million requests": "compute",
    "million events": "compute",
    "person-month": "licence",
    "month": "service",
    "person-day": "people",
}


@dataclass(frozen=True, slots=True)
class Line:
    """`times` (an input's name, None for one) x `driver` x `price` (a price's id), paid for `element` each month."""

    element: str
    kind: str
    price: str
    driver: str
    times: str | None


@dataclass(frozen=True, slots=True)
class Bill:
    """All lines, and every number they are made of: `inputs` by name (`price:x`, `hypothesis:x`, `element:price`)."""

    lines: tuple[Line, ...]
    inputs: Mapping[str, parts.Amount]


def bill(architecture: parts.Architecture) -> Bill:
    """What an architecture pays for; ArchitectureError for a price whose unit is of no known kind."""
    prices = architecture.one("prices")
    inputs = {f"price:{price.id}": price.amount for price in architecture.prices}
    inputs |= {f"hypothesis:{each.id}": each.amount for each in architecture.hypotheses if each.amount is not None}
    lines = []
    for element, line, times in _lines(architecture):
        name = None
        if times is not None:
            name = f"{element}:{line.price}:{line.of}"
            while name in inputs:  # the same price for the same driver twice: two numbers, so two inputs
                name += ":again"
            inputs[name] = times
        lines.append(Line(element, _kind(prices, line.price), line.price, line.of, name))
    return Bill(tuple(lines), inputs)


def _lines(architecture: parts.Architecture) -> Iterator[tuple[str, parts.Cost, parts.Amount | None]]:
    paying: list[parts.Component | parts.Link] = [*architecture.components, *architecture.links]
    for element in paying:
        for cost in element.costs:
            yield element.id, cost, cost.times
        if isinstance(element, parts.Component) and element.effort_days is not None:
            yield element.id, parts.Cost(price=PERSON_DAY, of="fixed"), element.effort_days


def _kind(prices: Mapping[str, parts.Price], name: str) -> str:
    if name not in prices:
        raise ArchitectureError((Problem("prices", f"there is no '{name}'", "Add it, with its unit and source."),))
    unit = prices[name].unit
    if unit not in KINDS:
        remedy = f"Use one of {', '.join(KINDS)}; or add a row to architecture/money/lines.py."
        raise ArchitectureError((Problem(name, f"'{unit}' is no unit of a price", remedy),))
    return KINDS[unit]
