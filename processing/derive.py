"""Ledger to accepted rows: those of one batch, or all of them. What is made of these in turn is in aggregates.py.

Every commit notes the ledger version it came from, so a reader can tell whether the tables belong together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

from contracts.compiler.model import Contract, Field
from processing import reference
from processing.append import append, replace
from processing.columns import quoted, spark_type
from processing.enrich import enrichment
from processing.erased import ErasedList
from processing.sized import largest, unmeasured
from processing.tables import (
    CREATED,
    accepted_contract,
    ledger_ddl,
    ledger_version,
    note,
    spares_accepted,
    version,
)
from processing.turn import Turn, notes
from processing.versions import Versions
from runtime.delta import files_with, open_table, row_commits
from runtime.store import Location, spark_path

References = dict[str, DataFrame]
BATCH = "batch"  # the word in a ledger commit's notes that names the batch whose rows it added
_KEPT = "outcome = 'accepted' AND expired_at IS NULL"
_MANY = 20  # missing batches that a rebuild is as good for


@dataclass(frozen=True)
class Derivation:
    """What is derived from one input contract's ledger, and from which reference data.

    `older` are the source's lower majors, whose events are read too. `references` maps a reference contract to its CSV
    file; `tables` is the folder of all its tables, `index` that of the event ids seen (on this machine's own disk).
    `erased` are the persons whose events nothing is kept of.
    """

    source: Contract
    older: tuple[Contract, ...]
    outputs: tuple[Contract, ...]
    references: tuple[tuple[Contract, Path], ...]
    tables: Location
    index: Path
    erased: ErasedList

    @property
    def accepted(self) -> Contract:
        """The contract of the accepted rows."""
        return accepted_contract(self.source, self.outputs)

    @property
    def aggregates(self) -> tuple[Contract, ...]:
        """The contracts computed from the accepted rows."""
        return tuple(output for output in self.outputs if output.rows == "aggregate")

    @property
    def majors(self) -> tuple[Contract, ...]:
        """Those that are read, the newest first."""
        return (self.source, *reversed(self.older))

    @property
    def versions(self) -> Versions:
        """The majors whose events are read."""
        return Versions(self.source, self.older)

    @property
    def derived(self) -> dict[Location, Contract]:
        """Every derived table's contract by its path."""
        return {self.path(contract): contract for contract in (self.accepted, *self.aggregates)}

    def moments(self, aggregate: Contract) -> Path:
        """The folder of the moments that an aggregate looks up (moments.py), beside the index."""
        return self.index.with_name(f"{self.index.name}.{aggregate.name}")

    @property
    def ledger(self) -> Location:
        """Where the ledger is."""
        return self.tables / "ledger"

    def path(self, contract: Contract) -> Location:
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
    own = (f"{quoted(name)} AS {quoted(f'_ledger_{name}')}" for name in events.columns if name != "event")
    flat = events.selectExpr("event.*", *own)  # as text: a call into Java for each column took a tenth of a batch
    rich = enrichment(derivation.source.name)(flat, references)
    return rich.selectExpr(*(cast_to(_column(field), field) for field in derivation.accepted.fields))


def _column(field: Field) -> str:
    """Where a column of the accepted contract comes from: the ledger, the enrichment, or a field of the event."""
    origin, _, path = (field.sources or ("",))[0].partition("/")
    if origin == "ledger":
        return f"_ledger_{path}"
    return field.name if field.transform == "enrich" or not path else path


def cast_to(column: str, field: Field) -> str:
    """SQL for a column as a contract's field has it."""
    return f"CAST({quoted(column)} AS {spark_type(field)}) AS {quoted(field.name)}"


def follow(spark: SparkSession, derivation: Derivation, references: References) -> int:
    """Bring the accepted rows to the ledger's version, which is returned: by one append where the ledger only grew
    since, by a rebuild where rows of it changed (replayed, erased, carried to a new major) or many batches are missing.
    """
    turn = Turn.take(derivation.path(derivation.accepted))
    held = ledger_version(turn.path)
    missing = _missing(derivation.ledger, held)
    if missing.batches is None:
        _rebuild(spark, derivation, references, turn, missing.version)
    elif missing.version != held:
        files = files_with(derivation.ledger, "batch", missing.batches)
        events = _of_batches(spark, derivation, files, missing.batches)
        rows = accepted_rows(events.where(_KEPT), derivation, references)
        with unmeasured(spark, largest(derivation.ledger, files)):
            append(rows, derivation.accepted, turn, note(missing.version, derivation.accepted))
    return missing.version


def lacks(derivation: Derivation) -> float:
    """How many batches of the ledger the accepted rows lack; infinite for more than appends can mend."""
    missing = _missing(derivation.ledger, ledger_version(derivation.path(derivation.accepted)))
    return inf if missing.batches is None else len(missing.batches)


@dataclass(frozen=True, slots=True)
class _Missing:
    """What a derived table lacks of the ledger's `version`: these batches, or None for more than appends can mend."""

    version: int
    batches: tuple[str, ...] | None


def _of_batches(spark: SparkSession, derivation: Derivation, files: list[str], batches: tuple[str, ...]) -> DataFrame:
    """The ledger's rows of some batches, which are in these files."""
    rows = rows_in(spark, [derivation.ledger / file for file in files], ledger_ddl(derivation.source))
    return rows.where(F.col("batch").isin(list(batches)))


def _missing(ledger: Location, since: int | None) -> _Missing:
    batches: list[str] = []
    newest = CREATED
    for at, commit in row_commits(open_table(ledger)):
        newest = max(newest, at)
        if at == since:
            return _Missing(newest, tuple(batches))
        said = notes(commit)
        if spares_accepted(said):
            continue
        batch = said.get(BATCH)
        if batch is None or len(batches) == _MANY:
            return _Missing(newest, None)
        batches.append(batch)
    return _Missing(newest, None)


def rebuild_accepted(spark: SparkSession, derivation: Derivation, references: References) -> None:
    """Compute the accepted rows anew from the whole ledger."""
    turn = Turn.take(derivation.path(derivation.accepted))
    _rebuild(spark, derivation, references, turn, version(derivation.ledger))


def _rebuild(spark: SparkSession, derivation: Derivation, references: References, turn: Turn, ledger: int) -> None:
    rows = all_accepted(spark, derivation, references, F.lit(True))
    replace(rows, derivation.accepted, turn, note(ledger, derivation.accepted))


def all_accepted(spark: SparkSession, derivation: Derivation, references: References, which: Column) -> DataFrame:
    """The accepted rows of those of the ledger's rows."""
    events = spark.read.format("delta").load(spark_path(derivation.ledger))
    return accepted_rows(events.where(which).where(_KEPT), derivation, references)


def rows_in(spark: SparkSession, files: Sequence[Location], columns: str) -> DataFrame:
    """The rows of a table's files.

    Delta's own reader works out the whole table's state first, by jobs that take longer than a batch of seconds can.
    """
    if not files:
        return spark.createDataFrame([], columns)
    return spark.read.schema(columns).parquet(*map(spark_path, files))
