"""Rules of promises: that what is promised can be kept by what it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import inf

from architecture import parts
from architecture.reliability.availability import availabilities, own
from architecture.reliability.losses import store_loss_h
from architecture.reliability.recovery import recovery
from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows


def _promised(facts: Facts) -> Iterator[tuple[str, parts.Objectives]]:
    """Services and components with objectives."""
    for service in facts.architecture.services:
        yield service.id, service.objectives
    for component in facts.architecture.components:
        if component.objectives is not None:
            yield component.id, component.objectives


def _shorter_than_needed(facts: Facts) -> Iterator[Fault]:
    for name, objectives in _promised(facts):
        if objectives.rto_h is None:
            continue
        for below in facts.below("recover", name):
            theirs = below.objectives.rto_h if below.objectives and below.id != name else None
            if theirs is not None and theirs > objectives.rto_h and name in facts.gone("recover", below.id):
                way = arrows(*facts.way("recover", name, below.id))
                yield Fault(
                    name, "objectives", f"promises {objectives.rto_h:g} h; {below.id} promises {theirs:g} h: {way}"
                )


def _better_than_needed(facts: Facts) -> Iterator[Fault]:
    for name, objectives in _promised(facts):
        if objectives.availability is None:
            continue
        for below in facts.below("run", name):
            theirs = below.objectives.availability if below.objectives and below.id != name else None
            if theirs is not None and theirs < objectives.availability and name in facts.gone("run", below.id):
                way = arrows(*facts.way("run", name, below.id))
                what = f"promises {objectives.availability:g} %; {below.id} promises {theirs:g} %: {way}"
                yield Fault(name, "objectives", what)


def _availability(facts: Facts) -> Iterator[Fault]:
    for name, found in availabilities(facts.architecture, tuple(facts.architecture.one("services"))).items():
        wanted = facts.architecture.one("services")[name].objectives.availability
        if wanted is not None and 100 * found.likely < wanted:
            way = arrows(*facts.way("run", name, _weakest(facts, name)))
            what = f"promises {wanted:g} %, {100 * found.likely:.4g} % is computed; most is lost at {way}"
            yield Fault(name, "objectives", what)


def _weakest(facts: Facts, service: str) -> str:
    """Of what stops a service by itself, the thing that is away most; the service where nothing does."""
    alone = {
        name: amount.likely
        for name, amount in own(facts.architecture).items()
        if amount is not None and service in facts.gone("run", name)
    }
    return min(alone, key=alone.__getitem__, default=service)


def _recovery_time(facts: Facts) -> Iterator[Fault]:
    back = recovery(facts.architecture).services
    for service in facts.architecture.services:
        wanted, found = service.objectives.rto_h, back[service.id]
        if wanted is not None and found.likely > wanted:
            what = f"promises {wanted:g} h, the way back takes {found.likely:g} h: {arrows(*found.path, service.id)}"
            yield Fault(service.id, "objectives", what)


def _data_loss(facts: Facts) -> Iterator[Fault]:
    for name, objectives in _promised(facts):
        for part, way in _keeping(facts, name):
            loss = _loss_h(facts, name, facts.components[part])
            if objectives.rpo_h is not None and objectives.rpo_h < loss:
                what = f"promises to lose {objectives.rpo_h:g} h at most; {part} can lose {loss:g} h: {arrows(*way)}"
                yield Fault(name, "objectives", what)


def _loss_h(facts: Facts, promised_by: str, part: parts.Component) -> float:
    """What losing a part costs: a component's promise is about itself alone, a service's about the worst there is."""
    if not part.holds or (part.id == promised_by and part.rebuilt_from):
        return 0.0
    loss = store_loss_h(facts.architecture, part.id)
    return loss if loss < inf else 0.0  # everything: `backup-missing` and `history-too-short` say so


def _keeping(facts: Facts, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What keeps the data of a service, along its path, or the component itself; and the way to it."""
    if name in facts.components:
        backup = facts.components[name].backup
        yield name, (name, *((backup.to,) if backup else ()))
        return
    service = facts.architecture.one("services")[name]
    seen = set()
    for place, flow in enumerate(service.path):
        for end in (facts.flows[flow].source, facts.flows[flow].to):
            if end not in seen:
                seen.add(end)
                yield end, (name, *service.path[: place + 1], end)


