"""Sentences about tables that are cleared up: files that become few, and bytes whose time is over."""

import json
import os
import shutil
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_bdd import given, parsers, then, when

from features import search
from features.harness import Pipeline, wait_for
from features.steps.sending import Draft, Story, send_drafts, valid_event

BATCHES, EVENTS = 3, 8
TABLES = ("ledger", "tickets", "ticket_kpis")
NOBODY_READS = ("--keep", "0h", "--force")


@given("a job that runs all the time")
def a_running_job(pipeline: Pipeline) -> None:
    """In a workspace of its own."""
    pipeline.ensure_topic()
    pipeline.live = pipeline.start("process", pipeline.contract, "--every", "500ms")


def draft_some(story: Story) -> None:
    """Some events, of which one is refused."""
    for number in range(EVENTS):
        story.drafts.append(valid_event(2))
        story.last.event |= {"priority": "low" if number else "urgent!!"}


@given("events that arrived one batch after the other, some of them refused")
def batches(pipeline: Pipeline, story: Story) -> None:
    """Each batch is in the ledger before the next is sent; then all tables are."""
    for _ in range(BATCHES):
        draft_some(story)
        send_drafts(pipeline, story)
        pipeline.process()
    audited(pipeline)
    story.found["files"] = files(pipeline)


def audited(pipeline: Pipeline) -> dict[str, Any]:
    """The audit, once the job has brought every table along."""

    def ok() -> dict[str, Any] | None:
        found: dict[str, Any] = json.loads(pipeline.run("audit", pipeline.contract, "--json", expect=None).stdout)
        return found if found["ok"] else None

    done: dict[str, Any] = wait_for(ok, "the audit finds everything in step")
    return done


def files(pipeline: Pipeline) -> int:
    """Data files that lie in the tables' folders."""
    return sum(1 for name in TABLES for _ in pipeline.table(name).glob("*.parquet"))


def exported(pipeline: Pipeline) -> dict[str, Any]:
    """What an export publishes, by file: made anew, since one of the same version would not be."""
    shutil.rmtree(pipeline.data / "exports", ignore_errors=True)
    folder = pipeline.export("json,csv")
    manifest = json.loads((folder / "manifest.json").read_text())
    return {"files": manifest["files"], "version": manifest["ledger_version"], "offsets": manifest["offsets"]}


@given("the audit, and the exports, as they are")
def as_they_are(pipeline: Pipeline, story: Story) -> None:
    """Remember them."""
    story.found["before"] = (audited(pipeline), exported(pipeline))
    assert len(story.found["before"][1]["files"]) >= 2 * len(TABLES)


@when("the tables are maintained")
def maintained(pipeline: Pipeline, story: Story) -> None:
    """With files removed that nobody reads any more, so that nothing can be read from them."""
    story.found["maintained"] = json.loads(pipeline.run("maintain", pipeline.contract, *NOBODY_READS, "--json").stdout)


@then("the running job has done it")
def the_job_has_done_it(pipeline: Pipeline, story: Story) -> None:
    """As its answer and its log say."""
    assert story.found["maintained"]["by"] == "job"
    assert "maintenance done" in (pipeline.data / "live.log").read_text()


@then("there are fewer files than before")
def fewer_files(pipeline: Pipeline, story: Story) -> None:
    """One for each table here, since all rows fit in it."""
    assert files(pipeline) == len(TABLES) < story.found["files"]


@then("the audit, and the exports, are as they were")
def as_they_were(pipeline: Pipeline, story: Story) -> None:
    """Byte for byte: the manifest has the SHA-256 of each file."""
    assert (audited(pipeline), exported(pipeline)) == story.found["before"]


@when("the tables are maintained while more events arrive")
def maintained_meanwhile(pipeline: Pipeline, story: Story) -> None:
    """Some have just been sent, some are sent while the command waits for its answer."""
    draft_some(story)
    send_drafts(pipeline, story)
    command = pipeline.start("maintain", pipeline.contract)
    while command.poll() is None and len(story.drafts) < 20 * EVENTS:
        draft_some(story)
        send_drafts(pipeline, story)
    assert command.wait(240) == 0, (pipeline.data / "live.log").read_text()[-2000:]


@then("every event that was sent has its outcome")
def all_have_outcomes(pipeline: Pipeline, story: Story) -> None:
    """By the audit, and by the ledger's own rows."""
    pipeline.process()
    found = audited(pipeline)
    refused = len(story.drafts) // EVENTS
    assert found["outcomes"] == {"accepted": len(story.drafts) - refused, "rejected": refused}


@then("the job is still running")
def still_running(pipeline: Pipeline) -> None:
    """The one that was started."""
    assert pipeline.live is not None
    assert pipeline.live.poll() is None


