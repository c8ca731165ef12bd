"""Workspace, files, secrets and logs: where things lie, and that they are whole."""

import json
import multiprocessing
import os
import threading
from pathlib import Path

import pytest

from runtime import logs
from runtime.errors import MachineError
from runtime.files import locked, write_atomically
from runtime.secrets import pseudonym_key
from runtime.workspace import Workspace


def test_every_place_lies_under_the_root(tmp_path: Path) -> None:
    """A workspace names all its places below the folder that was given, and makes that folder."""
    space = Workspace.open(tmp_path / "new" / "data")
    assert space.root.is_dir()
    places = {
        "broker": space.broker,
        "tables/tickets": space.tables("tickets"),
        "checkpoints/client_tickets": space.checkpoint("client_tickets"),
        "exports": space.exports,
        "exports/tickets": space.export("tickets"),
        "exports/latest.json": space.latest,
        "refused": space.refused,
        "secrets": space.secrets,
        "logs": space.logs,
    }
    assert {name: space.root / name for name in places} == places


def test_a_root_that_cannot_be_made_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    """A file in the way of --data is named, and --data is offered."""
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError) as caught:
        Workspace.open(tmp_path / "file" / "data")
    assert "can't be made" in caught.value.what
    assert "--data" in caught.value.remedy


def test_a_file_is_replaced_whole_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """After a second write the folder holds the new content and no temporary file."""
    path = tmp_path / "deep" / "file.json"
    write_atomically(path, "old")
    write_atomically(path, b"new")
    assert path.read_text() == "new"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.json"]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the disk is full at the sync, readers still see the old content and no temporary file stays."""
    path = tmp_path / "file"
    write_atomically(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, "new")
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("file", "old")]


def test_a_lock_held_by_somebody_else_ends_in_an_error(tmp_path: Path) -> None:
    """Waiting for a lock has a deadline, and the error names the file."""
    with (
        locked(tmp_path / "x.flock"),
        pytest.raises(MachineError, match=r"x\.flock"),
        locked(tmp_path / "x.flock", deadline_s=0.1),
    ):
        pass


def key_of(root: str) -> str:
    """One process's key."""
    return pseudonym_key(Workspace.open(Path(root))).hex()


def test_processes_at_once_agree_on_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight first uses at the same moment get the same 32 bytes, from a file that only its owner can read."""
    monkeypatch.delenv("TICKETS_PSEUDONYM_KEY", raising=False)
    with multiprocessing.get_context("fork").Pool(8) as pool:
        keys = set(pool.map(key_of, [str(tmp_path)] * 16, chunksize=1))
    assert len(keys) == 1
    assert len(bytes.fromhex(keys.pop())) == 32
    file = tmp_path / "secrets" / "pseudonym.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_the_key_of_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With TICKETS_PSEUDONYM_KEY no key file is made."""
    monkeypatch.setenv("TICKETS_PSEUDONYM_KEY", "ab" * 32)
    assert pseudonym_key(Workspace.open(tmp_path)) == b"\xab" * 32
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize("text", ["secret-but-not-hex", "abcd", "zz" * 32])
def test_a_bad_key_is_refused_without_repeating_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The error says what form is wanted, never what was given."""
    monkeypatch.setenv("TICKETS_PSEUDONYM_KEY", text)
    with pytest.raises(MachineError) as caught:
        pseudonym_key(Workspace.open(tmp_path))
    assert "64 hex digits" in str(caught.value)
    assert text not in str(caught.value)


def test_json_logs_go_to_stderr_with_the_keys_promised(capsys: pytest.CaptureFixture[str]) -> None:
    """A JSON line has ts, level, event, room and run; stdout stays empty; lower levels are dropped."""
    logs.configure("json", "info")
    try:
        log = logs.get("processing.ledger")
        log.debug("not shown")
        log.info("batch done", rows=3)
    finally:
        logs.configure("text")
    out, err = capsys.readouterr()
    record = json.loads(err)
    assert out == ""
    assert record.pop("ts").endswith("Z")
    assert len(record.pop("run")) == 32
    assert record == {"level": "info", "event": "batch done", "room": "processing", "rows": 3}


def test_every_json_line_of_a_run_says_which_run_and_batch(capsys: pytest.CaptureFixture[str]) -> None:
    """The run's id is the same in every thread; what is bound is the thread's own and replaced by the next."""
    logs.configure("json", "info")
    try:
        log = logs.get("processing")

        def batches() -> None:
            logs.bind(batch=1, trace_id="a")
            log.info("one")
            logs.bind(batch=2)
            log.info("two")

        thread = threading.Thread(target=batches)
        thread.start()
        thread.join()
        log.info("three")
    finally:
        logs.configure("text")
    one, two, three = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert one["run"] == two["run"] == three["run"]
    assert [(row.get("batch"), row.get("trace_id")) for row in (one, two, three)] == [(1, "a"), (2, None), (None, None)]
