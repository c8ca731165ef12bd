"""`tickets erase` where tables and exports lie in a bucket: the list is there, and nothing of the person stays."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.audit import _unfinished
from cli.erase import command
from cli.process import derivation
from contracts.compiler.catalogue import HOME, Catalogue
from processing import erased
from processing.erased import ErasedList
from processing.errors import ProcessingError
from runtime import objects
from runtime.store import Bucket
from runtime.tests.s3 import bucket
from runtime.workspace import Workspace

pytestmark = pytest.mark.slow  # a store of its own for each test
ID, OTHER = "CLI-424242", "CLI-000007"
KEY = "6b" * 32
EXPORTS = Bucket("s3://tables/exports")
LIST = Bucket("s3://tables/t/.erased/client_tickets.json")


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An export in a bucket, of tables that are no more; and one that another contract has."""
    with bucket(monkeypatch.setenv):
        monkeypatch.setenv("TICKETS_TABLES", "s3://tables/t")
        monkeypatch.setenv("TICKETS_EXPORTS", str(EXPORTS))
        monkeypatch.setenv("TICKETS_PSEUDONYM_KEY", KEY)
        objects.write(EXPORTS / "client_tickets" / "3" / "tickets.csv", ID.encode(), None)
        objects.write(EXPORTS / "app_logs" / "1" / "app_logs.csv", ID.encode(), None)
        entry = {"version": "3", "path": "client_tickets/3"}
        objects.write(EXPORTS / "latest.json", json.dumps({"client_tickets": entry, "app_logs": {}}).encode(), None)
        yield tmp_path / "data"


def erase(data: Path, *arguments: str) -> dict[str, object]:
    """Run the command; what --json says."""
    done = CliRunner().invoke(command, ["client_tickets", "--data", str(data), "--yes", "--json", *arguments])
    assert done.exit_code == 0, done.output
    said: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_list_and_exports_are_reached(data: Path) -> None:
    """The list is in the bucket, the export and its pointer are gone; another contract's stay."""
    done = erase(data, "--client", ID, "--reason", "request 118")
    assert done["exports"] == [f"{EXPORTS}/client_tickets/3"]
    assert set(objects.sizes(EXPORTS)) == {
        "app_logs/1/app_logs.csv",
        "client_tickets/.lease",
        "client_tickets/.withdrawn",
        "latest.json",
    }
    assert json.loads(objects.read(EXPORTS / "latest.json").data) == {"app_logs": {}}
    listed = ErasedList.read(LIST, bytes.fromhex(KEY))
    assert (listed.digests, listed.unfinished) == (ErasedList.of([ID], bytes.fromhex(KEY)).digests, False)
    assert not (data / "erased").exists()


def test_a_job_on_another_machine_keeps_the_person_out(data: Path) -> None:
    """It reads the same list; one that was left in its folder stops it, and the remedy it names works."""
    erase(data, "--client", ID, "--reason", "request 118")
    folder, elsewhere = Catalogue(HOME), Workspace.open(data.parent / "another machine")
    contract, key = folder.get("client_tickets"), bytes.fromhex(KEY)
    assert derivation(contract, folder, elsewhere).erased.digests == ErasedList.of([ID], key).digests
    erased.add(elsewhere.local_erased("client_tickets"), key, [OTHER], "before the tables moved")
    with pytest.raises(ProcessingError) as caught:
        derivation(contract, folder, elsewhere)
    words = shlex.split(caught.value.remedy.split("`")[1])
    assert words[:3] == ["tickets", "erase", "client_tickets"]
    erase(elsewhere.root, *words[3:])
    assert derivation(contract, folder, elsewhere).erased.digests == ErasedList.of([ID, OTHER], key).digests


def test_an_interrupted_erasure_is_ended_with_the_list_in_the_bucket(data: Path) -> None:
    """As the audit says."""
    erased.add(LIST, bytes.fromhex(KEY), [ID], "interrupted")
    complaint = _unfinished(Catalogue(HOME).get("client_tickets"), Workspace.open(data))
    assert complaint is not None
    erase(data, *shlex.split(complaint.split("`")[1])[3:])
    assert _unfinished(Catalogue(HOME).get("client_tickets"), Workspace.open(data)) is None


def test_a_folder_is_no_list(data: Path) -> None:
    """Exit code 2."""
    done = CliRunner().invoke(command, ["client_tickets", "--data", str(data), "--yes", "--list", str(data.parent)])
    assert (done.exit_code, "is a folder: name the list itself" in done.output) == (2, True)
