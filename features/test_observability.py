"""A job and a producer as Prometheus sees them: all metrics with the right values, and each fault moves its own."""

import json
import re
import subprocess
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from features.harness import ROOT, Pipeline, wait_for

pytestmark = [pytest.mark.jvm, pytest.mark.timeout(600), pytest.mark.xdist_group("observability")]
EVENTS = 1000
PAYLOADS_OF = str(ROOT / "contracts" / "client_tickets" / "v2.odcs.yaml")
TABLE = ROOT / "runtime" / "metrics.py"
Scraped = Mapping[str, Mapping[tuple[str, ...], float]]


def address(log: Path) -> str:
    """Where a command answers, as its log says."""
    found = re.search(r'"address": "(http://127\.0\.0\.1:\d+/metrics)"', log.read_text("utf-8"))
    return found[1] if found else ""


def scrape(url: str) -> Scraped:
    """Each sample by name, and by its labels but the contract, in order of their names."""
    from prometheus_client.parser import text_string_to_metric_families

    found: dict[str, dict[tuple[str, ...], float]] = {}
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - the command's own address
        for family in text_string_to_metric_families(answer.read().decode()):
            for sample in family.samples:
                labels = tuple(value for name, value in sorted(sample.labels.items()) if name != "contract")
                found.setdefault(sample.name, {})[labels] = sample.value
    return found


def one(found: Scraped, name: str) -> float | None:
    """The value of a metric that has one for the contract; None where it is absent."""
    return found.get(name, {}).get(())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A workspace whose job runs with an endpoint, and has events to read."""
    pipeline = Pipeline(tmp_path_factory.mktemp("observed"))
    try:
        pipeline.open()
        pipeline.run("produce", "client_tickets", "--events", str(EVENTS), "--invalid", "5%", "--late", "10%")
        pipeline.live = pipeline.start(
            "process", "client_tickets", "--every", "1s", "--metrics", "0", "--log-format", "json"
        )
        yield pipeline
    finally:
        pipeline.close()


@pytest.fixture
def url(running: Pipeline) -> str:
    """Where the job answers."""
    return str(wait_for(lambda: address(running.data / "live.log"), "the job says where it answers"))


def read_all(running: Pipeline, url: str) -> Scraped:
    """A scrape after everything was read, and the aggregates were made of it."""

    def done() -> Scraped | None:
        running._died()
        found = scrape(url)
        behind = found.get("tickets_offsets_behind")
        at = one(found, "tickets_ledger_version")
        made = at is not None and at == one(found, "tickets_aggregates_ledger_version")
        return found if behind and not any(behind.values()) and made else None

    return dict(wait_for(done, "the job has read everything"))


def names(side: str) -> set[str]:
    """The names that the table has for job or producer, as they are exposed."""
    text = TABLE.read_text("utf-8")
    rows = re.findall(r'Metric\(\s*"(\w+)",\s*"(\w+)",\s*"\w+",\s*\w+,\s*"(\w+)"', text)
    assert len(rows) == text.count("    Metric(")
    return {f"{name}_count" if kind == "histogram" else name for name, kind, of in rows if of in (side, "both")}


def test_unread_records_are_seen_before_the_job_reads_them(running: Pipeline, url: str) -> None:
    """As soon as the job has found its broker: how many wait, how far apart they are and how old the oldest is."""
    found = wait_for(lambda: (now := scrape(url)).get("tickets_broker_up") and now, "the job knows its broker")
    if one(found, "tickets_ledger_version") is None:
        assert sum(found["tickets_offsets_behind"].values()) == EVENTS
        assert max(found["tickets_behind_seconds"].values()) > 3600
        assert max(found["tickets_oldest_unread_age_seconds"].values()) > 3600
    found = read_all(running, url)
    assert set(found["tickets_oldest_unread_age_seconds"].values()) == {0.0}
    assert set(found["tickets_behind_seconds"].values()) == {0.0}


def test_a_scrape_tells_what_the_ledger_holds(running: Pipeline, url: str) -> None:
    """Every metric of the table has a value, and it is the ledger's, or that of the last export and audit."""
    read_all(running, url)
    running.run("export", "client_tickets", "--format", "json")
    running.run("audit", "client_tickets")
    found = scrape(url)
    assert names("process") - set(found) == set()
    rows = running.ledger("outcome", "violations", "received_at", "event")
    outcomes = Counter(row["outcome"] for row in rows)
    told = {key[0]: value for key, value in found["tickets_records_total"].items() if value}
    assert told == dict(outcomes)
    broken = Counter(clause for row in rows for clause in {v["clause"] for v in row["violations"] or ()})
    assert {key[0]: value for key, value in found["tickets_refusals_total"].items() if value} == dict(broken)
    assert one(found, "tickets_event_delay_seconds_count") == outcomes["accepted"]
    delays = [row["received_at"] - row["event"]["occurred_at"] for row in rows if row["event"]]
    told_late = outcomes["accepted"] - found["tickets_event_delay_seconds_bucket"]["60.0",]
    late = sum(delay > timedelta(seconds=60) for delay in delays)
    assert told_late == late > 0
    assert one(found, "tickets_batch_duration_seconds_count") == one(found, "tickets_ledger_version")
    assert (one(found, "tickets_export_ok"), one(found, "tickets_audit_ok")) == (1, 1)
    assert one(found, "tickets_broker_up") == 1


