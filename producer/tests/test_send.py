"""The Kafka client: what is not acknowledged is counted and kept, with its cause."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from producer.causes import Causes
from producer.event import Record
from producer.outbox import Outbox, record_of
from producer.send import Route, Sender, settings

NOW_MS = 1_767_571_200_123


def record(value: bytes) -> Record:
    """A record with a key, a header and a time."""
    return Record(value, b"k", [("h", b"x")], NOW_MS)


def outbox(folder: Path) -> Outbox:
    """An outbox that is made when it is needed."""
    return Outbox(folder / "outbox.jsonl", "nowhere", lambda _: "an id")


def sender(kept: Outbox, max_bytes: int = 1_000_000, timeout_s: float = 1.0) -> Sender:
    """A sender to a port that nobody listens on."""
    client = {"bootstrap.servers": "127.0.0.1:1", "log_level": "0"}
    return Sender(Route(client, "nowhere", max_bytes, max_bytes, timeout_s), kept)


def test_unacknowledged_records_are_kept(tmp_path: Path) -> None:
    """Without a broker, nothing is acknowledged, all is counted as failed, and each record can be sent again."""
    kept = outbox(tmp_path)
    gone, began_s = sender(kept, timeout_s=1.0), time.monotonic()
    for number in range(3):
        gone.send(record(b'{"n":%d}' % number))
    done = gone.finish()
    assert time.monotonic() - began_s >= 1.0
    assert (done.sent, done.acknowledged, done.failed) == (3, 0, 3)
    assert [(failure.code, count) for failure, count in done.failures.items()] == [("SILENT", 3)]
    assert gone.stalled
    rows = [record_of(line) for line in kept.path.read_bytes().splitlines()]
    assert rows == [("nowhere", record(b'{"n":%d}' % number)) for number in range(3)]


def test_silence_is_measured_from_when_somebody_is_asked(tmp_path: Path) -> None:
    """A run that had nothing to send for longer than the time-out still gives its next record all of it."""
    gone = sender(outbox(tmp_path), timeout_s=600.0)
    gone._quiet_since_s -= 6000.0
    gone.send(record(b"{}"))
    gone.wait(0)
    assert not gone.stalled
    gone.abandon()


def test_a_run_that_is_abandoned_keeps_its_records(tmp_path: Path) -> None:
    """What was under way is kept at once, and it is said that the run was stopped."""
    kept = outbox(tmp_path)
    gone = sender(kept, timeout_s=600.0)
    gone.send(record(b"{}"))
    began_s = time.monotonic()
    done = gone.abandon()
    assert time.monotonic() - began_s < 60
    assert [(failure.code, count) for failure, count in done.failures.items()] == [("STOPPED", 1)]
    assert len(kept.path.read_bytes().splitlines()) == 1


def test_records_that_are_too_large_fail(tmp_path: Path) -> None:
    """A record that the client itself refuses is kept like any other, with the limit, and the run goes on."""
    kept = outbox(tmp_path)
    gone = sender(kept, max_bytes=1000)
    gone.send(record(b"x" * 2000))
    (failure,) = gone.delivery.failures
    assert (failure.code, failure.ends) == ("OVERSIZE", False)
    assert "1,000 bytes that the contract allows" in failure.what
    assert not gone.stalled
    assert gone.finish().failed == 1


def test_no_outbox_without_need(tmp_path: Path) -> None:
    """A run in which nothing failed leaves no file."""
    kept = outbox(tmp_path)
    sender(kept).finish()
    assert not kept.used
    assert not list(tmp_path.iterdir())


def test_what_ends_a_run_and_what_does_not(tmp_path: Path) -> None:
    """After a cause that concerns every record nothing more is sent; after one of a single record it goes on."""
    for code, ends in (("MSG_SIZE_TOO_LARGE", False), ("TOPIC_AUTHORIZATION_FAILED", True), ("_UNKNOWN_TOPIC", True)):
        gone = sender(outbox(tmp_path / code))
        gone._fail(record(b"{}"), Causes("nowhere", 1, 1.0).of(code))
        assert gone.stalled is ends, code
        gone.finish()


def test_a_login_that_is_refused_explains_a_silence(tmp_path: Path) -> None:
    """The client only complains and goes on trying; the records that then fail say the reason."""

    class Complaint:
        def name(self) -> str:
            return "_AUTHENTICATION"

        def str(self) -> str:
            return "wrong password"

    kept: Any = outbox(tmp_path)
    gone = sender(kept)
    gone._complain(Complaint())
    gone.send(record(b"{}"))
    (failure,) = gone.finish().failures
    assert failure.code == "_AUTHENTICATION"
    assert "wrong password" in failure.what
    assert "TICKETS_KAFKA_CONFIG" in failure.remedy


class Ended:
    """A session that the client gave up: it takes `takes` records more and fails what waits, and its callbacks say why
    once, after `late` looks at them. (A broker that refuses a producer's id is in cli/tests/test_access.py.)
    """

    def __init__(self, session: Sender, takes: int, late: int = 0) -> None:
        self._real, self._takes, self._late, self._told = session._producer, takes, late, False
        session._producer = self

    def produce(self, *words: Any, **named: Any) -> None:
        """Refused once the session ended."""
        if self._takes == 0:
            raise KafkaException(KafkaError(KafkaError._FATAL, "Unable to produce message"))
        self._takes -= 1
        self._real.produce(*words, **named)

    def poll(self, seconds: float) -> Any:
        """The callbacks."""
        return self._say(self._real.poll, seconds)

    def flush(self, seconds: float) -> Any:
        """The callbacks, until none is left."""
        return self._say(self._real.flush, seconds)

    def _say(self, serve: Callable[[float], Any], seconds: float) -> Any:
        self._late -= 1
        if self._late >= 0 or self._told:
            return serve(seconds)
        self._told = True
        self._real.purge(in_queue=True)
        raise KafkaException(KafkaError(KafkaError.CLUSTER_AUTHORIZATION_FAILED, "no producer id", fatal=True))

    def __len__(self) -> int:
        return len(self._real)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def one_by_one(session: Sender) -> None:
    """As from a file: until the session is known to be over."""
    for _ in range(5):
        if not session.stalled:
            session.send(record(b"{}"))


def together(session: Sender) -> None:
    """As generated events."""
    session.send_many([(b"{}", NOW_MS, None)] * 5, lambda _: (b"k", []))


@pytest.mark.parametrize("hand_over", [one_by_one, together])
@pytest.mark.parametrize("takes", [0, 2, 5])
@pytest.mark.parametrize("late", [0, 1, 3])
def test_a_session_that_the_client_gives_up_has_one_reason(
    tmp_path: Path, hand_over: Callable[[Sender], None], takes: int, late: int
) -> None:
    """A user who may write nothing gets no producer's id, before its first record, among them or after all: each that
    was handed over is kept, and is told the same.
    """
    kept = outbox(tmp_path)
    gone = sender(kept, timeout_s=60.0)
    Ended(gone, takes, late)
    hand_over(gone)
    done = gone.finish()
    ((failure, count),) = done.failures.items()
    assert (failure.code, failure.ends) == ("TOPIC_AUTHORIZATION_FAILED", True)
    assert gone.stalled
    assert 0 < count == done.failed == done.sent == len(kept.path.read_bytes().splitlines())


def test_a_session_that_ends_while_a_run_is_abandoned_loses_nothing(tmp_path: Path) -> None:
    """Its end breaks off the reports of what was under way; they are asked for once more."""
    kept = outbox(tmp_path)
    gone = sender(kept, timeout_s=60.0)
    gone.send(record(b"{}"))
    Ended(gone, 0)
    done = gone.abandon()
    assert (done.sent, done.failed, len(kept.path.read_bytes().splitlines())) == (1, 1, 1)


def test_a_session_that_ended_without_a_word_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records fail with what the client calls it."""
    monkeypatch.setattr("producer.send.CLIENT_S", 0.1)
    gone = sender(outbox(tmp_path), timeout_s=60.0)
    Ended(gone, 0, late=1_000_000)
    gone.send(record(b"{}"))
    (failure,) = gone.finish().failures
    assert (failure.code, failure.ends) == ("_FATAL", True)


def test_delivery_settings() -> None:
    """Idempotent, acknowledged by all replicas, partitioned as Java's clients do, no record older than its turn."""
    chosen = settings(Route({}, "t", 5000, 2000, 60.0))
    wanted = {"enable.idempotence": True, "acks": "all", "partitioner": "murmur2_random", "message.max.bytes": 5000}
    assert chosen.items() >= wanted.items()
    assert chosen["message.timeout.ms"] == 0
    assert chosen["batch.size"] == 2000


@pytest.mark.parametrize("timeout_s", [1.0, 20.0, 60.0, 3600.0])
def test_a_topic_that_is_gone_is_known_before_a_silence(timeout_s: float) -> None:
    """librdkafka may let it be missing for three times what is set; a silence before would be told as the reason."""
    missing_s = settings(Route({}, "t", 1, 1, timeout_s))["topic.metadata.propagation.max.ms"] / 1000
    assert 0 < 3 * missing_s <= 0.75 * timeout_s


def test_a_second_run_does_not_overwrite(tmp_path: Path) -> None:
    """A file of kept records is never replaced."""
    (tmp_path / "outbox.jsonl").write_text("kept")
    with pytest.raises(FileExistsError):
        outbox(tmp_path).put(record(b"{}"), Causes("nowhere", 1, 1.0).of("SILENT"))
    assert [path.name for path in tmp_path.iterdir()] == ["outbox.jsonl"]
    assert (tmp_path / "outbox.jsonl").read_text() == "kept"
