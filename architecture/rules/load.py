"""Rules of load: that lines and components take what is to pass them on the busiest day."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows

BUSY_HOURS = 8.0  # a day's volume passes in working hours, not in twenty-four
FULL = 0.7  # above this share of a line, queues grow and latency with them
EVENTS = "events/s"
GROWTH = "times"


def _members(facts: Facts, via: str) -> tuple[tuple[str, ...], int]:
    """The links behind one step of a route, and how many of them must work."""
    group = facts.architecture.one("groups").get(via)
    return (tuple(group.members), group.needed) if group else ((via,), 1)


def _overbooked(facts: Facts) -> Iterator[Fault]:
    """Each link is held against all flows whose route passes it, alone where the others of its group are gone."""
    links = facts.architecture.one("links")
    load: dict[str, list[tuple[float, str, str]]] = {name: [] for name in links}
    for flow in facts.architecture.flows:
        mbps = flow.per_day.high * 8 / (BUSY_HOURS * 3600) if flow.per_day else 0.0
        for route in facts.routes(flow):
            for via in route.via:
                members, needed = _members(facts, via)
                for name in members:
                    if name in links:
                        load[name].append((mbps / needed, flow.id, route.id))
    for name, passing in load.items():
        total, room = sum(mbps for mbps, _, _ in passing), links[name].bandwidth_mbps
        if total > room * FULL:
            flows = sorted(passing, reverse=True)[:3]
            most = ", ".join(f"{arrows(route, flow)} {mbps:.3g}" for mbps, flow, route in flows)
            yield Fault(name, "bandwidth_mbps", f"{total:.3g} Mbit/s pass a line of {room:g} at busy hours: {most} ...")


def _too_slow(facts: Facts) -> Iterator[Fault]:
    """Hypotheses that a requirement names as its volume: the highest peak, times the likely growth where it is named.

    A component is held against the least it can take, with as many instances as it needs.
    """
    hypotheses = facts.architecture.one("hypotheses")
    for requirement in facts.architecture.requirements:
        amounts = [hypotheses[name].amount for name in requirement.volume if hypotheses[name].amount]
        peak = max((amount.high for amount in amounts if amount.unit == EVENTS), default=0.0)
        wanted = peak * prod(amount.likely for amount in amounts if amount.unit == GROWTH)
        for name in requirement.components:
            part = facts.components[name]
            takes = part.capacity.low * part.needed if part.capacity and part.capacity.unit == EVENTS else None
            if takes is not None and takes < wanted:
                way = arrows(*requirement.components[: requirement.components.index(name) + 1])
                what = f"takes {takes:g} events/s, and {requirement.id} brings {wanted:g} at its peak: {way}"
                yield Fault(name, "capacity", what)


ROWS = (
    Rule(
        "link-overbooked",
        "error",
        "path",
        f"The flows routed over a line take at most {FULL:.0%} of it in busy hours, also when it stands in for others.",
        "The backup line is used on the worst day; if it is too narrow it is none.",
        "Widen the line, move a flow to another route, or make it wait.",
        _overbooked,
    ),
    Rule(
        "capacity-below-peak",
        "error",
        "path",
        "Every step of a requirement takes its highest peak, grown as planned, with the instances it needs.",
        "The slowest step decides how late everybody is, each day at the same hour.",
        "Add instances or partitions, or measure what one really takes.",
        _too_slow,
    ),
)
