"""A batch to what is told of it beside its outcomes: the clauses broken, how late its events came, their traces."""

import re
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from contracts.compiler.model import Contract

LINKED = 10  # traces that a batch names at most
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def clauses(decoded: pa.RecordBatch) -> dict[str, int]:
    """Records by clause; one that breaks two counts for both, one that breaks a clause twice once."""
    broken = decoded.column("violations").drop_null().to_pylist()
    return dict(Counter(clause for row in broken for clause in dict.fromkeys(found["clause"] for found in row)))


def delays(decoded: pa.RecordBatch, contract: Contract) -> pa.DoubleArray:
    """Seconds from each event's own time to the broker's timestamp, null where it has none."""
    if contract.event_time not in {field.name for field in contract.fields}:
        return pa.nulls(decoded.num_rows, pa.float64())
    own = pc.struct_field(decoded.column("event"), contract.event_time)
    gap = pc.subtract(decoded.column("received_at").cast(pa.int64()), own.cast(pa.int64()))
    return pc.divide(gap.cast(pa.float64(), safe=False), 1e6)


def traces(decoded: pa.RecordBatch) -> tuple[str, ...]:
    """The first few trace ids that records bring in a header of W3C Trace Context; what has not its form is none."""
    headers = decoded.column("raw_headers").flatten()
    sent = headers.field("value").filter(pc.equal(headers.field("key"), "traceparent"))
    found: dict[str, None] = {}
    for value in sent:
        if value.is_valid and (match := _TRACEPARENT.fullmatch(value.as_py())):
            found[match[1].decode()] = None
        if len(found) == LINKED:
            break
    return tuple(found)
