"""Each promise, kept and broken, on tables of a few rows."""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from features.faults import checker, evidence, recount
from features.faults.evidence import Evidence, Place
from features.faults.judge import Judge, Record
from features.faults.recount import GROUP
from features.faults.watch import Watch

pytestmark = pytest.mark.slow  # `make check` leaves the features out; they are quick
OPENED = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
TARGETS = {("billing", "high"): ("billing", 8), ("billing", "low"): ("billing", 72)}
ALL = tuple(checker.INVARIANTS)


def _record(id_: str, **changes: Any) -> Record:
    """A valid event of one ticket, or with other values."""
    event = {
        "event_id": f"{id_:0>8}-52ae-4a1c-9d0f-5d4f6f0f6f11", "event_type": "opened", "ticket_id": "TCK-00000042",
        "client_id": "CLI-004711", "occurred_at": OPENED.isoformat(), "request": "x", "request_type": "billing",
        "priority": "high", "channel": "web", **changes,
    }  # fmt: skip
    headers = {"contract": b"client_tickets", "contract_version": b"2.0.0", "event_id": event["event_id"].encode()}
    return Record(event["ticket_id"].encode(), json.dumps(event).encode(), headers, OPENED)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """Opened, resolved ten hours later, sent again, contradicted, rejected, a tombstone: all as it ought to be."""
    resolved = (OPENED + timedelta(hours=10)).isoformat()
    records = [
        _record("1"),
        _record("2", event_type="resolved", occurred_at=resolved),
        _record("1"),
        _record("1", priority="low"),
        _record("3", priority="urgent!!"),
        dataclasses.replace(_record("4"), value=None),
    ]
    outcomes = ("accepted", "accepted", "duplicate", "conflict", "rejected", "tombstone")
    topic = {(0, offset): record for offset, record in enumerate(records)}
    ids = [_id(record) for record in records]
    ledger = [
        {"partition": 0, "offset": offset, "outcome": outcome, "event_id": ids[offset], **_first(outcome)}
        for offset, outcome in enumerate(outcomes)
    ]
    found = Evidence(
        topic=topic,
        ledger=ledger,
        tickets=[{"event_id": ids[offset], "kafka_partition": 0, "kafka_offset": offset} for offset in (0, 1)],
        kpis=[],
        receipts=[{"id": ids[o], "partition": 0, "offset": o, "file": "a.jsonl"} for o in range(len(records))],
        data=tmp_path_factory.mktemp("data"),
        audit={"ok": True},
        judge=Judge("client_tickets", evidence.schemas()),
        targets=TARGETS,
    )
    rows = recount.kpis(recount.counted(found))
    return dataclasses.replace(
        found, kpis=[{**dict(zip(GROUP, group, strict=True)), **row} for group, row in rows.items()]
    )


def _id(record: Record) -> str:
    return (record.headers["event_id"] or b"").decode()


def _first(outcome: str) -> dict[str, int | None]:
    place = 0 if outcome in ("duplicate", "conflict") else None
    return {"first_partition": place, "first_offset": place}


