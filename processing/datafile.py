"""Rows of the ledger to one Parquet file in its folder, and what a commit must say of that file."""

import contextlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa

from contracts.compiler.model import Contract
from processing.tables import STATISTICS, ledger_schema
from runtime.store import Files

if TYPE_CHECKING:
    from deltalake.transaction import AddAction

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Written:
    """A file below the table's folder: its size in bytes, and Delta's statistics of it as JSON."""

    path: str
    size: int
    stats: str

    def action(self) -> "AddAction":
        """As a commit names it."""
        from deltalake.transaction import AddAction

        return AddAction(self.path, self.size, {}, int(time.time() * 1000), True, self.stats)


def write_rows(batches: Iterable[pa.RecordBatch], contract: Contract, files: Files) -> Written | None:
    """The rows as one new file; None, and no file, where there are none. One that fails is removed again."""
    import pyarrow.parquet as pq

    schema, bounds = ledger_schema(contract), _Bounds()
    place, path, writer = files.opened(), f"part-{uuid4()}.snappy.parquet", None
    try:
        for batch in batches:
            writer = writer or pq.ParquetWriter(path, schema, filesystem=place, compression="snappy")
            writer.write_batch(batch)
            bounds.add(batch)
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


class _Bounds:
    """Delta's statistics of rows: how many, and of each column in STATISTICS the least and the greatest value."""

    def __init__(self) -> None:
        self._rows = 0
        self._least: dict[str, Any] = {}
        self._most: dict[str, Any] = {}

    def add(self, batch: pa.RecordBatch) -> None:
        """These rows, too."""
        import pyarrow.compute as pc

        self._rows += batch.num_rows
        for name in STATISTICS:
            found = pc.min_max(batch.column(name)).as_py()
            if found["min"] is not None:
                self._least[name] = min(found["min"], self._least.get(name, found["min"]))
                self._most[name] = max(found["max"], self._most.get(name, found["max"]))

    def said(self) -> str:
        """As JSON. A time is in milliseconds, the greatest rounded up: it must not be less than any row's."""
        return json.dumps(
            {
                "numRecords": self._rows,
                "minValues": {name: _plain(value) for name, value in self._least.items()},
                "maxValues": {
                    name: _plain(_up(value) if isinstance(value, datetime) else value)
                    for name, value in self._most.items()
                },
                "nullCount": dict.fromkeys(self._least, 0),
            }
        )


def _up(at: datetime) -> datetime:
    return at + _MILLISECOND if at.microsecond % 1000 else at


def _plain(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
