"""Rejected records to what today's contracts make of them: decoded again from the bytes that were kept.

One commit of the ledger changes every row that is judged otherwise now, and keeps in `history` what it was. The first
committed of an event id still wins, so a replayed event may come out as a duplicate or a conflict. What is not judged
otherwise stays as it is, so a second replay changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

from processing import aggregates, derive, ledger, tables
from processing.derive import Derivation
from processing.erase import sweep
from processing.errors import ProcessingError
from processing.index import Index
from processing.lease import Lease
from processing.migrate import bring
from processing.turn import Turn
from runtime.store import spark_path

_KEY = ("partition", "offset")
_FROM = {"received_at": "timestamp", "raw_key": "key", "raw_value": "value", "raw_headers": "headers"}
_OWN = (*_KEY, "received_at", "raw_bytes", "batch", "history", "expired_at")
# The ledger's columns that a new verdict replaces; coordinates, size and batch are the record's own.
_JUDGED = tuple(name for name in tables.LEDGER if name not in _OWN)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found, or would do: `examined` rejected records, and by new outcome those judged otherwise now.

    `rejected` among the outcomes are those that are refused for other reasons than before.
    """

    examined: int
    outcomes: Mapping[str, int]


def replay(
    spark: SparkSession, derivation: Derivation, key: bytes, lease: Lease, clause: str | None, dry_run: bool
) -> Replayed:
    """Replay the rejected records, or those of them that break one clause; the derived tables follow.

    `dry_run` changes nothing, the tables' columns included: ProcessingError where these would have to change first.
    """
    ledger.prepare(spark)
    if dry_run:
        _refuse_older(derivation)
    else:
        bring(derivation.versions, derivation.derived, derivation.ledger, key, lease.check)
        if derivation.erased.digests:  # nothing that is left of them is judged again
            sweep(derivation.ledger, derivation.majors, key, derivation.erased, lease.check)
    turn = Turn.take(derivation.ledger)
    rejected = _rejected(spark, derivation, clause)
    decoded = _decoded(derivation, rejected, key).persist()
    try:
        changed = _changed(_settled(derivation, decoded), rejected)
        outcomes = {row["outcome"]: row["count"] for row in changed.groupBy("outcome").count().collect()}
        found = Replayed(rejected.count(), dict(sorted(outcomes.items())))
        if dry_run:
            return found
        if outcomes:
            lease.check()
            _commit(spark, changed, turn)
    finally:
        decoded.unpersist()
    lease.check()
    aggregates.catch_up(spark, derivation, derive.read_references(spark, derivation, key))
    return found


def _refuse_older(derivation: Derivation) -> None:
    held, target = tables.held_schema(derivation.ledger), derivation.source
    if tables.written_as(held) != target.key:
        raise ProcessingError(
            f"the tables are not those of {target.key} yet",
            f"Run `tickets process {target.name} --once` first, or replay without --dry-run.",
        )


def _rejected(spark: SparkSession, derivation: Derivation, clause: str | None) -> DataFrame:
    """The ledger's rejected rows whose bytes are there."""
    rows = spark.read.format("delta").load(spark_path(derivation.ledger))
    rows = rows.where("outcome = 'rejected' AND raw_value IS NOT NULL")
    return rows if clause is None else rows.where(F.exists("violations", lambda v: v["clause"] == clause))


def _decoded(derivation: Derivation, rejected: DataFrame, key: bytes) -> DataFrame:
    records = rejected.select(*_KEY, *(F.col(name).alias(alias) for name, alias in _FROM.items()))
    return ledger.decode(records, derivation.versions, key, derivation.erased)


def _settled(derivation: Derivation, decoded: DataFrame) -> DataFrame:
    """Ledger rows as they are judged now."""
    claimed = ledger.claims(decoded)
    with Index(derivation.index, derivation.ledger) as index:
        index.follow()
        twins = index.settle(claimed)
    return ledger.settle(decoded, twins, "", derivation.source)


def _changed(judged: DataFrame, rejected: DataFrame) -> DataFrame:
    """Those whose outcome or reasons are others than before."""
    before = rejected.select(*_KEY, F.col("violations").alias("violations_before"))
    other = (F.col("outcome") != "rejected") | ~F.col("violations").eqNullSafe(F.col("violations_before"))
    return judged.join(before, list(_KEY)).where(other)


def _commit(spark: SparkSession, changed: DataFrame, turn: Turn) -> None:
    """One MERGE: the new verdict in, what the row was into its history."""
    from delta.tables import DeltaTable

    was = F.struct(
        F.current_timestamp().alias("at"),
        F.col("l.outcome").alias("outcome"),
        F.col("l.violations").alias("violations"),
    )
    nothing = F.array().cast(tables.LEDGER["history"][0])
    history = F.concat(F.coalesce(F.col("l.history"), nothing), F.array(was))
    verdict = {f"`{name}`": F.col(f"n.`{name}`") for name in (*_JUDGED, "event")}
    merge = (
        DeltaTable.forPath(spark, spark_path(turn.path))
        .alias("l")
        .merge(changed.alias("n"), "l.partition = n.partition AND l.offset = n.offset AND l.outcome = 'rejected'")
        .whenMatchedUpdate(set={**verdict, "history": history})
    )
    with turn.session(spark, {}):
        merge.execute()
    turn.confirm()
