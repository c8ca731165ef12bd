"""An architecture to what data its services can lose: the recovery point, in hours, along the chain of stores.

A store that is lost gives back all up to its last backup, so it loses at most the backup interval; nothing, where it
can be made again from something with enough history; everything, where neither is there. What it is made from may have
been lost with it, so a store loses at least what its sources lose (the worst case: one disaster takes both). What is
under way in an asynchronous flow is lost besides, unless the flow says where it is held back (`retry.buffer`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from architecture import parts
from architecture.needs import below, graph

HOURS_A_DAY = 24.0
SECONDS_AN_HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Loss:
    """What a service can lose: `hours` in all (infinite: everything), of which `store` loses the most.

    `chain` are the stores below it with the hours each loses, `under_way_h` what its asynchronous flows lose besides.
    """

    service: str
    hours: float
    store: str
    chain: dict[str, float]
    under_way_h: float


def losses(architecture: parts.Architecture) -> dict[str, Loss]:
    """Of every service of the model; the stores are the components below its path that keep data."""
    nodes, components = graph(architecture), architecture.one("components")
    flows = architecture.one("flows")
    made = {}
    for service in architecture.services:
        reached = below(nodes, (f"fresh:{service.id}",))
        chain = {
            name: store_loss_h(architecture, name) for name in components if name in reached and components[name].holds
        }
        store = max(chain, key=chain.__getitem__, default="")
        under_way = sum(_under_way_h(flows[name]) for name in service.path)
        made[service.id] = Loss(service.id, chain.get(store, 0.0) + under_way, store, chain, under_way)
    return made


def store_loss_h(architecture: parts.Architecture, name: str, _seen: frozenset[str] = frozenset()) -> float:
    """Hours of data that losing a component can cost, if all it could be made from is lost too and brought back."""
    component = architecture.one("components")[name]
    by_backup = component.backup.every_h if component.backup else math.inf
    sources = [each for each in component.rebuilt_from if each not in _seen]
    if not sources or not _enough(architecture, component):
        return by_backup
    through = max(store_loss_h(architecture, each, _seen | {name}) for each in sources)
    return min(by_backup, through)


def _enough(architecture: parts.Architecture, component: parts.Component) -> bool:
    """Whether the history to make a store from is as long as what it keeps, or joins up with its backup.

    Data without retention are a state (a catalogue, rights), not a history: they are made from what is there now.
    """
    if component.rebuild_days is None:
        return False
    if component.backup and component.rebuild_days * HOURS_A_DAY >= component.backup.every_h:
        return True
    data = architecture.one("data")
    kept = (
        holding.kept_days if holding.kept_days is not None else data[holding.data].retention_days
        for holding in component.holds
    )
    return all(days is None or days <= component.rebuild_days for days in kept)


def _under_way_h(flow: parts.Flow) -> float:
    held = flow.mode == "synchronous" or (flow.retry is not None and flow.retry.buffer is not None)
    return 0.0 if held or flow.latency_s is None else flow.latency_s.high / SECONDS_AN_HOUR
