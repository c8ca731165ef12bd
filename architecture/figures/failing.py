"""A bound architecture to figures of availability, recovery, loss, single points and scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from architecture import parts
from architecture.figures.figure import Bound, Figure, text
from architecture.needs import below, graph
from architecture.parts import ENDS
from architecture.reliability.availability import Availability, own, services
from architecture.reliability.failures import blast, single_points
from architecture.reliability.losses import losses
from architecture.reliability.recovery import recovery, single_loss_h
from architecture.simulate import Outcome, When, simulate

TIERS = (1, 2, 3)
SECONDS_A_MINUTE = 60.0


def availability(bound: Bound) -> Iterator[Figure]:
    """Percent of a year that each service answers, and that it is fresh; and the hours that it is not."""
    found, names = services(bound.architecture), bound.architecture.one("services")
    for service in bound.architecture.services:
        name = names[service.id].name
        for node, suffix, en, fr in (
            (service.id, "", "answers", "répond"),
            (f"fresh:{service.id}", ".fresh", "is fresh", "est à jour"),
        ):
            each, sources = found[node], _failing(bound, node)
            said = text(f"{name.en}: share of a year that it {en}", f"{name.fr} : part de l'année où le service {fr}")
            head = f"{bound.name}.availability.{service.id}{suffix}"
            yield Figure(head, 100 * each.likely, "%", said, sources, 100 * each.low, 100 * each.high)
            yield _hours(head, each, name.en, name.fr, sources)


def _hours(head: str, each: Availability, en: str, fr: str, sources: tuple[str, ...]) -> Figure:
    hours = each.hours_down("high"), each.hours_down("low")
    said = text(f"{en}: hours of a year without it", f"{fr} : heures par an sans le service")
    return Figure(f"{head}.hours", each.hours_down(), "hours/year", said, sources, *hours)


def recovering(bound: Bound) -> Iterator[Figure]:
    """Hours until a service is back after all is lost, and after the worst single loss; hours of data it can lose."""
    found, lost = recovery(bound.architecture), losses(bound.architecture)
    for service in bound.architecture.services:
        en, fr, head = service.name.en, service.name.fr, f"{bound.name}.rto.{service.id}"
        for node, suffix in ((service.id, ""), (f"fresh:{service.id}", ".fresh")):
            each = found.services[node]
            sources = bound.sources((name, "restore_h") for name in each.path)
            way = ", ".join(each.path)
            said = text(
                f"{en}: hours until it is back if all is lost ({way})",
                f"{fr} : heures de reprise si tout est perdu ({way})",
            )
            yield Figure(f"{head}{suffix}.hours", each.likely, "hours", said, sources, each.low, each.high)
        hours, component = single_loss_h(bound.architecture, service.id)
        said = text(
            f"{en}: hours until it is back if one component is lost ({component})",
            f"{fr} : heures de reprise si un composant est perdu ({component})",
        )
        yield Figure(f"{head}.single.hours", hours, "hours", said, bound.sources([(component, "restore_h")]))
        loss = lost[service.id]
        said = text(
            f"{en}: hours of data that can be lost ({loss.store or 'nothing kept'})",
            f"{fr} : heures de données exposées ({loss.store or 'rien de conservé'})",
        )
        words = ((name, word) for name in loss.chain for word in ("backup", "rebuilt_from"))
        yield Figure(f"{bound.name}.rpo.{service.id}.hours", loss.hours, "hours", said, bound.sources(words))
    said = text("Circles in the order of recovery", "Boucles dans l'ordre de reprise")
    circles = bound.sources((name, "") for circle in found.circles for name in circle)
    yield Figure(f"{bound.name}.recovery.circles", float(len(found.circles)), "circles", said, circles)


def points(bound: Bound) -> Iterator[Figure]:
    """How many single things stop a service of each tier: answering, fresh, or being brought back."""
    for tier in TIERS:
        found = single_points(bound.architecture, tier)
        for word, suffix, en, fr in (
            ("answering", "", "stop a service", "arrêtent un service"),
            ("fresh", ".fresh", "stop a service from being fresh", "empêchent un service d'être à jour"),
            (
                "recover",
                ".recover",
                "a service cannot be brought back without",
                "sont indispensables à la reprise d'un service",
            ),
        ):
            here = [point.id for point in found if getattr(point, word)]
            named = ", ".join(here) or "-"
            said = text(
                f"Single things that {en} of tier {tier}: {named}",
                f"Éléments uniques qui {fr} de niveau {tier} : {named}",
            )
            sources = bound.sources((name, "") for name in here)
            yield Figure(f"{bound.name}.spof.tier{tier}{suffix}", float(len(here)), "things", said, sources)


def latency(bound: Bound) -> Iterator[Figure]:
    """Minutes from the event to the user, the path's flows added up; None of a service without a path."""
    flows = bound.architecture.one("flows")
    for service in bound.architecture.services:
        timed = [flows[name] for name in service.path if flows[name].latency_s is not None]
        if timed:
            low, likely, high = (sum(flow.latency_s.at(end) for flow in timed) / SECONDS_A_MINUTE for end in ENDS)
            said = text(f"{service.name.en}: age of what is shown", f"{service.name.fr} : âge de ce qui est montré")
            sources = bound.sources((flow.id, "latency_s") for flow in timed)
            yield Figure(f"{bound.name}.latency.{service.id}", likely, "minutes", said, sources, low, high)


