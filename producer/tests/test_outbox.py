"""The outbox: what can't be acknowledged is kept exactly, for its owner alone, under a lock while its producer runs."""

import os
import stat
from pathlib import Path

import pytest

from producer.causes import Causes
from producer.event import Record
from producer.outbox import Outbox, held, line_of, locked_file, record_of

SILENT = Causes("orders", 1, 1.0).of("SILENT")
RECORDS = [
    Record(b'{"n": 1}', b"k", [("h", b"x")], 0),
    Record(b"\xff\x00\n" * 3, b"\xfe\xff", [("h", b"\x80"), ("h", b""), ("\U0001f600", b"\n")], 1_767_571_200_123),
    Record(b"", None, [], -1),
]


@pytest.mark.parametrize("record", RECORDS)
def test_a_record_comes_back_exactly(record: Record) -> None:
    """Bytes that are no text, headers that stand twice, a missing key: each as it was, in one line."""
    line = line_of("orders", record, None, SILENT)
    assert line.count(b"\n") == 1
    assert record_of(line) == ("orders", record)


@pytest.mark.parametrize("id_", [None, "an id", "\ud800"])
def test_any_id_can_be_kept(id_: str | None) -> None:
    """Also one that is no text at all."""
    assert record_of(line_of("orders", RECORDS[0], id_, SILENT)) == ("orders", RECORDS[0])


@pytest.mark.parametrize("end", [1, 10, 40, 80, -2])
def test_a_line_that_was_cut_short_is_none(end: int) -> None:
    """Wherever a kill cut it."""
    with pytest.raises(ValueError, match=r"."):
        record_of(line_of("orders", RECORDS[0], "x", SILENT)[:end])


@pytest.mark.parametrize("line", [b"", b"\n", b"7", b"[]", b"{}", b'{"topic": "t"}', b"\xff", b"[" * 100_000])
def test_a_line_of_something_else_is_none(line: bytes) -> None:
    """ValueError, whatever it is."""
    with pytest.raises(ValueError, match=r"."):
        record_of(line)


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """It holds what people wrote."""
    kept = Outbox(tmp_path / "outbox" / "a.jsonl", "orders", lambda _: None)
    kept.put(RECORDS[0], SILENT)
    kept.close()
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert [path.name for path in kept.path.parent.iterdir()] == ["a.jsonl"]


def test_what_is_flushed_is_in_the_file(tmp_path: Path) -> None:
    """So that a producer that is killed later leaves it."""
    kept = Outbox(tmp_path / "a.jsonl", "orders", lambda _: None)
    kept.put(RECORDS[1], SILENT)
    kept.flush()
    assert record_of(kept.path.read_bytes()) == ("orders", RECORDS[1])
    kept.close()


def test_the_file_of_a_running_producer_is_not_had(tmp_path: Path) -> None:
    """Until it closes it; then it is."""
    file = locked_file(tmp_path / "a.jsonl")
    with held(tmp_path / "a.jsonl") as found:
        assert found is None
    file.close()
    with held(tmp_path / "a.jsonl") as found:
        assert found is not None


def test_a_file_has_its_lock_before_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody finds it unlocked, not even between its making and its first line."""
    seen: list[bool] = []
    link = os.link

    def linking(source: str, target: Path) -> None:
        link(source, target)
        with held(target) as found:
            seen.append(found is None)

    monkeypatch.setattr(os, "link", linking)
    locked_file(tmp_path / "a.jsonl").close()
    assert seen == [True]


def test_a_file_that_was_replaced_is_not_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waited for one that another resume has emptied or written anew does not get the old one."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"old")
    (tmp_path / "new").write_bytes(b"new")
    original = Path.open

    def opening(self: Path, mode: str) -> object:
        file = original(self, mode)
        (tmp_path / "new").replace(path)
        return file

    monkeypatch.setattr(Path, "open", opening)
    with held(path) as found:
        assert found is None
    monkeypatch.undo()
    path.unlink()
    with held(path) as found:
        assert found is None
