"""Sentences about what came out: exports, refusals, audits, KPIs."""

import base64
import csv
import json
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from statistics import mean
from typing import Any

import pytest
from pytest_bdd import parsers, then

from cli import touched
from features.harness import Pipeline
from features.steps.sending import Draft, Story, moment


def _rows(pipeline: Pipeline, draft: Draft) -> list[dict[str, Any]]:
    pipeline.export("parquet,json,csv")
    assert draft.place is not None
    return pipeline.rows("tickets", f"event_id = '{draft.event['event_id']}'")


def _row(pipeline: Pipeline, story: Story) -> dict[str, Any]:
    (row,) = pipeline.rows("tickets", f"event_id = '{story.events()[0].event['event_id']}'")
    return row


def _refusal(pipeline: Pipeline, draft: Draft) -> dict[str, Any]:
    assert draft.place is not None
    pipeline.export("parquet,json,csv")
    (row,) = _find(pipeline, draft)
    return row


def _find(pipeline: Pipeline, draft: Draft) -> list[dict[str, Any]]:
    assert draft.place is not None
    return pipeline.rows("rejected_events", f"kafka_partition = {draft.place[0]} AND kafka_offset = {draft.place[1]}")


@then("the export holds the event")
@then("the export holds the event once")
def the_export_holds_the_event(pipeline: Pipeline, story: Story) -> None:
    """Exactly one row has its id."""
    assert len(_rows(pipeline, story.events()[0])) == 1


@then("the export holds both events")
def the_export_holds_both_events(pipeline: Pipeline, story: Story) -> None:
    """Exactly one row each."""
    assert [len(_rows(pipeline, draft)) for draft in story.events()] == [1, 1]


@then("the export holds no row for it")
def the_export_holds_no_row(pipeline: Pipeline, story: Story) -> None:
    """No row has its coordinates or its id."""
    assert story.last.place is not None
    assert _rows(pipeline, story.last) == []
    place = story.last.place
    assert pipeline.rows("tickets", f"kafka_partition = {place[0]} AND kafka_offset = {place[1]}") == []


@then(parsers.parse("the refused event names the clause {clause}"))
@then(parsers.parse("the refused record names the clause {clause}"))
def the_refused_event_names(pipeline: Pipeline, story: Story, clause: str, request: pytest.FixtureRequest) -> None:
    """The clause is among the reasons; the draft is the only raw one, or the last."""
    draft = next((draft for draft in story.drafts if draft.raw), story.last)
    refusal = _refusal(pipeline, draft)
    assert refusal["outcome"] == "rejected"
    assert clause in [violation["clause"] for violation in refusal["violations"]]
    touched.record("scenario", request.node.nodeid, [clause])


@then("its original bytes can be had")
def its_original_bytes(pipeline: Pipeline, story: Story) -> None:
    """Byte for byte, on request."""
    assert story.last.place is not None
    partition, offset = story.last.place
    shown = pipeline.run("quarantine", "show", pipeline.contract, f"{partition}:{offset}", "--with-raw").stdout
    assert base64.b64decode(json.loads(shown)["raw_value"]) == story.last.bytes()


@then(parsers.parse('"{text}" is shown nowhere in the export'))
def shown_nowhere(pipeline: Pipeline, text: str) -> None:
    """No exported value holds it: read as text where it is text, and by duckdb where it is Parquet."""
    import duckdb

    for file in pipeline.published().iterdir():
        if file.suffix == ".parquet":
            rows = duckdb.sql(f"SELECT * FROM read_parquet('{file}')").fetchall()
            assert text not in repr(rows), file
        else:
            assert text.encode() not in file.read_bytes(), file


@then(parsers.parse('no table holds "{text}"'))
def no_table_holds(pipeline: Pipeline, text: str) -> None:
    """Neither the rows of any Delta table nor its log."""
    from deltalake import DeltaTable

    logs = list(pipeline.tables().glob("*/*/_delta_log"))
    assert logs
    for log in logs:
        assert text not in repr(DeltaTable(log.parent).to_pyarrow_table().to_pylist())
        for entry in log.glob("*.json"):
            assert text not in entry.read_text("utf-8")


@then(parsers.parse("the record without a value has the outcome {outcome}"))
def the_tombstone(pipeline: Pipeline, story: Story, outcome: str) -> None:
    """It has that outcome and no reasons."""
    refusal = _refusal(pipeline, next(draft for draft in story.drafts if draft.raw))
    assert (refusal["outcome"], refusal["violations"]) == (outcome, None)


@then(parsers.parse("1 record has the outcome {outcome}, naming the first"))
def one_record_has_the_outcome(pipeline: Pipeline, story: Story, outcome: str) -> None:
    """The second record, with the coordinates of the one that counts."""
    refusal = _refusal(pipeline, story.drafts[1])
    assert refusal["outcome"] == outcome
    assert (refusal["first_partition"], refusal["first_offset"]) == story.drafts[0].place


@then(parsers.re(r'its row has (?P<name>\w+) "(?P<text>.*)"'))
def its_row_has_text(pipeline: Pipeline, story: Story, name: str, text: str) -> None:
    """A text value."""
    assert _row(pipeline, story)[name] == text


