"""`tickets architecture figures` and `simulate`: what a user sees, and what is refused."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from architecture.load import Model, load
from cli.architecture import figures as figures_module
from cli.architecture import simulate as simulate_module
from cli.architecture.figures import command as figures
from cli.architecture.simulate import command as simulate

WIDTH = 80
SCENARIOS = ("link-down", "region-down", "key-revoked", "broker-lost", "x10")


@pytest.fixture(scope="module")
def model() -> Model:
    """The model of the repository."""
    return load()


@pytest.fixture(autouse=True)
def read_once(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading takes longer than all these commands, so they share one reading."""
    for module in (figures_module, simulate_module):
        monkeypatch.setattr(module, "load", lambda _: model)


def test_without_arguments_the_targets_stand_beside_each_other() -> None:
    """One column for each target, and the way to what would turn the choice."""
    shown = _run(figures)
    assert shown.output.splitlines()[0].split() == ["aws", "azure", "gcp", "onprem"]
    assert "cost.month.p50" in shown.output and "--id choice.flip" in shown.output
    assert _too_wide(shown) == []


def test_a_figure_is_explained_with_the_lines_it_comes_from() -> None:
    """Its text, and file and line of the model."""
    shown = _run(figures, "--id", "aws.exit.days", "--explain")
    assert "aws.exit.days" in shown.output and "architecture/model/targets/aws.yml:" in shown.output
    assert _too_wide(shown) == []


def test_figures_as_json() -> None:
    """A list of figures with both languages, ends and sources."""
    (shown,) = json.loads(_run(figures, "--id", "aws.cost.month.p50", "--json").output)
    assert shown["id"] == "aws.cost.month.p50" and shown["unit"] == "EUR/month"
    assert shown["low"] < shown["value"] < shown["high"] and set(shown["text"]) == {"en", "fr"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_scenario_says_what_stops_and_who_is_called(scenario: str) -> None:
    """On every target, in 80 columns."""
    shown = _run(simulate, "--scenario", scenario)
    for target in ("aws", "azure", "gcp", "onprem"):
        assert target in shown.output.splitlines()
    assert shown.output.count("  called ") == 4 and shown.output.count("  runbooks ") == 4
    assert _too_wide(shown) == []


def test_one_target_has_a_timeline_and_hours_may_be_given() -> None:
    """Both lines down for 30 hours on AWS: KPIs get old for as long, and nothing is lost."""
    shown = _run(simulate, "--scenario", "link-down", "--target", "aws", "--hours", "30")
    assert "gives nothing new kpis" in shown.output and "over after        30.0 h" in shown.output
    assert "timeline" in shown.output and "nothing: what cannot be sent is held back" in shown.output


def test_what_is_lost_is_brought_back_in_an_order() -> None:
    """Keys before what they open, the database before what reads it; what came through is not in it."""
    (made,) = json.loads(_run(simulate, "--scenario", "dc-down", "--target", "aws", "--json").output)
    order = [name for step in made["to_bring_back"] for name in step]
    assert order.index("hsm") < order.index("tickets-db") < order.index("broker") < order.index("job")
    assert order.index("vault") < order.index("broker")
    assert not {"dns", "directory", "lake"} & set(order)
    shown = _run(simulate, "--scenario", "dc-down", "--target", "aws")
    assert "bring back" in shown.output
    assert "bring back" not in _run(simulate, "--scenario", "link-down", "--target", "aws").output


def test_an_outcome_as_json() -> None:
    """One document for each target, hours as numbers."""
    (shown,) = json.loads(_run(simulate, "--scenario", "broker-lost", "--target", "aws", "--json").output)
    assert shown["target"] == "aws" and shown["stops"]["answering"] == ["collection"]
    assert shown["hours"]["office"]["back"] < shown["hours"]["worst"]["back"]


def test_ten_times_the_events_say_what_they_cost() -> None:
    """Whether the way takes the peak, and the month's cost now and then."""
    shown = _run(simulate, "--scenario", "x10", "--target", "aws")
    assert "too many events   no" in shown.output and "EUR then" in shown.output


def test_an_option_of_the_target_is_simulated_with_it() -> None:
    """With streaming in the cloud, the lines take collection with them."""
    (shown,) = json.loads(
        _run(simulate, "--scenario", "link-down", "--target", "aws", "--with", "broker-native", "--json").output
    )
    assert shown["target"] == "aws+broker-native" and "collection" in shown["stops"]["fresh"]


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        (figures, ("--id", "aws.costs"), "no figure begins with 'aws.costs'"),
        (figures, ("--target", "asw"), "Did you mean aws?"),
        (simulate, ("--scenario", "link-dwn"), "Did you mean link-down?"),
        (simulate, ("--scenario", "link-down", "--target", "ovh"), "There are: aws, azure, gcp, onprem."),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_what_is(
    command: object, arguments: tuple[str, ...], said: str
) -> None:
    """Exit code 2, and the nearest name."""
    shown = CliRunner().invoke(command, arguments)  # type: ignore[arg-type]
    assert shown.exit_code == 2 and said in shown.output


def _run(command: object, *arguments: str) -> Result:
    shown = CliRunner().invoke(command, arguments, catch_exceptions=False)  # type: ignore[arg-type]
    assert shown.exit_code == 0, shown.output
    return shown


def _too_wide(shown: Result) -> list[str]:
    return [line for line in shown.output.splitlines() if len(line) > WIDTH]
