"""Rules of the network: who may open a connection to whom, and under what protection."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from itertools import combinations

from architecture import needs, parts
from architecture.rules import ways
from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows

_BY_THEMSELVES = frozenset({"ssh", "sftp", "dns", "ntp", "kerberos", "ipsec", "wireguard"})
_OLD_TLS = frozenset({"1.0", "1.1"})


def _plain(flow: parts.Flow) -> bool:
    return flow.tls == "none" and flow.protocol.lower() not in _BY_THEMSELVES


def _unencrypted_crossing(facts: Facts) -> Iterator[Fault]:
    for flow in facts.architecture.flows:
        if facts.crossing(flow) and _plain(flow):
            here, there = facts.components[flow.source].zone, facts.components[flow.to].zone
            yield Fault(flow.id, "tls", f"{flow.protocol} goes from zone {here} to zone {there} with no TLS")


def _plain_inside(facts: Facts) -> Iterator[Fault]:
    floor = parts.CLASSES.index("restricted")
    for flow in facts.architecture.flows:
        heavy = [held.data for held in flow.carries if held.form != "encrypted" and facts.rank(held.data) >= floor]
        if heavy and not facts.crossing(flow) and _plain(flow):
            yield Fault(flow.id, "tls", f"carries {heavy[0]} ({parts.CLASSES[facts.rank(heavy[0])]}) with no TLS")


def _old_tls(facts: Facts) -> Iterator[Fault]:
    for flow in facts.architecture.flows:
        if flow.tls in _OLD_TLS:
            yield Fault(flow.id, "tls", f"is encrypted with TLS {flow.tls}")


def _inbound(facts: Facts) -> Iterator[Fault]:
    for flow in facts.architecture.flows:
        caller, called = needs.initiator(flow), needs.other(flow)
        if facts.outside(caller) and not facts.outside(called):
            zones = f"{facts.zone(caller).id} ({facts.zone(caller).kind}) to {facts.zone(called).id}"
            yield Fault(flow.id, "initiator", f"{caller} opens a connection to {called}: from zone {zones}")


def _exposure(facts: Facts) -> Iterator[Fault]:
    for flow in facts.architecture.flows:
        caller, called = needs.initiator(flow), needs.other(flow)
        given = facts.components[called].exposure
        if facts.zone(caller).kind == "internet" and facts.zone(called).kind != "internet" and given != "public":
            yield Fault(
                called, "exposure", f"is said to be {given}, but {caller} calls it from the internet ({flow.id})"
            )


def _egress(facts: Facts) -> Iterator[Fault]:
    """From each component of a cloud zone, a way of opened connections to the internet that no egress control ends."""
    opened: dict[str, list[str]] = {name: [] for name in facts.components}
    for flow in facts.architecture.flows:
        opened[needs.initiator(flow)].append(needs.other(flow))
    free = {
        name: [step for step in steps if facts.components[step].kind != "egress"]
        for name, steps in opened.items()
        if facts.zone(name).kind == "cloud" and facts.components[name].kind != "egress"
    }
    internet = {name for name in facts.components if facts.zone(name).kind == "internet"}
    for name in free:
        way = ways.between(name, internet, lambda step: free.get(step, ()))
        if way:
            yield Fault(name, "", f"reaches the internet without egress control: {arrows(*way)}")


def _bastion(facts: Facts) -> Iterator[Fault]:
    """From each client, a way of administration flows to a machine that does not pass a bastion."""
    steps: dict[str, list[str]] = {name: [] for name in facts.components}
    for flow in facts.architecture.flows:
        guarded = facts.components[needs.other(flow)].kind == "bastion" or _approved(facts, flow)
        if flow.purpose == "administration" and not guarded:
            steps[needs.initiator(flow)].append(needs.other(flow))
    for component in facts.architecture.components:
        if component.kind in ("bastion", "ci"):
            continue
        direct = [name for name in steps[component.id] if name != component.id]
        if direct and not any(component.id in below for below in steps.values()):
            way = _longest(component.id, steps)
            yield Fault(component.id, "", f"administers without a bastion on the way: {arrows(*way)}")


def _approved(facts: Facts, flow: parts.Flow) -> bool:
    """Whether somebody else has to agree each time, and what is called is no machine of one's own network zone."""
    identity = facts.identities.get(flow.identity or "")
    return identity is not None and identity.approval and identity.mfa and facts.zone(needs.other(flow)).administration


