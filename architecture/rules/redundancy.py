"""Rules of redundancy: what a tier 1 part stands on, and what it may not need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows

_ROOMS = frozenset({"room", "cloud-zone", "site"})


def _single_instance(facts: Facts) -> Iterator[Fault]:
    for part in facts.architecture.components:
        if part.tier == 1 and part.kind != "client" and part.instances - part.needed < 1:
            what = f"is of tier 1 and needs {part.needed} of {part.instances} instances: none to spare"
            yield Fault(part.id, "instances", what)


def _one_room(facts: Facts) -> Iterator[Fault]:
    """Instances stand in their places in turn, as `needs.graph` places them."""
    for part in facts.architecture.components:
        if part.tier != 1 or part.instances - part.needed < 1 or part.kind == "client":
            continue
        stands = Counter(part.places[number % len(part.places)] for number in range(part.instances))
        for place, count in stands.items():
            if facts.places[place].kind in _ROOMS and part.instances - count < part.needed:
                way = arrows(
                    place,
                    *(
                        f"{part.id}#{n + 1}"
                        for n in range(part.instances)
                        if part.places[n % len(part.places)] == place
                    ),
                )
                yield Fault(
                    part.id,
                    "places",
                    f"loses {count} of {part.instances} with one room, and needs {part.needed}: {way}",
                )


def _inversion(facts: Facts) -> Iterator[Fault]:
    """One fault for each service and part, the nearest first; alternatives of a group are not needed each."""
    for service in facts.architecture.services:
        gone_by = {part.id: part for part in facts.below("run", service.id) if part.tier > service.tier}
        for part in gone_by.values():
            if part.kind != "client" and service.id in facts.gone("run", part.id):
                way = arrows(*facts.way("run", service.id, part.id))
                yield Fault(
                    part.id, "tier", f"is of tier {part.tier}, and a service of tier {service.tier} needs it: {way}"
                )


def _needs_cloud(facts: Facts) -> Iterator[Fault]:
    for part in facts.architecture.components:
        if part.tier != 1 or facts.outside(part.id):
            continue
        for below in facts.below("run", part.id):
            if facts.outside(below.id) and part.id in facts.gone("run", below.id):
                way = arrows(*facts.way("run", part.id, below.id))
                yield Fault(part.id, "", f"stops when {below.id} in zone {below.zone} does: {way}")
                break


def _team_of_one(facts: Facts) -> Iterator[Fault]:
    for service in facts.architecture.services:
        if service.tier != 1:
            continue
        for team in facts.architecture.teams:
            if team.people < 2 and service.id in facts.gone("recover", team.id):
                way = arrows(*facts.way("recover", service.id, team.id))
                yield Fault(team.id, "people", f"is one person, without whom {service.id} does not come back: {way}")


ROWS = (
    Rule(
        "single-instance",
        "error",
        "part",
        "A component of tier 1 has an instance to spare.",
        "Otherwise every restart, patch and broken disk is an outage.",
        "Raise instances, or lower needed.",
        _single_instance,
    ),
    Rule(
        "one-room",
        "error",
        "path",
        "A component of tier 1 outlives the loss of any one room, cloud zone or site.",
        "Three nodes in two rooms are two in one of them: with it the majority is gone.",
        "Spread the instances over more places; a voter on a third site may be enough.",
        _one_room,
    ),
    Rule(
        "tier-inversion",
        "error",
        "path",
        "A service needs no component of a lower tier than its own.",
        "It is then as well run as the least of what it needs, whatever its tier says.",
        "Raise the component's tier, with all that follows, or stop needing it.",
        _inversion,
    ),
    Rule(
        "inside-needs-outside",
        "error",
        "path",
        "A tier 1 component on premises works on while everything outside is away.",
        "Lines break and providers have bad days; the core of the business is to have neither.",
        "Make the flow asynchronous with a buffer, or keep what it needs on premises.",
        _needs_cloud,
    ),
    Rule(
        "team-of-one",
        "error",
        "path",
        "No tier 1 service depends for its recovery on one person.",
        "People fall ill, leave, and sleep.",
        "Train a second person, or let another team own the part.",
        _team_of_one,
    ),
)
