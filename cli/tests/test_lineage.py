"""A run as OpenLineage events: their form, and what they say of process and export."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cli import lineage
from cli.export import run_export
from contracts.compiler.catalogue import HOME, Catalogue
from exports.errors import CheckFailedError
from exports.tests.lab import TICKET, Lab
from processing.errors import ProcessingError
from runtime.store import Bucket

FOLDER = Catalogue(HOME)
CONTRACT = FOLDER.get("client_tickets")
# What OpenLineage 2-0-2 requires of a run event and of the facets used, written from the specification.
_FACET = {"type": "object", "required": ["_producer", "_schemaURL"]}
_DATASET = {
    "type": "object",
    "required": ["namespace", "name"],
    "properties": {
        "facets": {
            "additionalProperties": _FACET,
            "properties": {"schema": {"properties": {"fields": {"items": {"required": ["name"]}}}}},
        },
        "inputFacets": {
            "additionalProperties": _FACET,
            "properties": {
                "dataQualityAssertions": {
                    "required": ["assertions"],
                    "properties": {
                        "assertions": {
                            "items": {
                                "required": ["assertion", "success"],
                                "properties": {"success": {"type": "boolean"}, "actual": {"type": "string"}},
                            }
                        }
                    },
                }
            },
        },
        "outputFacets": {"additionalProperties": _FACET},
    },
}
FORM = Draft202012Validator(
    {
        "type": "object",
        "required": ["eventTime", "producer", "schemaURL", "run", "job", "eventType"],
        "properties": {
            "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
            "eventTime": {"format": "date-time"},
            "run": {
                "required": ["runId"],
                "properties": {"runId": {"format": "uuid"}, "facets": {"additionalProperties": _FACET}},
            },
            "job": {"required": ["namespace", "name"], "properties": {"facets": {"additionalProperties": _FACET}}},
            "inputs": {"items": _DATASET},
            "outputs": {"items": _DATASET},
        },
    },
    format_checker=Draft202012Validator.FORMAT_CHECKER,
)


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where events go."""
    path = tmp_path / "lineage.jsonl"
    monkeypatch.setenv("TICKETS_LINEAGE", str(path))
    return path


def events(file: Path) -> list[dict[str, Any]]:
    """All events of a file, each in the form that the specification wants."""
    found = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for event in found:
        FORM.validate(event)
    return found


def processing() -> lineage.Run:
    """A run of the job."""
    at = Bucket("s3://tables/t/client_tickets")
    return lineage.job(CONTRACT, FOLDER.outputs(CONTRACT), at, "kafka-1:9093,kafka-2:9093", streaming=True)


def test_a_run_of_the_job(file: Path) -> None:
    """Begins and ends once, under one id: topic, tables, contract, team, and how often each clause was broken."""
    with lineage.told(processing()) as run:
        run.outcomes = {"accepted": 3, "rejected": 2}
        run.inputs[0].judged = lineage.refused(CONTRACT, {"client_tickets.v2/attachments[].size_bytes/maximum": 2})
    start, end = events(file)
    assert (start["eventType"], end["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == end["run"]["runId"]
    assert (end["job"]["namespace"], end["job"]["name"]) == ("client-tickets", "process.client_tickets")
    assert end["job"]["facets"]["ownership"]["owners"] == [{"name": f"team:{CONTRACT.owner}", "type": "OWNER"}]
    assert end["job"]["facets"]["jobType"]["processingType"] == "STREAMING"
    assert end["run"]["facets"]["tickets_outcomes"]["rejected"] == 2
    (read,), (written, *derived) = end["inputs"], end["outputs"]
    assert [one["name"] for one in derived] == ["t/client_tickets/ticket_kpis", "t/client_tickets/tickets"]
    assert (read["namespace"], read["name"]) == ("kafka://kafka-1:9093", "client_tickets")
    assert (written["namespace"], written["name"]) == ("s3://tables", "t/client_tickets/ledger")
    assert read["facets"]["tickets_contract"]["name"] == "client_tickets.v2"
    assert len(read["facets"]["tickets_contract"]["sha256"]) == 64
    named = {one["name"]: one for one in read["facets"]["schema"]["fields"]}
    assert named["occurred_at"]["type"] == "timestamp"
    assert "size_bytes" in {one["name"] for one in named["attachments"]["fields"]}
    judged = {one["assertion"]: one for one in read["inputFacets"]["dataQualityAssertions"]["assertions"]}
    assert judged.keys() == {clause.id for clause in CONTRACT.all_clauses()}
    broken = judged["client_tickets.v2/attachments[].size_bytes/maximum"]
    assert (broken["success"], broken["actual"], broken["column"]) == (False, "2", "attachments")
    assert "column" not in judged["client_tickets.v2/$/json"]
    assert [one for one in judged.values() if not one["success"]] == [broken]


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (ProcessingError("too many are rejected", "Look."), "FAIL", "too many are rejected"),
        (ValueError("CLI-004711"), "FAIL", "ValueError"),
        (KeyboardInterrupt(), "ABORT", "KeyboardInterrupt"),
    ],
)
def test_a_run_that_fails_says_so(file: Path, error: BaseException, kind: str, message: str) -> None:
    """In our own words, or by its kind: a library's text may quote a value. The error goes on."""
    with pytest.raises(type(error)), lineage.told(processing()):
        raise error
    assert [event["eventType"] for event in events(file)] == ["START", kind]
    assert events(file)[1]["run"]["facets"]["errorMessage"]["message"] == message


