"""`tickets watch` against a real metrics endpoint and a workspace on disk: what it finds, misses, and sees begin."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.tests.terminal import TICKETS, Terminal
from cli.watch import command
from cli.watch.facts import Facts
from cli.watch.gather import Following, Gatherer
from cli.watch.rates import Speedometer
from cli.watch.scrape import SilentError, job, samples, scrape
from cli.watch.stored import Shelf, writer
from cli.watching import JobMetrics
from contracts.compiler.catalogue import HOME
from contracts.compiler.load import load
from contracts.compiler.model import Contract
from runtime import standing
from runtime.lease import Lease
from runtime.metrics import Metrics, Sample, serve
from runtime.wait import until
from runtime.workspace import Workspace

NAME = "client_tickets"


@pytest.fixture(scope="module")
def contract() -> Contract:
    """The contract that the job reads."""
    return load(HOME / NAME / "v2.odcs.yaml")


@pytest.fixture
def metrics(contract: Contract) -> Metrics:
    """What a job tells that has carried two batches and lags behind in one partition."""
    made = Metrics()
    JobMetrics(made, (contract,), 0.2)
    made.add("tickets_records_total", NAME, "accepted", by=90)
    made.add("tickets_records_total", NAME, "rejected", by=10)
    made.add("tickets_refusals_total", NAME, f"{NAME}.v2/priority/enum", by=10)
    made.observe("tickets_batch_duration_seconds", NAME, values=(1.0, 3.0))
    made.put("tickets_ledger_version", NAME, value=2)
    made.watch(
        lambda: (
            Sample("tickets_broker_up", (NAME,), 1.0),
            Sample("tickets_offsets_behind", (NAME, "0"), 7.0),
            Sample("tickets_offsets_behind", (NAME, "10"), 0.0),
            Sample("tickets_oldest_unread_age_seconds", (NAME, "0"), 12.5),
        )
    )
    return made


@pytest.fixture
def port(metrics: Metrics) -> Iterator[int]:
    """Where that job answers."""
    with serve(metrics, "127.0.0.1", 0) as address:
        yield int(address.rsplit(":", 1)[1].split("/")[0])


def gatherer(port: int, folder: Path) -> Gatherer:
    """What watches it."""
    workspace = Workspace.open(folder)
    return Gatherer(NAME, workspace, ("127.0.0.1", port), Shelf.of(workspace.tables(NAME), NAME, None))


def test_a_scrape_is_read_by_the_names_of_the_table(port: int) -> None:
    """Each number of the page comes from the metric that documents it."""
    found = scrape("127.0.0.1", port, NAME)
    assert (found.records["accepted"], found.records["rejected"], found.records["duplicate"]) == (90, 10, 0)
    assert found.refusals == {f"{NAME}.v2/priority/enum": 10}
    assert {p: (one.offsets, one.oldest_age_s) for p, one in found.behind.items()} == {0: (7, 12.5), 10: (0, None)}
    assert (found.batches, found.batch_seconds, found.ledger_version) == (2, 4.0, 2)
    assert (found.broker_up, found.rejected_share, found.rejected_limit) == (True, None, 0.2)


def test_rates_are_of_the_last_seconds_and_begin_anew_with_the_job(port: int, metrics: Metrics) -> None:
    """A counter that starts again at zero is no negative rate."""
    speed = Speedometer(window_s=30)
    assert speed.rates(scrape("127.0.0.1", port, NAME), 100.0) is None
    metrics.add("tickets_records_total", NAME, "accepted", by=50)
    metrics.observe("tickets_batch_duration_seconds", NAME, values=(5.0,))
    rates = speed.rates(scrape("127.0.0.1", port, NAME), 110.0)
    assert rates is not None
    assert (rates.seconds, rates.records["accepted"], rates.batch_seconds) == (10.0, 5.0, 5.0)
    quiet = speed.rates(scrape("127.0.0.1", port, NAME), 141.0)
    assert quiet is not None
    assert (quiet.seconds, quiet.records["accepted"], quiet.batch_seconds) == (31.0, 0.0, None)
    metrics.put("tickets_run_started_timestamp_seconds", NAME, value=1.0)
    assert speed.rates(scrape("127.0.0.1", port, NAME), 150.0) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("", "is no `tickets process`"), ("what?\n{", "tells no metrics"), ("other 1\n", "is no `tickets process`")],
)
def test_what_is_no_job_is_told_apart(text: str, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program may listen at the port."""
    monkeypatch.setattr("cli.watch.scrape._get", lambda host, port: text)
    with pytest.raises(SilentError, match=wanted):
        scrape("127.0.0.1", 1, NAME)


