"""The Kafka client: what is not acknowledged is counted and kept, pace is kept, a stop is heard."""

import base64
import json
import os
import signal
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from producer.send import Outbox, Pace, Route, Sender, interruptible, settings

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def sender(folder: Path, max_bytes: int = 1_000_000) -> Sender:
    """A sender to a port that nobody listens on."""
    client = {"bootstrap.servers": "127.0.0.1:1", "log_level": "0"}
    return Sender(Route(client, "nowhere", max_bytes, 1.0), Outbox(folder / "outbox.jsonl", lambda _: "an id"))


def test_unacknowledged_records_are_kept(tmp_path: Path) -> None:
    """Without a broker, nothing is acknowledged, all is counted as failed, and each record can be sent again."""
    gone = sender(tmp_path)
    for number in range(3):
        gone.send(b'{"n":%d}' % number, b"k", [("h", b"x")], NOW)
    done = gone.finish()
    assert (done.sent, done.acknowledged, done.failed) == (3, 0, 3)
    rows = [json.loads(row) for row in gone.outbox.path.open()]
    assert [base64.b64decode(row["value"]) for row in rows] == [b'{"n":0}', b'{"n":1}', b'{"n":2}']
    assert (rows[0]["key"], rows[0]["headers"], rows[0]["id"]) == ("k", [["h", "x"]], "an id")
    assert stat.S_IMODE(gone.outbox.path.stat().st_mode) == 0o600


def test_records_that_are_too_large_fail(tmp_path: Path) -> None:
    """A record that the client itself refuses is kept like any other, and the run goes on."""
    gone = sender(tmp_path, max_bytes=1000)
    gone.send(b"x" * 2000, b"k", [], NOW)
    assert gone.delivery.failed == 1
    assert "too large" in next(iter(gone.delivery.errors))
    assert gone.finish().failed == 1


def test_no_outbox_without_need(tmp_path: Path) -> None:
    """A run in which nothing failed leaves no file."""
    gone = sender(tmp_path)
    gone.finish()
    assert not gone.outbox.used
    assert not gone.outbox.path.exists()


def test_delivery_settings() -> None:
    """Idempotent, acknowledged by all replicas, and partitioned as Java's clients do."""
    chosen = settings(Route({}, "t", 5000, 60.0))
    wanted = {"enable.idempotence": True, "acks": "all", "partitioner": "murmur2_random", "message.max.bytes": 5000}
    assert chosen.items() >= wanted.items()


def test_pace() -> None:
    """A rate is kept over time, in bursts of at most a slice."""
    pace, sent, now_s = Pace(1000.0, 0.0), 0, 0.0
    while now_s < 1.0:
        due_s = pace.due_s(now_s)
        sent += due_s == 0
        now_s += due_s
    assert 990 <= sent <= 1060
    assert Pace(None, 0.0).due_s(0.0) == 0


def test_a_stop_is_heard() -> None:
    """The first signal asks the run to stop, and what was installed before is back afterwards."""
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as stopped:
        assert not stopped()
        os.kill(os.getpid(), signal.SIGINT)
        assert stopped()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_run_does_not_overwrite(tmp_path: Path) -> None:
    """A file of kept records is never replaced."""
    (tmp_path / "outbox.jsonl").write_text("kept")
    gone = sender(tmp_path)
    gone.send(b"{}", b"k", [], NOW)
    with pytest.raises(FileExistsError):
        gone.outbox.put(b"{}", b"k", [], NOW, "because")
    (tmp_path / "outbox.jsonl").unlink()
    gone.finish()
