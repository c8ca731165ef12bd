"""Rows to a file of a table: what the commit says of it is true of its rows, and a failure leaves nothing."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from contracts.compiler.catalogue import HOME, Catalogue
from processing import datafile
from processing.datafile import write_file, write_rows
from processing.errors import ProcessingError
from processing.tables import Layout, create_ledger, ledger_schema
from processing.turn import OvertakenError, Turn, notes
from runtime.delta import row_commits
from runtime.store import Files

CONTRACT = Catalogue(HOME).get("client_tickets.v1")
NOW = datetime(2026, 1, 5, 1, 2, 3, 4500, tzinfo=UTC)
MOMENT = pa.timestamp("us", "UTC")
TYPES: dict[str, pa.DataType] = {
    "number": pa.int32(),
    "small": pa.int8(),
    "price": pa.decimal128(38, 2),
    "day": pa.date32(),
    "at": MOMENT,
    "words": pa.list_(pa.string()),
    "parts": pa.list_(pa.struct([("name", pa.string()), ("seen", MOMENT)])),
    "labels": pa.map_(pa.string(), pa.int64()),
}
FULL = {
    "number": -1,
    "small": 127,
    "price": Decimal("9" * 36 + ".99"),
    "day": date(1, 1, 1),
    "at": NOW,
    "words": ["a", None, ""],
    "parts": [{"name": "\u00e9", "seen": NOW}, None],
    "labels": [("k", 1), ("n", None)],
}
WIDE = Layout(pa.schema([pa.field(name, type_, nullable=name != "number") for name, type_ in TYPES.items()]), ("at",))


def of(layout: Layout, *made: dict[str, Any]) -> pa.RecordBatch:
    """Rows in the columns of a layout; what is not named is null."""
    return pa.RecordBatch.from_pylist(list(made), layout.schema)


def rows(*places: tuple[int, int], at: datetime = NOW, batch: str = "1") -> pa.RecordBatch:
    """Tombstones with these coordinates, a second apart."""
    made = [
        {"partition": p, "offset": o, "received_at": at + timedelta(seconds=n), "outcome": "tombstone", "batch": batch}
        for n, (p, o) in enumerate(places)
    ]
    return pa.RecordBatch.from_pylist(made, ledger_schema(CONTRACT))


def test_a_file_and_its_statistics(tmp_path: Path) -> None:
    """All rows in one file; the greatest time is rounded up to what a millisecond can say, the least down."""
    done = write_rows(iter([rows((0, 5), (0, 6)), rows((1, 2))]), CONTRACT, Files.of(tmp_path))
    assert done is not None
    assert pq.read_table(tmp_path / done.path)["offset"].to_pylist() == [5, 6, 2]
    assert done.size == (tmp_path / done.path).stat().st_size
    assert json.loads(done.stats) == {
        "numRecords": 3,
        "minValues": {"partition": 0, "offset": 2, "received_at": "2026-01-05T01:02:03.004Z", "batch": "1"},
        "maxValues": {"partition": 1, "offset": 6, "received_at": "2026-01-05T01:02:04.005Z", "batch": "1"},
        "nullCount": {"partition": 0, "offset": 0, "received_at": 0, "batch": 0},
    }


def test_no_rows_no_file(tmp_path: Path) -> None:
    """A task may get none."""
    assert write_rows(iter(()), CONTRACT, Files.of(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_every_value_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Nested ones, nulls and the widest too, in exactly the layout's types; what may not be null stays so."""
    rows = of(WIDE, FULL, {"number": 2})
    done = write_file(iter([rows]), WIDE, Files.of(tmp_path))
    assert done is not None
    held = pq.read_table(tmp_path / done.path)
    assert held.to_pylist() == rows.to_pylist()
    assert held.schema.remove_metadata().equals(WIDE.schema)


