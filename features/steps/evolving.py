"""Sentences about contracts that change: jobs and producers of several versions, upgrades, replays."""

import hashlib
import json
import re
import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from cli import touched
from features.harness import COMMAND, ROOT, Pipeline, wait_for
from features.steps.sending import Draft, Story


@given("a job that knows version 1 of client_tickets only")
def a_job_of_version_1(pipeline: Pipeline) -> None:
    """Work with the contracts as they were before version 2."""
    pipeline.copy_contracts()
    for file in pipeline.contracts.glob("*/v*.yaml"):
        if file.name.startswith("v2."):
            file.unlink()
        else:
            file.write_text(file.read_text("utf-8").replace("client_tickets.v2", "client_tickets.v1"), "utf-8")


@given("a running job that knows version 1 of client_tickets only")
def a_running_job_of_version_1(pipeline: Pipeline) -> None:
    """The same, all the time."""
    a_job_of_version_1(pipeline)
    pipeline.ensure_topic()
    pipeline.live = pipeline.start("process", pipeline.contract, "--every", "500ms")


@given("a producer of version 1 and a producer of version 2 that do not stop for it")
def two_producers(pipeline: Pipeline, story: Story, request: pytest.FixtureRequest) -> None:
    """Started with today's contracts, and on the topic."""
    environment = {**pipeline.environment, "TICKETS_CONTRACTS": str(ROOT / "contracts")}
    for version in (1, 2):
        name = f"client_tickets.v{version}"
        arguments = ["produce", name, "--events", "100000", "--rate", "20", "--seed", str(version), "--json"]
        made = subprocess.Popen([COMMAND, *arguments], env=environment, stdout=subprocess.PIPE)
        request.addfinalizer(made.kill)
        story.found[name] = made


@given("the job is upgraded to version 2")
def the_job_is_upgraded(pipeline: Pipeline) -> None:
    """Once it has read both versions: stopped, and started with today's contracts. Then it goes on reading both."""
    wait_for(lambda: len(_by_version(pipeline)) == 2, "the old job reads both versions")
    pipeline.stop()
    pipeline.contracts = ROOT / "contracts"
    before = _by_version(pipeline)
    pipeline.live = pipeline.start("process", pipeline.contract, "--every", "500ms")

    def more_of_both() -> bool:
        assert pipeline.live is not None
        assert pipeline.live.poll() is None, (pipeline.data / "live.log").read_text()[-2000:]
        return all(count > before[version] for version, count in _by_version(pipeline).items())

    wait_for(more_of_both, "the new job reads both versions")


def _by_version(pipeline: Pipeline) -> dict[str, int]:
    """Records in the ledger by the major version they say."""
    return Counter(_major(row["contract_version"]) for row in pipeline.ledger("contract_version"))


def _major(version: str) -> str:
    return version.split(".")[0]


@when("the producers have stopped, and all they sent is read")
def the_producers_have_stopped(pipeline: Pipeline, story: Story) -> None:
    """By what their summaries say was acknowledged; then the job is stopped too."""
    sent = {"1": 0, "2": 0}
    for draft in story.drafts:
        sent[_major(draft.headers["contract_version"])] += 1
    for name in ("client_tickets.v1", "client_tickets.v2"):
        producer = story.found[name]
        producer.send_signal(signal.SIGINT)
        summary = json.loads(producer.communicate(timeout=60)[0])
        assert summary["failed"] == 0
        sent[name[-1]] += summary["acknowledged"]
    wait_for(lambda: _by_version(pipeline) == sent, f"the job reads {sent}")
    pipeline.stop()
    story.found["sent"] = sent


@then(parsers.parse("every event of version {version:d} is a ticket that says so"))
def every_event_is_a_ticket(pipeline: Pipeline, story: Story, version: int) -> None:
    """As many as were sent, each id once."""
    pipeline.export()
    rows = pipeline.rows("tickets", f"contract_version LIKE '{version}.%'")
    assert len({row["event_id"] for row in rows}) == len(rows) == story.found["sent"][str(version)]


@then(parsers.parse("every event of version {version:d} is a ticket that says so, or is refused for {clause}"))
def a_ticket_or_refused(pipeline: Pipeline, story: Story, version: int, clause: str) -> None:
    """Refused while the job did not know it, accepted since; none is neither, none is both."""
    tickets = pipeline.rows("tickets", f"contract_version LIKE '{version}.%'")
    refused = pipeline.rows("rejected_events", f"contract_version LIKE '{version}.%'")
    assert {violation["clause"] for row in refused for violation in row["violations"]} == {clause}
    ids = {row["event_id"] for row in (*tickets, *refused)}
    assert len(ids) == len(tickets) + len(refused) == story.found["sent"][str(version)]
    assert tickets
    assert refused


