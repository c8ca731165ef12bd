"""Kafka records to ledger rows: decode in Arrow batches, settle who came first, commit once.

One row per record. One Delta transaction per micro-batch holds every outcome, so accepted and rejected cannot drift.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

from contracts.compiler.model import Contract, Finding
from processing.columns import arrow_type
from processing.decode import Verdict
from processing.erased import ErasedList
from processing.kernel import Kernel, Plain
from processing.tables import LEDGER, event_columns
from processing.turn import Turn
from processing.versions import VersionedDecoder, Versions
from runtime.store import spark_path

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
    contract = versions.target
    taken = records.select("partition", "offset", F.col("timestamp").alias("received_at"), "key", "value", "headers")
    raw = ("raw_key", "raw_value", "raw_headers")
    columns = ("partition", "offset", "received_at", *_DECODED, *raw)
    schema = ", ".join(f"`{name}` {LEDGER[name][0].removesuffix(' NOT NULL')}" for name in columns)
    return taken.mapInArrow(_worker(versions, key, erased), f"{schema}, event {event_columns(contract)}")


def _worker(versions: Versions, key: bytes, erased: ErasedList) -> Any:
    """The function a Spark task runs: compiles the decoder once, then one Arrow batch in, one out."""

    def run(batches: Iterator["pa.RecordBatch"]) -> Iterator["pa.RecordBatch"]:
        decoder, kernel = VersionedDecoder(versions, key, erased), Kernel(versions, key, erased)
        for batch in batches:
            yield _decode_batch(batch, decoder, versions.target, kernel)

    return run


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

    columns = {name: batch.column(name).to_pylist() for name in ("value", "key", "headers", "received_at")}
    verdicts = [
        decoder.decode(value, key, [(h["key"], h["value"]) for h in sent or ()])
        for value, key, sent in zip(columns["value"], columns["key"], columns["headers"], strict=True)
    ]
    late, early = _lateness(verdicts, columns["received_at"], contract)
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
    verdicts: list[Verdict], received: list[datetime], contract: Contract
) -> tuple[list[bool | None], list[bool | None]]:
    """Late and early against the record's broker timestamp, so that a replay flags the same; null unless decoded."""
    at = next((i for i, field in enumerate(contract.fields) if field.name == contract.event_time), None)
    late_after, early_after = contract.late_after or timedelta.max, contract.early_after or timedelta.max
    late: list[bool | None] = []
    early: list[bool | None] = []
    for verdict, when in zip(verdicts, received, strict=True):
        gap = when - verdict.event[at] if verdict.event is not None and at is not None else None
        late.append(None if gap is None else gap > late_after)
        early.append(None if gap is None else -gap > early_after)
    return late, early


def claims(decoded: DataFrame, *more: Column) -> "pa.Table":
    """What the driver settles and counts, one row per record in order of coordinates: index.CLAIMS, then received_at,
    outcome and `more`.
    """
    columns = ("partition", "offset", "event_id", "body_hash", "received_at", "outcome")
    return decoded.select(*columns, *more).toArrow().sort_by([("partition", "ascending"), ("offset", "ascending")])


def settle(decoded: DataFrame, twins: "pa.Table", batch: str) -> DataFrame:
    """Decoded rows to ledger rows: what stands in `twins` (index.TWINS) is a duplicate or, with another body, a
    conflict of the record named there.
    """
    kept, twin = F.col("outcome") == "accepted", F.col("same").isNotNull()
    outcome = F.when(F.col("same"), "duplicate").when(twin, "conflict").otherwise(F.col("outcome"))
    settled = _with_twins(decoded, twins).withColumn("outcome", outcome)
    raw = F.col("outcome").isin(*_WITH_RAW)
    return settled.select(
        *(c for c in ("partition", "offset", "received_at", *_DECODED)),
        "first_partition",
        "first_offset",
        *(F.when(raw, F.col(name)).alias(name) for name in ("raw_key", "raw_value", "raw_headers")),
        F.length("raw_value").cast("bigint").alias("raw_bytes"),
        F.lit(batch).alias("batch"),
        F.lit(None).cast(LEDGER["history"][0]).alias("history"),
        F.lit(None).cast(LEDGER["expired_at"][0]).alias("expired_at"),
        F.when(kept, F.col("event")).alias("event"),
    )


def _with_twins(decoded: DataFrame, twins: "pa.Table") -> DataFrame:
    """Add the coordinates of the record that came first and whether its body is the same, null where there is none."""
    nothing = {"first_partition": "int", "first_offset": "bigint", "same": "boolean"}
    if twins.num_rows == 0:
        return decoded.select("*", *(F.lit(None).cast(type_).alias(name) for name, type_ in nothing.items()))
    firsts = decoded.sparkSession.createDataFrame(twins)
    return decoded.join(F.broadcast(firsts), ["partition", "offset"], "left")


def commit(rows: DataFrame, turn: Turn, said: Mapping[str, Any]) -> int:
    """Append one micro-batch in one transaction, the ledger's next; its version. OvertakenError where it is taken."""
    rows.write.format("delta").mode("append").options(**turn.options(said)).save(spark_path(turn.path))
    return turn.confirm()
