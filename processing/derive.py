"""Ledger to derived tables: tickets from one batch or from all of it, aggregates from tickets.

Every commit notes the ledger version it came from, so a reader can tell whether the tables belong together.
"""

from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

from contracts.compiler.model import Contract, Field
from processing import reference
from processing.columns import quoted, spark_type
from processing.enrich import enrichment
from processing.kpis import aggregation
from processing.tables import accepted_contract, note

References = dict[str, DataFrame]


@dataclass(frozen=True)
class Derivation:
    """What is derived from one input contract's ledger, and from which reference data.

    `references` maps a reference contract to its CSV file; `tables` is the folder of all its tables.
    """

    source: Contract
    outputs: tuple[Contract, ...]
    references: tuple[tuple[Contract, Path], ...]
    tables: Path

    @property
    def accepted(self) -> Contract:
        """The contract of the accepted rows."""
        return accepted_contract(self.source, self.outputs)

    @property
    def aggregates(self) -> tuple[Contract, ...]:
        """The contracts computed from the accepted rows."""
        return tuple(output for output in self.outputs if output.rows == "aggregate")

    @property
    def ledger(self) -> Path:
        """Where the ledger is."""
        return self.tables / "ledger"

    def path(self, contract: Contract) -> Path:
        """Where a derived table is."""
        return self.tables / contract.name


def read_references(spark: SparkSession, derivation: Derivation, key: bytes) -> References:
    """Each reference table by its contract's name; ProcessingError where the file breaks the contract.

    `key` is the secret of the pseudonyms.
    """
    return {
        contract.name: spark.createDataFrame(reference.read(contract, path, key))
        for contract, path in derivation.references
    }


def accepted_rows(events: DataFrame, derivation: Derivation, references: dict[str, DataFrame]) -> DataFrame:
    """Ledger rows with outcome accepted to the rows of the accepted contract, one each, in its column order."""
    ledger = {name: f"_ledger_{name}" for name in events.columns if name != "event"}
    flat = events.select("event.*", *(F.col(name).alias(alias) for name, alias in ledger.items()))
    rich = enrichment(derivation.source.name)(flat, references)
    return rich.select(
        *(_column(field).cast(spark_type(field)).alias(field.name) for field in derivation.accepted.fields)
    )


def _column(field: Field) -> Column:
    """Where a column of the accepted contract comes from: the ledger, the enrichment, or a field of the event."""
    origin, _, path = (field.sources or ("",))[0].partition("/")
    if origin == "ledger":
        return F.col(f"_ledger_{path}")
    return F.col(quoted(field.name if field.transform == "enrich" or not path else path))


@dataclass(frozen=True)
class Stamp:
    """One committed micro-batch: its name in the ledger, the ledger version it made, and its transaction."""

    batch: str
    ledger: int
    application: str
    number: int


def append_accepted(spark: SparkSession, derivation: Derivation, references: References, stamp: Stamp) -> None:
    """Append one ledger batch's accepted rows; a batch that was appended before is skipped by its number."""
    events = spark.read.format("delta").load(str(derivation.ledger))
    mine = events.where((F.col("batch") == stamp.batch) & (F.col("outcome") == "accepted"))
    rows = accepted_rows(mine, derivation, references)
    writer = rows.write.format("delta").mode("append").option("userMetadata", note(stamp.ledger))
    writer = writer.option("txnAppId", stamp.application).option("txnVersion", stamp.number)
    writer.save(str(derivation.path(derivation.accepted)))


def rebuild_accepted(spark: SparkSession, derivation: Derivation, references: References, ledger: int) -> None:
    """Compute the accepted rows anew from the whole ledger."""
    events = spark.read.format("delta").load(str(derivation.ledger)).where("outcome = 'accepted'")
    rows = accepted_rows(events, derivation, references)
    _overwrite(rows, derivation.path(derivation.accepted), ledger)


def refresh_aggregates(spark: SparkSession, derivation: Derivation, ledger: int) -> None:
    """Compute every aggregate anew from the accepted rows."""
    accepted = spark.read.format("delta").load(str(derivation.path(derivation.accepted)))
    for contract in derivation.aggregates:
        rows = aggregation(contract.name)(accepted)
        cast = [F.col(field.name).cast(spark_type(field)).alias(field.name) for field in contract.fields]
        _overwrite(rows.select(*cast), derivation.path(contract), ledger)


def _overwrite(rows: DataFrame, path: Path, ledger: int) -> None:
    rows.write.format("delta").mode("overwrite").option("userMetadata", note(ledger)).save(str(path))