def _longest(start: str, steps: dict[str, list[str]]) -> tuple[str, ...]:
    way = [start]
    while further := [name for name in steps[way[-1]] if name not in way]:
        way.append(further[0])
    return tuple(way)


def _administration_zone(facts: Facts) -> Iterator[Fault]:
    for component in facts.architecture.components:
        zone = facts.zones[component.zone]
        if component.kind == "bastion" and not zone.administration:
            yield Fault(component.id, "zone", f"stands in zone {zone.id}, which is no administration zone")


def _cidr_overlap(facts: Facts) -> Iterator[Fault]:
    ranges = [(zone.id, ip_network(zone.cidr)) for zone in facts.architecture.zones if zone.cidr]
    for (one, here), (other, there) in combinations(ranges, 2):
        if here.version == there.version and here.overlaps(there) and here.prefixlen and there.prefixlen:
            yield Fault(other, "cidr", f"{there} overlaps {here} of zone {one}")


ROWS = (
    Rule(
        "unencrypted-crossing",
        "error",
        "part",
        "A flow that leaves its zone is encrypted by TLS, or by a protocol that encrypts or signs by itself.",
        "Between zones a line is somebody else's: a carrier, a switch, a peer who listens.",
        "Give the flow TLS 1.2 or 1.3; an encrypted line below it is a second layer, not a reason to go without.",
        _unencrypted_crossing,
    ),
    Rule(
        "unencrypted-inside",
        "error",
        "part",
        "A flow inside one zone that carries restricted, confidential or personal data is encrypted too.",
        "One machine that is taken over in the zone would read all that passes.",
        "Give the flow TLS 1.2 or 1.3.",
        _plain_inside,
    ),
    Rule(
        "tls-version",
        "error",
        "part",
        "TLS is of version 1.2 or 1.3.",
        "Versions 1.0 and 1.1 are withdrawn (RFC 8996): known attacks, and refused by current libraries.",
        "Set tls to 1.2 or 1.3; replace the side that cannot.",
        _old_tls,
    ),
    Rule(
        "opened-from-outside",
        "error",
        "part",
        "Nothing in a cloud, on the internet or elsewhere opens a connection into the company's own networks.",
        "Whoever takes over an account at the provider would hold an open door into the data centre.",
        "Turn the flow round: the inner side pushes, or polls; see `initiator`.",
        _inbound,
    ),
    Rule(
        "exposure-true",
        "error",
        "part",
        "A component that is called from the internet says that it is public.",
        "What is taken for private is neither hardened, nor watched, nor looked for by the rules of theft.",
        "Set exposure to public and protect it, or take the flow away.",
        _exposure,
    ),
    Rule(
        "cloud-egress",
        "error",
        "path",
        "No component of a cloud zone reaches the internet except through egress control.",
        "Data leave, and commands arrive, by the first connection outward that nobody filters.",
        "Lead the connections through the component of kind egress, which lets only listed names pass.",
        _egress,
    ),
    Rule(
        "administration-without-bastion",
        "error",
        "path",
        "People administer machines from a bastion; straight from their own only what asks a second person each time.",
        "A workstation reads mail; what it can administer, a mail can.",
        "Let the flow of administration start at the bastion, and lead people to the bastion.",
        _bastion,
    ),
    Rule(
        "bastion-in-administration",
        "error",
        "part",
        "A bastion stands in an administration zone.",
        "In any other zone its neighbours reach it without passing what guards administration.",
        "Move it to a zone with `administration: true`.",
        _administration_zone,
    ),
    Rule(
        "address-overlap",
        "error",
        "part",
        "No two zones share addresses.",
        "A firewall rule for the one would open the other, and no route could tell them apart.",
        "Give one of them another range.",
        _cidr_overlap,
    ),
)
