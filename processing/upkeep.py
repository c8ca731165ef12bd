"""Maintenance's wishes to Spark: what the derived tables need when rows of the ledger lose their values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from processing import aggregates, derive, ledger
from processing.derive import Derivation

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True, slots=True)
class Upkeep:
    """maintain.Derived by Spark; `spark` is asked only where it is needed, since starting it takes seconds."""

    spark: "Callable[[], SparkSession]"
    derivation: Derivation
    key: bytes

    def keep(self, before: datetime) -> None:
        """As maintain.Derived says; from tables that are at the ledger's version."""
        spark = self._ready()
        aggregates.keep(spark, self.derivation, self._references(spark), before)

    def forget(self, before: Mapping[str, datetime]) -> Mapping[str, int]:
        """As maintain.Derived says."""
        mine = [aggregates.kept(self.derivation, one) for one in self.derivation.aggregates if one.name in before]
        gone = {one.contract.name: one.forget(before[one.contract.name]) for one in mine}
        if any(gone.values()):
            aggregates.refresh(self._ready(), self.derivation, anew=True)
        return gone

    def catch_up(self) -> None:
        """As maintain.Derived says."""
        spark = self._ready()
        aggregates.catch_up(spark, self.derivation, self._references(spark))

    def _ready(self) -> "SparkSession":
        spark = self.spark()
        ledger.prepare(spark)
        return spark

    def _references(self, spark: "SparkSession") -> derive.References:
        return derive.read_references(spark, self.derivation, self.key)
