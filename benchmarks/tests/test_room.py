"""The room parts are measured in: one broker at a time, and none left behind."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks.figures.room import CLEAN, KEPT_S, Room
from benchmarks.speed import topic
from benchmarks.speed.topic import Topic
from benchmarks.tests.samples import room


class Brokers:
    """Stands in for the commands: which brokers were asked to run, and to end."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.interrupt = False

    def command(self, _: Room, environment: dict[str, str], *words: str) -> str:
        """`broker up`, `status` and `down`."""
        self.said.append(f"{words[1]} {Path(environment['TICKETS_DATA']).parent.name}")
        return json.dumps({"bootstrap": "here:1"})

    def prepared(self, folder: Path, events: int, mix: Any, tell: Any) -> Topic:
        """A topic, if nobody interrupts."""
        self.said.append(f"prepared {folder.name}")
        folder.mkdir(parents=True)
        if self.interrupt:
            raise KeyboardInterrupt
        return Topic("here:1", events, {"TICKETS_DATA": str(folder / "broker")})

    def ended(self, held: Topic) -> None:
        """Taken down."""
        self.said.append(f"ended {held.events}")


@pytest.fixture
def brokers(monkeypatch: pytest.MonkeyPatch) -> Brokers:
    """No broker is started."""
    made = Brokers()
    monkeypatch.setattr(Room, "_command", lambda *given: made.command(*given))
    monkeypatch.setattr(topic, "prepared", made.prepared)
    monkeypatch.setattr(topic, "ended", made.ended)
    return made


def test_one_broker_runs_at_a_time(brokers: Brokers, tmp_path: Path) -> None:
    """The same topic asked for again is the broker that runs; another one ends it first."""
    made = room(tmp_path)
    assert made.topic(10) is made.topic(10)
    made.topic(10, CLEAN)
    made.quiet()
    assert brokers.said == ["prepared 10", "ended 10", "prepared 10-clean", "ended 10"]


def test_a_topic_that_was_interrupted_is_made_anew(brokers: Brokers, tmp_path: Path) -> None:
    """Its broker is ended at once; half a topic is never measured."""
    brokers.interrupt = True
    with pytest.raises(KeyboardInterrupt):
        room(tmp_path).topic(10)
    assert brokers.said == ["prepared 10", "down 10"]
    brokers.interrupt = False
    assert room(tmp_path).topic(10).events == 10
    assert brokers.said[2:] == ["down 10", "prepared 10"]


def test_a_topic_is_made_anew_before_it_forgets(brokers: Brokers, tmp_path: Path) -> None:
    """Retention would take its first events; until then it is used again."""
    room(tmp_path).topic(10)
    whole = tmp_path / "topics" / "10" / "whole"
    os.utime(whole, (whole.stat().st_mtime - KEPT_S - 60,) * 2)
    room(tmp_path).topic(10)
    assert brokers.said == ["prepared 10", "down 10", "prepared 10"]


def test_an_empty_broker_has_no_records_of_an_earlier_run(brokers: Brokers, tmp_path: Path) -> None:
    """Nor of one that was interrupted; within a run it is one broker."""
    place = tmp_path / "topics" / "latency"
    made = room(tmp_path)
    assert made.empty_broker("latency") == "here:1"
    place.mkdir(parents=True)
    (place / "segment").touch()
    made.empty_broker("latency")
    assert (place / "segment").exists()
    room(tmp_path).empty_broker("latency")
    assert not place.exists()
    assert brokers.said == [*["up latency", "status latency"], "down latency", *["up latency", "status latency"]]
