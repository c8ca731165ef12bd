"""`tickets maintain` as a person types it, where no Java is needed: alone, and beside a job that holds the tables."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from cli import chores
from cli.chores import Chores
from cli.maintain import describe
from cli.maintaining import Maintaining
from cli.options import Span
from cli.tests.test_command import COMMAND
from contracts.compiler.catalogue import HOME, Catalogue
from processing import tables
from processing.errors import ProcessingError
from processing.tests.ledgers import BEGAN, PRIORITY, ledger, row
from processing.turn import Turn
from runtime.delta import open_table
from runtime.lease import Lease
from runtime.request import Desk
from runtime.tests.s3 import bucket
from runtime.wait import until
from runtime.workspace import TABLES_VARIABLE, Workspace

FOLDER = Catalogue(HOME)
SOURCE = FOLDER.get("client_tickets")
NOW = BEGAN + timedelta(days=10)
FILES = 6
DEADLINE_S = 120.0


def make(folder: Any) -> None:
    """A ledger with a file for each row, received now, and derived tables made from it, without rows."""
    from deltalake import write_deltalake

    now = datetime.now(UTC)
    rows = [row(f"0:{n}", "rejected", PRIORITY, batch=str(n), received_at=now) for n in range(FILES)]
    ledger(folder, rows)
    for contract in FOLDER.outputs(SOURCE):
        if contract.rows in ("accepted", "aggregate"):
            tables.create_derived(folder / contract.name, contract)
            turn = Turn.take(folder / contract.name)
            said = turn.properties(tables.note(tables.version(folder / "ledger"), contract))
            empty = tables.derived_schema(contract).empty_table()
            write_deltalake(turn.table(), empty, mode="append", commit_properties=said)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maintaining:
    """Tables in a folder."""
    monkeypatch.setenv("TICKETS_PSEUDONYM_KEY", "6b" * 32)
    made = Maintaining.of(SOURCE, FOLDER, Workspace.open(tmp_path / "data"))
    make(made.derivation.tables)
    return made


@pytest.fixture(params=["folder", "bucket"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Maintaining]:
    """Tables in a folder, and in a bucket."""
    if request.param == "folder":
        yield request.getfixturevalue("work")
        return
    monkeypatch.setenv("TICKETS_PSEUDONYM_KEY", "6b" * 32)
    with bucket(monkeypatch.setenv) as made:
        monkeypatch.setenv(TABLES_VARIABLE, f"{made}/deep")
        found = Maintaining.of(SOURCE, FOLDER, Workspace.open(tmp_path / "data"))
        make(found.derivation.tables)
        yield found


def start(work: Maintaining, *arguments: str) -> subprocess.Popen[str]:
    """The command, under way."""
    command = [str(COMMAND), "maintain", "client_tickets", "--data", str(work.workspace.root), "--json", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ})


def end(command: subprocess.Popen[str], code: int = 0) -> Any:
    """What it says at its end: the document, or on another exit code the error."""
    out, err = command.communicate(timeout=DEADLINE_S)
    assert command.returncode == code, err
    return json.loads(out) if code == 0 else err


def job(work: Maintaining, lease: Lease, stop: threading.Event | None = None) -> Chores:
    """A job's side, without Spark: nothing here needs it."""
    return Chores(work, lease, None, stop or threading.Event(), None)


def serve(made: Chores, command: subprocess.Popen[str]) -> None:
    """What the job does between batches, until the command ends."""

    def look() -> bool:
        if made.due():
            made.do()
        return command.poll() is not None

    assert until(look, DEADLINE_S)


def files(work: Maintaining) -> int:
    """In the ledger's newest version."""
    return len(open_table(work.derivation.ledger).file_uris())


@pytest.mark.slow
def test_where_no_job_runs_the_command_does_it(anywhere: Maintaining) -> None:
    """And tells what it did."""
    done = end(start(anywhere))
    assert (done["contract"], done["by"]) == ("client_tickets.v2", "command")
    assert {(step["table"], step["step"]) for step in done["steps"]} >= {
        (table, step) for table in ("ledger", "tickets", "ticket_kpis") for step in ("compact", "vacuum")
    }
    assert files(anywhere) == 1


