"""Sentences about records that programs stumble over: sent once, all together, and looked at one by one."""

import json
import os
import pty
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from cli import touched
from features.harness import COMMAND, Pipeline
from features.steps.hostile import RECORDS, Record
from features.steps.readers import READERS
from features.steps.sending import Story

FEATURE = Path(__file__).parents[1] / "bad_bytes.feature"
TABLES = ("tickets", "rejected_events")
MAX_BYTES = 20_000_000
FORMULA = re.compile("^'+[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")  # what the CSV form puts an apostrophe before
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def send_all(pipeline: Pipeline) -> dict[str, Record]:
    """Send every record, process and export once; by name, each with its coordinates."""
    sent = {name: make() for name, make in RECORDS.items()}
    assert set(sent) == _named(), "the feature's tables and the records here differ"
    pipeline.ensure_topic()
    _raise_limit(pipeline)
    _send(pipeline, list(sent.values()))
    pipeline.run("process", pipeline.contract, "--once")
    pipeline.run("export", pipeline.contract, "--format", "json,csv,parquet,duckdb")
    return sent


def _named() -> set[str]:
    """The first column of every table of the feature that declares an outcome, and the tombstone."""
    rows = re.findall(r"^ {8}\| (.+?) *\|", FEATURE.read_text("utf-8").split("Rule: every reader")[0], re.MULTILINE)
    return {name.replace(r"\\", "\\") for name in rows} - {"record"} | {"no value"}


def _raise_limit(pipeline: Pipeline) -> None:
    """The topic takes more than the contract says: as if somebody else had made it."""
    from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

    entry = ConfigEntry("max.message.bytes", str(MAX_BYTES), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, pipeline.topic, incremental_configs=[entry])
    admin = AdminClient({"bootstrap.servers": pipeline.bootstrap})  # its answers end with it
    [done] = admin.incremental_alter_configs([resource]).values()
    done.result()


def _send(pipeline: Pipeline, records: list[Record]) -> None:
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": pipeline.bootstrap, "message.max.bytes": MAX_BYTES, "acks": "all"})
    for record in records:

        def delivered(error: Any, message: Any, record: Record = record) -> None:
            assert error is None, error
            record.place = (message.partition(), message.offset())

        headers = list(record.headers.items())
        producer.produce(pipeline.topic, record.value, record.key, headers=headers, on_delivery=delivered)
    assert producer.flush(60) == 0


@given("every record of these tables was sent to client_tickets, processed and exported")
def everything_was_sent(sent: dict[str, Record]) -> None:
    """Once for all scenarios: the fixture of the test module."""
    assert all(record.place != (-1, -1) for record in sent.values())


def _rows(pipeline: Pipeline, table: str, record: Record) -> list[dict[str, Any]]:
    partition, offset = record.place
    return pipeline.rows(table, f"kafka_partition = {partition} AND kafka_offset = {offset}")


@then(parsers.parse("the record with {name} is rejected for {clause}"))
def is_rejected_for(
    pipeline: Pipeline, sent: dict[str, Record], name: str, clause: str, request: pytest.FixtureRequest
) -> None:
    """For that clause alone; it is no ticket."""
    [row] = _rows(pipeline, "rejected_events", sent[name])
    assert (row["outcome"], [violation["clause"] for violation in row["violations"]]) == ("rejected", [clause])
    assert row["raw_bytes"] == len(sent[name].value or b"")
    assert _rows(pipeline, "tickets", sent[name]) == []
    touched.record("scenario", request.node.nodeid, [clause])


@then(parsers.parse("the record with {name} is a tombstone"))
def is_a_tombstone(pipeline: Pipeline, sent: dict[str, Record], name: str) -> None:
    """Neither a ticket nor broken."""
    [row] = _rows(pipeline, "rejected_events", sent[name])
    assert (row["outcome"], row["violations"], row["raw_bytes"]) == ("tombstone", None, None)
    assert _rows(pipeline, "tickets", sent[name]) == []


@then(parsers.parse("the record with {name} is accepted"))
def is_accepted(pipeline: Pipeline, sent: dict[str, Record], name: str) -> None:
    """It is one ticket, and not among what was refused."""
    [row] = _rows(pipeline, "tickets", sent[name])
    assert row["event_id"] == sent[name].event_id
    assert _rows(pipeline, "rejected_events", sent[name]) == []


def _restored(text: str) -> str:
    return text[1:] if FORMULA.match(text) else text


