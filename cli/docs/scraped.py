"""What a running job answers at its metrics endpoint -> whether a service level holds now."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cli.views.alerts import LATE_SHARE
from runtime.metrics import bound_text

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a metric, with its labels."""

    name: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Holds:
    """Whether a level holds, and the numbers that say so."""

    ok: bool
    said: str


def scrape(host: str, port: int) -> tuple[Sample, ...] | None:
    """All samples of the endpoint; None where nothing answers there."""
    from prometheus_client.parser import text_string_to_metric_families

    try:
        with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=SECONDS) as answer:
            text = answer.read().decode()
    except (OSError, urllib.error.URLError):
        return None
    families = text_string_to_metric_families(text)
    return tuple(Sample(row.name, row.labels, row.value) for family in families for row in family.samples)


def judge(level: str, value: float, topic: str, samples: Iterable[Sample]) -> Holds | None:
    """A level whose value is in seconds or a share, of an input contract; None where the samples do not tell."""
    mine = tuple(sample for sample in samples if sample.labels.get("contract") == topic)
    return JUDGED[level](value, mine) if level in JUDGED else None


def _latency(value: float, samples: tuple[Sample, ...]) -> Holds | None:
    """As the alert EventsLate, over the whole run instead of 15 minutes."""
    count = _all(samples, "tickets_event_delay_seconds_count")
    within = [row.value for row in samples if row.labels.get("le") == bound_text(value) and "_delay_" in row.name]
    if not count or not count[0] or not within:
        return None
    late = 1 - within[0] / count[0]
    return Holds(late <= LATE_SHARE, f"{late:.1%} of {count[0]:,.0f} events of this run came later")


def _freshness(value: float, samples: tuple[Sample, ...]) -> Holds | None:
    ages = _all(samples, "tickets_oldest_unread_age_seconds")
    return Holds(max(ages) <= value, f"the oldest unread record is {max(ages):,.0f} s old") if ages else None


def _availability(_: float, samples: tuple[Sample, ...]) -> Holds | None:
    """This moment alone: the share over a month is Prometheus's to tell."""
    up = _all(samples, "tickets_broker_up")
    return Holds(bool(up[0]), f"the broker {'answers' if up[0] else 'does not answer'} now") if up else None


def _all(samples: tuple[Sample, ...], name: str) -> list[float]:
    return [row.value for row in samples if row.name == name]


JUDGED: Mapping[str, Callable[[float, tuple[Sample, ...]], Holds | None]] = {
    "latency": _latency,
    "freshness": _freshness,
    "availability": _availability,
}