def test_a_job_of_another_contract_is_named(port: int) -> None:
    """It is not shown as this one's."""
    with pytest.raises(SilentError, match="reads client_tickets"):
        scrape("127.0.0.1", port, "app_logs")


def test_a_job_that_starts_is_seen(metrics: Metrics, tmp_path: Path) -> None:
    """First that none runs, with what starts one; then its numbers; then that it is gone."""
    with serve(metrics, "127.0.0.1", 0) as address:
        port = int(address.rsplit(":", 1)[1].split("/")[0])
    watching = gatherer(port, tmp_path)
    before = watching.facts(wait=True)
    assert before.job is None
    assert "tickets process client_tickets --metrics" in before.notes[0]
    with serve(metrics, "127.0.0.1", port):
        assert watching.facts(wait=True).job is not None
    assert watching.facts(wait=True).job is None


def test_a_writer_without_metrics_is_named(tmp_path: Path) -> None:
    """A job that was started without --metrics does not look like no job at all; one that has ended does."""
    tables = Workspace.open(tmp_path).tables(NAME)
    with Lease.acquire(tables / ".lease", "process"):
        said = gatherer(1, tmp_path).facts(wait=True).notes[0]
        assert f"process, pid {os.getpid()} seems to write" in said
    (tmp_path / "tables" / NAME / ".lease").write_text(json.dumps({"pid": 2**22 + 1, "owner": "process"}))
    assert writer(tables) is None


def test_export_and_audit_are_read_from_the_workspace(tmp_path: Path) -> None:
    """Also while no job runs, which is when nobody else tells of them."""
    workspace = Workspace.open(tmp_path)
    standing.note(workspace, "export", NAME, ok=True)
    standing.note(workspace, "audit", NAME, ok=False)
    done = CliRunner().invoke(command, ["--once", "--json", "--data", str(tmp_path), "--metrics", "1"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["export"]["ok"], said["audit"]["ok"], said["audit"]["succeeded_at"]) == (True, False, None)
    assert said["tables"] is None


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["client_ticket"], "Did you mean client_tickets"),
        (["tickets"], "watch that"),
        (["--every", "0s"], "above 0"),
        (["--metrics", "nowhere"], "is no address"),
    ],
)
def test_wrong_use_is_said(words: list[str], wanted: str, tmp_path: Path) -> None:
    """Before anything is drawn."""
    done = CliRunner().invoke(command, [*words, "--once", "--data", str(tmp_path)])
    assert done.exit_code != 0
    assert wanted in done.output + str(getattr(done.exception, "what", done.exception))


@pytest.mark.parametrize("keys", ["q", "\x03", "\x1b[Aq"], ids=["q", "Ctrl-C", "q after an arrow"])
def test_keys_quit_and_leave_the_terminal_as_it_was(keys: str, port: int, tmp_path: Path) -> None:
    """q or Ctrl-C, and no arrow key; a page that was resized is drawn anew; the cursor and the old screen come back."""
    with Terminal("watch", NAME, "--data", tmp_path, "--metrics", str(port), TICKETS_METRICS="") as terminal:
        terminal.until("behind 7 offsets")
        terminal.resize(130, 40)
        terminal.until("behind 7 offsets")
        terminal.press(keys)
        assert terminal.end() == 0
    assert terminal.said.rstrip().endswith("\x1b[?25h\x1b[?1049l")
    assert "Traceback" not in terminal.said


def test_elsewhere_each_look_is_a_document(port: int, tmp_path: Path) -> None:
    """One JSON line after the other, until it is stopped."""
    words = [str(TICKETS), "watch", NAME, "--data", str(tmp_path), "--metrics", str(port), "--every", "1s"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        looks = [json.loads(child.stdout.readline()) for _ in range(2)]
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == 0
    assert [look["job"]["offsets_behind"] for look in looks] == [7, 7]
    assert looks[1]["job"]["rate_window_seconds"] > 0


def test_an_answer_is_read_by_the_parser_of_its_format() -> None:
    """Labels with escapes, numbers with exponents."""
    text = 'tickets_offsets_behind{contract="a",partition="3"} 1e+06\n'
    assert job(samples(text), "a", "x").behind[3].offsets == 1_000_000


def test_a_page_does_not_stand_still_over_an_error() -> None:
    """What ends the work in the background is raised where the page is drawn."""

    def fails() -> Facts:
        raise RuntimeError("planted")

    with Following(fails, 1.0) as following, pytest.raises(RuntimeError, match="planted"):
        until(lambda: following.facts() is not None, 30)
