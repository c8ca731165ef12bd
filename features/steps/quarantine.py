"""Sentences about what was refused: counted, judged again, given up."""

import csv
import getpass
import json
from typing import Any

from pytest_bdd import given, parsers, then, when

from features.harness import Pipeline
from features.steps.evolving import _replay, _versions
from features.steps.sending import Draft, Story

ORDINALS = {"first": 0, "second": 1, "third": 2}
CHANNELS = "[email, phone, web, chat, branch, social]"


@given(parsers.parse('it comes from the producer "{name}"'))
def it_comes_from(story: Story, name: str) -> None:
    """As the header of the last draft says."""
    story.last.headers = {**story.last.headers, "producer": name}


def show(pipeline: Pipeline, draft: Draft) -> dict[str, Any]:
    """One record, as the command shows it."""
    assert draft.place is not None
    found: dict[str, Any] = json.loads(pipeline.run("quarantine", "show", pipeline.contract, place(draft)).stdout)
    return found


def place(draft: Draft) -> str:
    """The coordinates of a draft that was sent, as they are typed."""
    assert draft.place is not None
    return "{}:{}".format(*draft.place)


def _clauses(violations: list[dict[str, str]]) -> list[str]:
    return [violation["clause"] for violation in violations]


@given("the quarantine counts")
def the_quarantine_counts(pipeline: Pipeline, datatable: list[list[str]]) -> None:
    """Exactly these groups, each with a share of all records, when it was seen, and a record that is in it."""
    head, *rows = datatable
    by = [argument for name in head[:-1] for argument in ("--by", name)]
    found = json.loads(pipeline.run("quarantine", "stats", pipeline.contract, *by, "--json").stdout)
    assert sorted([*(group[name] for name in head[:-1]), str(group["records"])] for group in found["groups"]) == rows
    for group in found["groups"]:
        assert group["share"] == group["records"] / found["records"]
        assert group["first_seen"] <= group["last_seen"]
        partition, offset = map(int, group["example"].split(":"))
        chosen = [argument for name in head[:-1] for argument in (f"--{name}", group[name])]
        listed = json.loads(pipeline.run("quarantine", "list", pipeline.contract, *chosen, "--json").stdout)
        assert (partition, offset) in [(row["partition"], row["offset"]) for row in listed]
        assert len(listed) == group["records"]


@when(parsers.parse('the contracts allow the channel "{channel}", and what was refused is replayed'))
def the_contracts_allow(pipeline: Pipeline, story: Story, channel: str) -> None:
    """In a copy of the contracts: the topic's and that of the tickets."""
    pipeline.copy_contracts()
    for name in ("client_tickets", "tickets"):
        file = pipeline.contract_file(name)
        text = file.read_text("utf-8")
        assert CHANNELS in text
        file.write_text(text.replace(CHANNELS, f"{CHANNELS[:-1]}, {channel}]"), "utf-8")
    story.found["replay"] = _replay(pipeline)
    assert story.found["replay"]["changed"] == {"accepted": 1, "rejected": 1}


@then(parsers.parse('the {which} is a ticket once, with channel "{channel}"'))
def is_a_ticket_once(pipeline: Pipeline, story: Story, which: str, channel: str) -> None:
    """In the export, with the coordinates it had when it was refused."""
    pipeline.run("export", pipeline.contract, "--format", "parquet")
    draft = story.drafts[ORDINALS[which]]
    [row] = pipeline.rows("tickets", f"event_id = '{draft.event['event_id']}'")
    assert (row["channel"], row["kafka_partition"], row["kafka_offset"]) == (channel, *(draft.place or ()))


@then(parsers.parse("the {which} was rejected for {clauses}"))
def was_rejected_for(pipeline: Pipeline, story: Story, which: str, clauses: str) -> None:
    """Once, as its history says."""
    [before] = show(pipeline, story.drafts[ORDINALS[which]])["history"]
    assert (before["outcome"], _clauses(before["violations"])) == ("rejected", clauses.split(" and "))


@given(parsers.parse("the {which} is refused for {clause} alone"))
@then(parsers.parse("the {which} is refused for {clause} alone"))
def is_refused_for_alone(pipeline: Pipeline, story: Story, which: str, clause: str) -> None:
    """By the ledger as it is now."""
    row = show(pipeline, story.drafts[ORDINALS[which]])
    assert (row["outcome"], _clauses(row["violations"])) == ("rejected", [clause])


@given(parsers.parse("the {which} is a conflict with the {other}"))
def is_a_conflict_with(pipeline: Pipeline, story: Story, which: str, other: str) -> None:
    """The record names the one that counts, and the command says what can be done."""
    row = show(pipeline, story.drafts[ORDINALS[which]])
    first = story.drafts[ORDINALS[other]]
    assert (row["outcome"], row["first_partition"], row["first_offset"]) == ("conflict", *(first.place or ()))
    assert pipeline.last is not None
    assert f"accepted at {place(first)}" in pipeline.last.stderr


