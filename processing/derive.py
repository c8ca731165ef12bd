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
from processing.tables import CREATED, accepted_contract, ledger_version, note, reached
from processing.versions import Versions

References = dict[str, DataFrame]


@dataclass(frozen=True)
class Derivation:
    """What is derived from one input contract's ledger, and from which reference data.

    `older` are the source's lower majors, whose events are read too. `references` maps a reference contract to its CSV
    file; `tables` is the folder of all its tables.
    """

    source: Contract
    older: tuple[Contract, ...]
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
    def versions(self) -> Versions:
        """The majors whose events are read."""
        return Versions(self.source, self.older)

    @property
    def derived(self) -> dict[Path, Contract]:
        """Every derived table's contract by its path."""
        return {self.path(contract): contract for contract in (self.accepted, *self.aggregates)}

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
    """One committed micro-batch: its name in the ledger, and its transaction."""

    batch: str
    application: str
    number: int


def follow(spark: SparkSession, derivation: Derivation, references: References, stamp: Stamp) -> int:
    """Bring the accepted rows to the ledger's version, which is returned: by one append where only the batch is
    missing, by a rebuild where rows of the ledger changed otherwise (replayed, carried to a new major).
    """
    ledger, noted = reached(derivation.ledger), ledger_version(derivation.path(derivation.accepted))
    if noted == ledger.before and noted is not None:
        append_accepted(spark, derivation, references, stamp, ledger.version)
    elif noted != ledger.version:
        rebuild_accepted(spark, derivation, references, ledger.version)
    return ledger.version


def append_accepted(
    spark: SparkSession, derivation: Derivation, references: References, stamp: Stamp, ledger: int
) -> None:
    """Append the newest ledger batch's accepted rows; one that was appended before is skipped by its number."""
    events = spark.read.format("delta").load(str(derivation.ledger))
    mine = events.where((F.col("batch") == stamp.batch) & (F.col("outcome") == "accepted"))
    rows = accepted_rows(mine, derivation, references)
    said = note(ledger, derivation.accepted)
    writer = rows.write.format("delta").mode("append").option("userMetadata", said)
    writer = writer.option("txnAppId", stamp.application).option("txnVersion", stamp.number)
    writer.save(str(derivation.path(derivation.accepted)))


def rebuild_accepted(spark: SparkSession, derivation: Derivation, references: References, ledger: int) -> None:
    """Compute the accepted rows anew from the whole ledger."""
    events = spark.read.format("delta").load(str(derivation.ledger)).where("outcome = 'accepted'")
    rows = accepted_rows(events, derivation, references)
    _overwrite(rows, derivation.path(derivation.accepted), note(ledger, derivation.accepted))


def refresh_aggregates(spark: SparkSession, derivation: Derivation, ledger: int) -> None:
    """Compute every aggregate anew from the accepted rows."""
    accepted = spark.read.format("delta").load(str(derivation.path(derivation.accepted)))
    for contract in derivation.aggregates:
        rows = aggregation(contract.name)(accepted)
        cast = [F.col(field.name).cast(spark_type(field)).alias(field.name) for field in contract.fields]
        _overwrite(rows.select(*cast), derivation.path(contract), note(ledger, contract))


def catch_up(spark: SparkSession, derivation: Derivation, references: References) -> None:
    """Bring every derived table to the ledger's version by making it anew; nothing where it is there."""
    ledger = reached(derivation.ledger).version
    if ledger == CREATED:
        return
    if ledger_version(derivation.path(derivation.accepted)) != ledger:
        rebuild_accepted(spark, derivation, references, ledger)
    if any(ledger_version(derivation.path(contract)) != ledger for contract in derivation.aggregates):
        refresh_aggregates(spark, derivation, ledger)


def behind(derivation: Derivation) -> bool:
    """Whether the accepted rows lack more of the ledger than the one batch that a restart appends."""
    ledger = reached(derivation.ledger)
    return ledger_version(derivation.path(derivation.accepted)) not in (ledger.version, ledger.before)


def _overwrite(rows: DataFrame, path: Path, said: str) -> None:
    rows.write.format("delta").mode("overwrite").option("userMetadata", said).save(str(path))
