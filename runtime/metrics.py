"""Counts and moments to a Prometheus endpoint: the table of all metrics, their values, and the HTTP server.

Nothing is listened to unless `serve` is called. A label is one of LABELS, whose values are all bounded by contract and
topic; no value of an event can be one.
"""

import contextlib
import math
import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from runtime import logs
from runtime.errors import MachineError

LABELS = frozenset({"contract", "outcome", "clause", "partition"})


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the table. `kind` is counter, gauge or histogram; `side` is who has it: process, produce or both."""

    name: str
    kind: str
    unit: str
    labels: tuple[str, ...]
    side: str
    help: str


_OF, _BY_OUTCOME, _BY_CLAUSE = ("contract",), ("contract", "outcome"), ("contract", "clause")
_BY_PARTITION = ("contract", "partition")
_ROWS = (
    Metric("tickets_run_started_timestamp_seconds", "gauge", "seconds", _OF, "both", "When this run began."),
    Metric("tickets_records_total", "counter", "records", _BY_OUTCOME, "process", "Records in the ledger by outcome."),
    Metric(
        "tickets_refusals_total", "counter", "records", _BY_CLAUSE, "process", "Refused records by a clause they break."
    ),
    Metric("tickets_batch_duration_seconds", "histogram", "seconds", _OF, "process", "From begin to last commit."),
    Metric(
        "tickets_last_batch_timestamp_seconds",
        "gauge",
        "seconds",
        _OF,
        "process",
        "When the newest batch was in the tables; the run's begin before the first.",
    ),
    Metric("tickets_ledger_version", "gauge", "version", _OF, "process", "Version of the ledger after the batch."),
    Metric(
        "tickets_aggregates_ledger_version",
        "gauge",
        "version",
        _OF,
        "process",
        "Version of the ledger that this run last made the aggregates of; absent until it has.",
    ),
    Metric(
        "tickets_event_delay_seconds",
        "histogram",
        "seconds",
        _OF,
        "process",
        "From an event's own time to the broker's timestamp of its record.",
    ),
    Metric(
        "tickets_rejected_ratio",
        "gauge",
        "ratio",
        _OF,
        "process",
        "Share of refused ones among the newest records; absent until there are enough.",
    ),
    Metric(
        "tickets_rejected_limit_ratio", "gauge", "ratio", _OF, "process", "Share above which the job tells an alert."
    ),
    Metric(
        "tickets_broker_up", "gauge", "bool", _OF, "process", "Whether the broker answered for the topic at the scrape."
    ),
    Metric(
        "tickets_offsets_behind", "gauge", "offsets", _BY_PARTITION, "process", "Offsets that the ledger does not have."
    ),
    Metric(
        "tickets_behind_seconds",
        "gauge",
        "seconds",
        _BY_PARTITION,
        "process",
        "Between the broker's timestamps of the last record read and of the newest.",
    ),
    Metric(
        "tickets_oldest_unread_age_seconds",
        "gauge",
        "seconds",
        _BY_PARTITION,
        "process",
        "Age of the oldest record that the ledger does not have, by the broker's timestamp; 0 where it has all.",
    ),
    Metric("tickets_export_ok", "gauge", "bool", _OF, "process", "Whether the newest export was published."),
    Metric(
        "tickets_export_success_timestamp_seconds", "gauge", "seconds", _OF, "process", "When one was, the last time."
    ),
    Metric("tickets_audit_ok", "gauge", "bool", _OF, "process", "Whether the newest audit found all in order."),
    Metric(
        "tickets_audit_success_timestamp_seconds", "gauge", "seconds", _OF, "process", "When one did, the last time."
    ),
    Metric(
        "tickets_produced_records_total",
        "counter",
        "records",
        _BY_OUTCOME,
        "produce",
        "Records handed over, by whether the broker acknowledged them (acknowledged, failed).",
    ),
    Metric("tickets_produced_pending", "gauge", "records", _OF, "produce", "Records of which nothing is known yet."),
    Metric(
        "tickets_produce_refusals_total",
        "counter",
        "lines",
        _BY_CLAUSE,
        "produce",
        "Lines not sent by a clause broken.",
    ),
)
METRICS: Mapping[str, Metric] = {row.name: row for row in _ROWS}

BOUNDS: Mapping[str, tuple[float, ...]] = {
    "tickets_batch_duration_seconds": (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600),
    "tickets_event_delay_seconds": (1, 5, 30, 60, 300, 900, 3600, 21_600, 86_400),
}


class Sample(NamedTuple):
    """One value now; `labels` in the order of the metric's row."""

    name: str
    labels: tuple[str, ...]
    value: float


Source = Callable[[], Iterable[Sample]]


