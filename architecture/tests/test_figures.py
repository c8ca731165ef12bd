"""Figures of the model as it is: the same each time, traceable, and complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from architecture.figures import Figure, bindings, figures
from architecture.figures.choosing import compared
from architecture.load import Model, load
from architecture.money.cost import monthly_cost

ROOT = Path(__file__).parents[2]
_ID = re.compile(r"[a-z0-9+-]+(\.[a-z0-9-]+)+")


@pytest.fixture(scope="module")
def model() -> Model:
    """The model of the repository."""
    return load()


@pytest.fixture(scope="module")
def found(model: Model) -> dict[str, Figure]:
    """Its figures."""
    return figures(model)


def test_the_same_model_gives_the_same_figures(found: dict[str, Figure]) -> None:
    """Read anew and computed anew, every number and every source is the same."""
    assert figures(load()) == found


def test_an_id_is_dotted_and_the_figures_own(found: dict[str, Figure]) -> None:
    """Whoever cites `aws.cost.month.p50` finds the figure of that id."""
    assert [name for name in found if not _ID.fullmatch(name) or found[name].id != name] == []


def test_every_figure_comes_from_lines_that_are_there(found: dict[str, Figure]) -> None:
    """`file:line` each; a figure without any is one that counts nothing."""
    lengths: dict[str, int] = {}
    for figure in found.values():
        if not figure.sources:
            assert figure.value == 0 or figure.id.startswith("choice"), figure.id
        for source in figure.sources:
            name, _, line = source.rpartition(":")
            lengths.setdefault(name, len((ROOT / name).read_text("utf-8").splitlines()))
            assert 1 <= int(line) <= lengths[name], (figure.id, source)


def test_likely_lies_between_the_ends(found: dict[str, Figure]) -> None:
    """Low, value, high, in this order, wherever there are ends."""
    wrong = [
        figure.id
        for figure in found.values()
        if figure.low is not None and figure.high is not None and not figure.low <= figure.value <= figure.high
    ]
    assert wrong == []


def test_every_target_and_option_has_the_same_figures(model: Model, found: dict[str, Figure]) -> None:
    """What one target is judged by, the others are; kinds of cost and swings aside, which a target may not have."""
    names = {
        bound.name: {
            name.removeprefix(f"{bound.name}.")
            for name in found
            if name.startswith(f"{bound.name}.") and ".cost.month." not in name
        }
        for bound in bindings(model)
    }
    first, *others = names.values()
    assert {frozenset(first ^ other) for other in others} == {frozenset()}


def test_a_figure_is_what_its_computation_says(model: Model, found: dict[str, Figure]) -> None:
    """The registry adds an id, a text and sources, and changes no number."""
    cost = monthly_cost(model.bound("aws"))
    assert found["aws.cost.month.p50"].value == pytest.approx(cost.total.p50, rel=1e-11)
    assert (found["aws.cost.month.p50"].low, found["aws.cost.month.p50"].high) == pytest.approx(
        (cost.total.p10, cost.total.p90), rel=1e-11
    )


def test_the_choice_is_made_from_the_figures(model: Model, found: dict[str, Figure]) -> None:
    """Each target's result is the mean of its marks by weight, and the winner is the best of them."""
    criteria = model.bound("aws").criteria
    whole = sum(each.weight for each in criteria)
    results = {}
    for target in model.targets:
        marks = [(each.weight, found[f"{target}.choice.mark.{each.id}"].value) for each in criteria]
        results[target] = sum(weight * mark for weight, mark in marks) / whole
        assert found[f"{target}.choice.score"].value == pytest.approx(results[target])
    assert compared(criteria, list(model.targets), found).winner == max(results, key=results.__getitem__)


def test_what_no_target_changes_stands_once(found: dict[str, Figure]) -> None:
    """Capacity and the plan have no target before them; what was measured names the file that says so."""
    assert {"capacity.throughput", "capacity.catchup.hours.24h.x10", "plan.days"} <= found.keys()
    job = found["capacity.job.events-per-second"]
    assert job.sources[0].startswith("benchmarks/results/speed.json:")
    assert job.low is not None and job.high is not None and job.low <= job.value <= job.high


def test_figures_that_the_model_names_are_there(model: Model, found: dict[str, Figure]) -> None:
    """Risks give figures as evidence and gates wait for them: each has a value."""
    architecture = model.bound("aws")
    named = [name for risk in architecture.risks for name in risk.evidence]
    named += [name for lot in architecture.lots for name in lot.gate.confirmed_by]
    targets = {bound.name for bound in bindings(model)}
    cited = [name for name in named if name.partition(".")[0] in targets or name.startswith(("capacity.", "choice."))]
    assert cited and [name for name in cited if name not in found] == []
