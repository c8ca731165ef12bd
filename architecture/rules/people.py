"""Rules of people: who owns what, who answers when it fails, and who can be asked whether something is true."""

from __future__ import annotations

from collections.abc import Iterator

from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows

_OWNED = ("components", "links", "identities", "secrets", "keys", "risks")
_AWAKE = {"office": ("office", "always"), "always": ("always",)}


def _no_owner(facts: Facts) -> Iterator[Fault]:
    for section in _OWNED:
        for part in getattr(facts.architecture, section):
            if part.owner is None:
                yield Fault(part.id, "owner", f"one of the {section} that nobody owns")


def _nobody_awake(facts: Facts) -> Iterator[Fault]:
    """The owners of everything that a service needs to answer, while it is promised to answer."""
    for service in facts.architecture.services:
        asleep: dict[str, str] = {}
        for part in facts.below("run", service.id):
            needed = part.tier <= service.tier and part.kind != "client"
            if needed and part.owner and facts.teams[part.owner].on_call not in _AWAKE[service.hours]:
                asleep.setdefault(part.owner, part.id)
        for team, part_id in asleep.items():
            way = arrows(*facts.way("run", service.id, part_id), team)
            what = f"is promised {service.hours}; {team} is on call {facts.teams[team].on_call}: {way}"
            yield Fault(service.id, "hours", what)


def _open_hypothesis(facts: Facts) -> Iterator[Fault]:
    for hypothesis in facts.architecture.hypotheses:
        lacks = [word for word in ("owner", "verify") if getattr(hypothesis, word) is None]
        if lacks:
            yield Fault(hypothesis.id, "", f"has no {' and no '.join(lacks)}")


def _activity(facts: Facts) -> Iterator[Fault]:
    for activity in facts.architecture.raci:
        twice = set(activity.responsible) & {*activity.consulted, *activity.informed}
        if not activity.responsible:
            yield Fault(activity.id, "responsible", "is done by nobody")
        elif twice:
            yield Fault(
                activity.id, "responsible", f"{', '.join(sorted(twice))} both does it and is asked or told of it"
            )


def _silent_call(facts: Facts) -> Iterator[Fault]:
    """A scenario that stops a service promised always, and calls a team that sleeps."""
    for scenario in facts.architecture.scenarios:
        if scenario.calls is None or not scenario.removes:
            continue
        stopped = facts.gone("run", *scenario.removes)
        for service in facts.architecture.services:
            team = facts.teams[scenario.calls]
            if service.id in stopped and team.on_call not in _AWAKE[service.hours]:
                way = arrows(scenario.id, *scenario.removes, service.id)
                what = (
                    f"stops {service.id}, promised {service.hours}, and calls {team.id}, on call {team.on_call}: {way}"
                )
                yield Fault(scenario.id, "calls", what)


ROWS = (
    Rule(
        "owner-missing",
        "error",
        "part",
        "Every component, line, identity, secret, key and risk has an owner.",
        "Nobody patches, renews or answers for what nobody owns.",
        "Name the team.",
        _no_owner,
    ),
    Rule(
        "nobody-on-call",
        "error",
        "path",
        "While a service is promised, the owners of all it needs are on call.",
        "The promise is otherwise kept by whoever happens to read mail at night.",
        "Put the team on call, give the part to one that is, or promise office hours.",
        _nobody_awake,
    ),
    Rule(
        "scenario-calls-sleepers",
        "error",
        "path",
        "Who is called in a scenario is on call while the services it stops are promised.",
        "The alert rings in an empty room.",
        "Call a team that is on call, or promise office hours.",
        _silent_call,
    ),
    Rule(
        "hypothesis-open",
        "error",
        "part",
        "Every hypothesis has an owner and a way to verify it.",
        "What nobody can check is believed for ever, and the figures on it.",
        "Name the team and what it looks at.",
        _open_hypothesis,
    ),
    Rule(
        "activity-unclear",
        "error",
        "part",
        "Every activity is done by somebody who is not also asked or told about it.",
        "Each of two teams then waits for the other.",
        "Name each team once per activity.",
        _activity,
    ),
)
