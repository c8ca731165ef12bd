"""Accepted rows to aggregates: all of them, or the hours that new rows touch; and what of them outlives its events.

Every commit notes the ledger version it came from and the definition it was made by.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

from contracts.compiler.model import Contract
from processing import derive
from processing.append import replace
from processing.derive import Derivation, References, all_accepted, cast_to, rows_in
from processing.kept import Kept
from processing.kpis import Aggregation, aggregation
from processing.tables import CREATED, derived_ddl, ledger_version, note, noted, version
from processing.touched import Touched, touched
from processing.turn import Turn
from runtime.delta import files_in, open_table

if TYPE_CHECKING:
    from deltalake import DeltaTable

# Words in a commit's notes: the code, and the accepted rows' table (Delta's id of it) and its own version. The ledger's
# version does not say which rows these were: they may be made anew of the same one.
_DEFINITION, _TABLE, _VERSION = "definition", "accepted_table", "accepted_version"


def catch_up(spark: SparkSession, derivation: Derivation, references: References) -> None:
    """Bring every derived table to the ledger's version; nothing where it is there."""
    if version(derivation.ledger) == CREATED:
        return
    ledger = derive.follow(spark, derivation, references)
    if any(ledger_version(derivation.path(contract)) != ledger for contract in derivation.aggregates):
        refresh(spark, derivation)


def refresh(spark: SparkSession, derivation: Derivation, *, anew: bool = False) -> int:
    """Bring every aggregate to the accepted rows, but for what is kept (kept.py); the ledger version that they are of
    then. Rows that are appended meanwhile are left out.

    Only hours that new rows touch are made, where an aggregate says what these are made of (touched.py) and has not
    changed itself; `anew` makes all of them.
    """
    path = derivation.path(derivation.accepted)
    held = open_table(path)
    made_from = ledger_version(path, held.version()) or CREATED
    rows_of = {_TABLE: str(held.metadata().id), _VERSION: held.version()}
    for contract in derivation.aggregates:
        turn, how = Turn.take(derivation.path(contract)), aggregation(contract.name)
        said = note(made_from, contract) | rows_of | {_DEFINITION: how.digest}
        found = None if anew else _touched(derivation, contract, how, held)
        if found is None:
            rows = rows_in(spark, files_in(held, path), derived_ddl(derivation.accepted))
            replace(kept(derivation, contract).combined(_aggregated(contract, rows)), contract, turn, said)
        elif not len(found.hours):
            turn.append([], said)
        else:
            replace(_partly(spark, derivation, contract, turn, found), contract, turn, said)
    return made_from


def _touched(derivation: Derivation, contract: Contract, how: Aggregation, held: "DeltaTable") -> Touched | None:
    """What the accepted rows touch that came to their table since an aggregate was made of it, by this definition."""
    said = noted(derivation.path(contract))
    same = (said.get(_DEFINITION), said.get(_TABLE)) == (how.digest, str(held.metadata().id))
    if how.parts is None or not same:
        return None
    path = derivation.path(derivation.accepted)
    return touched(held, path, int(said[_VERSION]), how.parts, derivation.moments(contract))


def _partly(spark: SparkSession, derivation: Derivation, contract: Contract, turn: Turn, found: Touched) -> DataFrame:
    """The rows of an aggregate, those of touched hours made anew."""
    hour, known = found.parts.hour, kept(derivation, contract)
    hours = F.broadcast(spark.createDataFrame(found.spans()))
    rows = rows_in(spark, found.files, derived_ddl(derivation.accepted))
    mine = rows.join(hours, F.date_trunc("hour", found.parts.moment) == F.col(hour), "left_semi")
    made = known.combined(_aggregated(contract, mine, spark.createDataFrame(found.begun)))
    before = rows_in(spark, files_in(turn.table(), turn.path), derived_ddl(contract))
    others = known.bounded(before.join(hours, hour, "left_anti"))
    return others.unionByName(made.join(hours, hour, "left_semi"))


def kept(derivation: Derivation, contract: Contract) -> Kept:
    """The rows of an aggregate that can't be computed any more."""
    return Kept(contract, derivation.path(contract), derivation.ledger)


def keep(spark: SparkSession, derivation: Derivation, references: References, before: datetime) -> None:
    """Keep every aggregate row that accepted rows received before a moment are a part of; they may then expire."""
    for contract in derivation.aggregates:
        mine = kept(derivation, contract)
        whole, left = (
            mine.combined(_aggregated(contract, all_accepted(spark, derivation, references, which)))
            for which in (F.lit(True), F.col("received_at") >= F.lit(before))
        )
        mine.add(whole, left)


def _aggregated(contract: Contract, accepted: DataFrame, *begun: DataFrame) -> DataFrame:
    rows = aggregation(contract.name).aggregate(accepted, *begun)
    return rows.selectExpr(*(cast_to(field.name, field) for field in contract.fields))
