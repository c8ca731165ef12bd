"""An architecture to what needs what: an and/or graph, and what stops when some of it is gone.

A node works while it is not removed, all of `every` work, and `needed` of `some` do. Nodes are:

- `place`, `zone`, `link`, `route`, `group`, `team`, `key`, `secret`, `identity`, `component`, `flow`, `service`, under
  the id they have in the model;
- `component#1`, `component#2`: an instance, which needs the place it stands in;
- `fresh:service`: the service gives what is new, which needs all flows of its path besides what answers.

Two phases: `run` (what must be there this second) and `recover` (what must be there to bring it back: people, backups,
the vault's secrets, what `recovery_needs` names, besides all that it needs to run). Components may need each other in a
circle; what is in it works while nothing outside takes it down (greatest fixed point).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from architecture import parts
from architecture.remembered import remembered

Phase = Literal["run", "recover"]
SHORT_PROOF_H = 24.0  # an identity whose proof lasts a day or more outlives an outage of who issues it


@dataclass(frozen=True, slots=True)
class Node:
    """One thing that works or does not: `kind` is a section's singular, `instance` or `fresh`."""

    id: str
    kind: str
    every: tuple[str, ...]
    some: tuple[str, ...]
    needed: int


Graph = Mapping[str, Node]


@remembered
def graph(architecture: parts.Architecture, phase: Phase = "run") -> Graph:
    """Every node by its id, in the order of the model."""
    return {node.id: node for node in _Nodes(architecture, phase)}


def down(nodes: Graph, removed: Iterable[str]) -> frozenset[str]:
    """Every node that does not work once `removed` are gone, themselves included; KeyError for an unknown one."""
    users = _users(nodes)
    gone = {nodes[name].id for name in removed}
    queue = deque(gone)
    while queue:
        for above in users[queue.popleft()]:
            node = nodes[above]
            left = sum(below not in gone for below in node.some)
            if above not in gone and (left < node.needed or any(below in gone for below in node.every)):
                gone.add(above)
                queue.append(above)
    return frozenset(gone)


@remembered
def _users(nodes: Graph) -> Mapping[str, list[str]]:
    """What needs each node."""
    users: dict[str, list[str]] = {name: [] for name in nodes}
    for node in nodes.values():
        for below in (*node.every, *node.some):
            users[below].append(node.id)
    return users


@remembered
def below(nodes: Graph, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """What the wanted nodes need, directly or not, alternatives too: themselves first, then from near to far."""
    seen = dict.fromkeys(wanted)
    queue = deque(seen)
    while queue:
        here = nodes[queue.popleft()]
        for name in (*here.every, *here.some):
            if name not in seen:
                seen[name] = None
                queue.append(name)
    return tuple(seen)


def crossing(architecture: parts.Architecture, flow: parts.Flow) -> tuple[str, ...]:
    """What a flow needs besides its two ends: the route between their zones, and who vouches for its login now."""
    components = architecture.one("components")
    ends = {components[flow.source].zone, components[flow.to].zone}
    way = [route.id for route in architecture.routes if set(route.between) == ends and len(ends) == 2]
    return (*way, *([flow.identity] if flow.identity else ()))


def initiator(flow: parts.Flow) -> str:
    """The component that opens the connection."""
    return flow.source if flow.initiator == "source" else flow.to


def other(flow: parts.Flow) -> str:
    """The component that is called."""
    return flow.to if flow.initiator == "source" else flow.source


@dataclass(frozen=True, slots=True)
class _Nodes:
    architecture: parts.Architecture
    phase: Phase

    def __iter__(self) -> Iterator[Node]:
        model = self.architecture
        for team in model.teams:
            yield _all(team, "team")
        for place in model.places:
            yield _all(place, "place", *_given(place.inside))
        for zone in model.zones:
            yield _all(zone, "zone", zone.place)
        for link in model.links:
            yield _all(link, "link", *link.needs)
        for group in model.groups:
            yield Node(group.id, "group", (), tuple(group.members), group.needed)
        for route in model.routes:
            yield _all(route, "route", *route.via)
        for secret in model.secrets:
            yield _all(secret, "secret", *(_given(secret.store) if self.phase == "recover" else ()))
        for key in model.keys:
            yield _all(key, "key", key.store)
        for identity in model.identities:
            yield _all(identity, "identity", *self._vouched(identity))
        for component in model.components:
            yield from self._component(component)
        for flow in model.flows:
            yield _all(flow, "flow", flow.source, flow.to, *crossing(model, flow))
        for service in model.services:
            yield _all(service, "service", *service.answers)
            yield Node(f"fresh:{service.id}", "fresh", (service.id, *service.path), (), 0)

    def _vouched(self, identity: parts.Identity) -> Iterator[str]:
        """Who must answer for an identity's proof: its issuer, where proofs are short-lived or to be had anew."""
        short = identity.lifetime_h is not None and identity.lifetime_h < SHORT_PROOF_H
        if identity.issuer and (short or self.phase == "recover"):
            yield identity.issuer
        if identity.secret and self.phase == "recover":
            yield identity.secret

    def _component(self, component: parts.Component) -> Iterator[Node]:
        instances = tuple(f"{component.id}#{number + 1}" for number in range(component.instances))
        for number, name in enumerate(instances):
            place = component.places[number % len(component.places)]
            yield Node(name, "instance", (place,), (), 0)
        every = dict.fromkeys((component.zone, *component.needs, *self._called(component), *self._key(component)))
        if component.identity and component.identity in self._short():
            every[component.identity] = None
        if self.phase == "recover":
            every |= dict.fromkeys((*_given(component.owner), *component.recovery_needs, *_origin(component)))
            every |= dict.fromkeys(_given(component.identity))
        every.pop(component.id, None)
        yield Node(component.id, "component", tuple(every), instances, component.needed)

    def _called(self, component: parts.Component) -> Iterator[str]:
        """The other ends of the synchronous flows that a component opens, and what those flows cross."""
        for flow in self.architecture.flows:
            if flow.mode == "synchronous" and initiator(flow) == component.id:
                yield from (other(flow), *crossing(self.architecture, flow))

    def _key(self, component: parts.Component) -> Iterator[str]:
        """The key without which what a component stores cannot be read (now, or when it starts)."""
        for key in self.architecture.keys:
            if component.at_rest and component.at_rest.key == key.id and (self.phase == "recover" or not key.at_start):
                yield key.id

    def _short(self) -> frozenset[str]:
        return frozenset(
            identity.id
            for identity in self.architecture.identities
            if identity.lifetime_h is not None and identity.lifetime_h < SHORT_PROOF_H
        )


def _all(part: Any, kind: str, *every: str) -> Node:
    return Node(part.id, kind, tuple(dict.fromkeys(every)), (), 0)


def _given(name: str | None) -> tuple[str, ...]:
    return (name,) if name else ()


def _origin(component: parts.Component) -> tuple[str, ...]:
    """Where a component's content is brought back from: what it can be made from, else its backup."""
    if component.rebuilt_from:
        return tuple(component.rebuilt_from)
    return (component.backup.to,) if component.backup else ()
