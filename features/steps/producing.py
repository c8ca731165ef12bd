"""Sentences about a producer whose broker goes away or refuses: what is kept, and what is sent later."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from features.harness import COMMAND, Pipeline, wait_for
from features.steps.sending import Story, valid_event
from features.topic import away, kill_broker, receipts, records, set_largest

RATE = 100
PATIENCE_S = 8  # more than it takes to hand over 300 tickets, and less than anybody wants to wait
NARROW = 3000  # bytes
WIDE = 1_000_000


class Sending:
    """A file of tickets, and the producer that sends it."""

    def __init__(self, pipeline: Pipeline, requests: list[str], *options: str) -> None:
        events = [{**valid_event().event, "request": text} for text in requests]
        self.ids = [str(event["event_id"]) for event in events]
        self.file, self.receipts = pipeline.data / "tickets.jsonl", pipeline.data / "receipts.jsonl"
        self.file.write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events), "utf-8")
        words = ["produce", pipeline.contract, "--from", str(self.file), "--receipts", str(self.receipts), *options]
        self.process = subprocess.Popen(
            [COMMAND, *words, "--json"], env=pipeline.environment, stdout=subprocess.PIPE, text=True
        )
        self.summary: dict[str, Any] = {}

    def flows(self, least: int) -> None:
        """Return once so many are acknowledged."""
        wait_for(lambda: len(receipts(self.receipts)) >= least or self.process.poll() is not None, "tickets flow", 60)
        assert self.process.poll() is None

    def ended(self, code: int) -> dict[str, Any]:
        """What the producer says at its end."""
        said, _ = self.process.communicate(timeout=120)
        assert self.process.returncode == code, said
        self.summary = json.loads(said)
        return self.summary


@pytest.fixture
def sendings() -> Iterator[list[Sending]]:
    """The producers of a scenario; none outlives it."""
    made: list[Sending] = []
    yield made
    for sending in made:
        sending.process.kill()


@given(parsers.parse("{count:d} tickets that are being sent"))
def tickets_being_sent(pipeline: Pipeline, sendings: list[Sending], count: int) -> None:
    """A hundred in a second, by a producer that waits for a while where little is sent, and for long else."""
    patience = PATIENCE_S if count <= 3 * RATE else 60
    options = ["--rate", str(RATE), "--timeout", str(patience)]
    sendings.append(Sending(pipeline, [f"Ticket {number}" for number in range(count)], *options))


@given("the broker goes away before all of them are acknowledged")
def the_broker_goes_away(pipeline: Pipeline, sendings: list[Sending]) -> None:
    """kill -9, once the first ones are acknowledged."""
    _killable(pipeline)
    sendings[-1].flows(RATE // 2)
    kill_broker(pipeline)


@given(parsers.parse("the broker goes away for {seconds:d} seconds"))
def the_broker_goes_away_for(pipeline: Pipeline, sendings: list[Sending], seconds: int) -> None:
    """kill -9, and a start at the same address that long after it."""
    the_broker_goes_away(pipeline, sendings)
    away(seconds)
    assert sendings[-1].process.poll() is None
    pipeline.run("broker", "up", "--broker", pipeline.kind)


def _killable(pipeline: Pipeline) -> None:
    if pipeline.kind != "embedded":
        pytest.skip("only the embedded broker keeps address and data over a kill; run it with BROKER=embedded")


@given("the producer gives up, and says what it keeps and how to send it")
def the_producer_gives_up(pipeline: Pipeline, sendings: list[Sending]) -> None:
    """After its patience, with all it was given: each is acknowledged or kept."""
    done = sendings[-1].ended(1)
    assert done["failed"] > 0
    assert done["acknowledged"] + done["failed"] == len(sendings[-1].ids)
    _says_how_to_go_on(pipeline, done, "SILENT")


def _says_how_to_go_on(pipeline: Pipeline, done: dict[str, Any], code: str) -> None:
    (error,) = done["errors"]
    assert (error["code"], error["count"]) == (code, done["failed"])
    assert error["what"]
    assert error["remedy"]
    assert len(Path(done["outbox"]).read_bytes().splitlines()) == done["failed"]
    assert done["resume"] == f"tickets produce {pipeline.contract} --resume"


@when("the broker is back, and what is kept is sent")
def the_broker_is_back(pipeline: Pipeline, sendings: list[Sending]) -> None:
    """By the command that the producer named."""
    pipeline.run("broker", "up", "--broker", pipeline.kind)
    _resume(pipeline, sendings)


def _resume(pipeline: Pipeline, sendings: list[Sending]) -> None:
    first = sendings[-1].summary
    done = json.loads(pipeline.run(*first["resume"].split()[1:], "--json").stdout)
    assert done["acknowledged"] == first["failed"]
    assert done["sent"] == done["acknowledged"]


@given("a broker that takes less than the contract allows")
def a_narrow_broker(pipeline: Pipeline) -> None:
    """Somebody has lowered what the topic takes."""
    pipeline.ensure_topic()
    set_largest(pipeline.bootstrap, pipeline.topic, NARROW)


@given(parsers.parse("{count:d} tickets that are being sent, {large:d} of them as large as the contract allows"))
def tickets_some_large(pipeline: Pipeline, sendings: list[Sending], count: int, large: int) -> None:
    """The first ones; of their text nothing can be compressed away."""
    rng = Random(1)
    texts = ["".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(2000)) for _ in range(large)]
    sendings.append(Sending(pipeline, [*texts, *["Short"] * (count - large)]))


@given(parsers.parse("the producer has ended, and keeps {count:d} for their size"))
def the_producer_keeps(pipeline: Pipeline, sendings: list[Sending], count: int) -> None:
    """The others are acknowledged."""
    done = sendings[-1].ended(1)
    assert (done["failed"], done["acknowledged"]) == (count, len(sendings[-1].ids) - count)
    _says_how_to_go_on(pipeline, done, "MSG_SIZE_TOO_LARGE")


@when("the broker takes what the contract allows, and what is kept is sent")
def a_wide_broker(pipeline: Pipeline, sendings: list[Sending]) -> None:
    """As the remedy says."""
    set_largest(pipeline.bootstrap, pipeline.topic, WIDE)
    _resume(pipeline, sendings)


@when("the producer has ended")
def the_producer_has_ended(sendings: list[Sending]) -> None:
    """With everything acknowledged."""
    sendings[-1].ended(0)


@then("nothing is kept any more")
def nothing_is_kept(pipeline: Pipeline) -> None:
    """No file, and a resume has nothing to do."""
    assert not list((pipeline.data / "outbox").iterdir())
    assert "Nothing to resume" in pipeline.run("produce", pipeline.contract, "--resume").stdout


@then("all of them are acknowledged, and nothing is kept")
def all_acknowledged(pipeline: Pipeline, sendings: list[Sending]) -> None:
    """By the summary."""
    done = sendings[-1].summary
    assert (done["acknowledged"], done["failed"], done["outbox"]) == (len(sendings[-1].ids), 0, None)


@then("each has one receipt, for the place in the topic where it is")
def receipts_are_true(pipeline: Pipeline, sendings: list[Sending]) -> None:
    """As many receipts as tickets as records, and they say the same."""
    told = receipts(sendings[-1].receipts)
    assert sorted(told) == sorted(
        (row.id, row.partition, row.offset) for row in records(pipeline.bootstrap, pipeline.topic)
    )
    assert sorted(id_ for id_, _, _ in told) == sorted(sendings[-1].ids)


@then("each of the tickets is in the export exactly once")
def each_is_exported_once(pipeline: Pipeline, story: Story, sendings: list[Sending]) -> None:
    """By their event ids."""
    pipeline.export()
    assert sorted(row["event_id"] for row in pipeline.rows("tickets")) == sorted(sendings[-1].ids)
