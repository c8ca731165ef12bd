"""Receipts: each whole line is a true acknowledgement, whatever happened to the producer."""

import json
import stat
from pathlib import Path

import pytest

from producer.errors import ProducerError
from producer.receipts import Receipts


def identify(value: bytes) -> str | None:
    """The value itself as its id; none for an empty one."""
    return value.decode() or None


def rows(path: Path) -> list[dict[str, object]]:
    """What stands in the file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_each_acknowledgement_is_one_line(tmp_path: Path) -> None:
    """Id, partition and offset; a value without an id has null; only its owner may read it."""
    path = tmp_path / "sent.jsonl"
    made = Receipts(path, identify)
    made.put(b"a", 3, 881)
    made.put(b"", 0, 0)
    assert path.read_bytes() == b""
    made.flush()
    assert rows(path) == [{"id": "a", "partition": 3, "offset": 881}, {"id": None, "partition": 0, "offset": 0}]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made.close()
    made.close()


def test_a_second_run_appends(tmp_path: Path) -> None:
    """What stands there stays, and the file is closed to others from then on."""
    path = tmp_path / "sent.jsonl"
    for number in range(2):
        made = Receipts(path, identify)
        made.put(b"a", 0, number)
        made.close()
        path.chmod(0o644)
    Receipts(path, identify).close()
    assert [row["offset"] for row in rows(path)] == [0, 1]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("cut", ["{", '{"id": "b', '{"id": "' + "b" * 200_000])
@pytest.mark.parametrize("before", ["", '{"id": "a", "partition": 0, "offset": 0}\n'])
def test_a_line_that_a_kill_cut_short_is_removed(tmp_path: Path, before: str, cut: str) -> None:
    """It may be true, but nobody can tell; the lines before it stay."""
    path = tmp_path / "sent.jsonl"
    path.write_text(before + cut, "utf-8")
    made = Receipts(path, identify)
    made.put(b"c", 0, 7)
    made.close()
    assert path.read_text("utf-8") == before + '{"id": "c", "partition": 0, "offset": 7}\n'


@pytest.mark.parametrize("text", ["ticket,when\n", "ticket", '{"event_id": "x"}\n'])
def test_another_kind_of_file_is_left_alone(tmp_path: Path, text: str) -> None:
    """Somebody's own file that was named by mistake is neither cut nor appended to."""
    path = tmp_path / "own.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(ProducerError, match="does not hold receipts"):
        Receipts(path, identify)
    assert path.read_text("utf-8") == text


def test_one_producer_at_a_time(tmp_path: Path) -> None:
    """A file that another producer writes to, and what is no regular file, is refused."""
    first = Receipts(tmp_path / "sent.jsonl", identify)
    with pytest.raises(ProducerError, match="another producer writes"):
        Receipts(tmp_path / "sent.jsonl", identify)
    first.close()
    with pytest.raises(ProducerError, match="no regular file"):
        Receipts(Path("/dev/null"), identify)
