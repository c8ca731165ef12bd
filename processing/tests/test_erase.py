"""A ledger without the erased: their rows keep where, when and how long; everything else is as it was."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from contracts.compiler.catalogue import HOME, Catalogue
from processing import erased, tables
from processing.erase import behind, survey, sweep, swept_at, vacuum, without_names
from processing.erased import NOBODY, ErasedList
from processing.errors import ProcessingError
from processing.tests.tickets import TICKET
from processing.traces import Traces
from processing.turn import OvertakenError, Turn
from processing.values import pseudonym
from runtime.delta import row_commits

KEY = b"k" * 32
ID, OTHER = "CLI-004711", "CLI-000001"
V1, V2 = Catalogue(HOME).get("client_tickets.v1"), Catalogue(HOME).get("client_tickets.v2")
MAJORS = (V2, V1)
LIST = ErasedList.of([ID], KEY)
SCHEMA = tables.ledger_schema(V2)
AT = datetime(2026, 1, 5, 8, 30, 1, tzinfo=UTC)
CANARY = "canary-of-the-person"
REASON = {"clause": "c", "path": "$", "found": f"{CANARY} {ID}", "wanted": "w"}


def row(offset: int, outcome: str, client: str, **more: Any) -> dict[str, Any]:
    """A ledger row of a client, whose every text is the canary."""
    event = {**TICKET, "client_id": client, "request": CANARY, "occurred_at": AT}
    raw = {
        "raw_key": b"TCK-00000042",
        "raw_value": json.dumps({**TICKET, "client_id": client, "request": CANARY}).encode(),
        "raw_headers": [{"key": "h", "value": CANARY.encode()}],
        "violations": [REASON] if outcome == "rejected" else None,
        "history": [{"at": AT, "outcome": "rejected", "violations": [REASON]}] if outcome == "rejected" else None,
    }
    made = {"partition": 0, "offset": offset, "received_at": AT, "outcome": outcome, "batch": "1", "raw_bytes": 100}
    said = {"event_id": CANARY, "body_hash": CANARY.encode(), "unknown_fields": f'{{"x": "{CANARY}"}}', "is_late": True}
    return {**made, **said, **({"event": event} if outcome == "accepted" else raw), **more}


def broken(value: bytes | None) -> dict[str, Any]:
    """The raw bytes of a record that is nobody's by its field."""
    return {"raw_value": value, "event_id": None}


MINE = (
    row(0, "accepted", ID),
    row(1, "rejected", ID),
    row(2, "duplicate", ID, first_partition=0, first_offset=0),
    row(3, "conflict", ID, first_partition=0, first_offset=0),
    row(4, "rejected", OTHER, **broken(b'{"client_id": "CLI-004711", "req')),
    row(5, "rejected", OTHER, **broken(b'{"client_id": "\\u0043LI-004711", "\xff')),
    row(6, "tombstone", OTHER, **broken(None) | {"raw_key": ID.encode()}),
    row(7, "rejected", OTHER, **broken(None) | {"raw_key": None, "raw_headers": None}),
)
OTHERS = (
    row(10, "accepted", OTHER),
    row(11, "rejected", OTHER, violations=None, history=None),
    row(12, "duplicate", OTHER, first_partition=0, first_offset=10),
    row(15, "duplicate", OTHER, raw_headers=[{"key": "seen-by", "value": ID.encode()}]),
    row(13, "tombstone", OTHER, raw_value=None, violations=None),
    row(14, "discarded", OTHER, raw_value=None, raw_key=None, raw_headers=None, violations=None, history=None),
)


def free() -> None:
    """Nothing is in the way."""


def make(path: Path, *rows: Mapping[str, Any]) -> Path:
    """A ledger of two commits with these rows."""
    tables.create_ledger(path, V2)
    for part in (rows[::2], rows[1::2]):
        write_deltalake(path, pa.Table.from_pylist([dict(one) for one in part], SCHEMA), mode="append")
    return path


