"""When a running job makes its aggregates anew: beside its batches, which go on, and not after each of them.

They take as long as a batch of seconds or longer. So while batches follow one another they may take a sixth of the
time, and fall behind the accepted rows by some times as long as they take; whoever exports finds the newest version of
the ledger that all tables have. Between batches that are rare they are made at once.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pyspark.sql import SparkSession

from processing import aggregates
from processing.derive import Derivation
from processing.lease import Lease
from processing.tables import ledger_version

REST = 5.0  # times as long as they took
_POOL = "spark.scheduler.pool"


@dataclass
class Refresher:
    """The aggregates of one run. While `do` runs others may append to ledger and accepted rows, and do nothing else;
    `made` is told the ledger version that the aggregates are of then, and the seconds it took.
    """

    spark: SparkSession
    derivation: Derivation
    lease: Lease
    made: Callable[[int, float], None]
    clock: Callable[[], float] = time.monotonic
    _behind: bool = field(default=True, init=False)  # a run before this one may have ended before it made them
    _not_before: float = field(default=-math.inf, init=False)

    def note(self) -> None:
        """The accepted rows have come to a new version of the ledger."""
        self._behind = True

    def do(self, *, calm: bool = False) -> None:
        """Make them if they are behind the accepted rows and have rested; `calm`: no batch is under way, so at once."""
        if not self._behind or not (calm or self.clock() >= self._not_before):
            return
        self._behind = False  # before looking: a batch may end meanwhile
        try:
            self._catch_up()
        except BaseException:
            self._behind = True
            raise

    def _catch_up(self) -> None:
        began, accepted = self.clock(), ledger_version(self.derivation.path(self.derivation.accepted))
        if accepted is None or all(at == accepted for at in self._made_from()):
            return
        self.lease.check()
        self.spark.sparkContext.setLocalProperty(_POOL, "aggregates")  # of this thread: tasks of batches get their turn
        made_from = aggregates.refresh(self.spark, self.derivation)
        took = self.clock() - began
        self._not_before = self.clock() + REST * took
        self.made(made_from, took)

    def _made_from(self) -> Iterator[int | None]:
        """The version of the ledger that each aggregate is made from; maintenance may have made it meanwhile."""
        return (ledger_version(self.derivation.path(contract)) for contract in self.derivation.aggregates)
