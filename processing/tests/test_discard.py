"""Records given up: one commit, the reason kept, nothing else changed, nothing left of their bytes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from processing import derive, discard, tables
from processing.discard import Note, Plan, carry_out, plan, plan_for
from processing.errors import ProcessingError
from processing.index import Index
from processing.quarantine import Which, one, refused
from processing.tests.ledgers import AMOUNT, EVENT, PRIORITY, SOURCE, ledger, row
from processing.turn import OvertakenError, Turn

ROWS = (
    row("0:0", "accepted"),
    row("0:1", "rejected", PRIORITY, producer=b"load-test"),
    row("0:2", "conflict", producer=b"load-test", first_partition=0, first_offset=0),
    row("0:3", "duplicate", first_partition=0, first_offset=0, batch="it's 2"),
    row("0:4", "rejected", AMOUNT, producer=b"load-test", batch="it's 2"),
    row("0:5", "rejected", PRIORITY, producer=b"crm", batch="3"),
    row("0:6", "tombstone", batch="3"),
)
NOTE = Note("ada", "sent by a load test")
EVERY = Which(None, None, None, None, None)


class Free:
    """A lease that nobody else wants."""

    def check(self) -> None:
        """Nothing is in the way."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The rows as a ledger."""
    return ledger(tmp_path, ROWS)


def held(folder: Path) -> list[dict[str, Any]]:
    """The ledger by offset."""
    return pl.scan_delta(folder / "ledger").sort("offset").collect().to_dicts()


def versions(folder: Path) -> dict[str, int]:
    """The version of each table."""
    return {log.parent.name: DeltaTable(log.parent).version() for log in folder.glob("*/_delta_log")}


def do(folder: Path, planned: Plan) -> None:
    """Carry a plan out."""
    carry_out(planned, NOTE, Free())


def test_a_discarded_record_keeps_why_it_was_refused_and_loses_its_bytes(folder: Path) -> None:
    """Coordinates, size and violations stay, outcome and violations go into the history too; other rows are as they
    were.
    """
    before = held(folder)
    planned = plan(folder, ((0, 2), (0, 1), (0, 1)))
    assert (planned.outcomes, planned.already) == ({"conflict": 1, "rejected": 1}, 0)
    do(folder, planned)
    after = held(folder)
    assert [row for row in after if row["offset"] not in (1, 2)] == [r for r in before if r["offset"] not in (1, 2)]
    gone = dict.fromkeys(("raw_key", "raw_value", "raw_headers"))
    for was, now in zip(before[1:3], after[1:3], strict=True):
        [past] = now["history"]
        assert (past["outcome"], past["violations"]) == (was["outcome"], was["violations"])
        assert now == was | gone | {"outcome": "discarded", "history": [past]}
    assert after[0]["event"]["amount"] == EVENT["amount"]


def test_reason_person_and_moment_are_kept(folder: Path) -> None:
    """With the record, with a list of records, and in a table of their own."""
    do(folder, plan(folder, ((0, 1),)))
    row = one(folder, 0, 1, with_raw=False)
    assert row["discarded"] == {"at": row["history"][0]["at"], "by": "ada", "reason": NOTE.reason}
    [listed] = refused(folder, "producer", Which(None, "discarded", None, None, None), 5)
    assert listed["discarded"] == row["discarded"]
    [said] = pl.read_delta(str(folder / "discards")).to_dicts()
    assert (said["by"], said["reason"], said["records"]) == ("ada", NOTE.reason, 1)


def test_a_second_discard_changes_nothing(folder: Path) -> None:
    """No row, no version of any table: neither by coordinates nor by the same choice again."""
    chosen = Which(None, None, "load-test", None, None)
    do(folder, plan_for(folder, "producer", chosen))
    before, at = held(folder), versions(folder)
    again = plan(folder, ((0, 1), (0, 2)))
    assert (again.places, again.already) == (frozenset(), 2)
    assert carry_out(again, NOTE, Free()) is None
    assert carry_out(plan_for(folder, "producer", chosen), NOTE, Free()) is None
    assert (held(folder), versions(folder)) == (before, at)


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        (EVERY, {1, 2, 4, 5}),
        (Which(PRIORITY, None, None, None, None), {1, 5}),
        (Which(None, "conflict", None, None, None), {2}),
        (Which(None, None, "crm", None, None), {5}),
    ],
)
def test_only_rejected_records_and_conflicts_are_chosen(folder: Path, chosen: Which, wanted: set[int]) -> None:
    """Whatever else was not accepted stays; several batches are one commit."""
    at = versions(folder)["ledger"]
    do(folder, plan_for(folder, "producer", chosen))
    assert {row["offset"] for row in held(folder) if row["outcome"] == "discarded"} == wanted
    assert versions(folder)["ledger"] == at + 1


