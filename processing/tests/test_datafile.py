"""Rows to a file of the ledger: what the commit says of it is true of its rows, and a failure leaves nothing."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from contracts.compiler.catalogue import HOME, Catalogue
from processing.datafile import write_rows
from processing.errors import ProcessingError
from processing.tables import create_ledger, ledger_schema
from processing.turn import OvertakenError, Turn, notes
from runtime.delta import row_commits
from runtime.store import Files

CONTRACT = Catalogue(HOME).get("client_tickets.v1")
NOW = datetime(2026, 1, 5, 1, 2, 3, 4500, tzinfo=UTC)


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
