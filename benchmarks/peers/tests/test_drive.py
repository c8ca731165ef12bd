"""A peer's batches are told by what is committed, and a run that is not whole is an error."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaException, TopicPartition

from benchmarks.peers import drive
from benchmarks.peers.engines import PEERS

STAYS = "import time; print(flush=True); time.sleep(60)"
ENDS_WHEN_TOLD = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("ready", flush=True)
time.sleep(60)
"""


@dataclass
class Broker:
    """Partition 0 has offsets 10 to 40, 1 is empty; what a group has committed of 0, look by look."""

    looks: Iterator[int | None]
    last: int = 0

    def list_topics(self, topic: str, _timeout: float) -> SimpleNamespace:
        """Two partitions."""
        return SimpleNamespace(topics={topic: SimpleNamespace(partitions={0: None, 1: None})})

    def get_watermark_offsets(self, place: TopicPartition, _timeout: float) -> tuple[int, int]:
        """Thirty records."""
        return (10, 40) if place.partition == 0 else (5, 5)

    def committed(self, _partitions: object, _timeout: float) -> list[SimpleNamespace]:
        """The next look, then the last one for ever; None: the broker does not say."""
        said = next(self.looks, self.last)
        if said is None:
            raise KafkaException("not coordinator")
        self.last = said
        return [SimpleNamespace(partition=0, offset=said), SimpleNamespace(partition=1, offset=-1001)]


def watched(looks: list[int | None], program: str, *, stops: bool = True) -> list[int]:
    """The batches told of one run of a program."""
    told: list[int] = []
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()  # it is ready, or it has ended
        peer = replace(PEERS["mq-bridge"], stops=stops)
        drive._watch(peer, process, Broker(iter(looks)), told.append)
    finally:
        process.kill()
        process.communicate()
    return told


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for two minutes here."""
    monkeypatch.setattr(drive, "LOOK_S", 0.01)
    monkeypatch.setattr(drive, "SILENT_S", 1.0)
    monkeypatch.setattr(drive, "END_S", 10.0)


def test_each_step_of_what_is_committed_is_a_batch() -> None:
    """Before the first commit there is no offset (-1001), and at times no answer; neither is a batch."""
    assert watched([None, -1001, 20, 20, None, 35, 40], ENDS_WHEN_TOLD, stops=False) == [10, 15, 5]


def test_a_peer_that_runs_for_ever_is_told_to_end_when_all_is_committed() -> None:
    """Its exit code still counts."""
    assert watched([20, 40], ENDS_WHEN_TOLD, stops=False) == [10, 20]
    with pytest.raises(SystemExit, match="ended with -15 at 30 of 30"):
        watched([40], STAYS, stops=False)


@pytest.mark.parametrize(
    ("looks", "program", "error"),
    [
        ([20], "", "ended with 0 at 10 of 30"),
        ([40], "raise SystemExit(3)", "ended with 3 at 30 of 30"),
        ([20], STAYS, "hangs at 10 of 30"),
    ],
    ids=["too early", "with an error", "never"],
)
def test_a_run_that_is_not_whole_is_an_error(looks: list[int | None], program: str, error: str) -> None:
    """It ended before the end of the topic, or with an error, or commits nothing any more."""
    with pytest.raises(SystemExit, match=error):
        watched(looks, program)
