"""A batch to what is told of it beside its outcomes: the clauses that were broken, and how late events came."""

from collections import Counter
from typing import Any

import pyarrow as pa
from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

from contracts.compiler.model import Contract

_CLAUSES, _DELAY = "clauses", "delay_s"


def columns(contract: Contract) -> tuple[Column, ...]:
    """What `ledger.claims` must bring along: each refused record's clauses, each decoded event's delay."""
    clauses = F.array_distinct(F.transform("violations", _clause)).alias(_CLAUSES)
    if contract.event_time not in {field.name for field in contract.fields}:
        return (clauses, F.lit(None).cast("double").alias(_DELAY))
    delay = F.col("received_at").cast("double") - F.col("event").getField(contract.event_time).cast("double")
    return (clauses, delay.alias(_DELAY))


def clauses(held: pa.Table) -> dict[str, int]:
    """Records by clause; one that breaks two counts for both, one that breaks a clause twice once."""
    return dict(Counter(clause for row in held[_CLAUSES].drop_null().to_pylist() for clause in row))


def delays(held: pa.Table) -> tuple[float, ...]:
    """Seconds from an event's own time to the broker's timestamp, of each event that could be decoded."""
    return tuple(held[_DELAY].drop_null().to_pylist())


def _clause(violation: Any) -> Any:
    return violation["clause"]