def rows_of(path: Path) -> dict[int, dict[str, Any]]:
    """Every row by its offset."""
    return {one["offset"]: one for one in DeltaTable(path).to_pyarrow_table().to_pylist(maps_as_pydicts="strict")}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with rows of the person and of others."""
    return make(tmp_path / "tables" / "ledger", *MINE, *OTHERS)


def test_the_persons_rows_are_found(ledger: Path) -> None:
    """By outcome, and nothing is changed; whatever is left of a record may name the person."""
    before = DeltaTable(ledger).version()
    found = survey(ledger, MAJORS, KEY, LIST)
    assert dict(found.outcomes) == {"accepted": 1, "conflict": 1, "duplicate": 1, "rejected": 4, "tombstone": 1}
    assert found.places == {(0, offset) for offset in range(8)}
    assert found.newest == AT
    assert DeltaTable(ledger).version() == before


def test_only_where_when_and_how_long_stays(ledger: Path) -> None:
    """Every other column of the person's rows is null but the history, which says what they were."""
    sweep(ledger, MAJORS, KEY, LIST, free)
    after = rows_of(ledger)
    for was in MINE:
        now = after[was["offset"]]
        kept = ("partition", "offset", "received_at", "batch", "raw_bytes")
        assert {name: now[name] for name in kept} == {name: was[name] for name in kept}
        assert now["outcome"] == "erased"
        *earlier, last = now["history"]
        assert (last["outcome"], last["violations"]) == (was["outcome"], None)
        assert earlier == [{"at": AT, "outcome": "rejected", "violations": None}] * bool(was.get("history"))
        assert [name for name, value in now.items() if value is not None] == sorted(
            [*kept, "outcome", "history"], key=SCHEMA.names.index
        )


def test_nobody_elses_rows_change(ledger: Path) -> None:
    """Value for value, and the columns with all they say about themselves."""
    before, schema = rows_of(ledger), pa.schema(DeltaTable(ledger).schema())
    sweep(ledger, MAJORS, KEY, LIST, free)
    after = rows_of(ledger)
    assert len(after) == len(before)
    assert {n: after[n] for n in range(10, 16)} == {n: before[n] for n in range(10, 16)}
    assert pa.schema(DeltaTable(ledger).schema()).equals(schema, check_metadata=True)
    assert tables.written_as(pa.schema(DeltaTable(ledger).schema())) == V2.key


def test_it_is_one_commit_and_the_second_time_none(ledger: Path) -> None:
    """That is no append, so what is derived is made anew; to erase again changes nothing."""
    before = DeltaTable(ledger).version()
    assert len(sweep(ledger, MAJORS, KEY, LIST, free).places) == 8
    assert DeltaTable(ledger).version() == before + 1
    _, commit = next(row_commits(DeltaTable(ledger)))
    assert commit["operationParameters"]["mode"] == "Overwrite"
    assert sweep(ledger, MAJORS, KEY, LIST, free).places == frozenset()
    assert DeltaTable(ledger).version() == before + 1
    assert (swept_at(ledger) or (0,))[0] == before + 1


def test_an_interrupted_erasure_is_finished_from_the_list(ledger: Path, tmp_path: Path) -> None:
    """The list is written first and knows enough, without the id: whoever has the lease next can finish it."""
    erased.add(tmp_path / "l.json", KEY, [ID], "why")
    found = ErasedList.read(tmp_path / "l.json", KEY)
    assert found.unfinished
    assert len(sweep(ledger, MAJORS, KEY, found, free).places) == 8
    assert rows_of(ledger)[5]["outcome"] == "erased"


def test_the_moment_of_the_newest_erasure(ledger: Path) -> None:
    """It is told later too; of a ledger without any, that of its newest rows."""
    newest = DeltaTable(ledger).version()
    assert (swept_at(ledger) or (0,))[0] == newest
    sweep(ledger, MAJORS, KEY, LIST, free)
    write_deltalake(ledger, pa.Table.from_pylist([row(20, "accepted", OTHER)], SCHEMA), mode="append")
    version, at = swept_at(ledger) or (0, AT)
    assert version == newest + 1
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60
    assert swept_at(ledger.parent / "none") is None


def test_nothing_is_found_of_nobody(ledger: Path, tmp_path: Path) -> None:
    """Neither with an empty list nor where there is no ledger yet."""
    assert sweep(ledger, MAJORS, KEY, NOBODY, free).places == frozenset()
    assert survey(tmp_path / "no", MAJORS, KEY, LIST).places == frozenset()
    assert sweep(tmp_path / "no", MAJORS, KEY, LIST, free).places == frozenset()


