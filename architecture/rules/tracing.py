"""Rules of tracing: from a requirement to parts, from a risk to evidence, from a waiver to what needs it."""

from __future__ import annotations

from collections.abc import Iterator

from architecture import parts
from architecture.rules import ways
from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows


def _untraced(facts: Facts) -> Iterator[Fault]:
    for requirement in facts.architecture.requirements:
        lacks = [word for word in ("components", "flows", "rules") if not getattr(requirement, word)]
        if lacks:
            yield Fault(requirement.id, "", f"leads to no {' and no '.join(lacks)}")


def _unknown_rule(facts: Facts) -> Iterator[Fault]:
    for requirement in facts.architecture.requirements:
        for name in requirement.rules:
            if name not in facts.rules:
                yield Fault(requirement.id, "rules", f"is said to be held by the rule '{name}', which is not there")


def _no_way(facts: Facts) -> Iterator[Fault]:
    """The named flows, taken alone, lead from the source to the consumer where both are components."""
    for requirement in facts.architecture.requirements:
        named = [facts.flows[name] for name in requirement.flows]
        ends = (requirement.source, requirement.consumer)
        if not named or any(end not in facts.components for end in ends):
            continue
        steps = {flow.source: [one.to for one in named if one.source == flow.source] for flow in named}
        if not ways.between(ends[0], {ends[1]}, lambda name, steps=steps: steps.get(name, ())):  # type: ignore[misc]
            chain = "; ".join(arrows(flow.source, flow.id, flow.to) for flow in named)
            yield Fault(requirement.id, "flows", f"its flows do not lead from {ends[0]} to {ends[1]}: {chain}")


def _class_too_low(facts: Facts) -> Iterator[Fault]:
    for requirement in facts.architecture.requirements:
        if requirement.classification is None:
            continue
        said = parts.CLASSES.index(requirement.classification)
        for name in requirement.flows:
            for held in facts.flows[name].carries:
                true = facts.rank(held.data)
                if true > said and held.form == "clear":
                    way = arrows(requirement.id, name, held.data)
                    what = f"is said to be {requirement.classification}; {held.data} is {parts.CLASSES[true]}: {way}"
                    yield Fault(requirement.id, "classification", what)


def _late(facts: Facts) -> Iterator[Fault]:
    for requirement in facts.architecture.requirements:
        flows = [facts.flows[name] for name in requirement.flows]
        total = sum(flow.latency_s.high for flow in flows if flow.latency_s) / 60
        if requirement.latency_min is not None and total > requirement.latency_min:
            way = arrows(*requirement.flows)
            yield Fault(
                requirement.id,
                "latency_min",
                f"asks for {requirement.latency_min:g} min, its flows take up to {total:.3g}: {way}",
            )


def _unavailable(facts: Facts) -> Iterator[Fault]:
    """What a requirement asks, held against the services that use its last flow."""
    for requirement in facts.architecture.requirements:
        for service in facts.architecture.services:
            serves = requirement.flows and requirement.flows[-1] in service.path[-1:]
            given = service.objectives.availability
            if serves and requirement.availability and given is not None and given < requirement.availability:
                way = arrows(requirement.id, requirement.flows[-1], service.id)
                yield Fault(
                    requirement.id,
                    "availability",
                    f"asks for {requirement.availability:g} %, {service.id} promises {given:g} %: {way}",
                )


def _known(facts: Facts, name: str) -> bool:
    """Whether evidence is there: a rule, a scenario, a file or test, else a figure."""
    if name in facts.rules or name in facts.architecture.one("scenarios") or facts.around.has(name):
        return True
    return "." in name and name in facts.around.figures()


def _no_evidence(facts: Facts) -> Iterator[Fault]:
    for risk in facts.architecture.risks:
        strange = [name for name in risk.evidence if not _known(facts, name)]
        if not risk.evidence:
            yield Fault(risk.id, "evidence", "has no evidence that its mitigation works")
        elif strange:
            yield Fault(risk.id, "evidence", f"names {', '.join(strange)}, which is no rule, scenario, figure or file")


def _unmoved(facts: Facts) -> Iterator[Fault]:
    for risk in facts.architecture.risks:
        before, after = (mark.severity * mark.occurrence * mark.detection for mark in (risk.before, risk.after))
        if after >= before:
            yield Fault(risk.id, "after", f"is rated {after} after its mitigation and {before} before")


