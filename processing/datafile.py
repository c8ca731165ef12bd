"""Rows of a table to one Parquet file in its folder, and what a commit must say of that file."""

import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa

from contracts.compiler.model import Contract
from processing.tables import Layout, ledger_layout
from runtime.store import Files

if TYPE_CHECKING:
    from deltalake.transaction import AddAction

WRITTEN = "path string, size bigint, stats string"  # a `Written` as a row of Spark's
_GROUP_ROWS, _GROUP_BYTES = 100_000, 64 << 20  # of a row group, about: every part of it costs a reader something
_EPOCH, _MILLISECOND_US = datetime(1970, 1, 1, tzinfo=UTC), 1000


@dataclass(frozen=True, slots=True)
class Written:
    """A file below the table's folder: its size in bytes, and Delta's statistics of it as JSON."""

    path: str
    size: int
    stats: str

    def row(self) -> pa.RecordBatch:
        """As a task of Spark's says it to the driver (WRITTEN)."""
        return pa.RecordBatch.from_pylist([asdict(self)])

    def action(self) -> "AddAction":
        """As a commit names it."""
        from deltalake.transaction import AddAction

        return AddAction(self.path, self.size, {}, int(time.time() * 1000), True, self.stats)


def write_rows(batches: Iterable[pa.RecordBatch], contract: Contract, files: Files) -> Written | None:
    """Rows of the ledger as one new file, as `write_file` does it."""
    return write_file(batches, ledger_layout(contract), files)


def write_file(batches: Iterable[pa.RecordBatch], layout: Layout, files: Files) -> Written | None:
    """The rows, in the columns of the layout, as one new file; None, and no file, where there are none. One that fails
    is removed again.
    """
    import pyarrow.parquet as pq

    bounds = _Bounds(layout.statistics)
    place, path, writer = files.opened(), f"part-{uuid4()}.snappy.parquet", None
    try:
        for rows in _gathered(batches):
            writer = writer or pq.ParquetWriter(path, layout.schema, filesystem=place, compression="snappy")
            writer.write_table(rows, row_group_size=rows.num_rows)
            bounds.add(rows)
        if writer is None:
            return None
        writer.close()
    except BaseException:
        with contextlib.suppress(OSError, pa.ArrowException):
            if writer is not None:
                writer.close()
            place.delete_file(path)
        raise
    return Written(path, place.get_file_info(path).size, bounds.said())


def _gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The rows in parts as large as a row group should be; a batch is never cut, one without rows left out."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if batch.num_rows == 0:
            continue
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
            yield pa.Table.from_batches(held)
            held, rows, size = [], 0, 0
    if held:
        yield pa.Table.from_batches(held)


class _Bounds:
    """Delta's statistics of rows: how many, and of some columns the least and the greatest value and the nulls."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._rows = 0
        self._nulls = dict.fromkeys(columns, 0)
        self._least: dict[str, Any] = {}
        self._most: dict[str, Any] = {}

    def add(self, rows: pa.Table) -> None:
        """These rows, too."""
        import pyarrow.compute as pc

        self._rows += rows.num_rows
        for name in self._nulls:
            found = pc.min_max(rows[name])
            self._nulls[name] += rows[name].null_count
            if found["min"].is_valid:
                least, most = _comparable(found["min"]), _comparable(found["max"])
                self._least[name] = min(least, self._least.get(name, least))
                self._most[name] = max(most, self._most.get(name, most))

    def said(self) -> str:
        """As JSON. A time is in milliseconds, the greatest rounded up: it must not be less than any row's.

        Where the calendar can't say a bound, only the number of rows: deltalake finds no row of a file that has one
        bound of a column without the other.
        """
        try:
            least = {name: _plain(value) for name, value in self._least.items()}
            most = {name: _plain(value, up=True) for name, value in self._most.items()}
        except OverflowError:
            return json.dumps({"numRecords": self._rows})
        return json.dumps({"numRecords": self._rows, "minValues": least, "maxValues": most, "nullCount": self._nulls})


@dataclass(frozen=True, slots=True, order=True)
class _Moment:
    """Microseconds since 1970: Spark knows years that Python's calendar does not."""

    us: int


def _comparable(value: pa.Scalar) -> Any:
    return _Moment(value.value) if isinstance(value, pa.TimestampScalar) else value.as_py()


def _plain(value: Any, *, up: bool = False) -> Any:
    if not isinstance(value, _Moment):
        return value
    ms = -(-value.us // _MILLISECOND_US) if up else value.us // _MILLISECOND_US
    at = _EPOCH + timedelta(milliseconds=ms)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
