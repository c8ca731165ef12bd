"""Kafka records to ledger rows: decode in Arrow batches, settle who came first, commit once.

One row per record. One Delta transaction per micro-batch holds every outcome, so accepted and rejected cannot drift.
"""

import contextlib
import gc
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

from contracts.compiler.model import Contract, Finding
from processing.claims import CLAIMS, FROM, claimed
from processing.columns import arrow_type
from processing.decode import Verdict
from processing.erased import ErasedList
from processing.kernel import Kernel, Plain
from processing.tables import LEDGER, event_columns, ledger_schema
from processing.versions import VersionedDecoder, Versions

if TYPE_CHECKING:
    import pyarrow as pa

# What the decoder adds to a record, as Spark DDL; `event` is added from the contract.
_DECODED = (
    "outcome",
    "event_id",
    "contract_version",
    "body_hash",
    "is_late",
    "is_early",
    "unknown_fields",
    "violations",
)

MOST_REASONS = 100  # kept of a record; of each clause it breaks, one at least
_WITH_RAW = ("rejected", "duplicate", "conflict", "tombstone")  # the outcomes whose bytes are kept

# Spark's default for timestamps, INT96, counts nanoseconds to other readers: they find another time before 1678 and
# after 2262, or fail.
_SESSION = {"spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS"}


def prepare(spark: SparkSession) -> None:
    """Set the session so that every reader finds in the tables what was stored; call it before the first batch."""
    for name, value in _SESSION.items():
        spark.conf.set(name, value)


def decode(records: DataFrame, versions: Versions, key: bytes, erased: ErasedList) -> DataFrame:
    """Kafka source rows to ledger rows before deduplication: coordinates, verdict, typed event, and the raw record."""
    raw = ("raw_key", "raw_value", "raw_headers")
    columns = ("partition", "offset", "received_at", *_DECODED, *raw)
    schema = ", ".join(f"`{name}` {LEDGER[name][0].removesuffix(' NOT NULL')}" for name in columns)
    return taken(records).mapInArrow(worker(versions, key, erased), f"{schema}, event {event_columns(versions.target)}")


def taken(records: DataFrame) -> DataFrame:
    """What is read of a Kafka source row."""
    return records.select("partition", "offset", F.col("timestamp").alias("received_at"), "key", "value", "headers")


def worker(versions: Versions, key: bytes, erased: ErasedList) -> Any:
    """The function a Spark task runs: compiles the decoder once, then one Arrow batch in, one out."""

    def run(batches: Iterator["pa.RecordBatch"]) -> Iterator["pa.RecordBatch"]:
        decoder, kernel = VersionedDecoder(versions, key, erased), Kernel(versions, key, erased)
        for batch in batches:
            with _uncollected():
                decoded = _decode_batch(batch, decoder, versions.target, kernel)
            yield decoded

    return run


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles meanwhile: many small objects are made, which none is among, and each search goes through
    all modules, too.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _decode_batch(
    batch: "pa.RecordBatch", decoder: VersionedDecoder, contract: Contract, kernel: Kernel | None = None
) -> "pa.RecordBatch":
    """The rows of a batch judged and decoded: those that the kernel proves plain by it, the others in Python."""
    plain = kernel.decode(batch) if kernel is not None else None
    if plain is None:
        return _whole(batch, _judged(batch, decoder, contract))
    return _whole(batch, _both(batch, plain, decoder, contract))


def _whole(batch: "pa.RecordBatch", decoded: Mapping[str, "pa.Array"]) -> "pa.RecordBatch":
    """A batch with what was made of it, in the columns of the ledger."""
    import pyarrow as pa

    made = {
        **{name: batch.column(name) for name in ("partition", "offset", "received_at")},
        **{name: decoded[name] for name in _DECODED},
        **{f"raw_{name}": batch.column(name) for name in ("key", "value", "headers")},
        "event": decoded["event"],
    }
    return pa.RecordBatch.from_arrays(list(made.values()), names=list(made))


