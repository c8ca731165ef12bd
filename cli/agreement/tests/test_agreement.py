"""Drawn contracts, drawn payloads: every enforcer says the same, and a lie in any of them is found."""

from collections.abc import Callable
from typing import Any

import pytest

from cli.agreement.enforcers import ENFORCERS, Judge
from cli.agreement.envelopes import judge_envelopes
from cli.agreement.run import DisagreementError, run
from cli.agreement.tables import JUDGES, judge_tables
from cli.agreement.tally import COLUMNS, Tally, markdown
from contracts.compiler.catalogue import HOME
from contracts.compiler.load import load
from contracts.compiler.model import Contract

CONTRACTS = 80


@pytest.mark.slow
def test_no_cell_of_the_matrix_is_unexplained(capsys: pytest.CaptureFixture[str]) -> None:
    """A small draw; `make nightly` takes a large one, and `make agreement` writes it into the docs."""
    tally = Tally()
    run(tally, CONTRACTS, lambda: None)
    judge_envelopes(load(HOME / "client_tickets" / "v1.odcs.yaml"), tally, 5)
    judge_tables(tally, 40)
    with capsys.disabled():
        print("\n" + "\n".join(markdown(tally)))
    assert tally.unexplained() == []
    assert tally.rare(1) == []
    assert tally.undrawable < CONTRACTS / 10


@pytest.mark.parametrize("enforcer", COLUMNS)
@pytest.mark.parametrize("rule", ["maximum", "required", "uniqueItems"])
def test_an_enforcer_that_forgets_a_rule_is_found(enforcer: str, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever it is: leave the findings of one rule out, and the run stops."""
    honest = ENFORCERS[enforcer]

    def forgetful(contract: Contract) -> Judge:
        judge = honest(contract)
        return lambda payloads: [
            tuple(finding for finding in found if not finding.clause.endswith(f"/{rule}")) for found in judge(payloads)
        ]

    monkeypatch.setattr("cli.agreement.run.ENFORCERS", {**ENFORCERS, enforcer: forgetful})
    with pytest.raises(DisagreementError, match=rule):
        run(Tally(), CONTRACTS, lambda: None, shrink=False)


@pytest.mark.parametrize("judge", list(JUDGES))
def test_a_judge_of_tables_that_sees_nothing_is_found(judge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clauses over many rows are held together as those of one value are."""
    blind: Callable[[Contract, list[dict[str, Any]]], frozenset[str]] = lambda _, __: frozenset()  # noqa: E731
    monkeypatch.setitem(JUDGES, judge, blind)
    with pytest.raises(DisagreementError):
        judge_tables(Tally(), 20, shrink=False)