@when("the job is killed while it is asked to clear up")
def killed_meanwhile(pipeline: Pipeline, story: Story) -> None:
    """It stands still, so that it can't answer, until the request lies there; then it gets SIGKILL."""
    assert pipeline.live is not None
    os.killpg(pipeline.live.pid, signal.SIGSTOP)
    story.found["asking"] = pipeline.start("maintain", pipeline.contract, *NOBODY_READS)
    wait_for((pipeline.data / "tables" / pipeline.contract / ".maintain").exists, "the job is asked")
    assert story.found["asking"].poll() is None
    os.killpg(pipeline.live.pid, signal.SIGKILL)
    pipeline.live.wait(60)
    pipeline.live = None


@then("the tables are maintained all the same")
def maintained_all_the_same(pipeline: Pipeline, story: Story) -> None:
    """By the command itself, which finds the tables free."""
    assert story.found["asking"].wait(240) == 0, (pipeline.data / "live.log").read_text()[-2000:]
    assert "client_tickets.v2: done in" in (pipeline.data / "live.log").read_text()


@given("the contracts keep what was refused for 1 day")
def one_day(pipeline: Pipeline) -> None:
    """Instead of 90: a broker forgets records older than the topic's retention."""
    pipeline.copy_contracts()
    file = pipeline.contract_file("rejected_events")
    text = file.read_text("utf-8")
    assert "value: 90, unit: d" in text
    file.write_text(text.replace("value: 90, unit: d", "value: 1, unit: d"), "utf-8")


@given(parsers.parse('a refused event that says "{word}", which reached the broker {when_}'))
def a_refused_event(story: Story, word: str, when_: str) -> None:
    """The word stands in its value, its key and a header, and in what was found to be wrong."""
    draft = valid_event(2)
    draft.event |= {"priority": word, "nickname": word}
    draft.key = word
    draft.headers["note"] = word
    if when_ != "today":
        draft.at_ms = int((datetime.now(UTC) - timedelta(days=int(when_.split()[0]))).timestamp() * 1000)
    story.drafts.append(draft)


def says(pipeline: Pipeline) -> set[str]:
    """Which of the words stand in any file below --data, the topic's own aside."""
    words = {word: word.encode() for word in ("zebrafink", "goldammer")}
    hits = search.found(pipeline.data, words, skip=("broker",))
    return set().union(*hits.values())


@given("both are found in what the pipeline keeps")
def both_found(pipeline: Pipeline) -> None:
    """The search that finds one later finds both before."""
    assert says(pipeline) == {"zebrafink", "goldammer"}


@then(parsers.parse('only "{word}" is found in what the pipeline keeps'))
def only_one_found(pipeline: Pipeline, story: Story, word: str) -> None:
    """In no file, and in no version of a table."""
    assert says(pipeline) == {word}
    [expired] = [
        step["rows"] for step in story.found["maintained"]["steps"] if step["step"] == "expire" and step["rows"]
    ]
    assert expired == 1


def shown(pipeline: Pipeline, draft: Draft) -> dict[str, Any]:
    """A record as the command shows it."""
    assert draft.place is not None
    place = "{}:{}".format(*draft.place)
    found: dict[str, Any] = json.loads(pipeline.run("quarantine", "show", pipeline.contract, place).stdout)
    return found


@then("the older event has its place, its outcome and the clause it breaks")
def what_stays(pipeline: Pipeline, story: Story) -> None:
    """And nothing of what it said."""
    row = shown(pipeline, story.drafts[0])
    assert (row["partition"], row["offset"]) == story.drafts[0].place
    assert row["outcome"] == "rejected"
    assert {reason["clause"] for reason in row["violations"]} >= {"client_tickets.v2/priority/enum"}
    assert row["event_id"] is None
    assert row["raw_kept"] is False


@then("whoever looks at it is told on which day its bytes expired")
def told_the_day(pipeline: Pipeline, story: Story) -> None:
    """That of today; of the other one nothing of the kind."""
    shown(pipeline, story.drafts[0])
    assert pipeline.last is not None
    assert f"expired on {datetime.now(UTC):%Y-%m-%d}" in pipeline.last.stderr
    assert shown(pipeline, story.drafts[1])["expired_at"] is None
    assert "expired" not in pipeline.last.stderr


@then("no later run brings it back")
def not_brought_back(pipeline: Pipeline) -> None:
    """Neither a replay, nor the job, nor an export with raw bytes."""
    pipeline.run("quarantine", "replay", pipeline.contract)
    pipeline.process()
    pipeline.run("export", pipeline.contract, "--with-raw")
    assert says(pipeline) == {"goldammer"}
    assert len(pipeline.rows("rejected_events")) == 2
