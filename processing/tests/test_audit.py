"""The audit on ledgers made by hand: what is right passes, and each way to be wrong is found."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deltalake import CommitProperties, write_deltalake

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.load import load
from processing import reference
from processing.audit import Audit, audit, so_far, whole
from processing.errors import ProcessingError
from processing.values import pseudonym

KEY = b"k" * 32
AT = "2026-01-05T00:00:00+00:00"
SCHEMA: dict[str, Any] = {
    "partition": pl.Int32,
    "offset": pl.Int64,
    "received_at": pl.Datetime("us", "UTC"),
    "outcome": pl.String,
    "event_id": pl.String,
    "violations": pl.List(pl.Struct({"clause": pl.String})),
}


def row(partition: int, offset: int, outcome: str = "accepted", event_id: str | None = None) -> dict[str, Any]:
    """One ledger row; a rejected one carries a reason."""
    reasons = [{"clause": "c"}] if outcome == "rejected" else None
    identity = event_id or f"{partition}-{offset}"
    at = datetime(2026, 1, 5, tzinfo=UTC)
    return dict(zip(SCHEMA, (partition, offset, at, outcome, identity, reasons), strict=True))


GOOD = [row(0, 0), row(0, 1, "rejected"), row(0, 2, "duplicate", "0-0"), row(1, 0)]
MARKS = {0: (0, 3), 1: (0, 1)}


def judged(tmp_path: Path, rows: list[dict[str, Any]], accepted: list[str], **more: Any) -> Audit:
    """The audit of these ledger rows and accepted event ids."""
    oldest = pl.CompatLevel.oldest()  # plain Arrow strings, as Spark and deltalake write them
    write_deltalake(tmp_path / "ledger", pl.DataFrame(rows, schema=SCHEMA).to_arrow(compat_level=oldest))
    write_deltalake(tmp_path / "accepted", pl.DataFrame({"id": accepted}).to_arrow(compat_level=oldest))
    found = {"watermarks": MARKS, "unrecorded": frozenset(), **more}
    extent = whole(found["watermarks"])
    return audit(tmp_path / "ledger", tmp_path / "accepted", "id", extent, found["unrecorded"])


def test_a_complete_ledger_passes(tmp_path: Path) -> None:
    """Every offset once, tickets are the accepted ids."""
    found = judged(tmp_path, GOOD, ["0-0", "1-0"])
    assert found.as_json() == {
        "ok": True,
        "offsets": 4,
        "outcomes": {"accepted": 2, "duplicate": 1, "rejected": 1},
        "missing": [],
        "repeated": [],
        "without_record": [],
        "lost": [],
        "unread": [],
        "complaints": [],
    }


def running(tmp_path: Path, first: list[dict[str, Any]], second: list[dict[str, Any]], accepted: list[str]) -> Audit:
    """The audit so far of a job that has committed two batches to the ledger, and the first to the accepted table."""
    oldest = pl.CompatLevel.oldest()
    read: dict[str, list[int | str]] = {}
    for rows in (first, second):
        read |= {str(one["partition"]): [one["offset"], AT] for one in sorted(rows, key=lambda one: one["offset"])}
        said = CommitProperties(custom_metadata={"userMetadata": json.dumps({"read": read})})
        frame = pl.DataFrame(rows, schema=SCHEMA).to_arrow(compat_level=oldest)
        write_deltalake(tmp_path / "ledger", frame, mode="append", commit_properties=said)
    said = CommitProperties(custom_metadata={"userMetadata": json.dumps({"ledger_version": 0})})
    ids = pl.DataFrame({"id": accepted}).to_arrow(compat_level=oldest)
    write_deltalake(tmp_path / "accepted", ids, commit_properties=said)
    ledger, tickets = tmp_path / "ledger", tmp_path / "accepted"
    return audit(ledger, tickets, "id", so_far(ledger, tickets, {0: (0, 9), 1: (0, 1)}), frozenset())


def test_beside_a_running_job_what_is_read_is_judged(tmp_path: Path) -> None:
    """Neither what is not read yet nor a batch that is just being carried on is a fault; it is told."""
    found = running(tmp_path, GOOD, [row(0, 3), row(0, 4)], ["0-0", "1-0"])
    assert (found.ok, found.offsets, found.unread) == (True, 4, ((0, 3, 8),))


def test_beside_a_running_job_a_fault_is_one_all_the_same(tmp_path: Path) -> None:
    """A gap below what was read, an offset twice, a row that the accepted table lacks."""
    assert running(tmp_path / "gap", GOOD[:1] + GOOD[2:], [row(0, 3)], ["0-0", "1-0"]).missing == ((0, 1),)
    assert running(tmp_path / "twice", [*GOOD, row(0, 1, "rejected")], [row(0, 3)], ["0-0", "1-0"]).repeated == (
        (0, 1),
    )
    assert running(tmp_path / "row", GOOD, [row(0, 3)], ["0-0"]).complaints


def test_a_missing_offset_is_named(tmp_path: Path) -> None:
    """What the broker has and the ledger has not."""
    assert judged(tmp_path, GOOD[:1] + GOOD[2:], ["0-0", "1-0"]).missing == ((0, 1),)


def test_an_offset_without_a_record_is_not_lost(tmp_path: Path) -> None:
    """Transaction markers take offsets and hold nothing."""
    found = judged(tmp_path, GOOD[:1] + GOOD[2:], ["0-0", "1-0"], unrecorded=frozenset({(0, 1)}))
    assert (found.ok, found.missing, found.without_record) == (True, (), ((0, 1),))


def test_a_repeated_offset_is_named(tmp_path: Path) -> None:
    """Two rows for one record."""
    assert judged(tmp_path, [*GOOD, row(0, 1, "rejected")], ["0-0", "1-0"]).repeated == ((0, 1),)


def test_offsets_below_the_low_watermark_are_no_fault(tmp_path: Path) -> None:
    """Retention removed them from the broker after they were read."""
    assert judged(tmp_path, GOOD, ["0-0", "1-0"], watermarks={0: (2, 3), 1: (1, 1)}).ok


@pytest.mark.parametrize(
    ("rows", "accepted", "watermarks", "wanted"),
    [
        (GOOD, ["0-0"], MARKS, "the ledger has 2 accepted events, the accepted table 1 rows"),
        (GOOD, ["0-0", "0-0"], MARKS, "only 1 event ids"),
        (GOOD, ["0-0", "9-9"], MARKS, "1 rows of the accepted table are not accepted in the ledger"),
        ([*GOOD, row(1, 1, "accepted", "0-0")], ["0-0", "1-0"], {0: (0, 3), 1: (0, 2)}, "3 accepted rows have only 2"),
        (GOOD, ["0-0", "1-0"], {0: (0, 1), 1: (0, 1)}, "was the topic made anew?"),
        (
            [*GOOD[:1], {**GOOD[1], "violations": None}, *GOOD[2:]],
            ["0-0", "1-0"],
            MARKS,
            "1 rejected rows carry no reason",
        ),
    ],
)
def test_what_does_not_add_up_is_said(
    tmp_path: Path, rows: list[dict[str, Any]], accepted: list[str], watermarks: Any, wanted: str
) -> None:
    """Each promise between ledger, accepted table and broker."""
    found = judged(tmp_path, rows, accepted, watermarks=watermarks)
    assert not found.ok
    assert wanted in "; ".join(found.complaints)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("billing,low,billing,0", "line 2 breaks support_targets.v1/target_hours/minimum"),
        ("billing,lowest,billing,5", "line 2 breaks support_targets.v1/priority/enum"),
        ("billing,low,,5", "line 2 breaks support_targets.v1/support_team/required"),
        ("billing,low,billing,many", "cannot be read as support_targets.v1"),
        ("billing,low,billing,5\nbilling,low,care,6", "line 2 repeats the key ['billing', 'low']"),
    ],
)
def test_reference_data_is_checked_before_it_is_joined(tmp_path: Path, line: str, wanted: str) -> None:
    """A wrong or doubled line would spread over every row it is joined with."""
    file = tmp_path / "v1.csv"
    file.write_text(f"request_type,priority,support_team,target_hours\n{line}\n", "utf-8")
    with pytest.raises(ProcessingError) as refused:
        reference.read(Catalogue(HOME).get("support_targets"), file, KEY)
    assert wanted in refused.value.what


SHIFTS = """
apiVersion: v3.1.0
kind: DataContract
id: shifts
name: shifts
version: 1.0.0
status: draft
customProperties:
  - {property: rows, value: reference}