def _freshness(facts: Facts) -> Iterator[Fault]:
    for service in facts.architecture.services:
        wanted = service.objectives.freshness_min
        steps = [facts.flows[name] for name in service.path]
        total = sum(flow.latency_s.high for flow in steps if flow.latency_s) / 60
        if wanted is not None and total > wanted:
            way = arrows(*(f"{flow.id} {flow.latency_s.high:g} s" for flow in steps if flow.latency_s))
            yield Fault(
                service.id, "objectives", f"promises {wanted:g} min, its path takes up to {total:.3g} min: {way}"
            )


def _contract_age(facts: Facts) -> Iterator[Fault]:
    """The age a contract promises is counted from the record in its topic, so up to the flow that carries its data."""
    for service in facts.architecture.services:
        age, way, begun = 0.0, [], False
        for name in service.path:
            flow = facts.flows[name]
            if begun:
                age += flow.latency_s.high / 60 if flow.latency_s else 0.0
                way.append(name)
            begun = begun or facts.components[flow.to].kind == "broker"
            for held in flow.carries if way else ():
                for contract in facts.contracts(held.data):
                    if contract.freshness_min is not None and age > contract.freshness_min:
                        taken = f"{age:.3g} min are taken: {arrows(*way)}"
                        what = f"{contract.key} promises {contract.freshness_min:g} min, {taken}"
                        yield Fault(service.id, "path", what)


def _unknown_latency(facts: Facts) -> Iterator[Fault]:
    named = {
        name for service in facts.architecture.services if service.objectives.freshness_min for name in service.path
    }
    for flow in facts.architecture.flows:
        if flow.id in named and flow.latency_s is None:
            yield Fault(
                flow.id, "latency_s", "is on the path of a service that promises freshness, and says no latency"
            )


def _broken_path(facts: Facts) -> Iterator[Fault]:
    for service in facts.architecture.services:
        steps = [facts.flows[name] for name in service.path]
        for before, after in pairwise(steps):
            if before.to != after.source:
                what = f"{before.id} ends at {before.to}, {after.id} begins at {after.source}"
                yield Fault(service.id, "path", f"its path is broken: {what}; {arrows(*service.path)}")


ROWS = (
    Rule(
        "recovery-before-needs",
        "error",
        "path",
        "Nothing promises to be back sooner than what it needs promises to be.",
        "The shorter promise is then kept by luck.",
        "Shorten the objective below, or lengthen this one.",
        _shorter_than_needed,
    ),
    Rule(
        "availability-above-needs",
        "error",
        "path",
        "Nothing promises to be available more than what it cannot work without promises.",
        "A chain is no better than its weakest link, and promises multiply.",
        "Raise the objective below, lower this one, or stop needing it.",
        _better_than_needed,
    ),
    Rule(
        "availability-below-objective",
        "error",
        "path",
        "The availability computed from everything a service needs reaches what it promises.",
        "A promise above what the parts give is broken in an average year.",
        "Add an instance or line where most is lost, or promise less.",
        _availability,
    ),
    Rule(
        "recovery-longer-than-objective",
        "error",
        "path",
        "The longest way back to a service, one part after another, takes no longer than it promises.",
        "After a disaster everything has to come back, in order.",
        "Shorten the longest step, start it earlier, or promise more time.",
        _recovery_time,
    ),
    Rule(
        "data-loss-missed",
        "error",
        "path",
        "Nothing that a service is brought back from can lose more than the service promises.",
        "What was written since the last backup is gone.",
        "Back up more often, rebuild from a source with history, or promise less.",
        _data_loss,
    ),
    Rule(
        "path-too-slow",
        "error",
        "path",
        "The flows of a service's path together take no longer than its promised freshness.",
        "Each team keeps its own limit, and the sum is late.",
        "Shorten the slowest flow, or promise less.",
        _freshness,
    ),
    Rule(
        "contract-age-missed",
        "error",
        "path",
        "From the record in the topic on, a service's path keeps the age that the contract of its data promises.",
        "The contract is what consumers were told.",
        "Shorten the slowest flow, or let the owner change the contract.",
        _contract_age,
    ),
    Rule(
        "latency-unknown",
        "error",
        "part",
        "Every flow on the path of a service with promised freshness says what it adds.",
        "An unknown counts as nothing, and the sum is then too good.",
        "Set latency_s with a range.",
        _unknown_latency,
    ),
    Rule(
        "path-broken",
        "error",
        "path",
        "Each flow of a service's path begins where the one before it ends.",
        "What is computed along the path would be about something else.",
        "Put the flows in order, or add the one that is missing.",
        _broken_path,
    ),
)
