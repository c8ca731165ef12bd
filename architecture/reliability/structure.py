"""An and/or graph to the structure function of each node, exactly: what must work for it to work.

Parts share what they need (a room, a link, a directory), so multiplying their availabilities counts the shared part
twice. A binary decision diagram of the structure function does not: its probability is one sum over its nodes
(Rauzy, "New algorithms for fault trees analysis", Reliability Engineering and System Safety 40, 1993).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import networkx as nx
from dd.autoref import BDD

from architecture.needs import Graph, Node


class Structure:
    """The diagrams of the nodes of a graph over its variables, which are in the order they are given.

    A variable is a node that may fail by itself; all others fail only by what they need. Circles hold while nothing
    outside takes them down (greatest fixed point): start from true and repeat until nothing changes.
    """

    def __init__(self, nodes: Graph, variables: Sequence[str], wanted: Iterable[str] | None = None) -> None:
        self._diagrams = BDD()
        self._diagrams.configure(reordering=False)
        self._diagrams.declare(*variables)
        self._own = frozenset(variables)
        self._works: dict[str, Any] = {}
        for circle in ordered(nodes, nodes if wanted is None else wanted):
            self._solve(nodes, circle)

    def probability(self, node: str, works: Mapping[str, float]) -> float:
        """How likely a node works, where each variable works with its own probability, independently."""
        known: dict[Any, float] = {}
        return self._walk(self._works[node], works, known)

    def needs(self, node: str) -> frozenset[str]:
        """The variables that can make a difference to a node."""
        return frozenset(self._diagrams.support(self._works[node]))

    def __len__(self) -> int:
        """How many nodes all diagrams have together."""
        return len(self._diagrams)

    def _solve(self, nodes: Graph, circle: Sequence[str]) -> None:
        for name in circle:
            self._works[name] = self._diagrams.true
        changed = True
        while changed:
            changed = False
            for name in circle:
                new = self._once(nodes[name])
                changed |= new != self._works[name] and len(circle) > 1
                self._works[name] = new

    def _once(self, node: Node) -> Any:
        works = self._diagrams.var(node.id) if node.id in self._own else self._diagrams.true
        for below in node.every:
            works = works & self._works[below]
        if node.needed:
            works = works & self._at_least(node.needed, [self._works[below] for below in node.some])
        return works

    def _at_least(self, needed: int, alternatives: Sequence[Any]) -> Any:
        """At least `needed` of the alternatives: `reached[n]` after each of them is whether n or more worked."""
        reached = [self._diagrams.true] + [self._diagrams.false] * needed
        for works in alternatives:
            for count in range(needed, 0, -1):
                reached[count] = reached[count] | (works & reached[count - 1])
        return reached[needed]

    def _walk(self, diagram: Any, works: Mapping[str, float], known: dict[Any, float]) -> float:
        if diagram == self._diagrams.true:
            return 1.0
        if diagram == self._diagrams.false:
            return 0.0
        if diagram.negated:
            return 1.0 - self._walk(~diagram, works, known)
        if int(diagram) not in known:
            chance = works[diagram.var]
            high, low = (self._walk(below, works, known) for below in (diagram.high, diagram.low))
            known[int(diagram)] = chance * high + (1 - chance) * low
        return known[int(diagram)]


def ordered(nodes: Graph, wanted: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """What the wanted nodes need and themselves, needs first; nodes that need each other in a circle come together."""
    uses = nx.DiGraph()
    queue = list(wanted)
    while queue:
        name = queue.pop()
        if name not in uses or not uses.nodes[name]:
            uses.add_node(name, seen=True)
            below = (*nodes[name].every, *nodes[name].some)
            uses.add_edges_from((name, other) for other in below)
            queue += [other for other in below if not uses.nodes[other]]
    place = {name: number for number, name in enumerate(nodes)}
    whole = nx.condensation(uses)
    key = {each: min(place[name] for name in whole.nodes[each]["members"]) for each in whole}
    for each in nx.lexicographical_topological_sort(whole.reverse(), key=key.__getitem__):
        yield tuple(sorted(whole.nodes[each]["members"], key=place.__getitem__))
