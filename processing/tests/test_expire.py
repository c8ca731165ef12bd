"""Rows whose time is over: what goes, what stays, and how little is rewritten for it."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from deltalake import DeltaTable

from processing import derive, tables
from processing.claims import CLAIMS, FROM, claimed
from processing.expire import ACCEPTED, GONE, REFUSED, due, expire
from processing.index import Index
from processing.migrate import bring
from processing.quarantine import one
from processing.tests.ledgers import AMOUNT, BEGAN, EVENT, PRIORITY, SOURCE, ledger, reasons, row
from processing.turn import OvertakenError, Turn
from processing.versions import Versions
from runtime.delta import dataset, open_table

PAST = [{"at": BEGAN, "outcome": "rejected", "violations": reasons(PRIORITY, AMOUNT)}]


def made(day: int, outcome: str, *clauses: str, **more: Any) -> dict[str, Any]:
    """A row at 0:day, received that many days after BEGAN, in a batch of its own."""
    more = {"received_at": BEGAN + timedelta(days=day), "batch": str(day), **more}
    return row(f"0:{day}", outcome, *clauses, **more)


ROWS = (
    made(0, "accepted", unknown_fields='{"x":1}', contract_version="2.0.0"),
    made(1, "rejected", PRIORITY, AMOUNT, PRIORITY, event_id="e", contract_version="2.0.0", body_hash=b"b"),
    made(2, "duplicate", first_partition=0, first_offset=0, event_id="e", is_late=True),
    made(3, "conflict", first_partition=0, first_offset=0, history=PAST),
    made(4, "tombstone"),
    made(5, "discarded", AMOUNT, history=PAST),
    made(6, "erased"),
    made(7, "rejected", PRIORITY),
    made(8, "accepted", event_id="another"),
)
END = BEGAN + timedelta(days=7)


@pytest.fixture
def at(tmp_path: Path) -> Path:
    """The rows as a ledger."""
    return ledger(tmp_path, ROWS) / "ledger"


def held(at: Path) -> list[dict[str, Any]]:
    """The ledger by offset."""
    return pl.scan_delta(at).sort("offset").collect().to_dicts()


def free() -> None:
    """Nothing is in the way."""


def run(at: Path, **before: datetime) -> dict[str, int]:
    """What expired, by kind."""
    found = due(at, before)
    for found_one in found:
        expire(at, found_one, free)
    return {found_one.kind: found_one.rows for found_one in found}


def test_a_refused_row_keeps_where_when_and_which_clauses(at: Path) -> None:
    """Bytes, ids, values and reasons go; outcome, size and clause ids stay; rows of other days are as they were."""
    before = held(at)
    assert run(at, refused=END) == {REFUSED: 5}
    after = held(at)
    assert [now for now in after if now["expired_at"] is None] == [before[0], *before[6:]]
    texts = ("raw_key", "raw_value", "raw_headers", "event_id", "contract_version", "unknown_fields", "body_hash")
    for was, now in zip(before[1:6], after[1:6], strict=True):
        stays = {name: was[name] for name in was if name not in (*texts, "violations", "history", "expired_at")}
        assert {name: now[name] for name in stays} == stays
        assert [now[name] for name in texts] == [None] * len(texts)
    gone = dict.fromkeys(("path", "found", "wanted"), GONE)
    assert after[1]["violations"] == [{"clause": PRIORITY, **gone}, {"clause": AMOUNT, **gone}]
    assert after[3]["history"] == [
        {"at": BEGAN, "outcome": "rejected", "violations": [{"clause": c, **gone} for c in (PRIORITY, AMOUNT)]}
    ]
    assert after[2]["is_late"] is True
    assert after[2]["raw_bytes"] == 12


def test_an_accepted_row_keeps_its_identity(at: Path) -> None:
    """Its event goes; event id and body hash stay, so that the same event sent again is a duplicate."""
    assert run(at, accepted=BEGAN + timedelta(days=1)) == {ACCEPTED: 1}
    now = held(at)[0]
    event = now["event"]
    assert event is None or set(event.values()) == {None}
    assert (now["outcome"], now["event_id"], now["body_hash"]) == ("accepted", EVENT["event_id"], b"h")
    assert now["unknown_fields"] is None
    assert now["expired_at"] is not None


def test_age_is_counted_in_whole_days(at: Path) -> None:
    """A row goes once its whole day is over: that of 08:00 not at noon of the day, nor at its end."""
    noon = BEGAN.replace(hour=12) + timedelta(days=1)
    assert due(at, {REFUSED: noon}) == ()
    found = due(at, {REFUSED: noon + timedelta(hours=12)})
    assert [(one_.rows, one_.first) for one_ in found] == [(1, BEGAN + timedelta(days=1))]


def test_nothing_is_due_twice(at: Path) -> None:
    """And where nothing is due, nothing is committed."""
    run(at, refused=END, accepted=END)
    version = DeltaTable(at).version()
    assert run(at, refused=END, accepted=END) == {}
    assert DeltaTable(at).version() == version


def test_files_of_other_days_are_not_touched(at: Path) -> None:
    """The first and the last day that are due bound what is rewritten."""
    files = set(DeltaTable(at).file_uris())
    run(at, refused=BEGAN + timedelta(days=3))
    assert len(files & set(DeltaTable(at).file_uris())) == len(ROWS) - 2


@pytest.mark.parametrize("compacted", [False, True])
def test_arrow_and_the_log_stay_as_they_must(at: Path, compacted: bool) -> None:
    """Texts are written as texts, which Arrow can compare; the log has no statistics of values."""
    if compacted:
        open_table(at).optimize.compact()
    run(at, refused=END, accepted=END)
    assert dataset(open_table(at), at).count_rows(filter=ds.field("outcome") == "rejected") == 2
    logs = [json.loads(line) for log in (at / "_delta_log").glob("*.json") for line in log.read_text().splitlines()]
    counted = [json.loads(entry["add"]["stats"]) for entry in logs if "add" in entry and entry["add"]["stats"]]
    assert {name for stats in counted for name in stats["minValues"]} <= {"partition", "offset", "received_at", "batch"}
    assert len(counted) > len(ROWS)


def test_what_follows_the_ledger_knows_what_was_touched(
    at: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused rows that expire make no accepted table anew, accepted ones do; the index is not renewed by either."""
    since = tables.version(at)
    with Index(tmp_path / "index", at) as index:
        index.follow()
        run(at, refused=END)
        assert derive._missing(at, since).batches == ()
        run(at, accepted=END)
        assert derive._missing(at, since).batches is None
        monkeypatch.setattr(index, "_anew", lambda _: pytest.fail("renewed"))
        index.follow()
        again = pa.table([[9], [9], ["another"], [b"x"]], FROM)
        twins = index.settle(pa.Table.from_arrays(claimed(again), schema=CLAIMS))
    assert twins.num_rows == 1


