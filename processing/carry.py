"""One micro-batch to the tables: decoded, settled, committed to the ledger in one transaction, then derived from.

Killed at any point it leaves the ledger with all of the batch or nothing, and derived tables that lack it at most:
`follow` brings them what is missing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

from processing import derive, ledger, measure, tables
from processing import position as positions
from processing.derive import BATCH, Derivation, References
from processing.flood import FloodError, Watch
from processing.index import Index, claims
from processing.lease import Lease
from processing.position import Lost, Position
from processing.turn import Turn

_SHOWN = 3  # clauses named where a flood stops the job


@dataclass(frozen=True, slots=True)
class Carried:
    """What a batch was: records by outcome, its ledger version, and the share of refused ones (flood.Watch).

    `clauses` are records by clause they break, `delays_s` how long after its own time each event reached the broker.
    `traces` are ids that producers sent along, a few of them (measure.traces).
    """

    batch: str
    outcomes: Mapping[str, int]
    version: int
    rejected_share: float | None
    clauses: Mapping[str, int]
    delays_s: Sequence[float]
    traces: Sequence[str]


@dataclass(frozen=True, slots=True)
class Carrier:
    """Everything one batch after the other is carried with. `unbroken` raises where the topic is no longer the one
    that the ledger has read up to a position, and says what of it is lost; it is asked before each commit.
    """

    derivation: Derivation
    references: References
    index: Index
    lease: Lease
    key: bytes
    watch: Watch
    unbroken: Callable[[Position], Lost]

    def carry(self, records: DataFrame, *, aggregate: bool) -> Carried | None:
        """Bring Kafka source rows into the ledger and the accepted table, and into the aggregates where asked.

        None for no records: nothing is committed then.
        """
        turn = Turn.take(self.derivation.ledger)
        before = tables.version(turn.path)
        at = positions.position(turn.path)
        self.index.follow()
        decoded = ledger.decode(records, self.derivation.versions, self.key, self.derivation.erased).persist()
        try:
            held = ledger.claims(decoded, *measure.columns(self.derivation.source))
            if held.num_rows == 0:
                return None
            done = self._commit(decoded, held, turn, before, at)
        finally:
            decoded.unpersist()
        self.lease.check()
        derive.follow(records.sparkSession, self.derivation, self.references)
        if aggregate:
            derive.refresh_aggregates(records.sparkSession, self.derivation, done.version)
        return done

    def _commit(self, decoded: DataFrame, held: pa.Table, turn: Turn, before: int, at: Position) -> Carried:
        claimed = claims(held)
        twins = self.index.settle(claimed)
        outcomes = _outcomes(held, twins)
        share = self._watched(decoded, outcomes)
        batch = f"{turn.number}"
        said: dict[str, Any] = {BATCH: batch, positions.READ: positions.said({**at, **positions.newest(held)})}
        if lost := self.unbroken(at):
            said[positions.LOST] = lost
        self.lease.check()
        version = ledger.commit(ledger.settle(decoded, twins, batch), turn, said)
        self.index.add(claimed, twins, before, version)
        more = measure.clauses(held), measure.delays(held), measure.traces(held)
        return Carried(batch, outcomes, version, share, *more)

    def _watched(self, decoded: DataFrame, outcomes: Mapping[str, int]) -> float | None:
        try:
            return self.watch.see(outcomes)
        except FloodError as error:
            raise FloodError(f"{error.what}, most for {_reasons(decoded)}", error.remedy) from error


def _outcomes(held: pa.Table, twins: pa.Table) -> dict[str, int]:
    counted = {row["values"]: row["counts"] for row in held["outcome"].value_counts().to_pylist()}
    same = Counter(twins["same"].to_pylist())
    counted["accepted"] = counted.get("accepted", 0) - twins.num_rows
    found = {**counted, "duplicate": same[True], "conflict": same[False]}
    return {name: count for name, count in found.items() if count}


def _reasons(decoded: DataFrame) -> str:
    broken = decoded.select(F.explode(F.array_distinct(F.transform("violations", _clause))).alias("clause"))
    rows = broken.groupBy("clause").count().orderBy(F.desc("count"), "clause").limit(_SHOWN).collect()
    return ", ".join(f"{row['clause']} ({row['count']})" for row in rows)


def _clause(violation: Any) -> Any:
    return violation["clause"]
