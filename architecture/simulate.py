"""A scenario on an architecture to what happens: what stops, for how long, what is lost, who is called, with what.

A service is back when what is gone comes back by itself (`Scenario.hours`), or sooner, when the steps are done:
detection, then waiting for people, then the steps one after another. A team that answers in office hours only is waited
for once, before the first step. So there are two answers: for an outage that begins in office hours (nobody waits), and
for the worst moment, Friday evening, where it is waited for until Monday morning. Services are fresh again once they
are back and the backlog is read (capacity.py). Where nothing stops, all durations but `known_h` are 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from architecture import parts
from architecture.capacity import CatchUp, Hold, catch_up, holds, rate_per_s, throughput
from architecture.errors import ArchitectureError, Problem
from architecture.needs import Graph, down, graph
from architecture.reliability.losses import store_loss_h
from architecture.reliability.recovery import recovery
from architecture.spread import Reached, reached

WEEKEND_H = 48.0
When = Literal["office", "worst"]
_JOBS = frozenset({"job", "broker", "cdc", "producer"})  # while one of these is away, events wait to be read


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline: hours after it began, and what happens, in two languages."""

    hours: float
    text: parts.Text


@dataclass(frozen=True, slots=True)
class Duration:
    """Hours after the beginning: known, somebody at work, back (answering), fresh; infinite where nothing ends it."""

    known_h: float
    waited_h: float
    back_h: float
    fresh_h: float