schema:
  - name: shifts
    logicalType: object
    properties:
      - {name: agent, logicalType: string, required: true, primaryKey: true, classification: personal}
      - {name: day, logicalType: date, logicalTypeOptions: {format: dd/MM/uuuu}, primaryKey: true}
      - {name: begins, logicalType: time, logicalTypeOptions: {format: "HH:mm", minimum: "06:00"}}
      - {name: load, logicalType: number, logicalTypeOptions: {maximum: 1.5}}
      - {name: age, logicalType: integer, logicalTypeOptions: {format: u8}}
"""


def shifts(tmp_path: Path, *lines: str) -> list[dict[str, Any]]:
    """The rows of a reference table of shifts."""
    (tmp_path / "v1.odcs.yaml").write_text(SHIFTS, "utf-8")
    file = tmp_path / "v1.csv"
    file.write_text("\n".join(("agent,day,begins,load,age", *lines, "")), "utf-8")
    rows: list[dict[str, Any]] = reference.read(load(tmp_path / "v1.odcs.yaml"), file, KEY).to_pylist()
    return rows


def test_reference_data_is_stored_as_events_are(tmp_path: Path) -> None:
    """A time in the contract's format, a personal value as the keyed hash that events have too."""
    hidden = pseudonym("ada", KEY)
    assert shifts(tmp_path, "ada,05/01/2026,08:30,0.1,255", "ada,06/01/2026,,,") == [
        {"agent": hidden, "day": date(2026, 1, 5), "begins": 30_600_000_000, "load": 0.1, "age": 255},
        {"agent": hidden, "day": date(2026, 1, 6), "begins": None, "load": None, "age": None},
    ]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("ada,2026-01-05,08:30,1,1", "breaks shifts.v1/day/format"),
        ("ada,05/01/2026,05:59,1,1", "breaks shifts.v1/begins/minimum"),
        ("ada,05/01/2026,08:30,1.51,1", "breaks shifts.v1/load/maximum"),
        ("ada,05/01/2026,08:30,inf,1", "breaks shifts.v1/load/type"),
        ("ada,05/01/2026,08:30,NAN,1", "breaks shifts.v1/load/type"),
        ("ada,05/01/2026,08:30,1,256", "breaks shifts.v1/age/type"),
        ("ada,05/01/2026,08:30,1,1\nada,05/01/2026,09:30,1,1", "line 2 repeats the key"),
    ],
)
def test_reference_data_is_judged_as_events_are(tmp_path: Path, line: str, wanted: str) -> None:
    """The first value outside each bound."""
    with pytest.raises(ProcessingError) as refused:
        shifts(tmp_path, line)
    assert wanted in refused.value.what