def test_somebody_else_wrote_meanwhile(at: Path) -> None:
    """Nothing expires then, and it is told."""
    from deltalake import write_deltalake

    [found] = due(at, {REFUSED: END})
    before = held(at)

    def other() -> None:
        turn = Turn.take(at)
        write_deltalake(
            turn.table(),
            open_table(at).to_pyarrow_table().slice(0, 0),
            mode="append",
            commit_properties=turn.properties({}),
        )

    with pytest.raises(OvertakenError):
        expire(at, found, other)
    assert held(at) == before


@pytest.mark.parametrize("by_job", [False, True])
def test_a_ledger_from_before(tmp_path: Path, by_job: bool) -> None:
    """It has no column for it: it is read as one where nothing expired, and gets the column, from the job too."""
    from deltalake import write_deltalake

    new = ledger(tmp_path / "new", ROWS) / "ledger"
    old = tmp_path / "old" / "ledger"
    write_deltalake(old, open_table(new).to_pyarrow_table().drop_columns(["expired_at"]))
    assert one(old.parent, 0, 1, with_raw=False)["expired_at"] is None
    assert [found.rows for found in due(old, {REFUSED: END})] == [5]
    if by_job:
        bring(Versions(SOURCE, ()), {}, old, b"k" * 32, free)
    tables.complete_ledger(old)
    version = DeltaTable(old).version()
    tables.complete_ledger(old)
    assert DeltaTable(old).version() == version
    assert tables.version(old) == 0
    assert run(old, refused=END) == {REFUSED: 5}
    assert isinstance(one(old.parent, 0, 1, with_raw=False)["expired_at"], datetime)
    assert due(old, {}) == ()
