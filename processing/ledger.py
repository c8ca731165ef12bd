"""Kafka records to ledger rows: decode in Arrow batches, find duplicates over all that was accepted, commit once.

One row per record. One Delta transaction per micro-batch holds every outcome, so accepted and rejected cannot drift.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

from contracts.compiler.model import Contract
from processing.columns import arrow_type
from processing.decode import Verdict
from processing.tables import LEDGER, event_columns
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

# Spark's default for timestamps, INT96, counts nanoseconds to other readers: they find another time before 1678 and
# after 2262, or fail.
_SESSION = {"spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS"}


def prepare(spark: SparkSession) -> None:
    """Set the session so that every reader finds in the tables what was stored; call it before the first batch."""
    for name, value in _SESSION.items():
        spark.conf.set(name, value)


def decode(records: DataFrame, versions: Versions, key: bytes) -> DataFrame:
    """Kafka source rows to ledger rows before deduplication: coordinates, verdict, typed event, and the raw record."""
    contract = versions.target
    taken = records.select("partition", "offset", F.col("timestamp").alias("received_at"), "key", "value", "headers")
    raw = ("raw_key", "raw_value", "raw_headers")
    columns = ("partition", "offset", "received_at", *_DECODED, *raw)
    schema = ", ".join(f"`{name}` {LEDGER[name][0].removesuffix(' NOT NULL')}" for name in columns)
    return taken.mapInArrow(_worker(versions, key), f"{schema}, event {event_columns(contract)}")


def _worker(versions: Versions, key: bytes) -> Any:
    """The function a Spark task runs: compiles the decoder once, then one Arrow batch in, one out."""

    def run(batches: Iterator["pa.RecordBatch"]) -> Iterator["pa.RecordBatch"]:
        decoder = VersionedDecoder(versions, key)
        for batch in batches:
            yield _decode_batch(batch, decoder, versions.target)

    return run


def _decode_batch(batch: "pa.RecordBatch", decoder: VersionedDecoder, contract: Contract) -> "pa.RecordBatch":
    import pyarrow as pa

    columns = {name: batch.column(name) for name in batch.schema.names}
    headers = columns["headers"].to_pylist()
    verdicts = [
        decoder.decode(value, key, [(h["key"], h["value"]) for h in sent or ()])
        for value, key, sent in zip(columns["value"].to_pylist(), columns["key"].to_pylist(), headers, strict=True)
    ]
    late, early = _lateness(verdicts, columns["received_at"].to_pylist(), contract)
    reasons = pa.struct([(name, pa.string()) for name in ("clause", "path", "found", "wanted")])
    made = [
        columns["partition"],
        columns["offset"],
        columns["received_at"],
        pa.array([v.outcome for v in verdicts], pa.string()),
        pa.array([v.event_id for v in verdicts], pa.string()),
        pa.array([v.version for v in verdicts], pa.string()),
        pa.array([v.body_hash for v in verdicts], pa.binary()),
        pa.array(late, pa.bool_()),
        pa.array(early, pa.bool_()),
        pa.array([v.unknown for v in verdicts], pa.string()),
        pa.array([_reasons(v) for v in verdicts], pa.list_(reasons)),
        columns["key"],
        columns["value"],
        columns["headers"],
        _events([v.event for v in verdicts], contract),
    ]
    names = ["partition", "offset", "received_at", *_DECODED, "raw_key", "raw_value", "raw_headers", "event"]
    return pa.RecordBatch.from_arrays(made, names=names)


def _reasons(verdict: Verdict) -> list[dict[str, str]] | None:
    rows = [{"clause": f.clause, "path": f.path, "found": f.found, "wanted": f.wanted} for f in verdict.findings]
    return rows or None


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


def settle(decoded: DataFrame, known: DataFrame | None, batch: str) -> DataFrame:
    """Decoded rows to ledger rows: among equal event ids the first committed wins, then the first by coordinates.

    `known` are the accepted rows of the ledger so far (event_id, body_hash, partition, offset), None for none. A hit
    on a row's own coordinates is the row itself, seen again after a restart. A rejected event does not occupy its id.
    """
    accepted = F.col("outcome") == "accepted"
    claim = F.when(accepted, F.col("event_id"))
    nobody = F.concat_ws(":", F.lit("\0"), "partition", "offset")
    twins = Window.partitionBy(F.coalesce(claim, nobody)).orderBy("partition", "offset")
    seen = (
        _with_known(decoded, known, claim)
        .withColumn("first_partition", F.coalesce("known_partition", F.first("partition").over(twins)))
        .withColumn("first_offset", F.coalesce("known_offset", F.first("offset").over(twins)))
        .withColumn("first_hash", F.coalesce("known_hash", F.first("body_hash").over(twins)))
    )
    itself = (F.col("first_partition") == F.col("partition")) & (F.col("first_offset") == F.col("offset"))
    twin = accepted & ~itself
    outcome = (
        F.when(twin & (F.col("first_hash") == F.col("body_hash")), "duplicate")
        .when(twin, "conflict")
        .otherwise(F.col("outcome"))
    )
    settled = seen.withColumn("twin", twin).withColumn("outcome", outcome)
    kept, is_twin = F.col("outcome") == "accepted", F.col("twin")
    return settled.select(
        *(c for c in ("partition", "offset", "received_at", *_DECODED)),
        F.when(is_twin, F.col("first_partition")).alias("first_partition"),
        F.when(is_twin, F.col("first_offset")).alias("first_offset"),
        *(F.when(~kept, F.col(name)).alias(name) for name in ("raw_key", "raw_value", "raw_headers")),
        F.length("raw_value").cast("bigint").alias("raw_bytes"),
        F.lit(batch).alias("batch"),
        F.lit(None).cast(LEDGER["history"][0]).alias("history"),
        F.when(kept, F.col("event")).alias("event"),
    )


def _with_known(decoded: DataFrame, known: DataFrame | None, claim: Column) -> DataFrame:
    """Add what is known of the claimed event id: its hash and coordinates, null where nobody has it."""
    if known is None:
        nothing = {"known_hash": "binary", "known_partition": "int", "known_offset": "bigint"}
        return decoded.select("*", *(F.lit(None).cast(type_).alias(name) for name, type_ in nothing.items()))
    earlier = known.select(
        F.col("event_id").alias("claimed"),
        F.col("body_hash").alias("known_hash"),
        F.col("partition").alias("known_partition"),
        F.col("offset").alias("known_offset"),
    )
    return decoded.join(earlier, claim == F.col("claimed"), "left")


def known_events(spark: SparkSession, ledger: Path) -> DataFrame:
    """The accepted event ids so far, with the body hash and coordinates of each."""
    rows = spark.read.format("delta").load(str(ledger)).where("outcome = 'accepted'")
    return rows.select("event_id", "body_hash", "partition", "offset")


def commit(rows: DataFrame, ledger: Path, application: str, number: int) -> None:
    """Append one micro-batch in one transaction. Delta skips a batch number that this application committed before."""
    (
        rows.write.format("delta")
        .mode("append")
        .option("txnAppId", application)
        .option("txnVersion", number)
        .save(str(ledger))
    )
