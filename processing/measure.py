"""A batch to what is told of it beside its outcomes: the clauses broken, how late its events came, their traces."""

import re
from collections import Counter
from typing import Any

import pyarrow as pa
from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

from contracts.compiler.model import Contract

LINKED = 10  # traces that a batch names at most
_CLAUSES, _DELAY, _TRACE = "clauses", "delay_s", "traceparent"
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_LENGTH = 55  # of such a header; one may be as long as a record, and hold any bytes


def columns(contract: Contract) -> tuple[Column, ...]:
    """What `ledger.claims` must bring along of each record: its clauses, its event's delay, its header traceparent."""
    clauses = F.array_distinct(F.transform("violations", _clause)).alias(_CLAUSES)
    sent = F.filter("raw_headers", _is_trace)
    trace = F.when(F.size(sent) > 0, F.substring(F.element_at(sent, 1)["value"], 1, _LENGTH)).alias(_TRACE)
    delay = F.lit(None).cast("double")
    if contract.event_time in {field.name for field in contract.fields}:
        delay = F.col("received_at").cast("double") - F.col("event").getField(contract.event_time).cast("double")
    return (clauses, delay.alias(_DELAY), trace)


def clauses(held: pa.Table) -> dict[str, int]:
    """Records by clause; one that breaks two counts for both, one that breaks a clause twice once."""
    return dict(Counter(clause for row in held[_CLAUSES].drop_null().to_pylist() for clause in row))


def delays(held: pa.Table) -> tuple[float, ...]:
    """Seconds from an event's own time to the broker's timestamp, of each event that could be decoded."""
    return tuple(held[_DELAY].drop_null().to_pylist())


def traces(held: pa.Table) -> tuple[str, ...]:
    """The first few trace ids that records bring in a header of W3C Trace Context; what has not its form is none."""
    found: dict[str, None] = {}
    for sent in held[_TRACE].drop_null().unique().to_pylist():
        if match := _TRACEPARENT.fullmatch(sent):
            found[match[1].decode()] = None
        if len(found) == LINKED:
            break
    return tuple(found)


def _clause(violation: Any) -> Any:
    return violation["clause"]


def _is_trace(header: Any) -> Any:
    return header["key"] == "traceparent"
