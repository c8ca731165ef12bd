"""What of a verdict is kept in a ledger row."""

from contracts.compiler.model import Finding
from processing.decode import Verdict
from processing.ledger import MOST_REASONS, _reasons


def refused(*clauses: str) -> Verdict:
    """A verdict with a finding per clause."""
    findings = tuple(Finding(clause, f"$[{at}]", "x", "y") for at, clause in enumerate(clauses))
    return Verdict("rejected", None, None, None, None, findings, None)


def test_of_half_a_million_findings_some_are_kept() -> None:
    """The first ones, and one of every clause."""
    kept = _reasons(refused(*["a"] * 500_000, "b", "b", "c"))
    assert kept is not None
    assert [row["clause"] for row in kept] == ["a"] * MOST_REASONS + ["b", "c"]
    assert [row["path"] for row in kept][-3:] == [f"$[{MOST_REASONS - 1}]", "$[500000]", "$[500002]"]


def test_few_are_kept_as_they_are() -> None:
    """In their order; none is null."""
    assert [row["clause"] for row in _reasons(refused("b", "a", "b")) or ()] == ["b", "a", "b"]
    assert _reasons(refused()) is None