@pytest.mark.parametrize(
    ("places", "wanted"),
    [
        (((0, 1), (7, 7)), r"the ledger has no record 7:7"),
        (((0, 1), (0, 0)), r"only rejected records and conflicts can be discarded, and 0:0 is accepted"),
        (((0, 3), (0, 6)), r"0:3 is duplicate, 0:6 is tombstone"),
        (tuple((9, offset) for offset in range(8)), r"9:0, 9:1, 9:2, 9:3, 9:4 and 3 more"),
    ],
)
def test_what_cannot_be_discarded_is_named_and_nothing_is(folder: Path, places: Any, wanted: str) -> None:
    """One wrong coordinate stops all: it may be a slip."""
    before = held(folder)
    with pytest.raises(ProcessingError, match=wanted):
        plan(folder, places)
    assert held(folder) == before


def test_the_history_grows(tmp_path: Path) -> None:
    """What a replay noted before stays in front."""
    was = {"at": ROWS[0]["received_at"], "outcome": "rejected", "violations": None}
    do(folder := ledger(tmp_path, [row("0:1", "rejected", PRIORITY, history=[was])]), plan(folder, ((0, 1),)))
    assert [past["violations"] is None for past in held(folder)[0]["history"]] == [True, False]


def test_the_table_keeps_its_types_and_its_log_no_value(folder: Path) -> None:
    """Texts stay plain Arrow texts, which every reader can filter; statistics are of coordinates and times alone; no
    log entry holds what an event, a record or the reason says.
    """
    do(folder, plan_for(folder, "producer", EVERY))
    table = DeltaTable(folder / "ledger")
    assert pa.schema(table.schema()) == tables.ledger_schema(SOURCE)
    for file in table.file_uris():
        assert not [field for field in _flat(pq.read_schema(file.removeprefix("file://"))) if "view" in str(field)]
    for entry in (*(folder / "ledger/_delta_log").glob("*.json"), *(folder / "discards/_delta_log").glob("*.json")):
        for line in entry.read_text("utf-8").splitlines():
            stats = json.loads(json.loads(line).get("add", {}).get("stats") or "{}")
            assert set(stats.get("minValues", {})) <= {"partition", "offset", "received_at", "batch", "at"}
            assert not any(text in line for text in ("secret", "vip", NOTE.reason, str(EVENT["event_id"])))


def _flat(fields: Any) -> Iterator[pa.DataType]:
    for type_ in (getattr(field, "type", field) for field in fields):
        yield type_
        yield from _flat([type_.field(i) for i in range(type_.num_fields)])


def test_a_commit_in_between_stops_it(folder: Path) -> None:
    """What was planned on an older state of the ledger is not done, by whoever came first."""
    planned, before = plan(folder, ((0, 1),)), held(folder)
    ledger(folder, [row("1:0", "accepted", batch="4")])
    with pytest.raises(OvertakenError, match="written by somebody else"):
        carry_out(planned, NOTE, Free())
    assert [row for row in held(folder) if row["partition"] == 0] == before
    assert Turn.take(folder / "ledger").number == planned.turn.number + 1


def test_a_reason_without_its_commit_is_nobodys(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the two commits: the records are as they were, and a later discard shows its own reason."""

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(discard, "_commit", killed)
        do(folder, plan(folder, ((0, 1),)))
    assert one(folder, 0, 1, with_raw=False)["outcome"] == "rejected"
    carry_out(plan(folder, ((0, 1),)), Note("bob", "second"), Free())
    assert one(folder, 0, 1, with_raw=False)["discarded"]["by"] == "bob"


@pytest.mark.parametrize("ask", [lambda folder: plan(folder, ((0, 0),)), lambda folder: plan_for(folder, "p", EVERY)])
def test_without_a_ledger_it_is_said_what_to_do(tmp_path: Path, ask: Any) -> None:
    """Not a traceback of the reader."""
    with pytest.raises(ProcessingError, match="Run `tickets process"):
        ask(tmp_path)


def test_what_follows_the_ledger_need_not_begin_anew(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No accepted row is touched: the index reads some files, and the derived tables lack no batch."""
    before = DeltaTable(folder / "ledger").version()
    with Index(tmp_path / "index", folder / "ledger") as index:
        index.follow()
    do(folder, plan(folder, ((0, 1),)))
    with Index(tmp_path / "index", folder / "ledger") as index, monkeypatch.context() as patched:
        patched.setattr(Index, "_anew", None)
        index.follow()
    missing = derive._missing(folder / "ledger", before)
    assert (missing.version, missing.batches) == (before + 1, ())
