"""`tickets erase` as a person types it, where no Java is needed: its questions, its refusals, what it leaves."""

import base64
import hashlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cli.tests.test_command import COMMAND
from processing.erased import ErasedList
from runtime.files import try_lock

ID, OTHER = "CLI-424242", "CLI-000007"
WHY = ("--reason", "request 118")
KEY = "6b" * 32


def line(client: str) -> str:
    """A line of an outbox."""
    return json.dumps({"value": base64.b64encode(json.dumps({"client_id": client}).encode()).decode()}) + "\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A workspace with kept lines of two clients, and an export of tables that are no more."""
    folder = tmp_path / "data"
    for name in ("outbox", "refused"):
        (folder / name).mkdir(parents=True)
        (folder / name / "client_tickets-1.jsonl").write_text(line(ID) + line(OTHER))
        (folder / name / "another_topic-1.jsonl").write_text(line(ID))
    published = folder / "exports" / "client_tickets" / "3"
    published.mkdir(parents=True)
    (published / "tickets.csv").write_text(ID)
    entry = {"version": "3", "path": "exports/client_tickets/3"}
    (folder / "exports" / "latest.json").write_text(json.dumps({"client_tickets": entry, "other": {}}))
    return folder


def erase(data: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [str(COMMAND), "erase", "client_tickets", "--data", str(data), *arguments]
    env = {**os.environ, "TICKETS_PSEUDONYM_KEY": KEY}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, input=stdin, env=env)