@then(parsers.parse("{reader} reads the tables as {form} whole"))
def reads_the_tables(pipeline: Pipeline, sent: dict[str, Record], reader: str, form: str) -> None:
    """As many rows as Parquet has, and every text that was sent, in a field, in a list and in a list of objects."""
    read = READERS[form, reader]
    for table in TABLES:
        assert len(read(pipeline.published(), table)) == len(pipeline.rows(table)), table
    rows = {str(row["event_id"]): row for row in read(pipeline.published(), "tickets")}  # duckdb makes UUIDs of JSON
    texts = {record.event_id: record.texts["product"] for record in sent.values() if record.texts}
    flat = form == "csv"
    found = {}
    for event_id in texts:
        row = rows[event_id]
        product = _restored(row["product"]) if flat else row["product"]
        tags, files = (json.loads(row[name]) if flat else row[name] for name in ("tags", "attachments"))
        found[event_id] = [product, *tags, *(file["name"] for file in files)]
    assert found == {event_id: [text] * 3 for event_id, text in texts.items()}


@then("no cell of a CSV file begins as a formula")
def no_cell_begins_as_a_formula(pipeline: Pipeline) -> None:
    """But for numbers."""
    risky = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
    for file in pipeline.published().glob("*.csv"):
        rows = READERS["csv", "the standard library"](pipeline.published(), file.stem)
        cells = [cell for row in rows for cell in row.values() if cell and risky.match(cell)]
        assert [cell for cell in cells if not NUMBER.fullmatch(cell)] == [], file


@then(parsers.parse("the amount of the record with {name} is {amount} in every format"))
def the_amount_is(pipeline: Pipeline, sent: dict[str, Record], name: str, amount: str) -> None:
    """As text: a reader of numbers would not tell."""
    for form, reader in READERS:
        rows = READERS[form, reader](pipeline.published(), "tickets")
        [row] = [row for row in rows if str(row["event_id"]) == sent[name].event_id]
        assert f"{float(row['amount']):.2f}" == amount, (form, reader)
    lines = (pipeline.published() / "tickets.jsonl").read_text("utf-8").splitlines()
    [line] = [line for line in lines if sent[name].event_id in line]
    assert f'"amount":{amount}' in line


def in_terminal(pipeline: Pipeline, *arguments: str) -> str:
    """What the command prints where it finds a terminal of 80 columns on all three channels."""
    ours, its = pty.openpty()
    environment = {**pipeline.environment, "COLUMNS": "80", "TERM": "xterm"}
    child = subprocess.Popen([COMMAND, *arguments], env=environment, stdin=its, stdout=its, stderr=its)
    os.close(its)
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux says that nobody writes any more
            part = b""
        if not part:
            break
        parts.append(part)
    os.close(ours)
    assert child.wait(60) == 0, b"".join(parts)
    return b"".join(parts).decode("utf-8")


@then("what the quarantine prints in a terminal of 80 columns holds no control character")
def no_control_character(pipeline: Pipeline, sent: dict[str, Record]) -> None:
    """Lists, counts and single records alike; the counts fit."""
    counts = in_terminal(pipeline, "quarantine", "stats", pipeline.contract, "--by", "producer", "--by", "version")
    assert max(map(len, counts.splitlines())) <= 80
    listed = in_terminal(pipeline, "quarantine", "list", pipeline.contract, "--limit", "1000")
    assert len(listed.split("\r\n")) > 50
    places = [f"{record.place[0]}:{record.place[1]}" for record in sent.values() if b"\x1b" in str(record).encode()]
    shown = [in_terminal(pipeline, "quarantine", "show", pipeline.contract, place) for place in places]
    for text in (counts, listed, *shown):
        assert [line for line in text.split("\r\n") if not line.isprintable()] == []


@when(parsers.parse("the {name} is sent with the producer"))
def is_sent_with_the_producer(pipeline: Pipeline, story: Story, sent: dict[str, Record], name: str) -> None:
    """The same event, as a line of somebody's own file."""
    file = pipeline.data / "large.jsonl"
    file.write_bytes((sent[f"a {name}"].value or b"") + b"\n")
    done = pipeline.run("produce", pipeline.contract, "--from", str(file), "--json", expect=1)
    story.summary = json.loads(done.stdout)


@then(parsers.parse("it is refused for {clause}, which wants {wanted}"))
def is_refused_at_the_door(story: Story, clause: str, wanted: str) -> None:
    """Not sent, and kept with the reason."""
    assert (story.summary["sent"], story.summary["refused"]) == (0, 1)
    [line] = Path(story.summary["refused_file"]).read_text("utf-8").splitlines()
    [violation] = json.loads(line)["violations"]
    assert (violation["clause"], violation["wanted"]) == (clause, wanted)
