"""Kafka records to parcels, and parcels to files of the ledger: what the tasks of a batch do, in Arrow all the way.

Between decoding and committing the driver must say who came first, so a batch is gone through twice. What lies between
is one row of Spark's for thousands of records: a summary for the driver, and the decoded rows, each as one Arrow
stream. Spark takes nothing of a record apart then (kept as rows of the ledger, the same batch cost three times as
much). Where tasks share a disk with the driver the decoded rows do not go through Spark at all, but lie in a file.
"""

import contextlib
import json
import shutil
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pyarrow as pa
from pyspark.sql import DataFrame

from contracts.compiler.model import Contract
from processing import ledger, measure
from processing.claims import CLAIMS, FROM, claimed
from processing.datafile import WRITTEN, Written, write_rows
from processing.erased import ErasedList
from processing.position import Last, Position
from processing.versions import Versions
from runtime.store import Files

_SCHEMA = "summary binary, rows binary"  # rows: as an Arrow stream, or the path of a file that is one
_BYTES = 32 << 20  # of a parcel's rows, about: a Spark row of more than 2 GB can't be
_FEW = 3  # parcels that one task writes before a second one is worth its start, and the smaller files
_DELAY = "delay_s"
_NOTES = b"tickets"
_SUMMED = pa.schema([*CLAIMS, pa.field(_DELAY, pa.float64())])


@dataclass(frozen=True, slots=True)
class Summary:
    """What the driver is told of a batch: `claims` (CLAIMS) are its accepted records by their coordinates,
    `delays_s` theirs; `outcomes` and `clauses` (measure.py) count records, `newest` is the last of each partition.
    """

    claims: pa.Table
    delays_s: "pa.ChunkedArray"
    outcomes: Mapping[str, int]
    clauses: Mapping[str, int]
    traces: tuple[str, ...]
    newest: Position

    @classmethod
    def of(cls, parts: Sequence[pa.RecordBatch]) -> "Summary":
        """The parcels' summaries as one."""
        notes = [json.loads(one.schema.metadata[_NOTES]) for one in parts]
        newest: dict[int, Last] = {}
        for partition, offset, at in (last for note in notes for last in note["newest"]):
            if partition not in newest or newest[partition].offset < offset:
                newest[partition] = Last(offset, datetime.fromisoformat(at))
        rows = pa.Table.from_batches([one.replace_schema_metadata() for one in parts], _SUMMED)
        rows = rows.sort_by([("partition", "ascending"), ("offset", "ascending")])
        traces = dict.fromkeys(trace for note in notes for trace in note["traces"])
        return cls(
            claims=rows.select(CLAIMS.names),
            delays_s=rows[_DELAY],
            outcomes=_counted(notes, "outcomes"),
            clauses=_counted(notes, "clauses"),
            traces=tuple(traces)[: measure.LINKED],
            newest=newest,
        )

    @property
    def records(self) -> int:
        """How many records the batch has."""
        return sum(self.outcomes.values())


class Parcels(Protocol):
    """The parcels of one batch, wherever they lie."""

    def summaries(self) -> list[bytes]:
        """Of each parcel its summary. The first to be asked for, it is what makes them."""

    def write(self, task: "Writing") -> list[Written]:
        """What a task makes of the parcels' rows, one file or none each; no parcel is seen by two of them."""


@contextlib.contextmanager
def packed(
    records: DataFrame, versions: Versions, key: bytes, erased: ErasedList, folder: Path | None
) -> Iterator[Parcels]:
    """Kafka source rows to parcels, one for an Arrow batch of records, until the context ends.

    With a folder, which the driver and all tasks must see, rows lie in files there, and nothing of them stays; without
    one Spark keeps them.
    """
    # As many tasks as there are cores: each of them costs some hundredths of a second in either pass, and makes a file.
    taken = ledger.taken(records).coalesce(records.sparkSession.sparkContext.defaultParallelism)
    parcels = taken.mapInArrow(Packing(versions, key, erased, None if folder is None else str(folder)), _SCHEMA)
    if folder is None:
        parcels = parcels.persist()
        try:
            yield _InSpark(parcels)
        finally:
            parcels.unpersist()
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)  # they hold what events say of persons
    try:
        yield _InFiles(parcels)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _InSpark:
    """Parcels that Spark keeps: whichever machine a task runs on, it can have them."""

    parcels: DataFrame

    def summaries(self) -> list[bytes]:
        return list(self.parcels.select("summary").toArrow()["summary"].to_pylist())

    def write(self, task: "Writing") -> list[Written]:
        return [Written(**row.asDict()) for row in self.parcels.select("rows").mapInArrow(task, WRITTEN).collect()]


