"""An architecture to what a single failure takes: single points of failure, and the blast radius of each element.

A single point is found by taking it away and seeing what stops, not by looking at the shape of the graph: an
articulation point of a graph without "and" and "or" is neither necessary nor sufficient.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from architecture import parts
from architecture.contract_facts import classification, contract_facts
from architecture.needs import Graph, down, graph
from architecture.remembered import remembered
from architecture.spread import Reached, reached

_COMPROMISED = ("component", "identity", "secret", "key", "team")
_SINGLE = ("place", "link", "key", "identity", "secret", "team")
FRESH = "fresh:"


@dataclass(frozen=True, slots=True)
class SinglePoint:
    """One thing whose loss stops a service. Of a component it is the loss of one instance, not of all of them.

    `answering` and `fresh` are services that stop when it is lost; `recover` those that cannot be brought back without
    it (so what is in `answering` and not in `recover` does not occur: recovering needs all that running needs).
    """

    id: str
    kind: str
    answering: tuple[str, ...]
    fresh: tuple[str, ...]
    recover: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Readable:
    """Data that can be read: which, in which form, and of which class (None where nothing says one)."""

    data: str
    form: str
    classification: str | None


@dataclass(frozen=True, slots=True)
class Blast:
    """What goes down with something, all instances of it, and what a thief has who holds it.

    `compromised` is None for what nobody can act as (a place, a link).
    """

    id: str
    kind: str
    answering: tuple[str, ...]
    fresh: tuple[str, ...]
    components: tuple[str, ...]
    compromised: Reached | None


def single_points(architecture: parts.Architecture, tier: int | None = None) -> tuple[SinglePoint, ...]:
    """Everything whose single loss stops a service (of that tier), in the order of the model."""
    wanted = [service.id for service in architecture.services if tier is None or service.tier == tier]
    made = []
    for name, kind, now, later in _removed(architecture):
        answering = tuple(each for each in wanted if each in now)
        fresh = tuple(each for each in wanted if FRESH + each in now)
        recover = tuple(each for each in wanted if each in later)
        if answering or fresh or recover:
            made.append(SinglePoint(name, kind, answering, fresh, recover))
    return tuple(made)


@remembered
def _removed(architecture: parts.Architecture) -> tuple[tuple[str, str, frozenset[str], frozenset[str]], ...]:
    """(id, kind, what is down without it, what cannot be brought back without it) of every candidate."""
    run, recover = graph(architecture), graph(architecture, "recover")
    return tuple((name, kind, down(run, [node]), down(recover, [node])) for name, kind, node in candidates(run))


def candidates(nodes: Graph) -> Iterator[tuple[str, str, str]]:
    """(id, kind, node to take away): of a component its first instance, as they are alike but for their place."""
    for node in nodes.values():
        if node.kind in _SINGLE:
            yield node.id, node.kind, node.id
        elif node.kind == "component":
            yield node.id, node.kind, node.some[0]


def blast(architecture: parts.Architecture, element: str) -> Blast:
    """What one element takes with it; KeyError for what the model does not have."""
    nodes = graph(architecture)
    gone = down(nodes, [element])
    services = [service.id for service in architecture.services]
    return Blast(
        element,
        nodes[element].kind,
        tuple(name for name in services if name in gone),
        tuple(name for name in services if FRESH + name in gone),
        tuple(name for name in nodes if name in gone and nodes[name].kind == "component"),
        reached(architecture, [element]) if nodes[element].kind in _COMPROMISED else None,
    )


def readable(architecture: parts.Architecture, taken: Reached) -> tuple[Readable, ...]:
    """What a thief can read, most protected first; a class is the highest of what the model and the contracts say."""
    data, contracts = architecture.one("data"), contract_facts()
    made = [Readable(name, form, classification(data[name], contracts)) for name, form in sorted(taken.data)]
    return tuple(sorted(made, key=lambda each: -parts.CLASSES.index(each.classification or parts.CLASSES[0])))
