"""Kafka records to parcels, and parcels to files of the ledger: what the tasks of a batch do, in Arrow all the way.

Between decoding and committing the driver must say who came first, so a batch is gone through twice. What lies between
is one row of Spark's for thousands of records: a summary for the driver, and the decoded rows, each as one Arrow
stream. Spark keeps and moves two byte strings then, and takes nothing of a record apart (kept as rows of the ledger,
the same batch cost three times as much).
"""

import json
import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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

_SCHEMA = "summary binary, rows binary"
_BYTES = 32 << 20  # of a parcel's rows, about: a Spark row of more than 2 GB can't be
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


def pack(records: DataFrame, versions: Versions, key: bytes, erased: ErasedList) -> DataFrame:
    """Kafka source rows to parcels: one row per Arrow batch of decoded records, `summary` and `rows`.

    As many tasks as there are cores: each of them costs some hundredths of a second in either pass, and makes a file.
    """
    tasks = records.sparkSession.sparkContext.defaultParallelism
    return ledger.taken(records).coalesce(tasks).mapInArrow(Packing(versions, key, erased), _SCHEMA)


@dataclass(frozen=True, slots=True)
class Packing:
    """What a task does in the first pass."""

    versions: Versions
    key: bytes
    erased: ErasedList

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Records to parcels."""
        for decoded in ledger.worker(self.versions, self.key, self.erased)(batches):
            for rows in _slices(decoded):
                columns = [_stream(part) for part in (_summed(rows, self.versions.target), rows)]
                yield pa.RecordBatch.from_arrays(columns, names=["summary", "rows"])


def summary(parcels: DataFrame) -> Summary:
    """All parcels' summaries as one. The first to be asked for, it is what makes them."""
    return Summary.of([_opened(one) for one in parcels.select("summary").toArrow()["summary"].to_pylist()])


def write(parcels: DataFrame, source: Contract, twins: pa.Table, batch: str, files: Files) -> list[Written]:
    """The parcels' rows, settled (ledger.settled), as Parquet files of the ledger; none of them is in the table yet.

    A task that is tried again leaves files that nobody refers to, which `tickets maintain` removes.
    """
    task = Writing(source, twins.combine_chunks(), batch, files)
    return [Written(**row.asDict()) for row in parcels.select("rows").mapInArrow(task, WRITTEN).collect()]


@dataclass(frozen=True, slots=True)
class Writing:
    """What a task does in the second pass."""

    source: Contract
    twins: pa.Table
    batch: str
    files: Files

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Parcels' rows to what is written: one row, or none without any."""
        rows = (_opened(one.as_buffer()) for part in batches for one in part.column("rows"))
        settled = (ledger.settled(one, self.twins, self.batch, self.source) for one in rows)
        done = write_rows(settled, self.source, self.files)
        if done is not None:
            yield done.row()


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
