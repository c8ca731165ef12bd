"""A job whose tables lie in a bucket clears them up itself, between two batches, and goes on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from features.harness import Pipeline, running, wait_for
from features.steps.sending import valid_event
from runtime.delta import open_table
from runtime.store import Bucket
from runtime.tests.s3 import bucket

pytestmark = [pytest.mark.jvm, pytest.mark.timeout(900)]
BATCHES, EVENTS = 2, 4


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """Where the tables lie."""
    with bucket(monkeypatch.setenv) as made:
        monkeypatch.setenv("TICKETS_TABLES", str(made / "deep"))
        yield made / "deep" / "client_tickets"


@pytest.fixture
def pipeline(store: Bucket, tmp_path: Path) -> Iterator[Pipeline]:
    """A job that runs all the time."""
    with running(tmp_path / "data") as made:
        yield made


def send(pipeline: Pipeline) -> dict[str, Any]:
    """Some events; the audit once all that was ever sent is in every table."""
    for number in range(EVENTS):
        draft = valid_event(2)
        draft.event |= {"priority": "low" if number else "urgent!!"}
        pipeline.send([(draft.key, draft.bytes(), draft.headers)])
    return audited(pipeline)


def audited(pipeline: Pipeline) -> dict[str, Any]:
    """The audit of all that was sent."""

    def ok() -> dict[str, Any] | None:
        assert pipeline.live is not None
        assert pipeline.live.poll() is None, (pipeline.data / "live.log").read_text()[-3000:]
        done = pipeline.run("audit", pipeline.contract, "--json", expect=None)
        found: dict[str, Any] = json.loads(done.stdout) if done.stdout.startswith("{") else {"ok": False}
        return found if found["ok"] and found["offsets"] == len(pipeline.sent) else None

    done: dict[str, Any] = wait_for(ok, "the audit finds everything in step", 400)
    return done


def exported(pipeline: Pipeline, formats: str) -> dict[str, int]:
    """Rows by table, as an export has them that was made from all that was sent."""

    def newest() -> dict[str, Any] | None:
        done = pipeline.run("export", pipeline.contract, "--format", formats, "--json", expect=None)
        [found] = json.loads(done.stdout)["exports"]
        return found if found["ok"] and found["ledger_version"] == found["ledger_newest"] else None

    answer: dict[str, Any] = wait_for(newest, "an export of the newest version", 400)
    return {table["table"]: table["rows"] for table in answer["tables"]}


def test_a_job_goes_on_after_it_cleared_up(store: Bucket, pipeline: Pipeline) -> None:
    """Fewer files, the same audit and the same export; what comes then is read from and written to the large files."""
    for _ in range(BATCHES):
        audit = send(pipeline)
    rows = exported(pipeline, "json")
    before = {name: len(open_table(store / name).file_uris()) for name in ("ledger", "tickets")}
    done = json.loads(pipeline.run("maintain", pipeline.contract, "--keep", "0h", "--force", "--json").stdout)
    assert done["by"] == "job"
    assert {name: len(open_table(store / name).file_uris()) for name in before} == {"ledger": 1, "tickets": 1}
    assert min(before.values()) >= BATCHES
    assert (audited(pipeline), exported(pipeline, "csv")) == (audit, rows)
    assert send(pipeline)["outcomes"] == {"accepted": (BATCHES + 1) * (EVENTS - 1), "rejected": BATCHES + 1}
    assert exported(pipeline, "json") == {
        "tickets": (BATCHES + 1) * (EVENTS - 1),
        "rejected_events": BATCHES + 1,
        "ticket_kpis": rows["ticket_kpis"],
    }