@dataclass(frozen=True, slots=True)
class Overflow:
    """A flow that could not hold back as long as it lasted: hours of its data that are not sent.

    `made_again_from` are components the other side can be made from, where it can: then the hours come back.
    """

    hold: Hold
    hours: float
    events: float
    made_again_from: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario does. `at_risk` are stores that are gone, with the hours of data they lose if they stay gone.

    `to_bring_back` are the components that are removed, or of which too few instances are left, and not those that only
    lack what they need: in the order of recovery, those that need each other in a circle together.
    """

    scenario: str
    components: tuple[str, ...]
    answering: tuple[str, ...]
    fresh: tuple[str, ...]
    durations: dict[When, Duration]
    catch_up: dict[str, CatchUp]
    overflow: tuple[Overflow, ...]
    at_risk: dict[str, float]
    called: str | None
    on_call: str
    to_bring_back: tuple[tuple[str, ...], ...]
    runbooks: tuple[str, ...]
    compromised: Reached | None
    overloaded: dict[str, tuple[float, float]]
    timeline: tuple[Moment, ...]


def simulate(
    architecture: parts.Architecture, scenario: str, hours: float | None = None, end: str = "likely"
) -> Outcome:
    """Let a scenario of the model happen, for `hours` instead of its own; at the low, likely or high ends of ranges."""
    chosen = _scenario(architecture, scenario)
    nodes = graph(architecture)
    gone = down(nodes, chosen.removes)
    lasts = hours if hours is not None else chosen.hours.at(end) if chosen.hours else math.inf
    run = _Run(architecture, chosen, nodes, gone, lasts, end)
    durations: dict[When, Duration] = {"office": run.duration("office"), "worst": run.duration("worst")}
    team = architecture.one("teams").get(chosen.calls or "")
    return Outcome(
        chosen.id,
        tuple(name for name in nodes if name in gone and nodes[name].kind == "component"),
        tuple(each.id for each in architecture.services if each.id in gone),
        tuple(each.id for each in architecture.services if f"fresh:{each.id}" in gone),
        durations,
        run.catching_up(durations["office"].back_h),
        tuple(run.overflow(durations["office"].back_h)),
        run.at_risk(),
        chosen.calls,
        team.on_call if team else "none",
        run.to_bring_back(),
        run.runbooks(),
        reached(architecture, chosen.compromises) if chosen.compromises else None,
        run.overloaded(),
        tuple(sorted(run.timeline(durations["office"]), key=lambda moment: moment.hours)),
    )


def _scenario(architecture: parts.Architecture, name: str) -> parts.Scenario:
    found = architecture.one("scenarios")
    if name not in found:
        raise ArchitectureError(
            (Problem("scenarios", f"there is no '{name}'", f"Use one of {', '.join(found) or 'none'}."),)
        )
    chosen: parts.Scenario = found[name]
    return chosen


@dataclass(frozen=True, slots=True)
class _Run:
    architecture: parts.Architecture
    scenario: parts.Scenario
    nodes: Graph
    gone: frozenset[str]
    lasts: float
    end: str

    def duration(self, when: When) -> Duration:
        """By itself, or by the steps, whichever is sooner."""
        known = self._known()
        waited = self._wait() if when == "worst" else 0.0
        if not self.stops() and not self.scenario.compromises:
            return Duration(known, 0.0, 0.0, 0.0)
        worked = sum(step.hours.at(self.end) for step in self.scenario.steps)
        back = min(self.lasts, known + waited + worked if self.scenario.steps else math.inf)
        waiting = self.catching_up(back).values() if math.isfinite(back) else ()
        return Duration(known, waited, back, back + max((each.drain_h for each in waiting), default=0.0))

    def stops(self) -> bool:
        """Whether any service stops answering or being fresh."""
        return any(each.id in self.gone or f"fresh:{each.id}" in self.gone for each in self.architecture.services)

    def catching_up(self, back_h: float) -> dict[str, CatchUp]:
        """Per service that is not fresh, where events waited to be read; others need only their next run."""
        if not math.isfinite(back_h) or not any(
            component.kind in _JOBS and component.id in self.gone for component in self.architecture.components
        ):
            return {}
        return {
            service.id: catch_up(self.architecture, service.id, back_h, self.end, self._times(), self.gone)
            for service in self.architecture.services
            if f"fresh:{service.id}" in self.gone
            and math.isfinite(throughput(self.architecture, service.id).events_per_s)
        }

    def overflow(self, back_h: float) -> Iterator[Overflow]:
        """Flows that are cut for longer than they hold back."""
        components, flows = self.architecture.one("components"), self.architecture.one("flows")
        every = (hold for service in self.architecture.services for hold in holds(self.architecture, service.id))
        for hold in dict.fromkeys(every):
            flow = flows[hold.flow]
            if hold.flow in self.gone and flow.source not in self.gone and back_h > hold.hours:
                rest = back_h - hold.hours
                events = rest * 3_600 * rate_per_s(self.architecture, self.end, self._times())
                yield Overflow(hold, rest, events, tuple(components[flow.to].rebuilt_from))

    def at_risk(self) -> dict[str, float]:
        """Stores among what the scenario removes, or what stands in a place that it removes."""
        struck = self._struck()
        return {
            each.id: store_loss_h(self.architecture, each.id)
            for each in self.architecture.components
            if each.holds and each.id in struck
        }

    def overloaded(self) -> dict[str, tuple[float, float]]:
        """Services whose way takes less than the peak brings, with what comes and what it takes a second."""
        made = {}
        peak = rate_per_s(self.architecture, "high", self._times()) if self.scenario.multiplies else 0.0
        for service in self.architecture.services if self.scenario.multiplies else ():
            able = throughput(self.architecture, service.id, "low").events_per_s
            if service.path and able < peak:
                made[service.id] = (peak, able)
        return made

    def runbooks(self) -> tuple[str, ...]:
        """The scenario's, then those of the components it removes."""
        struck = self._struck()
        found = [each.runbook for each in self.architecture.components if each.id in struck and each.runbook]
        first = [self.scenario.runbook] if self.scenario.runbook else []
        return tuple(dict.fromkeys([*first, *found]))

    def to_bring_back(self) -> tuple[tuple[str, ...], ...]:
        """Components that the scenario removes, or leaves too few instances of; in the order of recovery."""
        standing = {
            each.id: sum(f"{each.id}#{number + 1}" not in self._places() for number in range(each.instances))
            for each in self.architecture.components
        }
        short = [each.id for each in self.architecture.components if standing[each.id] < each.needed]
        return recovery(self.architecture, {*short, *self.scenario.removes}).order

    def timeline(self, duration: Duration) -> Iterator[Moment]:
        """For a beginning in office hours."""
        what = ", ".join((*self.scenario.removes, *self.scenario.compromises)) or ", ".join(self.scenario.multiplies)
        yield _moment(0.0, f"it begins: {what}", f"début : {what}")
        by = self.scenario.detected_by or "nobody"
        yield _moment(
            duration.known_h,
            f"known, by {by}; {self.scenario.calls or 'nobody'} is called",
            f"détecté par {by} ; appel : {self.scenario.calls or 'personne'}",
        )
        at = duration.known_h
        for step in self.scenario.steps:
            at += step.hours.at(self.end)
            yield _moment(at, f"{step.team}: {step.text.en}", f"{step.team} : {step.text.fr}")
        if not self.stops():
            yield _moment(0.0, "no service stops", "aucun service ne s'arrête")
        elif math.isfinite(duration.back_h):
            yield _moment(duration.back_h, "services answer again", "les services répondent à nouveau")
            yield _moment(duration.fresh_h, "the backlog is read, all is fresh", "retard rattrapé, tout est frais")
        for hold in (each.hold for each in self.overflow(duration.back_h)):
            yield _moment(hold.hours, f"{hold.flow} can hold back no more", f"{hold.flow} ne peut plus retenir")

    def _known(self) -> float:
        return self.scenario.detection_h.at(self.end) if self.scenario.detection_h else 0.0

    def _wait(self) -> float:
        """Friday evening to Monday morning, where somebody who is needed answers in office hours only."""
        teams = self.architecture.one("teams")
        called = [self.scenario.calls] if self.scenario.calls else []
        asked = {*called, *(step.team for step in self.scenario.steps)}
        if all(teams[name].on_call == "always" for name in asked):
            return 0.0
        hypothesis = self.architecture.one("hypotheses").get("office-hours")
        office = hypothesis.amount.likely if hypothesis is not None and hypothesis.amount else 10.0
        return 24.0 - float(office) + WEEKEND_H

    def _times(self) -> float:
        """How many times as many events as today."""
        factors = self.scenario.multiplies
        return max((factors[name] for name in ("events-per-day", "events-month") if name in factors), default=1.0)

    def _places(self) -> frozenset[str]:
        """Places that the scenario removes, and what stands there."""
        return down(self.nodes, [name for name in self.scenario.removes if self.nodes[name].kind == "place"])

    def _struck(self) -> frozenset[str]:
        """Components the scenario removes, and those all of whose instances stand where it removes the place."""
        places = self._places()
        standing = (
            each.id
            for each in self.architecture.components
            if all(f"{each.id}#{number + 1}" in places for number in range(each.instances))
        )
        return frozenset((*self.scenario.removes, *standing))


def _moment(hours: float, en: str, fr: str) -> Moment:
    return Moment(hours, parts.Text(en=en, fr=fr))
