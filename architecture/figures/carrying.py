"""A bound architecture to figures of capacity: what comes in and is taken, catching up, growth, waiting."""

from __future__ import annotations

import math
from collections.abc import Iterator

from architecture import measured as rates
from architecture import parts
from architecture.capacity import (
    DAYS_A_YEAR,
    JOB,
    catch_up,
    holds,
    kpis_age_s,
    outage_ratios,
    partitions,
    rate_per_s,
    stores,
    throughput,
    ticket_rows,
)
from architecture.figures.figure import Bound, Figure, text
from architecture.parts import ENDS

OUTAGES_H = (4, 24, 72)
GROWTHS = ((1, "", "", ""), (10, ".x10", " at ten times the events", " à dix fois les événements"))
_RATES = (("events-per-day", "amount"), ("peak-per-second", "amount"), ("office-hours", "amount"))
_SIZES = (("events-per-day", "amount"), ("bytes-per-event", "amount"), ("stored-bytes-per-event", "amount"))


def measured(bound: Bound) -> Iterator[Figure]:
    """What was measured with this product, and what follows for the job."""
    for name, said in rates.SAID.items():
        each = rates.measured(name)
        yield Figure(f"capacity.measured.{name}", each.value, each.unit, said, (each.where,), each.least, each.most)
    job, cores = rates.measured(JOB), rates.cores()
    said = text(
        f"Events a second that the job carries on {cores.value:.0f} cores, KPIs apart",
        f"Événements par seconde du traitement sur {cores.value:.0f} cœurs, hors indicateurs",
    )
    yield Figure("capacity.job.events-per-second", job.value, job.unit, said, (job.where,), job.least, job.most)
    said = text("Cores of the machine that was measured", "Cœurs de la machine mesurée")
    yield Figure("capacity.job.cores", cores.value, cores.unit, said, (cores.where,))


def kpis(bound: Bound) -> Iterator[Figure]:
    """How old KPIs get as the tables grow: after a year, and once as many rows go as come; now and grown."""
    names = ("rate-batches-1m", "rate-batches-10m", "rate-kpis-1m", "rate-kpis-10m")
    sources = (*bound.sources(_RATES[:1]), *(rates.measured(name).where for name in names))
    for times, suffix, en, fr in GROWTHS:
        for word, days, what, quoi in (
            ("year", DAYS_A_YEAR, "after one year", "après un an"),
            ("end", math.inf, "once as much goes as comes", "en régime établi"),
        ):
            rows = (ticket_rows(bound.architecture, days, end, times) for end in ENDS)
            low, likely, high = (kpis_age_s(each) / 60 for each in rows)
            said = text(
                f"Minutes until an event is in the job's KPIs at worst, {what}{en}; in a straight line from what was "
                "measured at 1 and 10 million rows",
                f"Minutes avant qu'un événement soit dans les indicateurs, au pire, {quoi}{fr} ; en ligne droite "
                "depuis les mesures à 1 et 10 millions de lignes",
            )
            yield Figure(f"capacity.kpis.minutes.{word}{suffix}", likely, "minutes", said, sources, low, high)


def outage(bound: Bound) -> Iterator[Figure]:
    """A real outage of the embedded broker: what was seen, divided by what the capacity model predicts."""
    words = {
        "backlog": ("events that wait", "événements en attente"),
        "catch_up_s": ("time to catch up", "durée de rattrapage"),
    }
    for name, (ratio, source) in outage_ratios().items():
        en, fr = words[name]
        said = text(f"Seen in a real outage, to predicted: {en}", f"Observé lors d'une vraie panne, sur prévu : {fr}")
        figure = f"capacity.outage.{name.removesuffix('_s').replace('_', '-')}.ratio"
        yield Figure(figure, ratio, "seen/predicted", said, (source,))


def way(bound: Bound) -> Iterator[Figure]:
    """What the longest path takes, what comes at the peak, and how often that fits."""
    for service in _longest(bound):
        able = {end: throughput(bound.architecture, service.id, end) for end in ENDS}
        slow, least = able["likely"].bottleneck, able["low"].events_per_s
        said = text(
            f"Events a second that the way takes; {slow} is the narrowest",
            f"Événements par seconde acceptés ; {slow} est le plus étroit",
        )
        value, most, sources = able["likely"].events_per_s, able["high"].events_per_s, _taken(bound, service)
        yield Figure("capacity.throughput", value, "events/s", said, sources, least, most)
        for times, suffix, en, fr in GROWTHS:
            peak, rates = rate_per_s(bound.architecture, "high", times), bound.sources(_RATES)
            said = text(
                f"Events in the busiest second{en}, high end", f"Événements de la seconde de pointe{fr}, maximum"
            )
            yield Figure(f"capacity.peak{suffix}", peak, "events/s", said, rates)
            said = text(
                f"How often the peak{en} fits into what the way takes, both at their worst",
                f"Marge sur la pointe{fr}, au plus défavorable",
            )
            yield Figure(f"capacity.headroom{suffix}", least / peak, "times", said, (*rates, *sources))


