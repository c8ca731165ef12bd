"""An and/or graph to the structure function of each node, exactly: what must work for it to work.

Parts share what they need (a room, a link, a directory), so multiplying their availabilities counts the shared part
twice. A binary decision diagram of the structure function does not: its probability is one sum over its nodes
(Rauzy, "New algorithms for fault trees analysis", Reliability Engineering and System Safety 40, 1993).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import networkx as nx
from dd.bdd import BDD

from architecture.needs import Graph, Node, below
from architecture.remembered import remembered


class Structure:
    """The diagrams of the nodes of a graph over its variables, which are in the order they are given.

    A variable is a node that may fail by itself; all others fail only by what they need. Circles hold while nothing
    outside takes them down (greatest fixed point): start from true and repeat until nothing changes.
    """

    def __init__(self, nodes: Graph, variables: Sequence[str], wanted: Iterable[str] | None = None) -> None:
        self._diagrams: Any = BDD()
        self._diagrams.declare(*variables)
        self._own = frozenset(variables)
        self._works: dict[str, int] = {}
        for circle in ordered(nodes, tuple(nodes if wanted is None else wanted)):
            self._solve(nodes, circle)

    def probabilities(self, works: Mapping[str, float], wanted: Iterable[str]) -> dict[str, float]:
        """How likely each wanted node works, where each variable works with its own probability, independently."""
        known = {1: 1.0}  # the diagram that is true
        return {name: self._walk(self._works[name], works, known) for name in wanted}

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

    def _once(self, node: Node) -> int:
        works: int = self._diagrams.var(node.id) if node.id in self._own else self._diagrams.true
        for each in node.every:
            works = self._diagrams.apply("and", works, self._works[each])
        if node.needed:
            some = self._at_least(node.needed, [self._works[each] for each in node.some])
            works = self._diagrams.apply("and", works, some)
        return works

    def _at_least(self, needed: int, alternatives: Sequence[int]) -> int:
        """At least `needed` of the alternatives: `reached[n]` after each of them is whether n or more worked."""
        reached: list[int] = [self._diagrams.true] + [self._diagrams.false] * needed
        for works in alternatives:
            for count in range(needed, 0, -1):
                one_more = self._diagrams.apply("and", works, reached[count - 1])
                reached[count] = self._diagrams.apply("or", reached[count], one_more)
        return reached[needed]

    def _walk(self, diagram: int, works: Mapping[str, float], known: dict[int, float]) -> float:
        """The chance of a diagram; a negative number is the complement of the diagram of the positive one."""
        if diagram < 0:
            return 1.0 - self._walk(-diagram, works, known)
        if diagram not in known:
            level, low, high = self._diagrams.succ(diagram)
            chance = works[self._diagrams.var_at_level(level)]
            known[diagram] = chance * self._walk(high, works, known) + (1 - chance) * self._walk(low, works, known)
        return known[diagram]


@remembered
def ordered(nodes: Graph, wanted: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """What the wanted nodes need and themselves, needs first; nodes that need each other in a circle come together."""
    used: Any = nx.DiGraph()
    for name in below(nodes, wanted):
        used.add_node(name)
        used.add_edges_from((other, name) for other in (*nodes[name].every, *nodes[name].some))
    place = {name: number for number, name in enumerate(nodes)}
    whole = nx.condensation(used)
    steps = {each: tuple(sorted(whole.nodes[each]["members"], key=place.__getitem__)) for each in whole}
    return tuple(
        steps[each] for each in nx.lexicographical_topological_sort(whole, key=lambda each: place[steps[each][0]])
    )
