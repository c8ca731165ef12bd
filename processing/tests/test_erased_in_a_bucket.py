"""The list of erased persons where the tables lie in a bucket, and another one that was left in the local folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from processing import erased
from processing.erased import NOBODY, ErasedList
from processing.errors import ProcessingError
from processing.tests.ledgers import ledger, row
from runtime.delta import tables_below
from runtime.store import Bucket
from runtime.tests.s3 import bucket
from runtime.workspace import Workspace

pytestmark = pytest.mark.slow  # a store of its own for each test
KEY = b"k" * 32
ID, OTHER = "CLI-004711", "CLI-000007"


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace whose tables lie in a bucket."""
    with bucket(monkeypatch.setenv) as made:
        monkeypatch.setenv("TICKETS_TABLES", str(made / "deep"))
        yield Workspace.open(tmp_path / "data")


def digests(*ids: str) -> frozenset[bytes]:
    """Entries of a list."""
    return ErasedList.of(ids, KEY).digests


def test_it_lies_beside_the_tables(workspace: Workspace) -> None:
    """Outside of what is removed with them, and is no table; any machine reads the same."""
    at = workspace.erased("client_tickets")
    assert at == Bucket("s3://tables/deep/.erased/client_tickets.json")
    assert ErasedList.read(at, KEY) == NOBODY
    erased.add(at, KEY, [ID], "request 118")
    assert erased.unfinished(at)
    erased.finish(at, KEY)
    assert not erased.unfinished(at)
    ledger(Bucket("s3://tables/deep/client_tickets"), (row("0:0", "accepted"),))
    assert [at.name for at in tables_below(workspace.tables("client_tickets"))] == ["ledger"]
    assert tables_below(Bucket("s3://tables/deep")) == ()
    elsewhere = Workspace.open(workspace.root.parent / "another machine")
    assert ErasedList.read(elsewhere.erased("client_tickets"), KEY).digests == digests(ID)
    assert not list(workspace.root.rglob("*.json"))


def test_two_writers_lose_nobody(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has read before the other wrote reads again."""
    at, real = workspace.erased("client_tickets"), erased._parsed

    def slow(text: str | None, place: object, key: bytes) -> object:
        found = real(text, at, key)
        monkeypatch.setattr(erased, "_parsed", real)
        erased.add(at, KEY, [OTHER], "the quicker one")
        return found

    monkeypatch.setattr(erased, "_parsed", slow)
    assert erased.add(at, KEY, [ID], "the slower one").digests == digests(ID, OTHER)


def test_a_list_left_in_the_folder_is_not_forgotten(workspace: Workspace) -> None:
    """Whom it names and the bucket's does not stops the job; the remedy puts them there; then it is let be."""
    at, local = workspace.erased("client_tickets"), workspace.local_erased("client_tickets")
    assert erased.read_all(at, local, "client_tickets", KEY) == NOBODY
    erased.add(local, KEY, [ID, OTHER], "before the tables moved")
    with pytest.raises(ProcessingError, match="names 2 persons whom s3://tables/deep") as caught:
        erased.read_all(at, local, "client_tickets", KEY)
    assert f"tickets erase client_tickets --list {local} --yes" in caught.value.remedy
    erased.add(at, KEY, [ID], "since")
    with pytest.raises(ProcessingError, match="names a person whom"):
        erased.read_all(at, local, "client_tickets", KEY)
    erased.merge(at, KEY, local)
    assert erased.read_all(at, local, "client_tickets", KEY).digests == digests(ID, OTHER)


def test_the_bucket_may_name_more(workspace: Workspace) -> None:
    """Than what is left in the folder: it is the one that counts."""
    at, local = workspace.erased("client_tickets"), workspace.local_erased("client_tickets")
    erased.add(local, KEY, [ID], "here")
    erased.add(at, KEY, [ID, OTHER], "there")
    assert erased.read_all(at, local, "client_tickets", KEY).digests == digests(ID, OTHER)


def test_a_list_is_carried_from_bucket_to_bucket(workspace: Workspace) -> None:
    """By its address; one that is not there is no empty one."""
    there = Bucket("s3://tables/other/.erased/client_tickets.json")
    with pytest.raises(ProcessingError, match="there is no list s3://tables/other"):
        erased.merge(workspace.erased("client_tickets"), KEY, there)
    erased.add(there, KEY, [ID], "there")
    assert erased.merge(workspace.erased("client_tickets"), KEY, there).digests == digests(ID)


def test_another_key_is_refused(workspace: Workspace) -> None:
    """Whichever of the two lists it made."""
    at, local = workspace.erased("client_tickets"), workspace.local_erased("client_tickets")
    erased.add(local, b"j" * 32, [ID], "why")
    with pytest.raises(ProcessingError, match="another pseudonym key"):
        erased.read_all(at, local, "client_tickets", KEY)
    erased.add(at, KEY, [ID], "why")
    with pytest.raises(ProcessingError, match="another pseudonym key"):
        ErasedList.read(at, b"j" * 32)
