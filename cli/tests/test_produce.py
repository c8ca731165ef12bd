"""`tickets produce` without a broker: what goes together, what is said at the end, and what to do next."""

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli.produce.kept import Run, runs
from cli.produce.session import meter, session
from cli.produce.summary import exit_code, summary
from contracts.compiler.catalogue import HOME, Catalogue
from producer.causes import Causes
from producer.event import Record
from producer.outbox import line_of
from producer.resume import StandsAlready
from runtime import logs
from runtime.broker import Broker
from runtime.workspace import Workspace

COMMAND = Path(sys.executable).parent / "tickets"
NOWHERE = "127.0.0.1:1"
SILENT = Causes("client_tickets", 1_000_000, 60.0).of("SILENT")
DONE: dict[str, Any] = {
    "contract": "client_tickets.v2",
    "topic": "client_tickets",
    "sent": 20,
    "acknowledged": 20,
    "failed": 0,
    "errors": [],
    "stopped_early": False,
    "interrupted": False,
    "seconds": 1.0,
    "outbox": None,
    "resume": None,
}


def produce(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a broker that is not there."""
    return subprocess.run(
        [COMMAND, "produce", "client_tickets", "--data", str(data), "--broker", NOWHERE, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], "Say one of --events N, --from FILE and --resume."),
        (["--resume", "--events", "5"], "Say one of"),
        (["--resume", "--from", "-"], "Say one of"),
        (["--events", "5", "--from", "-"], "Say one of"),
        (["--resume", "--seed", "1"], "--seed goes with --events only."),
        (["--resume", "--make-ids"], "--make-ids goes with --from only."),
        (["--events", "5", "--make-ids"], "--make-ids goes with --from only."),
        (["--resume", "--producer", "me"], "--producer goes with --events and --from only."),
        (["--events", "5", "--producer", ""], "is no name"),
        (["--events", "5", "--receipts", "/nowhere/at/all"], "/nowhere/at/all can't be written"),
        (["--events", "5", "--receipts", __file__], "does not hold receipts"),
    ],
)
def test_what_does_not_go_together_is_wrong_use(tmp_path: Path, arguments: list[str], wanted: str) -> None:
    """With the sentence that says what does, before a broker is asked for."""
    done = produce(tmp_path, *arguments)
    assert done.returncode == 2, done.stderr
    assert wanted in " ".join(done.stderr.split())


def test_nothing_to_resume_is_said(tmp_path: Path) -> None:
    """With exit code 0, as text and as JSON, and without a broker."""
    done = produce(tmp_path, "--resume")
    assert (done.returncode, done.stdout) == (
        0,
        "Nothing to resume: no record of topic client_tickets waits in the outbox.\n",
    )
    answer = json.loads(produce(tmp_path, "--resume", "--json").stdout)
    assert (answer["sent"], answer["files"], answer["left"], answer["resume"]) == (0, 0, 0, None)


def test_a_resume_without_a_broker_leaves_the_outbox(tmp_path: Path) -> None:
    """The broker is named as for any other run, and the file is as it was."""
    kept = tmp_path / "outbox" / "client_tickets-20260101T000000.000000Z.jsonl"
    kept.parent.mkdir()
    kept.write_bytes(line_of("client_tickets", Record(b"{}", b"k", [], 0), None, SILENT))
    before = kept.read_bytes()
    done = produce(tmp_path, "--resume")
    assert done.returncode == 1
    assert NOWHERE in done.stderr
    assert kept.read_bytes() == before


def test_the_help_shows_how_to_go_on() -> None:
    """An example for each new way."""
    shown = subprocess.run([COMMAND, "produce", "--help"], capture_output=True, text=True, timeout=60).stdout
    for words in ("--resume  ", "--from - --make-ids", "--receipts sent.jsonl", "--producer ticketing-1"):
        assert words in shown


@pytest.mark.parametrize("code", ["MSG_SIZE_TOO_LARGE", "_UNKNOWN_TOPIC", "TOPIC_AUTHORIZATION_FAILED", "SILENT"])
def test_a_failure_is_told_with_cause_count_remedy_and_command(code: str) -> None:
    """And where the events are; the exit code is 1."""
    failure = Causes("client_tickets", 1_000_000, 60.0).of(code)
    error = {"code": failure.code, "what": failure.what, "count": 1200, "remedy": failure.remedy}
    done = {**DONE, "failed": 1200, "errors": [error], "outbox": "/data/outbox/a.jsonl"}
    done["resume"] = "tickets produce client_tickets --resume --data /data"
    text = " ".join(summary(done).split())
    assert f"Not acknowledged: 1,200, since {failure.what} ({failure.code}). {failure.remedy}" in text
    assert "Kept in /data/outbox/a.jsonl" in text
    assert "Then send what is kept: tickets produce client_tickets --resume --data /data" in text
    assert exit_code(done) == 1


def test_what_a_resume_met_is_told() -> None:
    """Files that another command has, and lines that can't be read; only the latter are a failure."""
    done = {**DONE, "files": 1, "left": 0, "busy": ["/o/b.jsonl"], "unreadable": 0, "unreadable_files": []}
    assert "left alone: /o/b.jsonl" in summary(done)
    assert exit_code(done) == 0
    done |= {"unreadable": 1, "unreadable_files": ["/o/a.jsonl.unreadable"]}
    assert "kept aside in /o/a.jsonl.unreadable" in summary(done)
    assert exit_code(done) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [({}, 0), ({"failed": 1}, 1), ({"refused": 1}, 1), ({"left": 1}, 1), ({"stopped_early": True}, 1)],
)
def test_exit_codes(change: dict[str, Any], code: int) -> None:
    """1 where anything is not acknowledged, refused or left; 130 after a stop, whatever else."""
    assert exit_code({**DONE, **change}) == code
    assert exit_code({**DONE, **change, "interrupted": True}) == 130


@pytest.mark.parametrize(
    ("quiet", "wanted", "shown"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_the_bar_is_drawn_for_who_wants_to_see_it(
    quiet: bool, wanted: bool, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal; not with --json, and not under -q."""
    stream = io.StringIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", stream)
    logs.prefer("error" if quiet else None)
    logs.configure("text")  # as a command does after that
    try:
        with meter("Sending to orders", 40, wanted) as advance:
            advance(10)
    finally:
        logs.prefer(None)
    assert ("Sending to orders" in stream.getvalue()) == shown


@pytest.mark.parametrize("fails", [False, True])
def test_each_run_leaves_its_count_for_the_report(fails: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it ended, and whichever way it sent; one that sent nothing leaves none."""
    workspace, contract = Workspace.open(tmp_path), Catalogue(HOME).get("client_tickets")
    for place in ("producer.topic.require_sight", "runtime.kafka.ensure_topic"):
        monkeypatch.setattr(place, lambda *_: None)
    monkeypatch.setattr("producer.topic.batch_bytes", lambda *_: 2_000_000)
    for count in (5, 0, 7):
        delivery = SimpleNamespace(sent=9, acknowledged=count, failed=9 - count)
        sender = SimpleNamespace(delivery=delivery, abandon=lambda: None)
        monkeypatch.setattr("producer.send.Sender", lambda *_, sender=sender: sender)
        with (
            contextlib.suppress(ZeroDivisionError),
            session(contract, Broker("embedded", NOWHERE), workspace, 1.0, StandsAlready(), None),
        ):
            assert 1 / (not fails)
    assert runs(workspace, contract.name) == (Run("embedded", 5), Run("embedded", 7))