def test_statistics_are_those_of_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over all row groups, nulls counted; a column without a value has no bounds."""
    monkeypatch.setattr(datafile, "_GROUP_ROWS", 1)
    layout = Layout(pa.schema([("at", MOMENT), ("number", pa.int32()), ("never", MOMENT)]), ("at", "number", "never"))
    moments = [NOW + timedelta(seconds=n * 7 % 5) for n in range(5)]
    batches = [of(layout, *({"at": at, "number": at.second}, {"number": 9})) for at in moments]
    done = write_file(iter(batches), layout, Files.of(tmp_path))
    assert done is not None
    said, table = json.loads(done.stats), pa.Table.from_batches(batches)
    numbers = pc.min_max(table["number"]).as_py()
    assert (said["minValues"]["number"], said["maxValues"]["number"]) == (numbers["min"], numbers["max"])
    least, most = (datetime.fromisoformat(said[bound]["at"]) for bound in ("minValues", "maxValues"))
    found = pc.min_max(table["at"]).as_py()
    assert timedelta() <= found["min"] - least < timedelta(milliseconds=1)
    assert timedelta() <= most - found["max"] < timedelta(milliseconds=1)
    assert said["nullCount"] == {name: table[name].null_count for name in layout.statistics}
    assert (said["numRecords"], "never" in said["minValues"], "never" in said["maxValues"]) == (10, False, False)


@pytest.mark.parametrize("us", [253_402_300_799_999_999, 253_402_300_800_000_000, -62_135_596_800_000_001])
def test_what_the_calendar_cannot_say_has_no_bounds(us: int, tmp_path: Path) -> None:
    """The last microsecond of the year 9999 can't be rounded up, and Spark knows years before and after ours."""
    layout = Layout(pa.schema([("usual", MOMENT), ("at", MOMENT)]), ("usual", "at"))
    columns = [pa.array([moment], pa.int64()).cast(MOMENT) for moment in (0, us)]
    done = write_file(iter([pa.RecordBatch.from_arrays(columns, schema=layout.schema)]), layout, Files.of(tmp_path))
    assert done is not None
    assert json.loads(done.stats) == {"numRecords": 1}


@pytest.mark.parametrize(("most", "size", "groups"), [(3, 1 << 30, [4, 4]), (100, 1 << 30, [8]), (100, 1, [2] * 4)])
def test_batches_share_a_row_group(
    most: int, size: int, groups: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it has so many rows or bytes; no batch is cut, and none without rows makes one."""
    monkeypatch.setattr(datafile, "_GROUP_ROWS", most)
    monkeypatch.setattr(datafile, "_GROUP_BYTES", size)
    pairs = [rows((0, n), (0, n + 1)) for n in range(0, 8, 2)]
    done = write_rows(iter([rows(), *pairs]), CONTRACT, Files.of(tmp_path))
    assert done is not None
    said = pq.ParquetFile(tmp_path / done.path).metadata
    assert [said.row_group(n).num_rows for n in range(said.num_row_groups)] == groups
    assert pq.read_table(tmp_path / done.path)["offset"].to_pylist() == list(range(8))


def test_a_null_that_may_not_be_leaves_no_file(tmp_path: Path) -> None:
    """Whoever makes the rows has promised it."""
    with pytest.raises(pa.ArrowInvalid, match="number"):
        write_file(iter([of(WIDE, FULL), of(WIDE, {"small": 1})]), WIDE, Files.of(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    """Whatever goes wrong between two batches of rows is told as it was, and the half file is gone."""

    def broken() -> Iterator[pa.RecordBatch]:
        yield rows((0, 1))
        raise ProcessingError("no more", "")

    with pytest.raises(ProcessingError, match="no more"):
        write_rows(broken(), CONTRACT, Files.of(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_files_are_in_the_table_by_one_commit(tmp_path: Path) -> None:
    """With what it says of itself; rows are found by the statistics, too."""
    ledger = tmp_path / "ledger"
    create_ledger(ledger, CONTRACT)
    turn = Turn.take(ledger)
    made = [write_rows(iter([one]), CONTRACT, Files.of(ledger)) for one in (rows((0, 1), (0, 2)), rows((1, 9)))]
    assert turn.append([one.action() for one in made if one], {"batch": "1"}) == 1
    version, commit = next(row_commits(DeltaTable(ledger)))
    assert (version, notes(commit)["batch"]) == (1, "1")
    table = DeltaTable(ledger)
    assert sorted(table.to_pyarrow_dataset().to_table()["offset"].to_pylist()) == [1, 2, 9]
    assert table.to_pyarrow_table(filters=[("received_at", "=", NOW + timedelta(seconds=1))])["offset"].to_pylist() == [
        2
    ]


def test_somebody_elses_commit_in_between_keeps_ours_out(tmp_path: Path) -> None:
    """Whoever took the turn first and commits later is told so, and has changed nothing."""
    ledger = tmp_path / "ledger"
    create_ledger(ledger, CONTRACT)
    late, quick = Turn.take(ledger), Turn.take(ledger)
    made = write_rows(iter([rows((0, 1))]), CONTRACT, Files.of(ledger))
    assert made is not None
    quick.append([made.action()], {})
    again = write_rows(iter([rows((0, 1))]), CONTRACT, Files.of(ledger))
    assert again is not None
    with pytest.raises(OvertakenError, match="ledger was written by somebody else"):
        late.append([again.action()], {})
    assert DeltaTable(ledger).to_pyarrow_dataset().count_rows() == 1
