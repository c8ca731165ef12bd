"""What a job tells of its batches and its workspace, without Spark and without a broker."""

import shutil
import subprocess
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.options import Address
from cli.process import command
from cli.tests.shown import ROOT
from cli.watching import JobMetrics, left_in, sending, stands
from contracts.compiler.catalogue import HOME, Catalogue
from processing.carry import Carried
from processing.stream import Batch
from producer.send import Delivery
from runtime import standing
from runtime.lag import NOTHING, Left
from runtime.metrics import METRICS, Metrics, serve
from runtime.workspace import Workspace

CONTRACT = Catalogue(HOME).get("client_tickets")
OLDER = Catalogue(HOME).older(CONTRACT)
PROMTOOL = shutil.which("promtool")
ENUM = "client_tickets.v2/priority/enum"


def told(metrics: Metrics) -> dict[str, dict[tuple[str, ...], float]]:
    """Values by name and labels, without those that are 0."""
    return {
        sample.name: {
            tuple(other.labels.values()): other.value
            for other in family.samples
            if other.name == sample.name and other.value
        }
        for family in metrics.collect()
        for sample in family.samples
    }


class Broker:
    """A lag that answers what it is given."""

    def __init__(self, left: Mapping[int, Left] | None) -> None:
        self._left = left

    def ask(self) -> Mapping[int, Left] | None:
        """The same each time."""
        return self._left


def test_a_batch_raises_what_it_did() -> None:
    """Twice the same batch is twice the counts; the share is the newest, and the promise has its own bucket."""
    metrics = Metrics()
    job = JobMetrics(metrics, (CONTRACT, *OLDER), 0.2)
    carried = Carried("1", {"accepted": 8, "rejected": 2}, 5, None, {ENUM: 2}, (3.0, 61.0), ())
    job.done(Batch(carried, 1.5))
    assert "tickets_rejected_ratio" not in told(metrics)
    job.done(Batch(Carried("2", {"accepted": 8, "rejected": 2}, 6, 0.2, {ENUM: 2}, (3.0, 61.0), ()), 1.5))
    found = told(metrics)
    name = CONTRACT.name
    assert found["tickets_records_total"] == {(name, "accepted"): 16, (name, "rejected"): 4}
    assert found["tickets_refusals_total"] == {(name, ENUM): 4}
    assert found["tickets_ledger_version"] == {(name,): 6}
    assert found["tickets_rejected_ratio"] == {(name,): 0.2}
    assert found["tickets_batch_duration_seconds_sum"] == {(name,): 3.0}
    assert found["tickets_event_delay_seconds_bucket"][name, "60.0"] == 2


def test_outcomes_and_clauses_begin_at_zero() -> None:
    """So that the first refusal is seen as a rise; clauses of every version that the job reads."""
    metrics = Metrics()
    JobMetrics(metrics, (CONTRACT, *OLDER), None)
    families = {family.name: family for family in metrics.collect()}
    clauses = {sample.labels["clause"] for sample in families["tickets_refusals"].samples}
    assert {ENUM, "client_tickets.v1/priority/enum"} <= clauses
    assert {sample.value for sample in families["tickets_records"].samples} == {0}
    assert "tickets_rejected_limit_ratio" not in families


def test_what_is_left_is_told_by_partition() -> None:
    """Ages where they are known; none but `up` where the broker is away."""
    at = datetime.now(UTC) - timedelta(minutes=5)
    left = {0: NOTHING, 1: Left(7, 60.0, at), 2: Left(3, None, None)}
    samples = {(s.name, s.labels): s.value for s in left_in(Broker(left), "t")()}  # type: ignore[arg-type]
    assert samples.pop(("tickets_oldest_unread_age_seconds", ("t", "1"))) == pytest.approx(300, abs=5)
    assert samples == {
        ("tickets_broker_up", ("t",)): 1,
        ("tickets_offsets_behind", ("t", "0")): 0,
        ("tickets_behind_seconds", ("t", "0")): 0,
        ("tickets_oldest_unread_age_seconds", ("t", "0")): 0,
        ("tickets_offsets_behind", ("t", "1")): 7,
        ("tickets_behind_seconds", ("t", "1")): 60,
        ("tickets_offsets_behind", ("t", "2")): 3,
    }
    away = list(left_in(Broker(None), "t")())  # type: ignore[arg-type]
    assert [(s.name, s.value) for s in away] == [("tickets_broker_up", 0)]