@then(parsers.re(r"its row has (?P<name>\w+) (?P<text>\S+) as (?P<type_>\w+)"))
def its_row_has_typed(pipeline: Pipeline, story: Story, name: str, text: str, type_: str) -> None:
    """A value of exactly that type."""
    from datetime import date
    from decimal import Decimal

    readers: dict[str, Any] = {
        "decimal": Decimal,
        "integer": int,
        "date": date.fromisoformat,
        "timestamp": datetime.fromisoformat,
    }
    found, wanted = _row(pipeline, story)[name], readers[type_](text)
    assert found == wanted
    assert type(found) is type(wanted)


@then("its row has is_early true")
def its_row_is_early(pipeline: Pipeline, story: Story) -> None:
    """Flagged as from the future."""
    assert _row(pipeline, story)["is_early"] is True


@then("its row has a client_email_key of 32 hexadecimal digits")
def a_keyed_hash(pipeline: Pipeline, story: Story) -> None:
    """The pseudonym's form."""
    assert re.fullmatch("[0-9a-f]{32}", _row(pipeline, story)["client_email_key"])


@then("its row has the request that was sent")
def the_request_that_was_sent(pipeline: Pipeline, story: Story) -> None:
    """Character by character, in Parquet and JSON."""
    wanted = story.events()[0].event["request"]
    assert _row(pipeline, story)["request"] == wanted
    lines = (pipeline.published() / "tickets.jsonl").read_text("utf-8").splitlines()
    assert wanted in [json.loads(line)["request"] for line in lines]


