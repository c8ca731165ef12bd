"""A scenario of the model to its row in the dossier: what stops, how long, what is lost, what breaks its promise."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from architecture import parts
from architecture.dossier.numbers import Writer
from architecture.simulate import Outcome, simulate


@dataclass(frozen=True, slots=True)
class Incident:
    """One scenario's row: services that stop, hours until they are back (as written), what is lost, who is called.

    `beyond` are services that are back later than is asked for, at the worst moment.
    """

    scenario: parts.Scenario
    stopped: tuple[str, ...]
    office: Markup
    worst: Markup
    lost: str
    team: parts.Team | None
    beyond: tuple[parts.Service, ...]


def incident(w: Writer, a: parts.Architecture, scenario: parts.Scenario) -> Incident:
    """Let it happen, at the likely values."""
    found = simulate(a, scenario.id)
    services = a.one("services")
    stops = [services[name] for name in dict.fromkeys((*found.answering, *found.fresh))]
    stopped = tuple(w.text(each.name) for each in stops)
    back_h = found.durations["worst"].back_h
    beyond = tuple(each for each in stops if each.objectives.rto_h is not None and each.objectives.rto_h < back_h)
    head = f"{w.target}.scenario.{scenario.id}.back"
    return Incident(
        scenario,
        stopped,
        w.fig(f"{head}.hours", False) if w.has(f"{head}.hours") else Markup("-"),
        w.fig(f"{head}.friday.hours", False) if w.has(f"{head}.friday.hours") else Markup("-"),
        _lost(w, a, found),
        a.one("teams").get(scenario.calls or ""),
        beyond,
    )


def _lost(w: Writer, a: parts.Architecture, found: Outcome) -> str:
    """What is gone for good, if what the scenario removes never comes back."""
    components = a.one("components")
    losing = [w.text(components[name].name) for name, hours in found.at_risk.items() if hours > 0]
    gone = [w.text(a.one("flows")[each.hold.flow].name) for each in found.overflow if not each.made_again_from]
    if not losing and not gone:
        return w.t("nothing", "rien")
    worst = max((hours for hours in found.at_risk.values()), default=0.0)
    hours = "?" if math.isinf(worst) else w.number(worst)
    said = w.t(f"up to {hours} h of: ", f"jusqu'à {hours} h de : ")
    return said + ", ".join((*losing, *gone))
