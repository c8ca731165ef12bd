"""What a batch tells beside its outcomes, from its decoded rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from contracts.compiler.catalogue import HOME, Catalogue
from processing.measure import LINKED, clauses, delays, traces

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TICKETS = Catalogue(HOME).get("client_tickets.v1")
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def broken(*rows: list[str] | None) -> pa.RecordBatch:
    """Decoded rows that break these clauses."""
    made = [
        None if row is None else [dict.fromkeys(("clause", "path", "found", "wanted"), clause) for clause in row]
        for row in rows
    ]
    return pa.RecordBatch.from_pydict({"violations": made})


def test_a_record_counts_once_for_each_clause_it_breaks() -> None:
    """Records that break none are not counted, and the same clause at two places counts once."""
    assert clauses(broken(["a", "b", "a"], None, ["a"])) == {"a": 2, "b": 1}
    assert clauses(broken(["a"]).slice(1)) == {}


def test_delays_are_from_the_events_own_time_to_the_brokers() -> None:
    """An early event has a negative one, one that could not be decoded none."""
    own = [NOW - timedelta(seconds=1.5), None, NOW + timedelta(seconds=2)]
    event = pa.StructArray.from_arrays(
        [pa.array(own, pa.timestamp("us", tz="UTC"))], names=["occurred_at"], mask=pa.array([False, True, False])
    )
    received = pa.array([NOW] * 3, pa.timestamp("us", tz="UTC"))
    rows = pa.RecordBatch.from_arrays([received, event], names=["received_at", "event"])
    assert delays(rows, TICKETS).to_pylist() == [1.5, None, -2.0]


def sent(*rows: Sequence[tuple[str, bytes | None]] | None) -> pa.RecordBatch:
    """Rows with these headers."""
    headers = pa.list_(pa.struct([("key", pa.string()), ("value", pa.binary())]))
    made = [None if row is None else [{"key": key, "value": value} for key, value in row] for row in rows]
    return pa.RecordBatch.from_arrays([pa.array(made, headers)], names=["raw_headers"])


def test_only_what_has_the_form_of_a_trace_is_one() -> None:
    """A header is a stranger's text: nothing else of it gets into a log, and a few traces of a batch are enough."""
    values = [
        f"00-{TRACE}-00f067aa0ba902b7-01".encode(),
        f"00-{TRACE}-aaaaaaaaaaaaaaaa-00".encode(),
        f"00-{'0' * 32}-00f067aa0ba902b7-01".encode(),
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01".encode(),
        f"00-{'1' * 32}-00f067aa0ba902b7-01-more".encode(),
        b"ada@example.com",
        b"\xff" * 55,
        b"",
        None,
    ]
    other = ("producer", f"00-{'2' * 32}-00f067aa0ba902b7-01".encode())
    rows = sent(*([other, ("traceparent", value)] for value in values), None, [])
    assert traces(rows) == (TRACE,)
    assert traces(rows.slice(1, 1)) == (TRACE,)
    assert traces(rows.slice(2)) == ()
    many = [[("traceparent", f"00-{number:032x}-00f067aa0ba902b7-01".encode())] for number in range(1, 100)]
    assert len(traces(sent(*many))) == LINKED