def _judged(batch: "pa.RecordBatch", decoder: VersionedDecoder, contract: Contract) -> dict[str, "pa.Array"]:
    """Every row judged in Python."""
    import pyarrow as pa

    columns = {name: batch.column(name).to_pylist() for name in ("value", "key", "headers")}
    verdicts = [
        decoder.decode(value, key, [(h["key"], h["value"]) for h in sent or ()])
        for value, key, sent in zip(columns["value"], columns["key"], columns["headers"], strict=True)
    ]
    late, early = _lateness(verdicts, batch.column("received_at"), contract)
    return {
        "outcome": pa.array([v.outcome for v in verdicts], pa.string()),
        "event_id": pa.array([v.event_id for v in verdicts], pa.string()),
        "contract_version": pa.array([v.version for v in verdicts], pa.string()),
        "body_hash": pa.array([v.body_hash for v in verdicts], pa.binary()),
        "is_late": pa.array(late, pa.bool_()),
        "is_early": pa.array(early, pa.bool_()),
        "unknown_fields": pa.array([v.unknown for v in verdicts], pa.string()),
        "violations": pa.array([_reasons(v) for v in verdicts], _reasons_type()),
        "event": _events([v.event for v in verdicts], contract),
    }


def _both(
    batch: "pa.RecordBatch", plain: Plain, decoder: VersionedDecoder, contract: Contract
) -> dict[str, "pa.Array"]:
    """The plain rows and the others, judged in Python, in the order of the batch."""
    import pyarrow as pa
    import pyarrow.compute as pc

    count = plain.mask.true_count
    fast = {
        **plain.columns,
        "outcome": pa.repeat(pa.scalar("accepted"), count),
        "unknown_fields": pa.nulls(count, pa.string()),
        "violations": pa.nulls(count, _reasons_type()),
    }
    if count == batch.num_rows:
        return fast
    slow = _judged(batch.filter(pc.invert(plain.mask)), decoder, contract)
    places = pa.concat_arrays([pc.indices_nonzero(plain.mask), pc.indices_nonzero(pc.invert(plain.mask))])
    order = pc.sort_indices(places)
    return {name: pa.concat_arrays([fast[name], slow[name]]).take(order) for name in slow}


def _reasons_type() -> "pa.DataType":
    import pyarrow as pa

    return pa.list_(pa.struct([(name, pa.string()) for name in ("clause", "path", "found", "wanted")]))


def _reasons(verdict: Verdict) -> list[dict[str, str]] | None:
    """The first findings, and the first of every clause: a record of 1 MB can have half a million of one clause."""
    firsts: dict[str, Finding] = {}
    for found in verdict.findings:
        firsts.setdefault(found.clause, found)
    head = verdict.findings[:MOST_REASONS]
    kept = (*head, *(found for found in firsts.values() if found not in head))
    return [{"clause": f.clause, "path": f.path, "found": f.found, "wanted": f.wanted} for f in kept] or None


def _events(events: list[tuple[Any, ...] | None], contract: Contract) -> "pa.Array":
    """The `event` column: child columns built one by one, null where a record was not accepted."""
    import pyarrow as pa

    children = [
        pa.array([None if event is None else event[i] for event in events], arrow_type(field))
        for i, field in enumerate(contract.fields)
    ]
    absent = pa.array([event is None for event in events], pa.bool_())
    return pa.StructArray.from_arrays(children, names=[field.name for field in contract.fields], mask=absent)


def _lateness(
    verdicts: list[Verdict], received: "pa.Array", contract: Contract
) -> tuple[list[bool | None], list[bool | None]]:
    """Late and early against the record's broker timestamp, so that a replay flags the same; null unless decoded."""
    at = next((i for i, field in enumerate(contract.fields) if field.name == contract.event_time), None)
    late_after, early_after = contract.late_after or timedelta.max, contract.early_after or timedelta.max
    late: list[bool | None] = []
    early: list[bool | None] = []
    for place, verdict in enumerate(verdicts):
        gap = None
        if verdict.event is not None and at is not None:  # a moment of Python's only where one is needed: it is dear
            gap = received[place].as_py() - verdict.event[at]
        late.append(None if gap is None else gap > late_after)
        early.append(None if gap is None else -gap > early_after)
    return late, early