def test_each_line_of_the_job_says_run_batch_and_trace(running: Pipeline, url: str) -> None:
    """One run for all; the lines of a batch share its number and its trace id, and no two batches share one."""
    read_all(running, url)
    lines = [json.loads(line) for line in (running.data / "live.log").read_text("utf-8").splitlines()]
    assert len({line["run"] for line in lines}) == 1
    batches = [line for line in lines if line["event"].startswith("batch")]
    traces = {line["batch"]: line["trace_id"] for line in batches}
    assert all(traces[line["batch"]] == line["trace_id"] for line in batches)
    assert len(set(traces.values())) == len(traces) >= 1


def test_a_trace_that_a_producer_sent_along_is_named_by_its_batch(running: Pipeline, url: str) -> None:
    """From the header `traceparent` of a record, whatever else became of it; a header that is none is not repeated."""
    read_all(running, url)
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = [f"00-{trace}-00f067aa0ba902b7-01", "ada@example.com"]
    running.send([("k", b"{}", {"traceparent": header}) for header in headers])
    read_all(running, url)
    text = wait_for(
        lambda: (log := (running.data / "live.log").read_text("utf-8")) and trace in log and log, "the trace is named"
    )
    line = next(json.loads(line) for line in text.splitlines() if trace in line)
    assert line["linked_traces"] == [trace]
    assert "ada@example.com" not in text


def test_a_flood_of_refusals_moves_the_share_above_its_limit(running: Pipeline, url: str) -> None:
    """The fault of RejectedFlood; before it the share is below."""
    before = read_all(running, url)
    assert one(before, "tickets_rejected_ratio") < one(before, "tickets_rejected_limit_ratio")  # type: ignore[operator]
    running.run("produce", "client_tickets", "--events", "2000", "--seed", "2", "--invalid", "70%")

    def flooded() -> bool:
        found = scrape(url)
        return (one(found, "tickets_rejected_ratio") or 0) > (one(found, "tickets_rejected_limit_ratio") or 1)

    wait_for(flooded, "the share of refused records is above its limit")


def test_a_broker_that_is_away_is_told_and_fails_no_scrape(running: Pipeline, url: str) -> None:
    """The fault of BrokerAway: what only the broker knows is absent, everything else is told, until it is back."""
    read_all(running, url)
    running.run("broker", "down")
    found = wait_for(lambda: (now := scrape(url))["tickets_broker_up"] == {(): 0.0} and now, "the broker is away")
    assert "tickets_offsets_behind" not in found
    assert one(found, "tickets_ledger_version")
    running.run("broker", "up")
    wait_for(lambda: one(scrape(url), "tickets_broker_up") == 1.0, "the broker is back")


def test_a_producer_tells_what_became_of_its_records(running: Pipeline, tmp_path: Path) -> None:
    """Every metric of its side, while it sends: what is acknowledged, and the clauses of the lines it did not send."""
    lines = running.run("contracts", "payloads", PAYLOADS_OF, "--events", "200").stdout.splitlines()
    broken = [json.dumps({**json.loads(line), "priority": "none of these"}) for line in lines[:20]]
    (tmp_path / "mine.jsonl").write_text("\n".join([*broken, *lines]) + "\n", "utf-8")
    arguments = ["--from", str(tmp_path / "mine.jsonl"), "--make-ids", "--rate", "20"]
    other = Pipeline(running.data / "producer")
    sending: subprocess.Popen[Any] = other.start(
        "produce", "client_tickets", *arguments, "--broker", running.bootstrap, "--metrics", "0", "--log-format", "json"
    )
    try:
        there = wait_for(lambda: address(other.data / "live.log"), "the producer says where it answers")

        def sent() -> Scraped | None:
            found = scrape(there)
            return found if found.get("tickets_produced_records_total", {}).get(("acknowledged",)) else None

        found = wait_for(sent, "some are acknowledged")
        assert names("produce") - set(found) == set()
        assert found["tickets_produced_records_total"][("failed",)] == 0
        refused = found["tickets_produce_refusals_total"]
        assert refused["client_tickets.v2/priority/enum",] == len(broken)
    finally:
        sending.terminate()
        sending.wait(60)


def test_a_stopped_job_answers_no_more(running: Pipeline, url: str) -> None:
    """The fault of JobDown: the port is closed with the job, so that its metrics become absent."""
    assert one(scrape(url), "tickets_last_batch_timestamp_seconds")
    running.stop()
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        scrape(url)
