"""How large the events of a ledger's files are, and when Spark need not look at the size of each batch."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from processing.datafile import write_rows
from processing.sized import largest, unmeasured
from processing.tables import ledger_schema
from runtime.store import Files

CONTRACT = Catalogue(HOME).get("client_tickets.v1")
BYTES, RECORDS = "spark.sql.execution.arrow.maxBytesPerBatch", "spark.sql.execution.arrow.maxRecordsPerBatch"


class Session:
    """A Spark session's settings alone."""

    def __init__(self, records: str) -> None:
        self.held = {BYTES: "64m", RECORDS: records}
        self.conf: Any = self

    def get(self, name: str) -> str:
        """A setting."""
        return self.held[name]

    def set(self, name: str, value: str) -> None:
        """Another value of it."""
        self.held[name] = value


def written(folder: Path, *sizes: int | None) -> str:
    """The name of a file of a ledger with records of these sizes, None for a tombstone."""
    schema, count = ledger_schema(CONTRACT), len(sizes)
    held: dict[str, Any] = {
        "partition": [0] * count,
        "offset": range(count),
        "received_at": [datetime(2026, 1, 5, tzinfo=UTC)] * count,
        "outcome": ["accepted"] * count,
        "raw_bytes": sizes,
        "batch": ["1"] * count,
    }
    columns = [pa.array(held[one.name], one.type) if one.name in held else pa.nulls(count, one.type) for one in schema]
    done = write_rows([pa.RecordBatch.from_arrays(columns, schema=schema)], CONTRACT, Files.of(folder))
    assert done is not None
    return done.path


def test_the_largest_of_all_files(tmp_path: Path) -> None:
    """Tombstones have no size; a file of them alone has none to say."""
    names = [written(tmp_path, 500, None, 700), written(tmp_path, 900, 3), written(tmp_path, None, None)]
    assert largest(tmp_path, names) == 900
    assert largest(tmp_path, names[2:]) == 0
    assert largest(tmp_path, []) == 0


def test_a_file_that_does_not_say(tmp_path: Path) -> None:
    """Without statistics nothing is known of any event."""
    name = written(tmp_path, 500)
    pq.write_table(pq.read_table(tmp_path / name), tmp_path / "silent.parquet", write_statistics=False)
    pq.write_table(pa.table({"x": [1]}), tmp_path / "other.parquet")
    assert largest(tmp_path, [name, "silent.parquet"]) is None
    assert largest(tmp_path, ["other.parquet", name]) is None


@pytest.mark.parametrize(
    ("event_bytes", "records", "free"),
    [
        (900, "10000", True),
        (26_000, "10000", True),
        (27_000, "10000", False),
        (1_000_000, "10000", False),
        (None, "10000", False),
        (900, "0", False),
        (900, "-1", False),
    ],
)
def test_no_batch_can_be_too_large(event_bytes: int | None, records: str, *, free: bool) -> None:
    """Only while it lasts, and only where so many rows of the largest event fit."""
    session: Any = Session(records)
    with pytest.raises(ZeroDivisionError), unmeasured(session, event_bytes):
        assert (session.get(BYTES) == str(2**31 - 1)) is free
        1 / 0  # noqa: B018 - whatever happens meanwhile
    assert session.get(BYTES) == "64m"
