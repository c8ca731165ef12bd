"""Exports after an erasure: the older ones go, a new one comes, and latest.json never names one that is not there."""

import fcntl
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.compiler.model import Contract
from exports import withdraw as withdrawal
from exports.publish import Place, staging
from exports.run import RAW_FILE
from exports.tests.lab import IDS, REFUSED, TICKET, Lab
from exports.withdraw import Bound, Withdrawn, stale, withdraw

CANARY = "CLI-004711"
THEIRS = {**TICKET, "event_id": IDS[1], "client_id": CANARY}


def source(lab: Lab) -> tuple[Contract, tuple[Contract, ...]]:
    """The input contract and its outputs."""
    contract = lab.folder.get("client_tickets")
    return contract, tuple(lab.folder.outputs(contract))


def erase(lab: Lab) -> Bound:
    """Tables without the person."""
    version = lab.tickets(TICKET, refused={**REFUSED, "outcome": "erased", "violations": None, "raw_value": None})
    return Bound(version, datetime.now(UTC))


def run(lab: Lab, bound: Bound | None) -> Withdrawn:
    """Withdraw what is stale."""
    return withdraw(*source(lab), lab.workspace, bound, lambda _: None)


def latest(lab: Lab) -> Any:
    """What latest.json says of the contract."""
    return json.loads(lab.workspace.latest.read_text("utf-8")).get("client_tickets")


def holds(lab: Lab, text: str) -> list[str]:
    """The files below exports/ that hold a text."""
    files = (path for path in lab.workspace.exports.rglob("*") if path.is_file())
    return [path.name for path in files if text.encode() in path.read_bytes()]


@pytest.fixture
def published(lab: Lab) -> Lab:
    """Two exports with the person, the newer in two formats and with raw bytes; and another contract's entry."""
    lab.tickets(TICKET, THEIRS)
    lab.export(formats=("csv",))
    lab.tickets(TICKET, THEIRS, refused={**REFUSED, "raw_value": CANARY.encode()})
    lab.export(formats=("csv", "json"), raw=True)
    other = json.loads(lab.workspace.latest.read_text("utf-8")) | {"other": {"path": "exports/other/1"}}
    lab.workspace.latest.write_text(json.dumps(other))
    assert sorted(holds(lab, CANARY)) == ["tickets.csv", "tickets.csv", "tickets.jsonl"]
    return lab


def test_a_new_export_takes_the_place_of_all_older(published: Lab) -> None:
    """In the formats of the newest, raw bytes included; no other contract's entry is touched."""
    old = [f"exports/client_tickets/{name}" for name in published.published()]
    bound = erase(published)
    done = run(published, bound)
    assert done == Withdrawn(tuple(old), f"exports/client_tickets/{bound.ledger_version}", None)
    assert published.published() == [str(bound.ledger_version)]
    folder = published.workspace.root / latest(published)["path"]
    assert sorted(json.loads((folder / "manifest.json").read_text("utf-8"))["formats"]) == ["csv", "json", "raw"]
    assert (folder / RAW_FILE).exists()
    assert holds(published, CANARY) == []
    assert json.loads(published.workspace.latest.read_text("utf-8"))["other"] == {"path": "exports/other/1"}


def test_latest_names_a_whole_export_at_every_moment(published: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old one until the new one is there."""
    bound, seen = erase(published), []
    remove = shutil.rmtree

    def watched(folder: Path, **more: Any) -> None:
        pointed = published.workspace.root / latest(published)["path"]
        seen.append((pointed / "manifest.json").is_file() and folder != pointed)
        remove(folder, **more)

    monkeypatch.setattr(shutil, "rmtree", watched)
    run(published, bound)
    assert len(seen) >= 2
    assert all(seen)


def test_older_ones_go_even_where_the_new_one_fails(published: Lab) -> None:
    """Then latest.json names none, and the reason is told."""
    version = published.tickets({**TICKET, "priority": "urgent!!"})
    done = run(published, Bound(version, datetime.now(UTC)))
    assert (len(done.removed), done.published) == (2, None)
    assert "tickets.v2/priority/enum" in done.failure.what if done.failure else False
    assert published.published() == []
    assert latest(published) is None
    assert json.loads(published.workspace.latest.read_text("utf-8"))["other"] == {"path": "exports/other/1"}


def test_older_ones_go_whatever_happens(published: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error nobody thought of is raised after they went."""

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(withdrawal, "export", full)
    with pytest.raises(OSError, match="No space"):
        run(published, erase(published))
    assert (published.published(), latest(published)) == ([], None)


def test_what_was_made_since_stays(published: Lab) -> None:
    """A second withdrawal removes nothing and publishes nothing."""
    bound = erase(published)
    run(published, bound)
    published.export(formats=("parquet",))
    kept = published.published()
    assert run(published, bound) == Withdrawn((), None, None)
    assert published.published() == kept
    assert stale(source(published)[0], published.workspace, bound) == ()
    assert len(stale(source(published)[0], published.workspace, None)) == len(kept)


def test_an_export_of_tables_that_are_no_more_is_not_taken_for_new(published: Lab) -> None:
    """Tables built anew count their versions anew: an old export may pose as one of the new ones."""
    newest = int(latest(published)["version"])
    began = datetime.now(UTC)
    done = run(published, Bound(newest, began))
    assert done.published == f"exports/client_tickets/{newest}"
    assert set(done.removed) == {"exports/client_tickets/0", f"exports/client_tickets/{newest}"}
    manifest = json.loads((published.workspace.root / done.published / "manifest.json").read_text("utf-8"))
    assert published.published() == [str(newest)]
    assert datetime.fromisoformat(manifest["created_at"]) >= began


def test_an_export_that_is_being_made_is_broken_off(published: Lab) -> None:
    """It may have read the person already."""
    place = Place(published.workspace.exports, published.workspace.export("client_tickets"))
    with staging(place) as folder:
        (folder / "tickets.csv").write_text(CANARY)
        handle = os.open(folder / ".lock", os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(handle)
        run(published, erase(published))
        assert not folder.exists()
    assert holds(published, CANARY) == []


def test_without_a_ledger_everything_goes(published: Lab) -> None:
    """There is nothing to export anew."""
    done = run(published, None)
    assert (len(done.removed), done.published, done.failure) == (2, None, None)
    assert (published.published(), latest(published)) == ([], None)


def test_where_nothing_was_published_nothing_is(lab: Lab) -> None:
    """Neither an export nor a folder."""
    assert run(lab, erase(lab)) == Withdrawn((), None, None)
    assert not lab.workspace.exports.exists()