def tree(data: Path) -> Mapping[str, str]:
    """Every file's hash."""
    files = (path for path in sorted(data.rglob("*")) if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def listed(data: Path) -> ErasedList:
    """The workspace's list."""
    return ErasedList.read(data / "erased" / "client_tickets.json", bytes.fromhex(KEY))


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ((), "Say either --client ID or --list FILE"),
        (("--client", ID, "--list", "x.json", *WHY), "Say either --client ID or --list FILE"),
        (("--client", ID), "Say why with --reason"),
        (("--client", ID, "--reason", f"for {ID}", "--yes"), "The reason names the person"),
        (("--client", ID, *WHY), "There is no terminal to ask on: add --yes"),
        (("--client", "-", *WHY), "add --yes or --dry-run"),
        (("--client", " ", *WHY, "--yes"), "No id was given"),
        (("--client", b"CLI\xff".decode("utf-8", "surrogateescape"), *WHY, "--yes"), "An id is no UTF-8 text"),
    ],
)
def test_wrong_use_says_what_to_do(data: Path, arguments: tuple[str, ...], wanted: str) -> None:
    """Exit code 2, nothing is changed, and no error repeats the id."""
    before = tree(data)
    done = erase(data, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert wanted in done.stderr
    assert ID not in done.stderr
    assert tree(data) == before


def test_help_shows_examples() -> None:
    """And says what the exit codes are, and how the list is carried."""
    done = subprocess.run([str(COMMAND), "erase", "--help"], capture_output=True, text=True, timeout=60)
    assert "--client - --reason" in done.stdout
    assert "Exit codes: 0" in done.stdout
    assert "--list ../old/erased/client_tickets.json" in done.stdout


def test_a_contract_without_persons_is_refused(data: Path) -> None:
    """Where an event does not say whose it is, nobody can be found."""
    contracts = Path(__file__).resolve().parents[2] / "examples" / "contracts"
    command = [str(COMMAND), "erase", "app_logs", "--contracts", str(contracts), "--data", str(data)]
    done = subprocess.run([*command, "--client", ID, "--dry-run"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "dataSubject" in done.stderr


def test_a_dry_run_changes_nothing(data: Path) -> None:
    """It says what would go, and needs neither reason nor lease."""
    before = tree(data)
    done = json.loads(erase(data, "--client", ID, "--dry-run", "--json").stdout)
    assert tree(data) == before
    assert (done["dry_run"], done["exports"], done["ledger"]) == (True, ["exports/client_tickets/3"], {})
    assert done["files"] == {"outbox/client_tickets-1.jsonl": 1, "refused/client_tickets-1.jsonl": 1}
    assert erase(data, "--client", ID, "--dry-run").stdout.startswith("client_tickets.v2: 1 person, nothing is changed")


def test_before_anything_was_read_the_person_is_kept_out(data: Path) -> None:
    """Without a ledger: the list, the kept lines of this topic, and exports that nothing can replace."""
    done = erase(data, "--client", "-", *WHY, "--yes", "--json", stdin=f"{ID}\n\n{ID}\n")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["persons"] == [one.hex() for one in listed(data).digests]
    assert (said["exports"], said["published"], said["left"]) == (["exports/client_tickets/3"], None, [])
    assert "request 118" in done.stderr
    assert ID not in done.stdout + done.stderr
    assert (data / "outbox" / "client_tickets-1.jsonl").read_text() == line(OTHER)
    assert (data / "outbox" / "another_topic-1.jsonl").read_text() == line(ID)
    assert json.loads((data / "exports" / "latest.json").read_text()) == {"other": {}}
    assert not (data / "exports" / "client_tickets" / "3").exists()
    assert not listed(data).unfinished


def test_what_a_job_has_on_its_own_disk_goes(data: Path) -> None:
    """Index, looked-up moments, the rows of a batch whose job was killed; another topic's stay."""
    own = ("index/client_tickets", "index/client_tickets.ticket_kpis", "checkpoints/client_tickets/parcels")
    for name in (*own, "checkpoints/app_logs/parcels"):
        (data / name).mkdir(parents=True)
        (data / name / "one").write_text(ID)
    done = erase(data, "--client", ID, *WHY, "--yes")
    assert done.returncode == 0, done.stderr
    assert [name for name in own if (data / name).exists()] == []
    assert (data / "checkpoints" / "app_logs" / "parcels" / "one").exists()


def test_what_could_not_be_removed_is_said(data: Path) -> None:
    """Exit code 1, and the list says it is unfinished; with the list alone it is finished later."""
    handle = os.open(data / "outbox" / "client_tickets-1.jsonl", os.O_RDWR)
    assert try_lock(handle)
    done = erase(data, "--client", ID, *WHY, "--yes")
    assert done.returncode == 1
    assert "LEFT: outbox/client_tickets-1.jsonl is being written by another command" in done.stdout
    assert listed(data).unfinished
    os.close(handle)
    done = erase(data, "--list", str(data / "erased" / "client_tickets.json"), "--yes")
    assert done.returncode == 0, done.stderr
    assert (data / "outbox" / "client_tickets-1.jsonl").read_text() == line(OTHER)
    assert not listed(data).unfinished


def test_a_list_is_carried(data: Path, tmp_path: Path) -> None:
    """Another workspace's list erases its persons here; one of another key, or none, is refused."""
    erase(tmp_path / "old", "--client", ID, *WHY, "--yes")
    carried = str(tmp_path / "old" / "erased" / "client_tickets.json")
    done = erase(data, "--list", carried, "--yes", "--json")
    assert json.loads(done.stdout)["files"] == {"outbox/client_tickets-1.jsonl": 1, "refused/client_tickets-1.jsonl": 1}
    assert listed(data).digests == listed(tmp_path / "old").digests
    assert "there is no list" in erase(data, "--list", "no.json", "--yes").stderr
    Path(carried).write_text(Path(carried).read_text().replace('"key": "', '"key": "0'))
    assert "another pseudonym key" in erase(data, "--list", carried, "--yes").stderr


def test_a_running_job_is_not_disturbed(data: Path) -> None:
    """The tables have one writer at a time."""
    from runtime.lease import Lease

    with Lease.acquire(data / "tables" / "client_tickets" / ".lease", "process"):
        before = tree(data)
        done = erase(data, "--client", ID, *WHY, "--yes")
        assert done.returncode == 1
        assert "being written by pid" in done.stderr
        assert tree(data) == before


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")
@pytest.mark.parametrize(("answer", "code"), [("n", 130), ("y", 0)])
def test_on_a_terminal_it_asks(data: Path, answer: str, code: int) -> None:
    """After it has said what would go."""
    master, slave = pty.openpty()
    command = [str(COMMAND), "erase", "client_tickets", "--data", str(data), "--client", ID, *WHY]
    env: dict[str, Any] = {**os.environ, "TICKETS_PSEUDONYM_KEY": KEY}
    with subprocess.Popen(command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as asked:
        os.write(master, f"{answer}\n".encode())
        out, err = asked.communicate(timeout=120)
    os.close(master)
    os.close(slave)
    assert asked.returncode == code, err
    assert b"1 in outbox/client_tickets-1.jsonl" in out
    assert b"Remove this for good?" in out
    assert (data / "erased").exists() == (answer == "y")