@pytest.mark.slow
def test_where_a_job_runs_the_job_does_it(anywhere: Maintaining) -> None:
    """Two that ask at once are both answered."""
    with Lease.acquire(anywhere.lease, "process") as lease:
        made, commands = job(anywhere, lease), [start(anywhere), start(anywhere)]
        for command in commands:
            serve(made, command)
        lease.check()
    assert [end(command)["by"] for command in commands] == ["job", "job"]
    assert files(anywhere) == 1


@pytest.mark.slow
def test_a_job_that_dies_over_it(anywhere: Maintaining) -> None:
    """The command finds the tables free and does it."""
    lease = Lease.acquire(anywhere.lease, "process")
    desk, command = Desk(anywhere.slot, lease.number), start(anywhere)
    assert until(lambda: desk.waits() and desk.take(), DEADLINE_S)
    assert files(anywhere) == FILES
    lease.release()
    assert end(command)["by"] == "command"
    assert files(anywhere) == 1


@pytest.mark.slow
def test_a_job_that_stops_over_it(work: Maintaining) -> None:
    """It breaks off and says so; the command does the rest once the job has ended."""
    stop = threading.Event()
    stop.set()
    lease = Lease.acquire(work.lease, "process")
    command, asked = start(work), job(work, lease, stop)
    assert until(asked.due, DEADLINE_S)
    asked.do()
    assert files(work) == FILES
    lease.release()
    assert end(command)["by"] == "command"


@pytest.mark.slow
def test_a_command_that_is_gone_is_not_served(work: Maintaining) -> None:
    """The job does nothing for it, and the next one that asks is answered."""
    with Lease.acquire(work.lease, "process") as lease:
        gone = start(work)
        assert until(lambda: work.slot.exists(), DEADLINE_S)  # type: ignore[union-attr]
        gone.kill()
        gone.communicate(timeout=DEADLINE_S)
        made = job(work, lease)
        next_ = start(work)
        serve(made, next_)
        assert end(next_)["by"] == "job"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("owner", "arguments", "wanted"),
    [
        ("erase", (), "written by pid"),
        ("process", ("--wait", "2s"), "did not answer within"),
    ],
)
def test_nobody_answers(work: Maintaining, owner: str, arguments: tuple[str, ...], wanted: str) -> None:
    """Another command holds the tables, or the job is busy for too long: exit code 1, and what to do."""
    with Lease.acquire(work.lease, owner):
        said = end(start(work, *arguments), 1)
    assert wanted in said
    assert f"pid {os.getpid()}" in said
    assert "Traceback" not in said
    assert files(work) == FILES


@pytest.mark.slow
def test_what_fails_in_the_job_is_told(work: Maintaining, monkeypatch: pytest.MonkeyPatch) -> None:
    """To whom that asked, with the remedy; the job goes on."""

    def fails(*_: object) -> None:
        raise ProcessingError("the disk is full", "Free some space.")

    monkeypatch.setattr(chores, "maintain", fails)
    with Lease.acquire(work.lease, "process") as lease:
        command = start(work)
        serve(job(work, lease), command)
    said = end(command, 1)
    assert "the disk is full" in said
    assert "Free some space." in said


def test_the_job_does_it_when_its_time_has_come(work: Maintaining) -> None:
    """By itself, and not again before the time."""
    with Lease.acquire(work.lease, "process") as lease:
        made = Chores(work, lease, None, threading.Event(), timedelta(seconds=1))
        assert not made.due()
        assert until(made.due, DEADLINE_S)
        made.do()
        assert files(work) == 1
        assert not made.due()


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("--keep", "59m"), "--keep 59m is shorter than an export or an audit may read"),
        (("--keep", "soon"), "'soon' is no span of time; write 30m, 6h or 7d"),
    ],
)
def test_wrong_use(work: Maintaining, arguments: tuple[str, ...], wanted: str) -> None:
    """Exit code 2, with a reason, and nothing is done."""
    assert wanted in " ".join(end(start(work, *arguments), 2).split())
    assert files(work) == FILES


