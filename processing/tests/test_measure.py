"""What a batch tells beside its outcomes, from what the driver holds of it."""

import pyarrow as pa

from processing.measure import LINKED, clauses, delays, traces

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_a_record_counts_once_for_each_clause_it_breaks() -> None:
    """Records that break none are not counted."""
    held = pa.table({"clauses": [["a", "b"], None, ["a"], []]})
    assert clauses(held) == {"a": 2, "b": 1}


def test_delays_are_those_of_decoded_events() -> None:
    """An early event has a negative one."""
    assert delays(pa.table({"delay_s": pa.array([1.5, None, -2.0], pa.float64())})) == (1.5, -2.0)


def test_only_what_has_the_form_of_a_trace_is_one() -> None:
    """A header is a stranger's text: nothing else of it gets into a log, and a few traces of a batch are enough."""
    sent = [
        f"00-{TRACE}-00f067aa0ba902b7-01".encode(),
        f"00-{TRACE}-aaaaaaaaaaaaaaaa-00".encode(),
        f"00-{'0' * 32}-00f067aa0ba902b7-01".encode(),
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01".encode(),
        b"ada@example.com",
        b"\xff" * 55,
        b"",
        None,
    ]
    assert traces(pa.table({"traceparent": pa.array(sent, pa.binary())})) == (TRACE,)
    many = [f"00-{number:032x}-00f067aa0ba902b7-01".encode() for number in range(1, 100)]
    assert len(traces(pa.table({"traceparent": pa.array(many, pa.binary())}))) == LINKED
