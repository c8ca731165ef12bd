"""What grows with the events to the rows that show it, and whether KPIs stay as fresh as is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from architecture import parts
from architecture.capacity import throughput
from architecture.dossier.numbers import Writer

FRESH = "req-fresh"  # the requirement that says how old KPIs may be


def growing(w: Writer, a: parts.Architecture) -> Iterator[tuple[str, str, bool]]:
    """How it is called, the id of its figure (`.x10` behind it when grown), whether its worst end is shown."""
    longest = max(a.services, key=lambda service: len(service.path))
    slow = w.text(a.one("components")[throughput(a, longest.id, "low").bottleneck].name)
    yield w.t("Events in the busiest second", "Événements de la seconde de pointe"), "capacity.peak", False
    fits = w.t(
        f"How often that fits into the narrowest part at its low end ({slow})",
        f"Combien de fois elle tient dans la partie la plus étroite, au minimum ({slow})",
    )
    yield fits, "capacity.headroom", False
    behind = w.t(
        "Hours to catch up after a day without the job, at worst", "Heures de rattrapage après un jour d'arrêt, au pire"
    )
    yield behind, "capacity.catchup.hours.24h", True
    for word, en, fr in (("year", "after a year", "après un an"), ("end", "once as many rows go as come", "à terme")):
        age = w.t(
            f"Minutes until an event is in the job's KPIs, at worst, {en}",
            f"Minutes avant qu'un événement soit dans les indicateurs, au pire, {fr}",
        )
        yield age, f"capacity.kpis.minutes.{word}", True


def late(w: Writer, a: parts.Architecture) -> bool:
    """Whether KPIs will be older than is asked for after a year of today's events."""
    asked = a.one("requirements")[FRESH].latency_min
    return asked is not None and w.figures["capacity.kpis.minutes.year"].value > asked