def test_nobody_is_told_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no event is made."""
    monkeypatch.delenv("TICKETS_LINEAGE", raising=False)
    monkeypatch.delenv("OPENLINEAGE_URL", raising=False)
    monkeypatch.setattr(lineage.Run, "event", None)
    with lineage.told(processing()) as run:
        assert not run.told


def test_an_export(file: Path, tmp_path: Path) -> None:
    """Names tables and files, rows, version, and each check with what it found."""
    lab = Lab(tmp_path / "data")
    lab.tickets()
    run_export(CONTRACT, FOLDER, lab.workspace.root, ("csv",))
    end = events(file)[-1]
    assert (end["eventType"], end["job"]["name"]) == ("COMPLETE", "export.client_tickets")
    names = [one["name"].removeprefix(f"{lab.workspace.root}/") for one in (*end["inputs"], *end["outputs"])]
    tables = ("ledger", "ticket_kpis", "tickets")
    assert names == [
        *(f"tables/client_tickets/{one}" for one in tables),
        *(f"exports/client_tickets/{one}" for one in ("rejected_events", *tables[1:])),
    ]
    assert [one["outputFacets"]["outputStatistics"]["rowCount"] for one in end["outputs"]] == [1, 1, 1]
    assert [one["facets"]["version"]["datasetVersion"] for one in end["outputs"]] == ["0", "0", "0"]
    judged = [fact for one in end["inputs"] for fact in one["inputFacets"]["dataQualityAssertions"]["assertions"]]
    assert len(judged) > 100
    assert all(fact["success"] for fact in judged)
    run_export(CONTRACT, FOLDER, lab.workspace.root, ("csv",))
    assert events(file)[-1]["outputs"] == end["outputs"]


def test_an_export_that_fails_its_check(file: Path, tmp_path: Path) -> None:
    """Says which clause, and writes nothing."""
    lab = Lab(tmp_path / "data")
    lab.tickets({**TICKET, "priority": "urgent!!"})
    with pytest.raises(CheckFailedError):
        run_export(CONTRACT, FOLDER, lab.workspace.root, ("csv",))
    end = events(file)[-1]
    assert end["eventType"] == "FAIL"
    judged = [
        fact for one in end["inputs"] for fact in one.get("inputFacets", {}).values() for fact in fact["assertions"]
    ]
    (broken,) = [fact for fact in judged if not fact["success"]]
    assert (broken["assertion"], broken["column"]) == ("tickets.v2/priority/enum", "priority")
    assert "urgent!!" not in file.read_text("utf-8")


def test_every_facet_says_which_schema_it_keeps() -> None:
    """Ours under a name of its own, which the specification asks for."""
    assert all(
        url.startswith("https://openlineage.io/spec/") for name, url in lineage.FACETS.items() if "_" not in name
    )
    assert {name for name in lineage.FACETS if "_" in name} == {"tickets_contract", "tickets_outcomes"}
