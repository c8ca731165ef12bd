"""The table of metrics, their values, and the endpoint that tells them."""

import re
import socket
import urllib.request
from collections.abc import Iterator

import pytest

from runtime.errors import MachineError
from runtime.metrics import BOUNDS, LABELS, METRICS, Metric, Metrics, Sample, serve

HOST = "127.0.0.1"
ENDINGS = {
    "records": "",
    "lines": "",
    "offsets": "",
    "version": "",
    "bool": "",
    "seconds": "_seconds",
    "ratio": "_ratio",
}


def scraped(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """What the endpoint tells, by name and labels, as a parser of Prometheus' own format reads it."""
    from prometheus_client.parser import text_string_to_metric_families

    with serve(metrics, HOST, 0) as address, urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own
        text = answer.read().decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_names_follow_prometheus_rules(metric: Metric) -> None:
    """One prefix, base units at the end, `_total` for counters and for nothing else, a sentence of help, few labels."""
    assert re.fullmatch(r"tickets_[a-z_]+", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert metric.name.removesuffix("_total").endswith(ENDINGS[metric.unit])
    assert metric.help.endswith(".")
    assert set(metric.labels) <= LABELS
    assert (metric.name in BOUNDS) == (metric.kind == "histogram")
    assert metric.side in ("process", "produce", "both")


def test_what_is_counted_is_told() -> None:
    """Counters rise from the zero they began with, gauges hold the last value, buckets hold all below them."""
    metrics = Metrics()
    metrics.add("tickets_records_total", "t", "accepted", by=0)
    metrics.add("tickets_records_total", "t", "accepted", by=3)
    metrics.add("tickets_records_total", "t", "rejected", by=0)
    metrics.put("tickets_ledger_version", "t", value=4)
    metrics.put("tickets_ledger_version", "t", value=5)
    metrics.histogram("tickets_event_delay_seconds", "t", more=(45.0,))
    metrics.observe("tickets_event_delay_seconds", "t", values=(1.0, 45.0, 45.5, -2.0, 1e9))
    found = scraped(metrics)
    of = ("contract", "t")
    assert found["tickets_records_total", (of, ("outcome", "accepted"))] == 3
    assert found["tickets_records_total", (of, ("outcome", "rejected"))] == 0
    assert found["tickets_ledger_version", (of,)] == 5
    name = "tickets_event_delay_seconds"
    below = {le: found[f"{name}_bucket", (of, ("le", le))] for le in ("1.0", "30.0", "45.0", "60.0", "+Inf")}
    assert below == {"1.0": 2, "30.0": 2, "45.0": 3, "60.0": 4, "+Inf": 5}
    assert found[f"{name}_count", (of,)] == 5
    assert found[f"{name}_sum", (of,)] == pytest.approx(1e9 + 89.5)


def test_a_source_that_fails_takes_nothing_else_with_it() -> None:
    """Its values are absent, the others are told, and the endpoint answers."""

    def broken() -> Iterator[Sample]:
        yield Sample("tickets_broker_up", ("t",), 1.0)
        raise RuntimeError("the disk is gone")

    metrics = Metrics()
    metrics.watch(broken)
    metrics.watch(lambda: [Sample("tickets_export_ok", ("t",), 1.0)])
    metrics.put("tickets_ledger_version", "t", value=1)
    assert {name for name, _ in scraped(metrics)} == {"tickets_export_ok", "tickets_ledger_version"}


def test_a_name_or_label_that_the_table_lacks_is_refused() -> None:
    """So that the table is all there is."""
    metrics = Metrics()
    with pytest.raises(KeyError):
        metrics.put("tickets_anything", value=1)
    with pytest.raises(ValueError, match="has the labels contract"):
        metrics.add("tickets_records_total", "t")


def test_a_port_in_use_is_said() -> None:
    """With the address, and with what to do."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(MachineError, match=f"{HOST}:{port}") as caught, serve(Metrics(), HOST, port):
            pass
    assert "--metrics" in caught.value.remedy