def scenarios(bound: Bound) -> Iterator[Figure]:
    """What a scenario stops, and when that is over, beginning in office hours or on Friday evening.

    Of one that only multiplies events: how many services it overloads.
    """
    for scenario in bound.architecture.scenarios:
        ends = {end: simulate(bound.architecture, scenario.id, end=end) for end in ENDS}
        head, name = f"{bound.name}.scenario.{scenario.id}", scenario.name
        if scenario.multiplies:
            loaded = ends["likely"].overloaded
            said = text(f"{name.en}: services that get too many", f"{name.fr} : services surchargés")
            sources = bound.sources([(scenario.id, "multiplies")])
            yield Figure(f"{head}.overloaded", float(len(loaded)), "services", said, sources)
        if scenario.removes or scenario.compromises:
            sources = bound.sources((scenario.id, word) for word in ("removes", "hours", "detection_h", "steps"))
            stopped = sorted({*ends["likely"].answering, *ends["likely"].fresh})
            en, fr = ", ".join(stopped) or "none", ", ".join(stopped) or "aucun"
            said = text(f"{name.en}: services that stop: {en}", f"{name.fr} : services touchés : {fr}")
            yield Figure(f"{head}.services", float(len(stopped)), "services", said, sources)
            yield from _over(head, name, ends, sources)


_MOMENTS: tuple[tuple[str, When, str, str, str], ...] = (
    ("back_h", "office", "back", "until services answer again", "avant que les services répondent"),
    ("fresh_h", "office", "fresh", "until services are fresh again", "avant que les services soient à jour"),
    (
        "back_h",
        "worst",
        "back.friday",
        "until services answer again, from Friday evening",
        "avant que les services répondent, depuis vendredi soir",
    ),
)


def _over(head: str, name: parts.Text, ends: Mapping[str, Outcome], sources: tuple[str, ...]) -> Iterator[Figure]:
    for attribute, when, word, en, fr in _MOMENTS:
        low, likely, high = (float(getattr(ends[end].durations[when], attribute)) for end in ENDS)
        said = text(f"{name.en}: hours {en}", f"{name.fr} : heures {fr}")
        yield Figure(f"{head}.{word}.hours", likely, "hours", said, sources, low, high)


def blasts(bound: Bound) -> Iterator[Figure]:
    """The component that takes most others down with it, and the one that gives a thief most."""
    found = [blast(bound.architecture, each.id) for each in bound.architecture.components]
    if not found:
        return
    far = max(found, key=lambda each: len(each.components))
    en = f"Most components down with one, all its instances lost ({far.id}), itself included"
    fr = f"Composants arrêtés au plus avec un seul, toutes instances perdues ({far.id}), lui compris"
    figure = f"{bound.name}.blast.down"
    yield Figure(figure, float(len(far.components)), "components", text(en, fr), bound.sources([(far.id, "")]))
    stolen = [(each.id, each.compromised) for each in found if each.compromised is not None]
    name, widest = max(stolen, key=lambda each: len(each[1].components))
    en = f"Most components a thief has who takes over one ({name}), itself included"
    fr = f"Composants au plus tenus par qui en compromet un ({name}), lui compris"
    figure = f"{bound.name}.blast.compromised"
    yield Figure(figure, float(len(widest.components)), "components", text(en, fr), bound.sources([(name, "")]))


def _failing(bound: Bound, node: str) -> tuple[str, ...]:
    """The lines of the availabilities below a node."""
    nodes = graph(bound.architecture)
    reached = below(nodes, (node,))
    leaves = (name.partition("#")[0] for name, amount in own(bound.architecture).items() if amount and name in reached)
    return bound.sources((name, "availability") for name in leaves)