def _rows(name: str, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Callable[[Evidence], Evidence]:
    def breaks(found: Evidence) -> Evidence:
        changes: dict[str, Any] = {name: change([dict(row) for row in getattr(found, name)])}
        return dataclasses.replace(found, **changes)

    return breaks


def _outcome(offset: int, outcome: str) -> Callable[[Evidence], Evidence]:
    def change(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        rows[offset]["outcome"] = outcome
        return rows

    return _rows("ledger", change)


def _ledger_row(place: int, **changes: Any) -> Callable[[Evidence], Evidence]:
    return _rows("ledger", lambda rows: [*rows[:place], {**rows[place], **changes}, *rows[place + 1 :]])


def _kpi(**changes: Any) -> Callable[[Evidence], Evidence]:
    return _rows("kpis", lambda rows: [*rows[:-1], {**rows[-1], **changes}])


BROKEN: dict[str, tuple[str, Callable[[Evidence], Evidence]]] = {
    "a receipt beyond the end": ("I1", _rows("receipts", lambda rows: [{**rows[0], "offset": 99}])),
    "a receipt for another record": ("I1", _rows("receipts", lambda rows: [{**rows[0], "offset": 1}])),
    "a record without a row": ("I2", _rows("ledger", lambda rows: rows[:-1])),
    "a record with two rows": ("I2", _rows("ledger", lambda rows: [*rows, rows[4]])),
    "a row without a record": ("I2", _rows("ledger", lambda rows: [*rows, {**rows[4], "offset": 6}])),
    "an outcome that is none": ("I2", _outcome(4, "lost")),
    "an invalid event that is a duplicate": ("I3", _outcome(4, "duplicate")),
    "a duplicate that is accepted": ("I3", _outcome(2, "accepted")),
    "a conflict that is a duplicate": ("I3", _outcome(3, "duplicate")),
    "a duplicate of the wrong record": ("I3", _ledger_row(2, first_offset=1)),
    "a ticket twice": ("I4", _rows("tickets", lambda rows: [*rows, rows[0]])),
    "a ticket missing": ("I4", _rows("tickets", lambda rows: rows[1:])),
    "a ticket of a rejected event": ("I4", _rows("tickets", lambda rows: [*rows, {**rows[0], "event_id": "3"}])),
    "a KPI that is one too many": ("I5", _kpi(events=7)),
    "a median that is a little off": ("I5", _kpi(median_hours_to_resolve=10.0001)),
    "a group that is missing": ("I5", _rows("kpis", lambda rows: rows[1:])),
    "an audit that complains": ("I7", lambda found: dataclasses.replace(found, audit={"ok": False})),
}  # fmt: skip


def test_what_is_sound_is_found_sound(sound: Evidence) -> None:
    """No promise is broken."""
    assert checker.check(sound, ALL) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_promise_is_found_and_no_other(sound: Evidence, name: str) -> None:
    """Exactly the one that was broken."""
    wanted, breaks = BROKEN[name]
    said = checker.check(breaks(sound), ALL)
    assert {violation.invariant for violation in said} == {wanted}, said


def test_hours_to_resolve_are_counted_by_hand(sound: Evidence) -> None:
    """Ten hours where eight were the target."""
    (row,) = [row for row in sound.kpis if row["resolved"]]
    assert (row["median_hours_to_resolve"], row["past_target"], row["share_past_target"]) == (10.0, 1, 1.0)
    assert row["hour"] == datetime(2026, 1, 5, 18, tzinfo=UTC)


def test_either_of_two_bodies_may_win_but_one_must(sound: Evidence) -> None:
    """The other body is accepted and the rest stands against it: right too, where it came first in its partition."""
    other: Place = (1, 0)
    topic = {**{place: record for place, record in sound.topic.items() if place != (0, 3)}, other: sound.topic[0, 3]}
    ledger = [dict(row) for row in sound.ledger if row["offset"] != 3]
    ledger += [{**ledger[0], "partition": 1, "offset": 0}]
    for row in ledger:
        if row["offset"] in (0, 2) and row["partition"] == 0:
            row |= {"outcome": "conflict", "first_partition": 1, "first_offset": 0}
    found = dataclasses.replace(sound, topic=topic, ledger=ledger)
    assert checker.check(found, ("I2", "I3")) == []


def test_a_conflict_that_came_second_in_its_partition_may_not_win(sound: Evidence) -> None:
    """Nothing overtakes there."""
    ledger = [dict(row) for row in sound.ledger]
    ledger[0] |= {"outcome": "conflict", "first_partition": 0, "first_offset": 3}
    ledger[3] |= {"outcome": "accepted", "first_partition": None, "first_offset": None}
    said = checker.check(dataclasses.replace(sound, ledger=ledger), ("I3",))
    assert {violation.what.split(" is ")[0] for violation in said} == {"(0, 0)", "(0, 3)"}


def _export(data: Path) -> Path:
    folder = data / "exports" / "client_tickets" / "1"
    folder.mkdir(parents=True)
    return folder


def test_a_folder_without_a_manifest_is_half_an_export(sound: Evidence, tmp_path: Path) -> None:
    """Whatever else is in it."""
    (_export(tmp_path) / "tickets.csv").write_text("a\n1\n")
    (said,) = checker.check(dataclasses.replace(sound, data=tmp_path), ALL)
    assert (said.invariant, said.what) == ("I6", "1: no manifest (FileNotFoundError)")


def test_a_pointer_to_nothing_is_broken(sound: Evidence, tmp_path: Path) -> None:
    """latest.json names a folder that is not there."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "latest.json").write_text(
        json.dumps({"client_tickets": {"path": "exports/client_tickets/7"}})
    )
    (said,) = checker.check(dataclasses.replace(sound, data=tmp_path), ALL)
    assert (said.invariant, said.what) == ("I6", "latest.json names 7, which is not there")


def _write(data: Path, name: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    import pyarrow as pa
    from deltalake import write_deltalake

    made = pa.Table.from_pylist([{column: row[column] for column in columns} for row in rows])
    write_deltalake(data / "tables" / "client_tickets" / name, made, mode="overwrite")


def test_an_outcome_may_not_change_between_two_looks(sound: Evidence, tmp_path: Path) -> None:
    """Nor may a row go; what is there twice is seen at any moment."""
    watch = Watch(tmp_path)
    _write(tmp_path, "tickets", sound.tickets, evidence.TICKETS)
    _write(tmp_path, "ledger", sound.ledger, evidence.LEDGER)
    assert watch.look() == []
    changed = _outcome(4, "tombstone")(sound).ledger[:-1]
    _write(tmp_path, "ledger", [*changed, changed[0]], evidence.LEDGER)
    assert {violation.what for violation in watch.look()} == {
        "(0, 0) has 2 rows",
        "(0, 5) was tombstone, and has no row now",
        "(0, 4) was rejected, and is tombstone now",
    }