@dataclass
class _Histogram:
    bounds: tuple[float, ...]
    counts: list[int]
    total: float

    def add(self, values: Iterable[float]) -> None:
        for value in values:
            self.counts[bisect_left(self.bounds, value)] += 1
            self.total += value


class Metrics:
    """The values of one run. Counts are kept here; what is known only at a scrape comes from sources.

    Any thread may write. A name that the table lacks, or another number of labels, raises KeyError or ValueError.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
        self._histograms: dict[str, dict[tuple[str, ...], _Histogram]] = defaultdict(dict)
        self._sources: list[Source] = []

    def add(self, name: str, *labels: str, by: float = 1) -> None:
        """Raise a counter; `by` 0 makes it appear, so that its first rise is seen as one."""
        with self._lock:
            row = self._values[_known(name, labels)]
            row[labels] = row.get(labels, 0) + by

    def put(self, name: str, *labels: str, value: float) -> None:
        """Set a gauge."""
        with self._lock:
            self._values[_known(name, labels)][labels] = value

    def histogram(self, name: str, *labels: str, more: Iterable[float] = ()) -> None:
        """Begin a histogram with the table's bounds and `more`, such as what a contract promises."""
        bounds = tuple(sorted({*map(float, BOUNDS[name]), *more}))
        with self._lock:
            self._histograms[_known(name, labels)][labels] = _Histogram(bounds, [0] * (len(bounds) + 1), 0.0)

    def observe(self, name: str, *labels: str, values: Iterable[float]) -> None:
        """Count values in a histogram that was begun."""
        with self._lock:
            self._histograms[_known(name, labels)][labels].add(values)

    def watch(self, source: Source) -> None:
        """Ask `source` at each scrape; one that fails is logged, and its values are absent then."""
        self._sources.append(source)

    def collect(self) -> Iterator[Any]:
        """All that has a value, as prometheus_client wants it; called at each scrape."""
        sampled: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
        for sample in (sample for source in self._sources for sample in _asked(source)):
            sampled[_known(sample.name, sample.labels)][sample.labels] = sample.value
        with self._lock:  # not while yielding: what asks must not hold up what counts
            made = [family for metric in METRICS.values() for family in self._families(metric, sampled[metric.name])]
        yield from made

    def _families(self, metric: Metric, sampled: Mapping[tuple[str, ...], float]) -> Iterator[Any]:
        if metric.kind == "histogram":
            return _histogram_family(metric, self._histograms[metric.name])
        return _family(metric, {**self._values[metric.name], **sampled})


def _known(name: str, labels: tuple[str, ...]) -> str:
    if len(METRICS[name].labels) != len(labels):
        raise ValueError(f"{name} has the labels {', '.join(METRICS[name].labels)}, not {len(labels)}")
    return name


def _asked(source: Source) -> list[Sample]:
    try:
        return list(source())
    except Exception as error:  # noqa: BLE001 - whatever it is, the other metrics must still be told
        logs.get(__name__).warning("metrics of one source are missing", error=type(error).__name__)
        return []


def _family(metric: Metric, values: Mapping[tuple[str, ...], float]) -> Iterator[Any]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    if not values:
        return
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in sorted(values.items()):
        family.add_metric(labels, value)
    yield family


def _histogram_family(metric: Metric, found: Mapping[tuple[str, ...], _Histogram]) -> Iterator[Any]:
    from prometheus_client.core import HistogramMetricFamily

    if not found:
        return
    family = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, histogram in sorted(found.items()):
        seen, buckets = 0, []
        for bound, count in zip((*histogram.bounds, math.inf), histogram.counts, strict=True):
            seen += count
            buckets.append((bound_text(bound), seen))
        family.add_metric(labels, buckets, histogram.total)
    yield family


def bound_text(bound: float) -> str:
    """A bucket's bound as its label `le` is written: `60.0`, `+Inf`."""
    from prometheus_client.utils import floatToGoString

    return str(floatToGoString(bound))  # type: ignore[no-untyped-call] # this one function has no annotation


@contextlib.contextmanager
def serve(metrics: Metrics, host: str, port: int) -> Iterator[str]:
    """Answer scrapes at http://host:port/metrics for the block; its address, as port 0 takes a free one.

    Each scrape has a thread of its own, so a slow one holds up neither the caller nor the next. MachineError where the
    port can't be had.
    """
    from prometheus_client import CollectorRegistry, start_http_server

    registry = CollectorRegistry(auto_describe=False)
    registry.register(metrics)
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise MachineError(
            f"metrics can't be served at {host}:{port}: {error.strerror or error}",
            "Give another HOST:PORT with --metrics or TICKETS_METRICS.",
        ) from error
    address = f"http://{host}:{server.server_port}/metrics"
    logs.get(__name__).info("metrics are served", address=address)
    try:
        yield address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
