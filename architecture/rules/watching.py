"""Rules of watching: that what runs is seen, and that a failure does not switch off its own alarm."""

from __future__ import annotations

from collections.abc import Iterator

from architecture.rules import ways
from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows

_WATCHERS = frozenset({"logs", "monitoring"})
_UNWATCHED = frozenset({"client", "registry"})


def _not_observed(facts: Facts) -> Iterator[Fault]:
    seen = {end for flow in facts.architecture.flows if flow.purpose == "telemetry" for end in (flow.source, flow.to)}
    for part in facts.architecture.components:
        if part.kind not in _UNWATCHED and part.id not in seen:
            yield Fault(
                part.id, "", f"a {part.kind} of tier {part.tier} sends no metrics or logs, and nobody asks for them"
            )


def _unheard(facts: Facts) -> Iterator[Fault]:
    """From each observed component, a way of telemetry that ends at a monitoring which tells people."""
    steps: dict[str, list[str]] = {name: [] for name in facts.components}
    for flow in facts.architecture.flows:
        if flow.purpose == "telemetry":
            steps[flow.source].append(flow.to)
    people = {name for name, part in facts.components.items() if part.kind == "mail"}
    for name, below in steps.items():
        watched = facts.components[name].kind not in _WATCHERS
        if people and watched and below and not ways.between(name, people, lambda step: steps[step]):
            way = arrows(name, *below)
            yield Fault(name, "", f"what it tells reaches nobody who could act on it: {way}")


def _blind(facts: Facts) -> Iterator[Fault]:
    """A scenario is seen by something that it leaves alone, or by nobody."""
    for scenario in facts.architecture.scenarios:
        seen = scenario.detected_by
        if seen is None:
            yield Fault(scenario.id, "detected_by", "is noticed by nothing")
        elif seen not in facts.flows and not facts.around.has(f"docs/runbooks/{seen}.md"):
            yield Fault(scenario.id, "detected_by", f"is noticed by '{seen}', which is no flow and no alert")


def _seen_from_inside(facts: Facts) -> Iterator[Fault]:
    for scenario in facts.architecture.scenarios:
        flow = facts.flows.get(scenario.detected_by or "")
        if flow is None or not scenario.removes:
            continue
        watchers = [name for name in (flow.source, flow.to) if facts.components[name].kind in _WATCHERS]
        gone = facts.gone("run", *scenario.removes)
        if watchers and all(name in gone for name in watchers):
            way = arrows(*facts.way("run", watchers[-1], next(one for one in scenario.removes)))
            yield Fault(
                scenario.id,
                "detected_by",
                f"takes down what would notice it ({watchers[-1]}): {way or arrows(watchers[-1], *scenario.removes)}",
            )


def _alone(facts: Facts) -> Iterator[Fault]:
    used = {end for flow in facts.architecture.flows for end in (flow.source, flow.to)}
    used |= {via for route in facts.architecture.routes for via in route.via}
    for part in facts.architecture.components:
        if part.id not in used:
            yield Fault(part.id, "", f"a {part.kind} without a flow")


ROWS = (
    Rule(
        "not-observed",
        "error",
        "part",
        "Everything that runs sends metrics or logs, or is asked for them.",
        "Its failure is otherwise reported by its users.",
        "Add a flow with purpose telemetry.",
        _not_observed,
    ),
    Rule(
        "telemetry-unheard",
        "error",
        "path",
        "What a component tells ends at something that alerts people.",
        "A metric that nobody is alerted by is looked at afterwards.",
        "Lead the telemetry to a monitoring that sends alerts.",
        _unheard,
    ),
    Rule(
        "scenario-unnoticed",
        "error",
        "part",
        "Every scenario is noticed by a flow of telemetry or an alert that exists.",
        "Recovery begins when somebody knows.",
        "Name the flow, or an alert of docs/runbooks.",
        _blind,
    ),
    Rule(
        "watched-from-inside",
        "error",
        "path",
        "What notices a scenario works on in it.",
        "The failure would switch off its own alarm.",
        "Watch it from somewhere that it does not take down.",
        _seen_from_inside,
    ),
    Rule(
        "component-unused",
        "warning",
        "part",
        "Every component has a flow, or is on a route.",
        "It costs, it is attacked, and it does nothing that the model knows.",
        "Add the flow, or remove the component.",
        _alone,
    ),
)
