"""What confirms a decision: it is there, it holds, and it passed in the last run where that is asked."""

from pathlib import Path

import pytest

from cli.adr.check import judge
from cli.adr.tests.written import GOOD, PASSED, Fake, found, held, kitchen

RULE, TEST = "| rule | `milk-is-cold` | no finding |", "| test | `kitchen/test_milk.py::test_cold` | passes |"
FIGURE, COST = "| figure | `milk.days` | `>= 7 d` |", "| `milk.cost` | 1,250 EUR | 5 % |"
FAULTS = [  # a row of the record, the row instead, what is said
    (RULE, "| rumour | `x` | no finding |", "'rumour' is no kind of confirmation"),
    (RULE, "| rule | `milk-is-cool` | no finding |", "there is no rule milk-is-cool"),
    (RULE, "| rule | `milk-is-cold` | always |", "a rule holds when 'no finding', not when 'always'"),
    (RULE, "| rule | `door-is-shut` | no finding |", "rule door-is-shut finds the door: open (and 1 more)"),
    (TEST, "| test | `kitchen/test_tea.py` | passes |", "kitchen/test_tea.py is not there"),
    (TEST, "| test | `kitchen/test_milk.py::test_hot` | passes |", "test_milk.py has no test test_hot"),
    (TEST, "| test | `kitchen/test_milk.py::test_cold` | mostly |", "a test holds when it passes, not when 'mostly'"),
    (TEST, "| test | `kitchen/test_milk.py::test_all_night` | passes |", "is not part of `make test`"),
    (TEST, "| test | `kitchen/test_milk.py::TestDoor::test_shut` | passes nightly |", "is not part of `make test`"),
    (TEST, "| test | `features/milk.feature::it turns sour` | passes |", "has no scenario 'it turns sour'"),
    (TEST, "| test | `features/milk.feature::for <n> days` | passes |", "is not part of `make test`"),
    (TEST, "| test | `features/stack.feature::it is cool` | passes |", "is not part of `make test`"),
    (TEST, "| test | `features/unbound.feature` | passes |", "no test module beside unbound.feature binds it"),
    (TEST, "| test | `results.json` | passes |", "results.json is no test"),
    (FIGURE, "| figure | `milk.day` | `>= 7 d` |", "there is no figure milk.day"),
    (FIGURE, "| figure | `milk.days` | `>= 10 d` |", "milk.days does not hold: not 9 d >= 10 d"),
    (FIGURE, "| figure | `milk.days` | `>= 7 h` |", "milk.days is in 'd', not in 'h'"),
    (FIGURE, "| figure | `milk.cost:high` | `> 1` |", "figure milk.cost has no 'high'"),
    (FIGURE, "| figure | `milk.days:most` | `> 1` |", "figure milk.days has no 'most'"),
    (FIGURE, "| figure | `milk.days` | enough |", "'enough' is no condition"),
    (FIGURE, "| figure | `milk.days` | `> milk.cost` |", "milk.days is in 'd', not in 'EUR'"),
    (FIGURE, "| benchmark | `results.json#fridge.hum` | `> 40` |", "does not hold: not 38.5 > 40"),
    (FIGURE, "| benchmark | `results.json#fridge.size` | `> 40` |", "results.json has nothing at fridge.size"),
    (FIGURE, "| benchmark | `results.json#fridge.white` | `> 40` |", "results.json has no number at fridge.white"),
    (FIGURE, "| benchmark | `gone.json#a` | `> 40` |", "gone.json can't be read"),
    (FIGURE, "| benchmark | `notes.md: for {n} weeks` | `== 9` |", "notes.md nowhere reads 'for {n} weeks'"),
    (FIGURE, "| benchmark | `notes.md: {n} doors` | `== 2` |", "notes.md reads '{n} doors' in 2 places"),
    (COST, "| `milk.costs` | 1,250 EUR | 5 % |", "there is no figure milk.costs"),
    (COST, "| `milk.cost` | 1,250 USD | 5 % |", "milk.cost is in 'EUR', not in 'USD'"),
    (COST, "| `milk.cost` | many | 5 % |", "'many' is no number"),
    (COST, "| `milk.cost` | 1,250 EUR | little |", "'little' is no number"),
    (COST, "| `milk.cost` | 1,250 EUR | 5 % |\n| `milk.days` | 11 | 5 |", "the text does not say 11"),
    ("Sour milk costs 1,250 EUR", "Sour milk costs 1,520 EUR", "the text does not say 1,250"),
    ("Sour milk costs 1,250 EUR", "It costs 1,250 EUR, not 3 EUR", "the amount 3 comes from no figure"),
]