@when(parsers.parse('what the producer "{name}" sent is discarded because of "{reason}"'))
def is_discarded(pipeline: Pipeline, story: Story, name: str, reason: str) -> None:
    """After a dry run that changes nothing."""
    story.found |= {"producer": name, "reason": reason, "versions": _versions(pipeline)}
    for more in (["--dry-run"], ["--yes"]):
        assert _versions(pipeline) == story.found["versions"]
        assert discard(pipeline, story, "--producer", name, *more)["records"] == 2


def discard(pipeline: Pipeline, story: Story, *arguments: str) -> dict[str, Any]:
    """Run the command for the reason of the story; its document."""
    words = ["quarantine", "discard", pipeline.contract, *arguments, "--reason", story.found["reason"], "--json"]
    found: dict[str, Any] = json.loads(pipeline.run(*words).stdout)
    return found


def _given_up(story: Story) -> tuple[Draft, Draft]:
    return story.drafts[0], story.drafts[2]


@then("the first and the third are discarded, with reason, person and moment")
def are_discarded(pipeline: Pipeline, story: Story) -> None:
    """Where one is shown, and where all are listed."""
    words = ["quarantine", "list", pipeline.contract, "--outcome", "discarded"]
    listed = pipeline.run(*words).stdout.splitlines()
    assert len(listed) == 2
    for draft in _given_up(story):
        row = show(pipeline, draft)
        said = row["discarded"]
        assert (row["outcome"], said["reason"], said["by"]) == ("discarded", story.found["reason"], getpass.getuser())
        assert said["at"] == row["history"][-1]["at"]
        [line] = [line for line in listed if line.startswith(place(draft) + " ")]
        assert all(text in line for text in (said["reason"], said["by"], said["at"][:16]))


@then("nothing is left of their bytes, and what they were is known")
def nothing_is_left(pipeline: Pipeline, story: Story) -> None:
    """But for their size; the history has the outcome and the clauses."""
    columns = ("raw_key", "raw_value", "raw_headers", "raw_bytes", "outcome")
    rows = [row for row in pipeline.ledger(*columns) if row["outcome"] == "discarded"]
    assert [row[name] for row in rows for name in columns[:3]] == [None] * 6
    assert sorted(row["raw_bytes"] for row in rows) == sorted(len(draft.bytes() or b"") for draft in _given_up(story))
    rejected, conflict = (show(pipeline, draft)["history"][-1] for draft in _given_up(story))
    assert (rejected["outcome"], _clauses(rejected["violations"])) == ("rejected", ["client_tickets.v2/priority/enum"])
    assert (conflict["outcome"], conflict["violations"]) == ("conflict", None)


@then("to discard them again changes nothing")
def to_discard_again(pipeline: Pipeline, story: Story) -> None:
    """Neither a row nor a version of any table, be they named or chosen."""
    before = _versions(pipeline)
    places = [place(draft) for draft in _given_up(story)]
    assert discard(pipeline, story, *places, "--yes")["already_discarded"] == 2
    assert discard(pipeline, story, "--producer", story.found["producer"], "--yes")["records"] == 0
    assert _versions(pipeline) == before


@then("neither the second nor a record that does not exist can be discarded")
def cannot_be_discarded(pipeline: Pipeline, story: Story) -> None:
    """Each is named, and nothing changes."""
    before = _versions(pipeline)
    for where, wanted in ((place(story.drafts[1]), "is accepted"), ("0:999999", "no record 0:999999")):
        words = ["quarantine", "discard", pipeline.contract, where, "--reason", "r", "--yes"]
        done = pipeline.run(*words, expect=1)
        assert wanted in done.stderr
        assert "Traceback" not in done.stderr
    assert _versions(pipeline) == before


@then("once the pipeline has run, every format of the export says discarded of both")
def the_export_says_discarded(pipeline: Pipeline, story: Story) -> None:
    """With why they were refused; there is nothing new to read, so this is what the discard itself brings."""
    import duckdb

    pipeline.process()
    pipeline.run("export", pipeline.contract, "--format", "json,csv,parquet,duckdb")
    wanted = sorted(draft.place or () for draft in _given_up(story))
    folder = pipeline.published()
    with (folder / "rejected_events.csv").open(encoding="utf-8", newline="") as file:
        from_csv = [row for row in csv.DictReader(file) if row["outcome"] == "discarded"]
    lines = (folder / "rejected_events.jsonl").read_text("utf-8").splitlines()
    from_json = [row for row in map(json.loads, lines) if row["outcome"] == "discarded"]
    columns = "kafka_partition, kafka_offset FROM rejected_events WHERE outcome = 'discarded'"
    with duckdb.connect(folder / "export.duckdb", read_only=True) as database:
        from_duckdb = database.execute(f"SELECT {columns}").fetchall()
    rows = pipeline.rows("rejected_events", "outcome = 'discarded'")
    for found in (from_csv, from_json, rows):
        assert sorted((int(row["kafka_partition"]), int(row["kafka_offset"])) for row in found) == wanted
    assert sorted(from_duckdb) == wanted
    assert [_clauses(row["violations"]) for row in rows if row["violations"]] == [["client_tickets.v2/priority/enum"]]
