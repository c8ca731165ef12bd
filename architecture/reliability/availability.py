"""An architecture to the availability of its services: answering, and fresh; exact where needs are shared.

Each instance of a component, each place and each link fails by itself, independently of the others, with the
availability the model gives for it; whatever else fails does so by what it needs. `low` takes every range at its low
end at once, so it is a worst case and not a confidence bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from architecture import parts
from architecture.needs import below, graph
from architecture.parts import ENDS
from architecture.reliability.structure import Structure
from architecture.remembered import remembered

HOURS_A_YEAR = 8_760.0


@dataclass(frozen=True, slots=True)
class Availability:
    """The share of a year (0 to 1) that a node works, at the three ends of the ranges.

    `certain` are the instances, places and links below it that the model gives no availability: they count as never
    failing, so the figure is too good by them.
    """

    node: str
    low: float
    likely: float
    high: float
    certain: tuple[str, ...]

    def hours_down(self, which: str = "likely") -> float:
        """Hours of a year (8,760) that it does not work."""
        return (1.0 - float(getattr(self, which))) * HOURS_A_YEAR


def services(architecture: parts.Architecture) -> dict[str, Availability]:
    """`service` (answering) and `fresh:service` (gives what is new) for every service of the model."""
    return availabilities(
        architecture, tuple(name for each in architecture.services for name in (each.id, f"fresh:{each.id}"))
    )


def availabilities(architecture: parts.Architecture, wanted: tuple[str, ...]) -> dict[str, Availability]:
    """The availability of any nodes of the run graph, by the names that `needs.graph` gives them."""
    return dict(_computed(architecture, wanted))


def own(architecture: parts.Architecture) -> dict[str, parts.Amount | None]:
    """What may fail by itself: places and links first, then instances; None where the model says no availability.

    Shared things come first because a diagram stays small when what many need is asked first.
    """
    made: dict[str, parts.Amount | None] = {place.id: place.availability for place in architecture.places}
    made |= {link.id: link.availability for link in architecture.links}
    for component in architecture.components:
        made |= {f"{component.id}#{number + 1}": component.availability for number in range(component.instances)}
    return made


@remembered
def _computed(architecture: parts.Architecture, wanted: tuple[str, ...]) -> Mapping[str, Availability]:
    nodes, amounts = graph(architecture), own(architecture)
    variables = [name for name, amount in amounts.items() if amount is not None]
    structure = Structure(nodes, variables, wanted)
    found = {
        end: structure.probabilities({name: amounts[name].at(end) / 100 for name in variables}, wanted)  # type: ignore[union-attr]
        for end in ENDS
    }
    made = {}
    for name in wanted:
        low, likely, high = (found[end][name] for end in ENDS)
        reached = below(nodes, (name,))
        certain = tuple(each for each, amount in amounts.items() if amount is None and each in reached)
        made[name] = Availability(name, low, likely, high, certain)
    return made
