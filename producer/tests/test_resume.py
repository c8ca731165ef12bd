"""Resuming: what waits is sent as it is, and each file then holds only what is still not acknowledged."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from producer.causes import Causes
from producer.event import Record
from producer.outbox import line_of, locked_file
from producer.pace import Pace
from producer.resume import Resumed, StandsAlready, resume, waiting
from producer.run import Control

SILENT = Causes("orders", 1, 1.0).of("SILENT")


def record(number: int) -> Record:
    """One of many."""
    return Record(b"\xff%d" % number, b"\xfe%d" % number, [("h", b"\x80")], number)


def line(number: int, topic: str = "orders") -> bytes:
    """The line it stands on."""
    return line_of(topic, record(number), str(number), SILENT)


def file(folder: Path, *lines: bytes, day: int = 1, name: str = "orders") -> Path:
    """An outbox file of one day."""
    path = folder / f"{name}-2026010{day}T000000.000000Z.jsonl"
    path.write_bytes(b"".join(lines))
    path.chmod(0o600)
    return path


class Broker:
    """A Sender whose broker refuses some values, or is silent from some number of records on."""

    def __init__(self, refuses: frozenset[int] = frozenset(), silent_from: int = 1000) -> None:
        self.refuses = refuses
        self.silent_from = silent_from
        self.sent: list[Record] = []
        self.stalled = False
        self._settled: list[Callable[[], None]] = []

    def send(self, sent: Record, settled: Callable[[], None]) -> None:
        """Keep one record."""
        self.sent.append(sent)
        self.stalled |= len(self.sent) > self.silent_from
        if not self.stalled and sent.timestamp_ms not in self.refuses:
            self._settled.append(settled)

    def drain(self) -> None:
        """Acknowledge what was taken: not before, as a real broker may be slow."""
        while self._settled:
            self._settled.pop()()

    def wait(self, seconds: float) -> None:
        """Nothing to wait for."""


def run(folder: Path, broker: Broker, stopped: Callable[[], bool] = lambda: False) -> Resumed:
    """Resume all that waits for topic orders."""
    control = Control(Pace(None, 0.0), stopped, lambda _: None)
    return resume(waiting(folder, "orders", "orders"), "orders", broker, control)  # type: ignore[arg-type]


def test_all_of_it_and_nothing_else_is_sent(tmp_path: Path) -> None:
    """Oldest file first, whatever it is called; bytes, key, headers and time as they were; empty files are removed."""
    file(tmp_path, line(3), day=2, name="a_contract_of_before")
    file(tmp_path, line(1), line(2), day=1, name="orders")
    broker = Broker()
    done = run(tmp_path, broker)
    assert broker.sent == [record(1), record(2), record(3)]
    assert (done.files, done.left, done.unreadable) == (2, 0, 0)
    assert not list(tmp_path.iterdir())


def test_what_is_not_acknowledged_stays(tmp_path: Path) -> None:
    """Its lines byte for byte, in a file for its owner alone, and it is sent again by the next resume."""
    path = file(tmp_path, line(1), line(2), line(3))
    assert run(tmp_path, Broker(frozenset({2}))).left == 1
    assert path.read_bytes() == line(2)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    broker = Broker()
    run(tmp_path, broker)
    assert broker.sent == [record(2)]
    assert not path.exists()


def test_a_kill_in_the_middle_leaves_the_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the one rename nothing of it has changed, and nothing else lies about."""
    path = file(tmp_path, line(1), line(2), line(3))
    before = path.read_bytes()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, Broker(frozenset({2})))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def identity(path: Path) -> tuple[int, int, bytes]:
    """Which file it is, when it was last written (ns) and what it holds; reading it changes none of them."""
    told = path.stat()
    return told.st_ino, told.st_mtime_ns, path.read_bytes()