def _open_gate(facts: Facts) -> Iterator[Fault]:
    for lot in facts.architecture.lots:
        strange = [name for name in lot.gate.confirmed_by if not _known(facts, name)]
        if not lot.gate.confirmed_by:
            yield Fault(lot.id, "gate", "has a gate that nothing confirms")
        elif strange:
            yield Fault(lot.id, "gate", f"is confirmed by {', '.join(strange)}, which is no rule, figure, test or file")


def _lots_out_of_order(facts: Facts) -> Iterator[Fault]:
    lots = facts.architecture.one("lots")
    for lot in lots.values():
        for name in lot.needs:
            circle = ways.between(name, {lot.id}, lambda step: lots[step].needs)
            if circle:
                yield Fault(lot.id, "needs", f"waits for itself: {arrows(lot.id, *circle)}")
            elif lots[name].priority > lot.priority:
                what = f"has priority {lot.priority} and waits for one of priority {lots[name].priority}"
                yield Fault(lot.id, "needs", f"{what}: {arrows(lot.id, name)}")


def _expired(facts: Facts) -> Iterator[Fault]:
    for waiver in facts.architecture.waivers:
        if facts.around.age_days(waiver.expires) > 0:
            yield Fault(waiver.id, "expires", f"of {waiver.rule} on {waiver.on}: expired on {waiver.expires}")


def _idle(facts: Facts) -> Iterator[Fault]:
    for waiver in facts.architecture.waivers:
        if waiver.id in facts.idle:
            yield Fault(waiver.id, "", f"of {waiver.rule} on {waiver.on}: no finding on any target needs it")


ROWS = (
    Rule(
        "requirement-untraced",
        "error",
        "part",
        "Every requirement leads to components, flows and rules.",
        "A requirement that nothing carries out is a wish.",
        "Name what carries it out and the rules that hold it.",
        _untraced,
    ),
    Rule(
        "requirement-rule-unknown",
        "error",
        "part",
        "A rule that a requirement names exists.",
        "The requirement would be held by nothing.",
        "Mend the id; see `tickets architecture check --list`.",
        _unknown_rule,
    ),
    Rule(
        "requirement-unconnected",
        "error",
        "path",
        "The flows of a requirement lead from its source to its consumer.",
        "Somewhere between them a step is missing from the design.",
        "Name the flows of the whole way.",
        _no_way,
    ),
    Rule(
        "requirement-class",
        "error",
        "path",
        "A requirement is of the class of what its flows carry in the clear.",
        "Who approves it approves less than what is moved.",
        "Raise the requirement's classification, or carry the data in another form.",
        _class_too_low,
    ),
    Rule(
        "requirement-late",
        "error",
        "path",
        "The flows of a requirement together keep the time it asks for.",
        "The consumer was promised this time by name.",
        "Shorten the slowest flow, or agree on another time.",
        _late,
    ),
    Rule(
        "requirement-unavailable",
        "error",
        "path",
        "The service at the end of a requirement's flows promises the availability it asks for.",
        "Two documents then promise different things, and the lower one holds.",
        "Raise the service's objective, or agree on less.",
        _unavailable,
    ),
    Rule(
        "risk-without-evidence",
        "error",
        "part",
        "Every risk names evidence that exists: rules, scenarios, figures, files.",
        "A mitigation that nothing shows is an intention.",
        "Name what would fail if the mitigation did not work.",
        _no_evidence,
    ),
    Rule(
        "risk-unmoved",
        "error",
        "part",
        "A risk is rated lower after its mitigation than before.",
        "Otherwise the mitigation costs, and does nothing.",
        "Rate it again, or find another mitigation.",
        _unmoved,
    ),
    Rule(
        "gate-unconfirmed",
        "error",
        "part",
        "Every lot's gate is confirmed by a rule, figure, test or file that exists.",
        "A gate that somebody's feeling opens is open.",
        "Name what confirms it.",
        _open_gate,
    ),
    Rule(
        "lot-out-of-order",
        "error",
        "path",
        "No lot waits for itself or for one of a later priority.",
        "The plan could not begin.",
        "Change priority or needs.",
        _lots_out_of_order,
    ),
    Rule(
        "waiver-expired",
        "error",
        "part",
        "No waiver is past its day.",
        "What was accepted for some months is otherwise accepted for ever.",
        "Mend what it waives, or let its owner decide again.",
        _expired,
    ),
    Rule(
        "waiver-idle",
        "error",
        "part",
        "Every waiver is needed by a finding on some target.",
        "It would silently accept the next fault at the same place.",
        "Remove it, or mend its rule or element.",
        _idle,
    ),
)
