"""Rules of lines between networks: that there is one, and that another stands in for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from architecture import needs, parts
from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows

_LARGE = frozenset({"datacentre", "region", "elsewhere"})  # places whose loss is a scenario of its own
_SINGLE = frozenset({"instance", "place", "link"})


def _no_route(facts: Facts) -> Iterator[Fault]:
    for flow in facts.architecture.flows:
        if facts.crossing(flow) and not facts.routes(flow):
            zones = [facts.components[end].zone for end in (flow.source, flow.to)]
            yield Fault(flow.id, "", f"{arrows(flow.source, flow.to)} has no route between {zones[0]} and {zones[1]}")


def _without_backup(facts: Facts) -> Iterator[Fault]:
    links, seen = facts.architecture.one("links"), set()
    for flow in facts.architecture.flows:
        tier = min(facts.components[flow.source].tier, facts.components[flow.to].tier)
        for route in facts.routes(flow):
            for via in route.via:
                wide = via in links and links[via].kind in ("wan", "interconnect", "vpn")
                if wide and flow.purpose == "data" and tier <= 2 and via not in seen:
                    seen.add(via)
                    way = arrows(flow.source, route.id, via, flow.to)
                    yield Fault(route.id, "via", f"{flow.id} goes over one line with none beside it: {way}")


def _common_cause(facts: Facts) -> Iterator[Fault]:
    """What one thing takes down together: needs of the members, the duct, the carrier."""
    links = facts.architecture.one("links")
    for group in facts.architecture.groups:
        spare = len(group.members) - group.needed
        if spare < 1:
            continue
        for cause, fallen in _causes(facts, group, links):
            if len(fallen) > spare:
                told = "; ".join(arrows(name, *_between(facts, name, cause)) for name in fallen)
                yield Fault(group.id, "members", f"{cause} takes down {len(fallen)} of {len(group.members)}: {told}")


def _causes(facts: Facts, group: parts.Group, links: dict[str, parts.Link]) -> Iterator[tuple[str, list[str]]]:
    below = Counter(name for member in group.members for name in needs.below(facts.run, (member,)))
    for name in sorted(name for name, users in below.items() if users > len(group.members) - group.needed):
        large = name in facts.places and facts.places[name].kind in _LARGE
        if facts.run[name].kind in _SINGLE and name not in group.members and not large:
            gone = facts.gone("run", name)
            yield name, [member for member in group.members if member in gone]
    lines = [links[name] for name in group.members if name in links]
    for word in ("path", "carrier"):
        for value in sorted({getattr(link, word) for link in lines}):
            yield f"{word} {value}", [link.id for link in lines if getattr(link, word) == value]


def _between(facts: Facts, name: str, cause: str) -> tuple[str, ...]:
    return facts.way("run", name, cause)[1:] if cause in facts.run else (cause,)


def _spare(facts: Facts) -> Iterator[Fault]:
    for group in facts.architecture.groups:
        if group.needed >= len(set(group.members)):
            yield Fault(group.id, "needed", f"needs {group.needed} of {len(set(group.members))} members: none to spare")


def _unused(facts: Facts) -> Iterator[Fault]:
    used = {via for route in facts.architecture.routes for via in route.via}
    used |= {name for node in facts.run.values() for name in (*node.every, *node.some) if node.kind != "route"}
    for group in facts.architecture.groups:
        used |= set(group.members) if group.id in used else set()
    for link in facts.architecture.links:
        if link.id not in used:
            yield Fault(link.id, "", "is on no route and in no group that is used")


def _unencrypted_wan(facts: Facts) -> Iterator[Fault]:
    for link in facts.architecture.links:
        if link.kind in ("wan", "interconnect", "vpn") and link.encryption == "none":
            yield Fault(link.id, "encryption", f"a {link.kind} of {link.carrier} is not encrypted")


ROWS = (
    Rule(
        "route-missing",
        "error",
        "path",
        "Two zones with a flow between them have a route.",
        "Without one, no computation of what fails sees the lines that the flow depends on.",
        "Add a route between the two zones, or mend the flow's ends.",
        _no_route,
    ),
    Rule(
        "link-without-backup",
        "error",
        "path",
        "Data of tier 1 and 2 leave over lines that have another beside them.",
        "A digger needs a minute, a carrier a day.",
        "Put the line into a group with a second one, and name the group in the route.",
        _without_backup,
    ),
    Rule(
        "common-cause",
        "error",
        "path",
        "What stands in for each other shares no room, machine, line, duct or carrier.",
        "Two lines in one duct are one line, whatever the invoice says.",
        "Give one member another carrier, duct, room or machine.",
        _common_cause,
    ),
    Rule(
        "group-without-spare",
        "error",
        "part",
        "A group has more members than it needs.",
        "A group that needs all its members fails more often than one member alone.",
        "Lower `needed` or add a member.",
        _spare,
    ),
    Rule(
        "link-unused",
        "warning",
        "part",
        "Every line is on a route.",
        "It is paid for, and nobody notices when it fails.",
        "Name it in a route or in a group of one, or give it up.",
        _unused,
    ),
    Rule(
        "line-encrypted",
        "error",
        "part",
        "A line between two networks is encrypted by itself: MACsec, IPsec or WireGuard.",
        "TLS hides what is said, not who speaks with whom; and one flow set up wrongly must not be in the clear.",
        "Set up MACsec on the interconnect, or a tunnel over it.",
        _unencrypted_wan,
    ),
)