def test_other_topics_stay(tmp_path: Path) -> None:
    """A file without a record of the topic is not touched, of a mixed one only the topic's own are sent."""
    theirs = file(tmp_path, line(7, "others"), b"torn", name="others")
    mixed = file(tmp_path, line(1), line(8, "others"), line(2), day=2)
    untouched = identity(theirs)
    broker = Broker()
    done = run(tmp_path, broker)
    assert broker.sent == [record(1), record(2)]
    assert (done.files, done.left) == (1, 0)
    assert mixed.read_bytes() == line(8, "others")
    assert identity(theirs) == untouched


def test_the_file_of_a_running_producer_is_left_alone(tmp_path: Path) -> None:
    """It is named, and its records are not sent."""
    kept = locked_file(tmp_path / "orders-20260101T000000.000000Z.jsonl")
    kept.write(line(1))
    kept.flush()
    broker = Broker()
    done = run(tmp_path, broker)
    assert broker.sent == []
    assert done.busy == [tmp_path / "orders-20260101T000000.000000Z.jsonl"]
    kept.close()
    assert run(tmp_path, broker).busy == []
    assert broker.sent == [record(1)]


@pytest.mark.parametrize("torn", [line(3)[:50], b"{", b"\xff\xfe"])
def test_a_line_cut_short_is_kept_aside(tmp_path: Path, torn: bytes) -> None:
    """For its owner alone, and told; the rest goes on. A resume that is killed before the rename keeps it once."""
    path = file(tmp_path, line(1), line(2), torn)
    aside = path.with_name(path.name + ".unreadable")
    aside.write_bytes(torn + b"\n")
    broker = Broker()
    done = run(tmp_path, broker)
    assert broker.sent == [record(1), record(2)]
    assert (done.unreadable, done.aside) == (1, [aside])
    assert aside.read_bytes() == torn + b"\n"
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert not path.exists()
    assert run(tmp_path, broker) == Resumed()


def test_a_file_of_nothing_but_a_cut_line_is_found_by_its_name(tmp_path: Path) -> None:
    """Its topic can't be read, so the contract it is named after stands for it, and no other that begins alike."""
    path = file(tmp_path, b"{")
    theirs = file(tmp_path, b"{", name="orders-eu")
    assert run(tmp_path, Broker()).unreadable == 1
    assert not path.exists()
    assert theirs.exists()


def test_a_silent_broker_leaves_the_rest_waiting(tmp_path: Path) -> None:
    """What came before the silence leaves its file; the rest, and the files after, stay."""
    first = file(tmp_path, line(1), line(2), line(3))
    second = file(tmp_path, line(4), day=2)
    broker = Broker(silent_from=1)
    done = run(tmp_path, broker)
    assert first.read_bytes() == line(2) + line(3)
    assert second.read_bytes() == line(4)
    assert done.left == 3
    assert len(broker.sent) == 2


def test_a_stop_leaves_the_rest_waiting(tmp_path: Path) -> None:
    """What was sent before it is waited for; the rest is not begun."""
    path = file(tmp_path, line(1), line(2), line(3))
    broker = Broker()
    done = run(tmp_path, broker, stopped=lambda: len(broker.sent) >= 2)
    assert path.read_bytes() == line(3)
    assert done.left == 1


def test_nothing_waits(tmp_path: Path) -> None:
    """Without a folder, and without a record of the topic."""
    assert waiting(tmp_path / "nowhere", "orders", "orders") == []
    (tmp_path / "orders-20260101T000000.000000Z.jsonl").write_bytes(b"")
    assert waiting(tmp_path, "orders", "orders") == []


def test_a_file_that_vanishes_meanwhile_is_no_fault(tmp_path: Path) -> None:
    """Another resume may have emptied it."""
    path = file(tmp_path, line(1))
    found = waiting(tmp_path, "orders", "orders")
    path.unlink()
    broker = Broker()
    control = Control(Pace(None, 0.0), lambda: False, lambda _: None)
    assert resume(found, "orders", broker, control) == Resumed()  # type: ignore[arg-type]
    assert broker.sent == []


def test_what_stands_already_is_not_written_again() -> None:
    """A record that fails once more keeps its line, and gets no second one."""
    kept = StandsAlready()
    kept.put(record(1), SILENT)
    kept.flush()
    kept.close()
