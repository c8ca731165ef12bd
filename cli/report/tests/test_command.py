"""`tickets report` as a person types it: where the page goes, what is printed, and how it ends."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli import audit, demo
from cli.report.tests.made import FOLDER, SOURCE, TICKETS, derive, export, run, workspace
from contracts.compiler.catalogue import HOME
from runtime import broker, kafka
from runtime.workspace import Workspace


def test_the_page_is_written_into_the_workspace(tmp_path: Path) -> None:
    """Its path is printed; nothing else is left beside it."""
    done = run(workspace(tmp_path))
    assert (done.exit_code, done.output) == (0, f"client_tickets.v2: report in {tmp_path}/report.html\n")
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert not list(tmp_path.glob(".report*"))


def test_json_prints_the_facts_and_writes_no_page(tmp_path: Path) -> None:
    """Unless a file is named."""
    made = workspace(tmp_path)
    done = run(made, "client_tickets", "--json")
    assert json.loads(done.stdout)["flow"]["records"] == 8
    assert not (tmp_path / "report.html").exists()
    run(made, "client_tickets", "--json", "--out", str(tmp_path / "x.html"))
    assert (tmp_path / "x.html").exists()


def test_what_does_not_add_up_ends_with_1(tmp_path: Path) -> None:
    """And is said on standard error; the page is written."""
    made = workspace(tmp_path)
    derive(tmp_path / "tables" / SOURCE.name, TICKETS, [], 1)
    done = run(made)
    assert done.exit_code == 1
    assert "accepted records: 8, but rows of the table tickets: 0" in done.stderr
    assert (tmp_path / "report.html").exists()


def test_without_a_ledger_there_is_a_page_that_says_so(tmp_path: Path) -> None:
    """No failure: nothing was processed yet."""
    done = run(Workspace.open(tmp_path))
    assert done.exit_code == 0
    assert "Nothing was processed yet" in (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--at", "9"), "the ledger has no version 9; its newest is 1"),
        (("tickets",), "It is made from client_tickets.v2: report on that."),
        (("--receipts", "absent.jsonl"), "does not exist"),
    ],
)
def test_wrong_use_ends_with_2(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """With what to do instead."""
    done = run(workspace(tmp_path), *words)
    assert done.exit_code == 2
    assert said in done.output


def test_which_contract_is_asked_where_there_are_several(tmp_path: Path) -> None:
    """None has a ledger, and the folder has two topics."""
    folder = tmp_path / "contracts"
    for name in ("client_tickets", "support_targets"):
        shutil.copytree(HOME / name, folder / name)
    shutil.copytree(HOME.parent / "examples/contracts/app_logs", folder / "app_logs")
    done = run(Workspace.open(tmp_path / "data"), "--contracts", str(folder))
    assert done.exit_code == 2
    assert "There are: app_logs, client_tickets" in done.output


def test_a_topic_without_life_cycle_has_a_report_too(tmp_path: Path) -> None:
    """Its KPIs are said to be none."""
    folder = tmp_path / "contracts"
    shutil.copytree(HOME.parent / "examples/contracts/app_logs", folder / "app_logs")
    done = run(Workspace.open(tmp_path / "data"), "app_logs", "--contracts", str(folder), "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["contract"].startswith("app_logs")


def test_the_audit_is_run_where_the_broker_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside a job that may be running; a failed one ends the report with 1."""
    made = workspace(tmp_path)
    export(made)
    asked: list[Any] = []
    lists: dict[str, list[str]] = {name: [] for name in ("repeated", "without_record", "lost", "unread", "complaints")}

    def audited(*_: Any, running: bool) -> dict[str, Any]:
        asked.append(running)
        return {"ok": False, "offsets": 8, "outcomes": {}, "missing": ["0:3"], **lists}

    monkeypatch.setattr(
        broker, "status", lambda _: SimpleNamespace(kind="embedded", bootstrap="localhost:1", answers=True)
    )
    monkeypatch.setattr(kafka, "require", lambda _: None)
    monkeypatch.setattr(audit, "run_audit", audited)
    done = run(made)
    assert (done.exit_code, asked) == (1, [True])
    assert "The audit against the broker FAILED" in done.stderr
    assert "0:3" in (tmp_path / "report.html").read_text("utf-8")


def test_a_broker_that_is_away_is_told_not_waited_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says why there is no audit."""
    from runtime.errors import MachineError

    def away(_: str) -> None:
        raise MachineError("no broker answers at localhost:1", "Start it.")

    monkeypatch.setattr(kafka, "require", away)
    done = run(workspace(tmp_path), "--broker", "localhost:1", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["checks"]["audit"] == {
        "missing": "not run: no broker answers at localhost:1",
        "command": "tickets audit client_tickets --broker localhost:1",
    }


def test_the_demo_writes_a_report_of_its_own_audit(tmp_path: Path) -> None:
    """Beside its exports; no broker is asked again."""
    lists: dict[str, list[str]] = {name: [] for name in ("missing", "repeated", "without_record", "lost", "unread")}
    told = {"ok": True, "offsets": 8, "outcomes": {}, "complaints": [], **lists}
    path = demo._report(SOURCE, FOLDER, workspace(tmp_path), told)
    assert path == tmp_path / "report.html"
    assert "Audit ok: 8 offsets" in path.read_text("utf-8")