@pytest.mark.parametrize(("old", "new", "what"), FAULTS, ids=[f"{what} ({new})" for _, new, what in FAULTS])
def test_what_is_not_there_or_does_not_hold_is_found(tmp_path: Path, old: str, new: str, what: str) -> None:
    """With a remedy, at a line that holds what was written."""
    problems = found(tmp_path, old, new)
    hit = [problem for problem in problems if what in problem.what]
    assert hit, problems
    assert all(problem.remedy and problem.line > 1 for problem in hit)


@pytest.mark.parametrize(
    "row",
    [
        "| test | `kitchen/test_milk.py::test_all_night` | passes nightly |",
        "| test | `kitchen/test_milk.py::TestDoor::test_shut` | passes on the stack |",
        "| test | `features/milk.feature::for <n> days` | passes nightly |",
        "| test | `features/stack.feature` | passes on the stack |",
        "| figure | `milk.days` | `< 10` |",
        "| figure | `milk.days:high` | `== 11 d` |",
        "| benchmark | `results.json#fridge.doors.1` | `== 2` |",
        "| benchmark | `kitchen/plan.yml#shelves.lower.height.1` | `== 30` |",
    ],
)
def test_what_is_there_and_holds_is_let_pass(tmp_path: Path, row: str) -> None:
    """What runs elsewhere says so, and need not be in the record of `make test`."""
    assert judge(kitchen(tmp_path, GOOD.replace(TEST, row)), held(tmp_path, ran=True)) == []


@pytest.mark.parametrize(
    ("cost", "stale"), [(1250, False), (1312.5, False), (1312.6, True), (1187.5, False), (1187.4, True)]
)
def test_a_decision_is_stale_once_its_figure_has_moved_beyond_tolerance(
    tmp_path: Path, cost: float, stale: bool
) -> None:
    """To either side; what is exactly as far as tolerated is not beyond it."""
    figures = {"milk.cost": Fake(cost, "EUR"), "milk.days": Fake(9, "d")}
    problems = judge(kitchen(tmp_path), held(tmp_path, figures=figures))
    wanted = [f"ADR-0001 is stale: milk.cost was 1,250 EUR and is {cost:,} EUR, beyond 5 %"] if stale else []
    assert [problem.what for problem in problems] == wanted


@pytest.mark.parametrize(
    ("changes", "ran", "what"),
    [
        ({"kitchen/test_milk.py::test_cold[two]": "failed"}, False, "test_cold failed in the last run"),
        ({"kitchen/test_milk.py::test_cold[two]": "skipped"}, True, None),
        (dict.fromkeys(PASSED, "skipped"), True, "it stays fresh was skipped in the last run"),
        ({}, True, None),
    ],
)
def test_a_failed_test_confirms_nothing(tmp_path: Path, changes: dict[str, str], ran: bool, what: str | None) -> None:
    """One of its parameters is enough; a skip counts only where something passed."""
    problems = judge(kitchen(tmp_path), held(tmp_path, PASSED | changes, ran))
    assert any(what in problem.what for problem in problems) if what else problems == []


def test_a_test_that_was_not_run_is_asked_for_with_ran_alone(tmp_path: Path) -> None:
    """Before the tests have run a decision can be judged all the same."""
    read = kitchen(tmp_path)
    assert judge(read, held(tmp_path, {}, ran=False)) == []
    missed = judge(read, held(tmp_path, {}, ran=True))
    assert [problem.what for problem in missed] == [
        "kitchen/test_milk.py::test_cold was not run in the last run",
        "features/milk.feature::it stays fresh was not run in the last run",
        "kitchen/test_milk.py was not run in the last run",
    ]


def test_a_proposal_is_held_against_what_it_names(tmp_path: Path) -> None:
    """So that nobody decides on a rule that finds something, or with old figures."""
    text = GOOD.replace("status: accepted", "status: proposed").replace("milk-is-cold", "door-is-shut")
    figures = {"milk.cost": Fake(1, "EUR"), "milk.days": Fake(9, "d")}
    problems = judge(kitchen(tmp_path, text), held(tmp_path, figures=figures))
    assert [problem.kind for problem in problems] == ["confirmation", "stale"]


@pytest.mark.parametrize("status", ["rejected", "deprecated"])
def test_history_is_held_against_nothing(tmp_path: Path, status: str) -> None:
    """What was once decided may name what is gone."""
    text = GOOD.replace("status: accepted", f"status: {status}").replace("milk-is-cold", "gone")
    assert judge(kitchen(tmp_path, text), held(tmp_path, figures={}, recorded={})) == []