@then("its request opens harmlessly in a spreadsheet")
def harmless_in_a_spreadsheet(pipeline: Pipeline, story: Story) -> None:
    """No cell of the CSV begins as a formula, and the text is all there."""
    with (pipeline.published() / "tickets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wanted = story.events()[0].event
    (mine,) = [row for row in rows if row["event_id"] == wanted["event_id"]]
    assert mine["request"] == "'" + wanted["request"]
    numeric = re.compile(r"-?[0-9.]+")
    risky = [v for row in rows for v in row.values() if v[:1] in "=+-@\t\r" and v and not numeric.fullmatch(v)]
    assert risky == []


@then("the first is on time and the second is late")
def first_on_time_second_late(pipeline: Pipeline, story: Story) -> None:
    """As flagged in the tickets."""
    flags = [_rows(pipeline, draft)[0]["is_late"] for draft in story.events()]
    assert flags == [False, True]


def _hour(pipeline: Pipeline, hour: str) -> list[dict[str, Any]]:
    return pipeline.rows("ticket_kpis", f"hour = TIMESTAMPTZ '{moment(hour).isoformat()}'")


@then(parsers.parse('the KPIs of "{hour}" count {opened:d} opened'))
def kpis_count(pipeline: Pipeline, hour: str, opened: int) -> None:
    """Summed over the hour's groups."""
    assert sum(row["opened"] for row in _hour(pipeline, hour)) == opened


@then(parsers.parse('the KPIs of "{hour}" count nothing'))
def kpis_count_nothing(pipeline: Pipeline, hour: str) -> None:
    """There is no row for the hour."""
    assert _hour(pipeline, hour) == []


@then("the audit finds every offset exactly once")
def the_audit_is_ok(pipeline: Pipeline, story: Story) -> None:
    """By `tickets audit`, and by counting the ledger ourselves."""
    story.found["audit"] = json.loads(pipeline.run("audit", pipeline.contract, "--json").stdout)
    assert story.found["audit"]["ok"] is True
    assert len(pipeline.coordinates()) == story.found["audit"]["offsets"]


@then("what was sent equals accepted, rejected and duplicates")
def sent_equals_outcomes(pipeline: Pipeline, story: Story) -> None:
    """Nothing sent is without an outcome, and no other outcome occurs."""
    audit = story.found["audit"]
    assert sum(audit["outcomes"].values()) == audit["offsets"] == story.produced
    assert set(audit["outcomes"]) == {"accepted", "rejected", "duplicate"}


@then("the export app_logs has one row per accepted event, with the contract's fields")
def the_second_topic(pipeline: Pipeline) -> None:
    """Nested fields and all."""
    rows = pipeline.rows("app_logs")
    audit = json.loads(pipeline.run("audit", pipeline.contract, "--json").stdout)
    assert len(rows) == audit["outcomes"]["accepted"] > 0
    assert set(rows[0]) == {"line", "logged_at", "sampled", "load", "source", "frames"}
    assert {type(row["line"]) for row in rows} == {int}
    assert set(rows[0]["source"]) == {"host", "process"}


@then(parsers.parse("the export fails, naming rows and the clause {clause}"))
def the_export_fails(pipeline: Pipeline, clause: str) -> None:
    """Exit code 1, the clause, and at least one row."""
    done = pipeline.last
    assert done is not None
    text = done.stdout + done.stderr
    assert done.returncode == 1, text
    assert clause in text
    assert re.search(r"\brows?\b", text)
    assert "Traceback" not in text


@then("the published export is still the first one")
def still_the_first(pipeline: Pipeline, story: Story) -> None:
    """The pointer did not move and nothing half written lies about."""
    assert pipeline.published() == story.found["export"]
    folders = [path.name for path in story.found["export"].parent.iterdir()]
    assert folders == [story.found["export"].name]


@then(parsers.parse("{sent:d} events are sent and {refused:d} lines are refused, each with its reason"))
def sent_and_refused(story: Story, sent: int, refused: int) -> None:
    """By the summary and by the file it names."""
    from pathlib import Path

    assert (story.summary["sent"], story.summary["refused"]) == (sent, refused)
    lines = [json.loads(line) for line in Path(story.summary["refused_file"]).read_text("utf-8").splitlines()]
    assert len(lines) == refused
    assert all(line["violations"] and line["violations"][0]["clause"] for line in lines)


@then(parsers.parse("after the pipeline has run the export holds the {count:d} events"))
def export_holds_count(pipeline: Pipeline, count: int) -> None:
    """As many rows as were sent."""
    pipeline.process()
    pipeline.export()
    assert len(pipeline.rows("tickets")) == count


@then("the export can be read by duckdb, polars and pandas with the contract's types")
def readable_everywhere(pipeline: Pipeline) -> None:
    """One column of each kind, by each reader."""
    import duckdb
    import pandas as pd
    import polars as pl

    file = str(pipeline.published() / "tickets.parquet")
    names = ["ticket_id", "occurred_at", "satisfaction", "amount", "due_on", "is_late", "tags"]
    described = duckdb.sql(f"DESCRIBE SELECT {', '.join(names)} FROM read_parquet('{file}')").fetchall()
    wanted = ["VARCHAR", "TIMESTAMP WITH TIME ZONE", "INTEGER", "DECIMAL(12,2)", "DATE", "BOOLEAN", "VARCHAR[]"]
    assert [row[1] for row in described] == wanted
    schema = pl.scan_parquet(file).collect_schema()
    assert [schema[name] for name in names] == [
        pl.String,
        pl.Datetime("us", "UTC"),
        pl.Int32,
        pl.Decimal(12, 2),
        pl.Date,
        pl.Boolean,
        pl.List(pl.String),
    ]
    frame = pd.read_parquet(file, dtype_backend="pyarrow")
    assert [str(frame[name].dtype) for name in names] == [
        "string[pyarrow]",
        "timestamp[us, tz=UTC][pyarrow]",
        "int32[pyarrow]",
        "decimal128(12, 2)[pyarrow]",
        "date32[day][pyarrow]",
        "bool[pyarrow]",
        "list<element: string not null>[pyarrow]",
    ]


def _interpolated(values: list[float], share: float) -> float:
    """Percentile by linear interpolation between closest ranks (Hyndman and Fan, type 7)."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@then("the KPIs equal a plain recomputation from the exported tickets")
def kpis_equal_a_recomputation(pipeline: Pipeline) -> None:
    """In Python, row by row, from the definitions in the contract's descriptions."""
    tickets = pipeline.rows("tickets")
    opened: dict[str, datetime] = {}
    for row in tickets:
        if row["event_type"] == "opened":
            opened[row["ticket_id"]] = min(row["occurred_at"], opened.get(row["ticket_id"], row["occurred_at"]))
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in tickets:
        hour = row["occurred_at"].replace(minute=0, second=0, microsecond=0)
        groups[hour, row["request_type"], row["priority"], row["support_team"]].append(row)
    found = {(k["hour"], k["request_type"], k["priority"], k["support_team"]): k for k in pipeline.rows("ticket_kpis")}
    assert found.keys() == groups.keys()
    for group, rows in groups.items():
        for name, wanted in _kpis(rows, opened).items():
            value = found[group][name]
            close = wanted is None if value is None else wanted is not None and abs(value - wanted) <= 1e-9
            assert close, (group, name, value, wanted)


def _kpis(rows: list[dict[str, Any]], opened: dict[str, datetime]) -> dict[str, Any]:
    kinds = Counter(row["event_type"] for row in rows)
    timed = [
        ((row["occurred_at"] - opened[row["ticket_id"]]) / timedelta(hours=1), row["target_hours"])
        for row in rows
        if row["event_type"] == "resolved" and row["ticket_id"] in opened
    ]
    hours, past = [took for took, _ in timed], sum(took > target for took, target in timed)
    marks = [row["satisfaction"] for row in rows if row["satisfaction"] is not None]
    return {
        "events": len(rows),
        "opened": kinds["opened"],
        "resolved": kinds["resolved"],
        "reopened": kinds["reopened"],
        "resolved_without_opened": kinds["resolved"] - len(timed),
        "past_target": past,
        "median_hours_to_resolve": _interpolated(hours, 0.5) if hours else None,
        "p95_hours_to_resolve": _interpolated(hours, 0.95) if hours else None,
        "share_past_target": past / len(timed) if timed else None,
        "mean_satisfaction": mean(marks) if marks else None,
    }