def test_export_and_audit_are_told_as_they_ended(tmp_path: Path) -> None:
    """The faults of ExportFailed and AuditFailed: not ok, and the last good one is still known."""
    space = Workspace.open(tmp_path)
    source = stands(space, "t")
    assert list(source()) == []
    standing.note(space, "audit", "t", ok=True)
    standing.note(space, "audit", "t", ok=False)
    standing.note(space, "export", "t", ok=False)
    found = {s.name: s.value for s in source()}
    assert (found["tickets_audit_ok"], found["tickets_export_ok"]) == (0, 0)
    assert "tickets_audit_success_timestamp_seconds" in found
    assert "tickets_export_success_timestamp_seconds" not in found


def test_a_producer_tells_its_counts_as_they_are() -> None:
    """The fault of RecordsNotAcknowledged: `failed` rises from 0."""
    delivery = Delivery()
    source = sending(delivery, CONTRACT)

    def counts() -> dict[str, float]:
        return {s.labels[-1]: s.value for s in source() if s.name == "tickets_produced_records_total"}

    assert counts() == {"acknowledged": 0, "failed": 0}
    delivery.sent, delivery.acknowledged, delivery.failed = 10, 6, 3
    assert counts() == {"acknowledged": 6, "failed": 3}
    assert {s.value for s in source() if s.name == "tickets_produced_pending"} == {1}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("9464", ("127.0.0.1", 9464)),
        ("0", ("127.0.0.1", 0)),
        ("0.0.0.0:9464", ("0.0.0.0", 9464)),  # noqa: S104 - asked for by name
        ("[::1]:9464", ("::1", 9464)),
        ("metrics.example:1", ("metrics.example", 1)),
    ],
)
def test_an_address_is_this_machine_unless_another_is_named(text: str, wanted: tuple[str, int]) -> None:
    """A port alone is on the loopback interface."""
    assert Address().convert(text, None, None) == wanted


@pytest.mark.parametrize("text", ["", "soon", "host:", ":9464", "99999", "a b:1", "http://x:1"])
def test_what_is_no_address_is_wrong_use(text: str) -> None:
    """With examples of what is."""
    done: Any = CliRunner().invoke(command, ["client_tickets", "--once", "--metrics", text])
    assert done.exit_code == 2
    assert "write 9464 or 0.0.0.0:9464" in done.output or text == ""


def test_the_page_names_every_metric_as_the_table_does() -> None:
    """docs/observability.md: one row each, with kind, labels, side and help."""
    page = (ROOT / "docs" / "observability.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `tickets_")]
    wanted = [f"| `{m.name}` | {m.kind} | {', '.join(m.labels)} | {m.side} | {m.help} |" for m in METRICS.values()]
    assert rows == wanted


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not on the PATH (it comes with Prometheus)")
def test_promtool_has_nothing_to_say_about_the_exposition() -> None:
    """Names, units, kinds and help, of every metric of the table, as Prometheus' own linter judges them."""
    metrics = Metrics()
    for metric in METRICS.values():
        labels = ("t",) * len(metric.labels)
        if metric.kind == "histogram":
            metrics.histogram(metric.name, *labels)
        elif metric.kind == "counter":
            metrics.add(metric.name, *labels)
        else:
            metrics.put(metric.name, *labels, value=1)
    with serve(metrics, "127.0.0.1", 0) as address, urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own
        text = answer.read()
    done = subprocess.run([str(PROMTOOL), "check", "metrics"], input=text, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")