@pytest.mark.parametrize(
    "arguments", [("--once", "--maintain-every", "6h"), ("--every", "5s", "--maintain-every", "0h")]
)
def test_a_job_needs_time_to_maintain(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """One that only reads what is there has none; and no time between two is wrong use."""
    command = [str(COMMAND), "process", "client_tickets", "--data", str(tmp_path), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S)
    assert done.returncode == 2
    assert "--maintain-every takes a time above 0" in done.stderr


def test_no_ledger(tmp_path: Path) -> None:
    """What to do first."""
    command = [str(COMMAND), "maintain", "client_tickets", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S)
    assert done.returncode == 1
    assert "there is no ledger" in done.stderr


def test_looking_changes_nothing(work: Maintaining) -> None:
    """Also beside a job; the table fits 80 columns."""
    with Lease.acquire(work.lease, "process"):
        done = end(start(work, "--check"))
    assert files(work) == FILES
    text = describe(done)
    assert max(map(len, text.splitlines())) <= 80
    assert f"compact  ledger {f'{FILES} -> 1':>26}" in text


def test_numbers_that_are_large_fit_too() -> None:
    """A terabyte, a million files, a billion rows."""
    many = {"table": "x" * 17, "step": "compact", "files": [1_000_000, 99_999], "rows": 10**6, "size": [10**12, 2048]}
    text = describe({"contract": "c.v1", "by": "job", "seconds": 1.5, "steps": [many]})
    assert max(map(len, text.splitlines())) <= 80
    assert "1e+03" not in text
    assert "1 TB -> 2.05 kB" in text


def test_the_contracts_say_what_is_kept(work: Maintaining) -> None:
    """90 days what was refused, three years tickets, five years KPIs, counted from the moment it is done."""
    order = replace(work, now=lambda: NOW).order(timedelta(minutes=61))
    assert order.keep_hours == 2
    days = {kind: (NOW - moment).days for kind, moment in {**order.before, **order.aggregates}.items()}
    assert days == {"refused": 90, "accepted": 1095, "ticket_kpis": 1825}
    assert order.aggregates["ticket_kpis"].hour == 0


@pytest.mark.parametrize(("value", "unit"), [("0", "d"), ("90", "moons"), ("forever", "d")])
def test_a_time_that_is_none(work: Maintaining, value: str, unit: str) -> None:
    """Is an error, not for ever."""
    outputs = [
        replace(one, service_levels=tuple(replace(level, value=value, unit=unit) for level in one.service_levels))
        for one in work.derivation.outputs
    ]
    made = replace(work, derivation=replace(work.derivation, outputs=tuple(outputs)))
    with pytest.raises(ProcessingError, match="is no span of time"):
        made.order(timedelta(days=7))


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("5m", 300), ("6h", 21_600), ("7d", 604_800), ("0h", 0)])
def test_spans(text: str, seconds: int) -> None:
    """Of whole seconds, minutes, hours and days."""
    assert Span().convert(text, None, None) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["7", "7w", "-1d", "1.5h", "", "9999999d"])
def test_what_is_no_span(text: str) -> None:
    """With examples."""
    with pytest.raises(click.BadParameter, match="write 30m, 6h or 7d"):
        Span().convert(text, None, None)


def test_constants_that_help_does_not_wait_for() -> None:
    """Say the same as those they stand for, and help needs no heavy library."""
    from cli import maintain, refusals
    from processing import expire

    assert Span().convert(maintain.KEEP, None, None) == chores.KEEP
    assert refusals.GONE == expire.GONE
    code = "import sys, cli.maintain; sys.exit(any(m in sys.modules for m in ('pyspark', 'deltalake', 'polars')))"
    assert subprocess.run([sys.executable, "-c", code], timeout=DEADLINE_S).returncode == 0