@then(parsers.parse('the tickets have the languages "{first}", "{second}" and "{third}"'))
def the_languages(pipeline: Pipeline, story: Story, first: str, second: str, third: str) -> None:
    """Whatever the version called it."""
    assert [_ticket(pipeline, draft)["language"] for draft in story.events()] == [first, second, third]


def _ticket(pipeline: Pipeline, draft: Draft) -> dict[str, Any]:
    (row,) = pipeline.rows("tickets", f"event_id = '{draft.event['event_id']}'")
    return row


@given(parsers.parse("both are refused for {clause}"))
def both_are_refused(pipeline: Pipeline, story: Story, clause: str, request: pytest.FixtureRequest) -> None:
    """Kept, each with the clause."""
    for draft in story.drafts:
        assert _refused_for(pipeline, draft) == [clause]
    touched.record("scenario", request.node.nodeid, [clause])


def _refused_for(pipeline: Pipeline, draft: Draft) -> list[str]:
    assert draft.place is not None
    shown = pipeline.run("quarantine", "show", pipeline.contract, "{}:{}".format(*draft.place)).stdout
    return [violation["clause"] for violation in json.loads(shown)["violations"]]


@when("the job learns version 2, and what was refused is replayed")
def what_was_refused_is_replayed(pipeline: Pipeline, story: Story) -> None:
    """With today's contracts."""
    pipeline.contracts = ROOT / "contracts"
    story.found["replay"] = _replay(pipeline)


def _replay(pipeline: Pipeline) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pipeline.run("quarantine", "replay", pipeline.contract, "--json").stdout)
    return found


@then(parsers.parse('the first is a ticket exactly once, with language "{language}" and product "{product}"'))
def the_first_is_a_ticket(pipeline: Pipeline, story: Story, language: str, product: str) -> None:
    """In the ledger and the export; the replay says so too."""
    pipeline.export()
    row = _ticket(pipeline, story.drafts[0])
    assert (row["language"], row["product"], row["contract_version"]) == (language, product, "2.0.0")
    assert story.found["replay"]["changed"] == {"accepted": 1, "rejected": 1}


@then(parsers.parse("the second is refused for {clause}"))
def the_second_is_refused(pipeline: Pipeline, story: Story, clause: str, request: pytest.FixtureRequest) -> None:
    """Still kept, with today's reason, and it is no ticket."""
    assert _refused_for(pipeline, story.drafts[1]) == [clause]
    assert len(pipeline.rows("tickets")) == 1
    touched.record("scenario", request.node.nodeid, [clause])


@then("to replay again changes nothing")
def to_replay_again(pipeline: Pipeline) -> None:
    """Neither a row nor a version of any table."""
    before = _versions(pipeline)
    assert _replay(pipeline)["changed"] == {}
    assert _versions(pipeline) == before


def _versions(pipeline: Pipeline) -> dict[str, int]:
    from deltalake import DeltaTable

    logs = (pipeline.data / "tables" / pipeline.contract).glob("*/_delta_log")
    return {log.parent.name: DeltaTable(log.parent).version() for log in logs}


@given(parsers.parse("client_tickets and tickets gain the optional field {name}, each in its next minor version"))
def an_optional_field_more(pipeline: Pipeline, story: Story, name: str) -> None:
    """In a copy of the contracts; remembers the export as it is now."""
    story.found["hashes"] = _hashes(pipeline.published())
    pipeline.copy_contracts()
    for contract, source in (
        ("client_tickets", ""),
        ("tickets", f", transformSourceObjects: [client_tickets.v2/{name}]"),
    ):
        file = pipeline.contract_file(contract)
        said = f"name: {name}, logicalType: string, classification: internal, description: Where it happened{source}"
        text = re.sub(
            r"(?m)^version: 2\.(\d+)", lambda v: f"version: 2.{int(v[1]) + 1}", file.read_text("utf-8"), count=1
        )
        file.write_text(
            text.replace("      - name: satisfaction\n", f"      - {{{said}}}\n      - name: satisfaction\n")
        )


def _hashes(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@then(parsers.parse('the first ticket has no {name}, and the second has "{text}"'))
def no_value_and_a_value(pipeline: Pipeline, story: Story, name: str, text: str) -> None:
    """In one export."""
    assert [_ticket(pipeline, draft)[name] for draft in story.events()] == [None, text]


@then("the first export is still there, unchanged")
def the_first_export_is_unchanged(pipeline: Pipeline, story: Story) -> None:
    """Every file, byte for byte, beside the new one."""
    first = Path(next(iter(story.found["hashes"]))).parent
    assert _hashes(first) == story.found["hashes"]
    assert first != pipeline.published()