def claims(decoded: DataFrame) -> "pa.Table":
    """What the driver settles of decoded rows, in order of coordinates (CLAIMS)."""
    import pyarrow as pa

    accepted = decoded.where("outcome = 'accepted'").select(*FROM).toArrow()
    claims = pa.Table.from_arrays(claimed(accepted), schema=CLAIMS)
    return claims.sort_by([("partition", "ascending"), ("offset", "ascending")])


def settle(decoded: DataFrame, twins: "pa.Table", batch: str, contract: Contract) -> DataFrame:
    """Decoded rows to ledger rows, as `settled` makes them."""
    known = twins.combine_chunks()

    def run(batches: Iterator["pa.RecordBatch"]) -> Iterator["pa.RecordBatch"]:
        return (settled(one, known, batch, contract) for one in batches)

    columns = ", ".join(f"`{name}` {type_.removesuffix(' NOT NULL')}" for name, (type_, _) in LEDGER.items())
    return decoded.mapInArrow(run, f"{columns}, event {event_columns(contract)}")


def settled(decoded: "pa.RecordBatch", twins: "pa.Table", batch: str, contract: Contract) -> "pa.RecordBatch":
    """Decoded rows to rows of the ledger: what stands in `twins` (TWINS) is a duplicate or, with another body, a
    conflict of the record named there. The bytes of what nobody will look at again are not kept.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    schema, count = ledger_schema(contract), decoded.num_rows
    held = {name: decoded.column(name) for name in decoded.schema.names}
    first_partition, first_offset, same = _twins_of(decoded, twins)
    twin = pc.if_else(same, "duplicate", "conflict")
    held["outcome"] = outcome = pc.coalesce(twin, held["outcome"])
    raw = pc.is_in(outcome, pa.array(_WITH_RAW))
    held |= {"raw_bytes": pc.binary_length(held["raw_value"])}
    held |= {name: _only_where(raw, held[name]) for name in ("raw_key", "raw_value", "raw_headers")}
    held |= {"first_partition": first_partition, "first_offset": first_offset}
    held |= {"batch": pa.repeat(pa.scalar(batch), count)}
    event = held["event"]
    kept = pc.and_(pc.equal(outcome, "accepted"), event.is_valid())
    # Not the struct's own mask: a record that is settled as a duplicate must leave none of its values behind.
    held["event"] = _only_where(kept, event)
    columns = [held[f.name].cast(f.type) if f.name in held else pa.nulls(count, f.type) for f in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _only_where(mask: "pa.BooleanArray", values: "pa.Array") -> "pa.Array":
    """The values where `mask` is true, null elsewhere, with nothing of the others left in the buffers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if mask.true_count == len(mask):
        return values
    numbers = pc.indices_nonzero(pa.repeat(pa.scalar(True), len(mask)))  # 0, 1, 2... without a number of Python's each
    return values.take(pc.if_else(mask, numbers, pa.scalar(None, numbers.type)))


def _twins_of(decoded: "pa.RecordBatch", twins: "pa.Table") -> tuple["pa.Array", "pa.Array", "pa.Array"]:
    """Of each row: partition and offset of the record that came first and whether its body is the same, or nulls."""
    import pyarrow as pa
    import pyarrow.compute as pc

    at = pa.nulls(decoded.num_rows, pa.int64())
    if twins.num_rows:
        for partition in decoded.column("partition").unique():
            mine = pc.equal(twins["partition"], partition)
            here = pc.equal(decoded.column("partition"), partition)
            found = pc.index_in(decoded.column("offset"), twins["offset"].filter(mine))
            places = pc.indices_nonzero(mine).cast(pa.int64()).take(found)
            at = pc.if_else(here, places, at)
    return tuple(twins[name].combine_chunks().take(at) for name in ("first_partition", "first_offset", "same"))