def test_a_lost_lease_leaves_the_ledger_as_it_was(ledger: Path) -> None:
    """Asked right before the commit."""
    before = DeltaTable(ledger).version()

    def lost() -> None:
        raise ProcessingError("lost", "")

    with pytest.raises(ProcessingError, match="lost"):
        sweep(ledger, MAJORS, KEY, LIST, lost)
    assert DeltaTable(ledger).version() == before


def test_an_overtaken_erasure_is_told(ledger: Path) -> None:
    """Where another writer commits between reading and writing, no row of either is lost."""
    more = pa.Table.from_pylist([row(20, "accepted", OTHER)], SCHEMA)

    def meanwhile() -> None:
        write_deltalake(ledger, more, mode="append", commit_properties=Turn.take(ledger).properties({}))

    with pytest.raises(OvertakenError):
        sweep(ledger, MAJORS, KEY, LIST, meanwhile)
    assert rows_of(ledger)[20]["outcome"] == "accepted"
    assert rows_of(ledger)[0]["outcome"] == "accepted"


def test_older_files_are_gone(ledger: Path) -> None:
    """No file of the folder holds the person any more, whoever left it there, and no older version can be read."""
    junk = ledger / "part-of-a-killed-writer.parquet"
    junk.write_bytes(CANARY.encode())
    older = DeltaTable(ledger).version()
    sweep(ledger, MAJORS, KEY, LIST, free)
    assert vacuum(ledger.parent, free) == (ledger,)
    assert not junk.exists()
    with pytest.raises(Exception, match=r"not found|No such file"):
        DeltaTable(ledger, version=older).to_pyarrow_table()
    DeltaTable(ledger).create_checkpoint()
    mine = rows_of(ledger)
    assert all(mine[offset]["outcome"] == "erased" for offset in range(8))
    for file in (ledger / "_delta_log").iterdir():
        rows = pq.read_table(file).to_pylist() if file.suffix == ".parquet" else file.read_text("utf-8")
        assert CANARY not in repr(rows)
        assert ID not in repr(rows)


def test_a_pseudonymised_subject_is_erased(tmp_path: Path) -> None:
    """By the pseudonym that stands in the accepted row."""
    by_mail = replace(V2, data_subject="client_email")
    event = {**TICKET, "occurred_at": AT, "client_email": pseudonym("ada@example.com", KEY)}
    ledger = make(tmp_path / "ledger", row(0, "accepted", OTHER, event=event), row(1, "accepted", OTHER))
    found = sweep(ledger, (by_mail,), KEY, ErasedList.of(["ada@example.com"], KEY), free)
    assert found.places == {(0, 0)}
    assert rows_of(ledger)[0]["event"] is None


def test_a_reason_that_names_the_person_is_replaced(tmp_path: Path) -> None:
    """Who gave up a record may have written whose it was; other reasons stay."""
    said = {"at": AT, "by": "ops", "reason": f"test of {ID}, twice", "records": 1}
    table = pa.Table.from_pylist([said, {**said, "reason": "a test"}])
    write_deltalake(tmp_path / "discards", table, configuration={"delta.dataSkippingStatsColumns": "at"})
    traces = Traces(MAJORS, KEY, LIST)
    assert without_names(tmp_path / "none", traces, free) == 0
    assert without_names(tmp_path / "discards", traces, free) == 1
    assert without_names(tmp_path / "discards", traces, free) == 0
    vacuum(tmp_path, free)
    found = DeltaTable(tmp_path / "discards").to_pyarrow_table()
    assert found["reason"].to_pylist() == ["(named an erased person)", "a test"]
    assert found.drop_columns("reason").equals(table.drop_columns("reason"))
    assert not [file for file in tmp_path.rglob("*.json") if ID in file.read_text("utf-8")]


def test_a_ledger_of_an_older_version_is_read_as_such(ledger: Path) -> None:
    """One that no known version wrote is refused."""
    assert len(survey(ledger, MAJORS, KEY, LIST).places) == 8
    with pytest.raises(ProcessingError, match=r"client_tickets\.v2"):
        survey(ledger, (V1,), KEY, LIST)


def test_what_lags_behind_is_seen(ledger: Path, tmp_path: Path) -> None:
    """A derived table that was made before the erasure, or never, has to be made anew."""
    derived = tmp_path / "tickets"
    assert behind(ledger, [derived])
    tables.create_derived(derived, Catalogue(HOME).get("tickets"))
    assert behind(ledger, [derived])
    assert not behind(ledger, [])
    assert not behind(tmp_path / "none", [derived])
