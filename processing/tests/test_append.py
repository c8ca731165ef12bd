"""Rows of Spark's to files of a derived table: in the table's own types, once whatever runs twice, and whole or not."""

import pickle
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from contracts.compiler.catalogue import HOME, Catalogue
from processing.append import Appending
from processing.datafile import Written
from processing.errors import ProcessingError
from processing.tables import create_derived, derived_schema
from processing.turn import Turn
from runtime.delta import dataset
from runtime.store import Files

CONTRACT = Catalogue(HOME).get("tickets.v1")
SCHEMA = derived_schema(CONTRACT)
NOW = datetime(2026, 1, 5, 1, 2, 3, 4500, tzinfo=UTC)
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
USUAL: dict[Any, Any] = {
    pa.string(): "text",
    pa.int32(): 3,
    pa.int64(): 1 << 40,
    pa.bool_(): True,
    pa.date32(): date(2026, 1, 5),
    pa.timestamp("us", "UTC"): NOW,
    pa.decimal128(12, 2): Decimal("12.07"),
    SCHEMA.field("tags").type: ["a", "b"],
    SCHEMA.field("attachments").type: [{"name": "a.pdf", "media_type": "application/pdf", "size_bytes": 7}],
}
WORKER = """\
import pickle, sys
sys.modules.update(dict.fromkeys(("deltalake", "polars", "numpy", "pandas")))
with open(sys.argv[1], "rb") as file:
    task, rows = pickle.load(file)
[path] = [one["path"] for part in task(iter([rows])) for one in part.to_pylist()]
print(path)
"""


def row(**named: Any) -> dict[str, Any]:
    """A row of the accepted table with a value everywhere, but for what is named."""
    return {field.name: USUAL[field.type] for field in SCHEMA} | named


def sent(*rows: dict[str, Any]) -> pa.RecordBatch:
    """Rows as Spark hands them to a task: items have another name, and nothing says what may not be null."""
    others = {"tags": pa.list_(pa.field("element", pa.string(), nullable=False))}
    schema = pa.schema([(field.name, others.get(field.name, field.type)) for field in SCHEMA])
    return pa.RecordBatch.from_pylist(list(rows), schema)


def run(path: Path, *batches: pa.RecordBatch) -> list[Written]:
    """What a task says of these."""
    said = Appending(CONTRACT, Files.of(path))(iter(batches))
    return [Written(**one) for part in said for one in part.to_pylist()]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The accepted table, empty."""
    create_derived(tmp_path / "tickets", CONTRACT)
    return tmp_path / "tickets"


def test_a_file_has_the_tables_own_types(table: Path) -> None:
    """Every value as it was, and null where it may be."""
    bare = row(**{field.name: None for field in SCHEMA if field.nullable})
    [done] = run(table, sent(row(), bare))
    held = pq.read_table(table / done.path)
    assert held.schema.remove_metadata().equals(SCHEMA)
    assert held.to_pylist() == [row(), bare]


def test_a_task_that_runs_twice_adds_its_rows_once(table: Path) -> None:
    """Only what the driver was told of is in the table; the other file lies there until a vacuum."""
    turn = Turn.take(table)
    first, again = run(table, sent(row())), run(table, sent(row()))
    turn.append([one.action() for one in again], {})
    assert dataset(DeltaTable(table), table).count_rows() == 1
    assert {one.path for one in (*first, *again)} == {file.name for file in table.glob("*.parquet")}


def test_rows_are_found_by_their_moments(table: Path) -> None:
    """At the ends of the calendar too, the last of which no bound can say."""
    turn = Turn.take(table)
    moments = {"first": FIRST, "now": NOW, "last": LAST}
    files = [one for name, at in moments.items() for one in run(table, sent(row(event_id=name, occurred_at=at)))]
    turn.append([one.action() for one in files], {})
    for name, at in moments.items():
        found = dataset(DeltaTable(table), table).to_table(filter=ds.field("occurred_at") == at)
        assert found["event_id"].to_pylist() == [name]


def test_a_value_that_is_required_and_missing_is_told(table: Path) -> None:
    """With the field, and what to mend; no file is left."""
    with pytest.raises(ProcessingError, match=r"tickets.v1 requires priority") as error:
        run(table, sent(row()), sent(row(), row(priority=None)))
    assert "processing/enrich/" in error.value.remedy
    assert list(table.glob("*.parquet")) == []


def test_no_rows_no_file(table: Path) -> None:
    """A task may get none, or only batches without any."""
    assert run(table) == run(table, sent()) == []
    assert list(table.glob("*.parquet")) == []


def test_a_task_needs_nothing_that_workers_lack(tmp_path: Path) -> None:
    """Sent to a process that can't load deltalake, it writes the same file."""
    (tmp_path / "task").write_bytes(pickle.dumps((Appending(CONTRACT, Files.of(tmp_path)), sent(row()))))
    done = subprocess.run(
        [sys.executable, "-c", WORKER, tmp_path / "task"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert pq.read_table(tmp_path / done.stdout.strip()).to_pylist() == [row()]