@dataclass(slots=True)
class _InFiles:
    """Parcels whose rows are files; of Spark's rows only their paths are left."""

    parcels: DataFrame
    paths: list[str] = field(default_factory=list)

    def summaries(self) -> list[bytes]:
        made = self.parcels.toArrow()
        self.paths = [path.decode() for path in made["rows"].to_pylist()]
        return list(made["summary"].to_pylist())

    def write(self, task: "Writing") -> list[Written]:
        spark = self.parcels.sparkSession
        shares = _shares(self.paths, max(1, min(spark.sparkContext.defaultParallelism, -(-len(self.paths) // _FEW))))
        numbers = spark.range(0, len(shares), 1, len(shares))
        return [Written(**row.asDict()) for row in numbers.mapInArrow(_Fetching(task, shares), WRITTEN).collect()]


def _shares(paths: Sequence[str], most: int) -> tuple[tuple[str, ...], ...]:
    """The paths in at most so many parts of nearly the same size, in their order; none of them empty."""
    ends = [len(paths) * part // most for part in range(most + 1)]
    return tuple(tuple(paths[start:end]) for start, end in pairwise(ends) if start < end)


@dataclass(frozen=True, slots=True)
class Packing:
    """What a task does in the first pass. With a `folder` the rows are left there, and said is where."""

    versions: Versions
    key: bytes
    erased: ErasedList
    folder: str | None = None

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Records to parcels."""
        for decoded in ledger.worker(self.versions, self.key, self.erased)(batches):
            for rows in _slices(decoded):
                summed = _stream(_summed(rows, self.versions.target))
                yield pa.RecordBatch.from_arrays([summed, self._put(rows)], names=["summary", "rows"])

    def _put(self, rows: pa.RecordBatch) -> pa.BinaryArray:
        if self.folder is None:
            return _stream(rows)
        path = f"{self.folder}/{uuid4()}"
        with pa.OSFile(path, "wb") as file, pa.ipc.new_stream(file, rows.schema) as writer:
            writer.write_batch(rows)
        return pa.array([path.encode()], pa.binary())


def summary(parcels: Parcels) -> Summary:
    """All parcels' summaries as one."""
    return Summary.of([_opened(one) for one in parcels.summaries()])


def write(parcels: Parcels, source: Contract, twins: pa.Table, batch: str, files: Files) -> list[Written]:
    """The parcels' rows, settled (ledger.settled), as Parquet files of the ledger; none of them is in the table yet.

    A task that is tried again leaves files that nobody refers to, which `tickets maintain` removes.
    """
    return parcels.write(Writing(source, twins.combine_chunks(), batch, files))


@dataclass(frozen=True, slots=True)
class Writing:
    """What a task does in the second pass."""

    source: Contract
    twins: pa.Table
    batch: str
    files: Files

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Parcels' rows to what is written: one row, or none without any."""
        yield from self.write(one.as_buffer() for part in batches for one in part.column("rows"))

    def write(self, streams: Iterable[pa.Buffer]) -> Iterator[pa.RecordBatch]:
        """The same from Arrow streams."""
        settled = (ledger.settled(_opened(one), self.twins, self.batch, self.source) for one in streams)
        done = write_rows(settled, self.source, self.files)
        if done is not None:
            yield done.row()


@dataclass(frozen=True, slots=True)
class _Fetching:
    """The same with rows in files: of each number that a task is given, the share of that number."""

    writing: Writing
    shares: tuple[tuple[str, ...], ...]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Numbers to what is written, one row for each."""
        for number in (one for part in batches for one in part.column("id").to_pylist()):
            yield from self.writing.write(_mapped(path) for path in self.shares[number])


def _mapped(path: str) -> pa.Buffer:
    """A file's bytes, read where they are asked for."""
    with pa.memory_map(path) as file:
        return file.read_buffer()


def _slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """A batch in parts that are not too large; one record is never cut."""
    parts = max(1, min(batch.num_rows, -(-batch.nbytes // _BYTES)))
    size = -(-batch.num_rows // parts) or 1
    return (batch.slice(start, size) for start in range(0, batch.num_rows, size))


def _summed(rows: pa.RecordBatch, contract: Contract) -> pa.RecordBatch:
    """The accepted rows as claims with their delays; what else is said of all of them is in the schema's metadata."""
    import pyarrow.compute as pc

    counted = {one["values"]: one["counts"] for one in rows.column("outcome").value_counts().to_pylist()}
    notes = {
        "outcomes": counted,
        "clauses": measure.clauses(rows),
        "traces": measure.traces(rows),
        "newest": _newest(rows),
    }
    schema = _SUMMED.with_metadata({_NOTES: json.dumps(notes).encode()})
    accepted = pc.equal(rows.column("outcome"), "accepted")
    columns = [*claimed(rows.select(FROM).filter(accepted)), measure.delays(rows, contract).filter(accepted)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _newest(rows: pa.RecordBatch) -> list[tuple[int, int, str]]:
    """(partition, offset, broker's timestamp) of the last record of each partition."""
    import pyarrow.compute as pc

    found = []
    for partition in rows.column("partition").unique().to_pylist():
        mine = rows.select(["partition", "offset", "received_at"]).filter(pc.equal(rows.column("partition"), partition))
        at = pc.index(mine.column("offset"), pc.max(mine.column("offset"))).as_py()
        found.append((partition, mine.column("offset")[at].as_py(), mine.column("received_at")[at].as_py().isoformat()))
    return found


def _counted(notes: list[dict[str, Any]], name: str) -> dict[str, int]:
    whole: Counter[str] = Counter()
    for note in notes:
        whole.update(note[name])
    return dict(whole)


def _stream(batch: pa.RecordBatch) -> pa.BinaryArray:
    """A batch as one value: an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    whole = sink.getvalue()
    bounds = pa.py_buffer(struct.pack("=ii", 0, whole.size))
    return pa.BinaryArray.from_buffers(pa.binary(), 1, [None, bounds, whole])  # no copy


def _opened(stream: bytes | pa.Buffer) -> pa.RecordBatch:
    return pa.ipc.open_stream(stream).read_next_batch()