def outages(bound: Bound) -> Iterator[Figure]:
    """After some hours without the job: what waits, how long it takes, partitions for one hour; now and grown."""
    for service in _longest(bound):
        for times, suffix, en, fr in GROWTHS:
            for hours in OUTAGES_H:
                yield from _outage(bound, service.id, hours, times, suffix, (en, fr), _taken(bound, service))


def growth(bound: Bound) -> Iterator[Figure]:
    """GB of each store that keeps events, one copy; now and grown."""
    for times, suffix, en, fr in GROWTHS:
        yield from _growth(bound, times, suffix, (en, fr))


def waiting(bound: Bound) -> Iterator[Figure]:
    """Hours that each asynchronous flow of the longest path can hold back."""
    for service in _longest(bound):
        for hold in holds(bound.architecture, service.id):
            said = text(
                f"Hours that {hold.flow} can wait, kept in {hold.kept_in or 'nothing'}",
                f"Heures d'attente possibles de {hold.flow}, conservé dans {hold.kept_in or 'rien'}",
            )
            sources = bound.sources([(hold.flow, "retry")])
            yield Figure(f"capacity.hold.{hold.flow}.hours", hold.hours, "hours", said, sources)


def _longest(bound: Bound) -> list[parts.Service]:
    """The service with the longest path, if any has one: where that keeps up, the others do."""
    return sorted((each for each in bound.architecture.services if each.path), key=lambda each: -len(each.path))[:1]


def _taken(bound: Bound, service: parts.Service) -> tuple[str, ...]:
    return bound.sources((name, "capacity") for name in throughput(bound.architecture, service.id).parts)


def _outage(
    bound: Bound, service: str, hours: int, times: float, suffix: str, said: tuple[str, str], able: tuple[str, ...]
) -> Iterator[Figure]:
    en, fr = said
    jobs = [each.id for each in bound.architecture.components if each.kind == "job"]
    low, likely, high = (catch_up(bound.architecture, service, hours, end, times, jobs) for end in ENDS)
    sources = (*bound.sources(_RATES), *able)
    label = text(
        f"Events that wait after {hours} hours without the job{en}",
        f"Événements en attente après {hours} heures sans traitement{fr}",
    )
    yield Figure(
        f"capacity.backlog.{hours}h{suffix}", likely.backlog, "events", label, sources, low.backlog, high.backlog
    )
    label = text(
        f"Hours to catch up after {hours} hours without the job{en}",
        f"Heures de rattrapage après {hours} heures sans traitement{fr}",
    )
    yield Figure(
        f"capacity.catchup.hours.{hours}h{suffix}", likely.drain_h, "hours", label, sources, low.drain_h, high.drain_h
    )
    needed = partitions(bound.architecture, 1, hours, times)
    label = text(
        f"Partitions to catch up {hours} hours at the peak{en} within one",
        f"Partitions pour rattraper {hours} heures de pointe{fr} en une",
    )
    source = (*bound.sources(_RATES), rates.measured(JOB).where)
    yield Figure(f"capacity.partitions.{hours}h{suffix}", float(needed), "partitions", label, source)


def _growth(bound: Bound, times: float, suffix: str, said: tuple[str, str]) -> Iterator[Figure]:
    en, fr = said
    found = {end: stores(bound.architecture, end, times) for end in ENDS}
    for name in found["likely"]:
        sources = (*bound.sources(_SIZES), *bound.sources([(name, "holds")]))
        for word, attribute, what, quoi in (
            ("year", "after_a_year_gb", "after one year", "après un an"),
            ("end", "in_the_end_gb", "once as much goes as comes", "en régime établi"),
        ):
            low, likely, high = (float(getattr(found[end][name], attribute)) for end in ENDS)
            label = text(f"{name}: GB {what}{en}, one copy", f"{name} : Go {quoi}{fr}, une copie")
            yield Figure(f"capacity.store.{name}.{word}{suffix}", likely, "GB", label, sources, low, high)
