"""When a running job makes its aggregates anew: not after each batch, since all rows go into them, but often enough.

They may take a sixth of the time. So they are made at once where batches are rare, and where many rows are there they
fall behind the accepted rows by some times as long as they take; whoever exports finds the newest version of the ledger
that all tables have.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pyspark.sql import SparkSession

from processing import derive
from processing.derive import Derivation
from processing.lease import Lease
from processing.tables import ledger_version

REST = 5.0  # times as long as they took


@dataclass
class Refresher:
    """The aggregates of one run. Nobody else may write tables while `do` runs; `made` is told the ledger version that
    they are of then, and the seconds it took.
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

    def due(self) -> bool:
        """Whether they may be behind, and have rested."""
        return self._behind and self.clock() >= self._not_before

    def do(self) -> None:
        """Make them, if that is due and they are behind the accepted rows."""
        if not self.due():
            return
        began, made_from = self.clock(), ledger_version(self.derivation.path(self.derivation.accepted))
        if made_from is not None and any(at != made_from for at in self._made_from()):
            self.lease.check()
            derive.refresh_aggregates(self.spark, self.derivation, made_from)
            took = self.clock() - began
            self._not_before = self.clock() + REST * took
            self.made(made_from, took)
        self._behind = False

    def _made_from(self) -> Iterator[int | None]:
        """The version of the ledger that each aggregate is made from; maintenance may have made it meanwhile."""
        return (ledger_version(self.derivation.path(contract)) for contract in self.derivation.aggregates)
