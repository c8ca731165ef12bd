"""One micro-batch to the tables: decoded, settled, committed to the ledger in one transaction, then derived from.

Killed at any point it leaves the ledger with all of the batch or nothing, and derived tables that lack it at most:
`follow` brings them what is missing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame

from processing import derive, parcel, tables
from processing import position as positions
from processing.derive import BATCH, Derivation, References
from processing.flood import FloodError, Watch
from processing.index import Index
from processing.lease import Lease
from processing.parcel import Parcels, Summary
from processing.position import Lost, Position
from processing.turn import Turn
from runtime.store import Files

_LATER = 8  # batches in one append to the accepted rows, where nobody waits for them: its fixed cost is paid once
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
    that the ledger has read up to a position, and says what of it is lost; it is asked before each commit. `parcels` is
    a folder for the rows of the batch under way, None where tasks share no disk with the driver.
    """

    derivation: Derivation
    references: References
    index: Index
    lease: Lease
    key: bytes
    watch: Watch
    unbroken: Callable[[Position], Lost]
    parcels: Path | None

    def carry(self, records: DataFrame, *, at_once: bool) -> Carried | None:
        """Bring Kafka source rows into the ledger; into the accepted rows at once where asked, else with those of some
        later batches. The run's end sees to the rest.

        None for no records: nothing is committed then.
        """
        turn = Turn.take(self.derivation.ledger)
        before = tables.version(turn.path)
        at = positions.position(turn.path)
        self.index.follow()
        versions, erased = self.derivation.versions, self.derivation.erased
        with parcel.packed(records, versions, self.key, erased, self.parcels) as parcels:
            found = parcel.summary(parcels)
            if found.records == 0:
                return None
            done = self._commit(parcels, found, turn, before, at)
        self.lease.check()
        if at_once or derive.lacks(self.derivation) >= _LATER:
            derive.follow(records.sparkSession, self.derivation, self.references)
        return done

    def _commit(self, parcels: Parcels, found: Summary, turn: Turn, before: int, at: Position) -> Carried:
        twins = self.index.settle(found.claims)
        outcomes = _outcomes(found, twins)
        share = self._watched(found, outcomes)
        batch = f"{turn.number}"
        said: dict[str, Any] = {BATCH: batch, positions.READ: positions.said({**at, **found.newest})}
        if lost := self.unbroken(at):
            said[positions.LOST] = lost
        files = parcel.write(parcels, self.derivation.source, twins, batch, Files.of(turn.path))
        self.lease.check()
        version = turn.append([one.action() for one in files], said)
        self.index.add(found.claims, twins, before, version)
        return Carried(
            batch, outcomes, version, share, found.clauses, tuple(found.delays_s.drop_null().to_pylist()), found.traces
        )

    def _watched(self, found: Summary, outcomes: Mapping[str, int]) -> float | None:
        try:
            return self.watch.see(outcomes)
        except FloodError as error:
            raise FloodError(f"{error.what}, most for {_reasons(found.clauses)}", error.remedy) from error


def _outcomes(found: Summary, twins: pa.Table) -> dict[str, int]:
    same = Counter(twins["same"].to_pylist())
    accepted = found.outcomes.get("accepted", 0) - twins.num_rows
    counted = {**found.outcomes, "accepted": accepted, "duplicate": same[True], "conflict": same[False]}
    return {name: count for name, count in counted.items() if count}


def _reasons(clauses: Mapping[str, int]) -> str:
    most = sorted(clauses.items(), key=lambda row: (-row[1], row[0]))[:_SHOWN]
    return ", ".join(f"{clause} ({count})" for clause, count in most)
