"""An architecture to how long its services take to come back: recovery order, circles, critical path.

The hours of a component are the work of bringing it back (`restore_h`) once all that it needs is there, so it is back
after the latest of its needs, plus its own work (critical path method, Kelley and Walker 1959); of alternatives the
needed-th soonest counts. What needs each other in a circle is brought back one after another, which is the most it can
take, and is named. What does not need each other is brought back at once, however few people there are; and waiting for
people is not in it: `simulate.py` adds detection and calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from architecture import parts
from architecture.needs import Graph, Node, below, graph
from architecture.parts import ENDS
from architecture.reliability.structure import ordered


@dataclass(frozen=True, slots=True)
class Restoration:
    """When a service is back: hours at the three ends, and the components on its critical path (at likely), in order.

    `unknown` are components below it whose restore_h the model does not say: they count as nothing.
    """

    service: str
    low: float
    likely: float
    high: float
    path: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recovery:
    """How all is brought back: `order` are components in turn (a circle is one step), `circles` those steps of several.

    `services` has `service` (answering) and `fresh:service`.
    """

    order: tuple[tuple[str, ...], ...]
    circles: tuple[tuple[str, ...], ...]
    services: dict[str, Restoration]


def recovery(architecture: parts.Architecture, lost: Iterable[str] | None = None) -> Recovery:
    """Bring back the components in `lost`; all of them where None, which is the worst there is."""
    nodes = graph(architecture, "recover")
    components = architecture.one("components")
    gone = frozenset(components if lost is None else lost)
    steps = ordered(nodes, tuple(nodes))
    times = {end: _Times(nodes, steps, _work(architecture, gone, end)) for end in ENDS}
    order = [tuple(name for name in step if name in components and name in gone) for step in steps]
    services = {}
    for name in (name for each in architecture.services for name in (each.id, f"fresh:{each.id}")):
        reached = gone.intersection(below(nodes, (name,)))
        unknown = tuple(each for each in components if each in reached and components[each].restore_h is None)
        path = tuple(each for each in times["likely"].path(name) if each in components and each in gone)
        low, likely, high = (times[end].hours[name] for end in ENDS)
        services[name] = Restoration(name, low, likely, high, path, unknown)
    return Recovery(tuple(step for step in order if step), tuple(step for step in order if len(step) > 1), services)


def single_loss_h(architecture: parts.Architecture, service: str, which: str = "likely") -> tuple[float, str]:
    """The most hours that losing one component for good costs a service, and that component; (0, "") if none does."""
    nodes = graph(architecture, "recover")
    reached = below(nodes, (service,))
    hours = (
        (_hours(component, which), component.id) for component in architecture.components if component.id in reached
    )
    return max(hours, key=lambda each: each[0], default=(0.0, ""))


def _work(architecture: parts.Architecture, gone: frozenset[str], which: str) -> dict[str, float]:
    return {each.id: _hours(each, which) for each in architecture.components if each.id in gone}


def _hours(component: parts.Component, which: str) -> float:
    return component.restore_h.at(which) if component.restore_h else 0.0


class _Times:
    """When each node is back, and what it waited for last."""

    def __init__(self, nodes: Graph, steps: Sequence[tuple[str, ...]], work: dict[str, float]) -> None:
        self.hours: dict[str, float] = {}
        self._after: dict[str, tuple[str, ...]] = {}
        for step in steps:
            waits = [wait for name in step for wait in self._waits(nodes[name], frozenset(step))]
            last = max(waits, key=self.hours.__getitem__, default=None)
            done = (self.hours[last] if last else 0.0) + sum(work.get(name, 0.0) for name in step)
            for name in step:
                self.hours[name] = done
                self._after[name] = (*self._after.get(last or "", ()), *step)

    def path(self, name: str) -> tuple[str, ...]:
        """What a node waited for, first to last, itself included."""
        return self._after[name]

    def _waits(self, node: Node, within: frozenset[str]) -> list[str]:
        """What outside of its own step must be back first: all of `every`, and the soonest `needed` of `some`."""
        soonest = sorted((each for each in node.some if each not in within), key=self.hours.__getitem__)
        inside = len(node.some) - len(soonest)
        return [each for each in node.every if each not in within] + soonest[: max(0, node.needed - inside)]
