"""What can be promised: availability, the way back, and what may be lost, from the graph of needs.

Plain products: needs that two parts share are counted once, alternatives are taken as independent of each other.
"""

from __future__ import annotations

from itertools import combinations
from math import prod

from architecture import parts
from architecture.needs import Graph
from architecture.rules.facts import Facts


class Promises:
    """Figures of one architecture, at the likely values of its ranges."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.own = _own(facts)

    def availability(self, name: str) -> float:
        """Percent of a year: the product over everything that is needed, once each, and k of n for alternatives."""
        every, choices = self._needed(name)
        certain = prod(self.own.get(part, 1.0) for part in every)
        return 100 * certain * prod(self._some(choice, every) for choice in choices)

    def weakest(self, name: str) -> str | None:
        """Of what is needed without alternative, the part that is away most."""
        every, _ = self._needed(name)
        return min((part for part in every if part in self.own), key=lambda part: self.own[part], default=None)

    def recovery(self, name: str) -> tuple[float, tuple[str, ...]]:
        """Hours of the longest way back when all is gone, and the parts on it, last first; circles are cut."""
        return _longest(self.facts.recover, name, _hours(self.facts), {}, frozenset())

    def loss_h(self, part: parts.Component) -> float | None:
        """Hours of data a part may lose: none when it can be made again, else since its backup; None: keeps nothing."""
        if not part.holds:
            return None
        if part.rebuilt_from:
            return 0.0
        return part.backup.every_h if part.backup else None

    def _needed(self, name: str) -> tuple[frozenset[str], list[str]]:
        """What must work, and the nodes among it that have alternatives."""
        every, choices, queue = {name}, [], [name]
        while queue:
            node = self.facts.run[queue.pop()]
            if node.some:
                choices.append(node.id)
            for below in node.every:
                if below not in every:
                    every.add(below)
                    queue.append(below)
        return frozenset(every), sorted(choices)

    def _some(self, choice: str, shared: frozenset[str]) -> float:
        node = self.facts.run[choice]
        single = [prod(self.own.get(name, 1.0) for name in self._needed(below)[0] - shared) for below in node.some]
        total = 0.0
        for size in range(node.needed, len(single) + 1):
            for up in combinations(range(len(single)), size):
                total += prod(single[i] if i in up else 1 - single[i] for i in range(len(single)))
        return total


def _own(facts: Facts) -> dict[str, float]:
    """The share of a year that a node works by itself: places, links, and each instance of a component."""
    own = {
        part.id: part.availability.likely / 100
        for part in (*facts.architecture.places, *facts.architecture.links)
        if part.availability
    }
    for component in facts.architecture.components:
        if component.availability:
            for number in range(component.instances):
                own[f"{component.id}#{number + 1}"] = component.availability.likely / 100
    return own


def _hours(facts: Facts) -> dict[str, float]:
    return {part.id: part.restore_h.likely for part in facts.architecture.components if part.restore_h}


def _longest(
    nodes: Graph,
    name: str,
    hours: dict[str, float],
    known: dict[str, tuple[float, tuple[str, ...]]],
    above: frozenset[str],
) -> tuple[float, tuple[str, ...]]:
    """Needs are brought back beside each other, then the part itself; of alternatives the quickest that suffice."""
    if name in known:
        return known[name]
    node, inside = nodes[name], above | {name}
    ready = [_longest(nodes, below, hours, known, inside) for below in node.every if below not in inside]
    some = sorted(_longest(nodes, below, hours, known, inside) for below in node.some if below not in inside)
    ready += some[: node.needed]
    before = max(ready, default=(0.0, ()))
    own = hours.get(name, 0.0)
    made = (before[0] + own, (name, *before[1]) if own or name == node.id and not above else before[1])
    known[name] = made
    return made
