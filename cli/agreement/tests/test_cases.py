"""What the contracts accept and refuse at their edges, case by case; and that no clause can change unnoticed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import pytest
from _pytest.mark import ParameterSet

from cli import touched
from cli.agreement.cases import Case, TableCase, fails, read_cases, read_tables, verdicts
from cli.agreement.compare import Comparison
from cli.agreement.enforcers import ENFORCERS
from cli.agreement.examples import examples
from cli.agreement.mutants import mutants, without
from cli.agreement.reference import judge, judge_rows
from cli.agreement.tables import frame_of
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.load import load, readable
from contracts.compiler.model import Contract
from contracts.compiler.yaml_reader import read
from exports.check import examine

CONTRACTS = {contract.key: contract for contract in Catalogue(HOME).all()}
EVENTS, NEWEST = "client_tickets.v1", "client_tickets.v2"


def file_of(contract: Contract) -> Path:
    """The case file beside a contract."""
    return Path(contract.file).with_name(f"v{contract.major}.cases.yaml")


CASES = {key: read_cases(contract, file_of(contract)) for key, contract in CONTRACTS.items()}
TABLES = {key: read_tables(contract, file_of(contract)) for key, contract in CONTRACTS.items()}


def every(cases: Mapping[str, Sequence[Case | TableCase]]) -> list[ParameterSet]:
    """One test parameter a case, named by its contract and what it changes."""
    return [pytest.param(key, row, id=f"{key} {row.name}") for key, rows in cases.items() for row in rows]


@pytest.mark.parametrize("key", CONTRACTS)
def test_every_clause_has_a_case(key: str) -> None:
    """A clause without one could be dropped from the contract, and nothing here would say so."""
    contract = CONTRACTS[key]
    named = {clause for case in CASES[key] for clause in case.clauses}
    named |= {clause for case in TABLES[key] for clause in case.clauses}
    clauses = (*contract.all_clauses(), *contract.row_clauses())
    assert [clause.id for clause in clauses if clause.id not in named] == []


@pytest.mark.parametrize(("key", "case"), every(CASES))
def test_a_case_is_judged_as_it_says(key: str, case: Case, request: pytest.FixtureRequest) -> None:
    """Exactly its clauses, by decoder and reference; and without the clause it would be judged otherwise."""
    contract = CONTRACTS[key]
    assert {name: said for name, said in verdicts(contract, case) if said != case.clauses} == {}
    for clause in case.clauses:
        assert fails(without(contract, clause), case)
    touched.record("case", request.node.nodeid, case.clauses)


@pytest.mark.parametrize("key", CONTRACTS)
@pytest.mark.parametrize("enforcer", ["json-schema", "pandera"])
def test_the_other_enforcers_judge_the_cases_alike(key: str, enforcer: str) -> None:
    """All cases of a contract at once; what an enforcer cannot express is on the list of holes."""
    contract = readable(CONTRACTS[key])
    values = [case.value for case in CASES[key] if not any("/@" in clause for clause in case.clauses)]
    said, expected = ENFORCERS[enforcer](contract)(values), ENFORCERS["reference"](contract)(values)
    comparison = Comparison(contract)
    for value, one, reference in zip(values, said, expected, strict=True):
        assert comparison.differ(value, {"reference": reference, enforcer: one}) == {}


@pytest.mark.parametrize(("key", "case"), every(TABLES))
def test_a_table_is_judged_as_it_says(key: str, case: TableCase, request: pytest.FixtureRequest) -> None:
    """The clauses over many rows, by pandera and the reference; and without the clause it would be judged otherwise."""
    contract, rows = CONTRACTS[key], list(case.rows)
    many = {clause.id for clause in contract.row_clauses()}
    assert judge_rows(contract, rows) == case.clauses
    assert examine(contract, frame_of(contract, rows)).totals.keys() & many == case.clauses
    for clause in case.clauses:
        assert fails(without(contract, clause), case)
    touched.record("case", request.node.nodeid, case.clauses)


@pytest.mark.parametrize("key", [EVENTS, NEWEST])
def test_generated_payloads_break_every_clause_but_those_of_the_envelope(
    key: str, request: pytest.FixtureRequest
) -> None:
    """Each is refused for the clause it aims at."""
    contract = CONTRACTS[key]
    missed = []
    for example in examples(contract, Random(1), 3, 0):
        if example.aimed is not None:
            clause = example.aimed.id
            judged = {finding.clause for finding in judge(contract, example.payload)}
            if clause not in judged:
                missed.append(clause)
            touched.record("payload", f"{request.node.nodeid}: {example.payload[:60]!r}", [clause])
    assert missed == []


@pytest.mark.slow
@pytest.mark.parametrize("key", [EVENTS, NEWEST])
def test_no_clause_of_client_tickets_can_change_unnoticed(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every bound, list, pattern, type and header changed in turn: some case above goes red."""
    file = Path(CONTRACTS[key].file)
    changes = list(mutants(read(file), str(file)))
    cases: list[Case | TableCase] = [*CASES[key], *TABLES[key]]
    unnoticed = [mutant.name for mutant in changes if not any(fails(mutant.contract, case) for case in cases)]
    with capsys.disabled():
        print(f"\nmutation score of {key}: {len(changes) - len(unnoticed)} of {len(changes)} changes noticed")
    assert unnoticed == []
    assert len(changes) > 100


def test_a_case_of_an_unknown_clause_is_an_error(tmp_path: Path) -> None:
    """A typing error in a case file must not make a case that checks nothing."""
    file = tmp_path / "v1.cases.yaml"
    text = file_of(CONTRACTS[EVENTS]).read_text("utf-8")
    file.write_text(text.replace("[channel/type]", "[chanel/type]"), "utf-8")
    with pytest.raises(ValueError, match="chanel/type"):
        read_cases(load(HOME / "client_tickets" / "v1.odcs.yaml"), file)
