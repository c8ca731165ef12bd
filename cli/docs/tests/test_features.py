"""Feature files as pages: all that stands in them, what the last run made of it, and the clauses it speaks of."""

from pathlib import Path

import pytest

from cli.docs import feature_pages
from cli.docs.evidence import NOT_RUN
from cli.docs.features import Feature, features, read, scenarios_of, speaking
from cli.docs.tests.known import evidence

TEXT = '''\
@live
Feature: Milk stays fresh
  Nobody likes it sour.

  Rule: a cold shelf

    Scenario Outline: for <days> days
      Given milk, and <b>no</b> magic
        | fat | name |
        | 3 % | a\\|b |
      When <days> days go by
        """
        as they do
        """
      Then it names the clause milk.v1/age/maximum

      Examples: short
        | days |
        | 1    |
        | 2    |

  Scenario: it turns
    When a month goes by
'''
CLAUSE = "milk.v1/age/maximum"
PLACES = {CLAUSE: "contracts/milk.v1.md"}


@pytest.fixture
def milk(tmp_path: Path) -> Feature:
    """A feature of its own."""
    (tmp_path / "milk.feature").write_text(TEXT, "utf-8")
    return read(tmp_path / "milk.feature", "features/milk.feature")


def page(milk: Feature, results: dict[str, str] | None = None) -> str:
    """Its page."""
    confirmed = {"features/milk.feature::it turns": (("adr/0001-milk.md", "ADR-0001 Milk"),)}
    made = feature_pages.pages((milk,), evidence(results), PLACES, speaking((milk,), {}), confirmed)
    return made["features/milk.md"]


def test_all_of_a_feature_stands_on_its_page(milk: Feature) -> None:
    """Rule, scenarios, steps with their tables and texts, examples; markup in it is text."""
    made = page(milk)
    for part in ("Nobody likes it sour.", "## Rule: a cold shelf", "**Given** milk", "as they do", "Examples: short"):
        assert part in made
    assert "<b>no</b>" not in made
    assert "| `3 %` |" in made
    assert "[ADR-0001 Milk](../adr/0001-milk.md)" in made


def test_a_clause_in_a_step_leads_to_its_place(milk: Feature) -> None:
    """And the page's list of clauses leads back to the scenario. Where it is too long it is broken after a slash."""
    made = page(milk)
    assert made.count("&#47;<wbr>") == 2 * made.count(f'href="../contracts/milk.v1.html#{CLAUSE}"')
    assert f'href="../contracts/milk.v1.html#{CLAUSE}"' in made
    assert 'href="#scenario-1"' in made
    assert 'id="scenario-1"' in made


def test_a_scenario_that_did_not_run_says_so(milk: Feature) -> None:
    """Each of them, and the feature."""
    assert page(milk).count(NOT_RUN) == 3


def test_the_worst_example_is_the_outcome(milk: Feature) -> None:
    """One of two failed: the scenario has failed, and so has the feature; the other one passed, with its date."""
    name = "features/milk.feature::"
    made = page(
        milk,
        {f"{name}for <days> days[1]": "passed", f"{name}for <days> days[2]": "failed", f"{name}it turns": "passed"},
    )
    assert '<span class="failed">1 of 2 failed 2026-01-05 08:30 UTC</span>' in made
    assert '<span class="failed">1 of 3 failed 2026-01-05 08:30 UTC</span>' in made
    assert '<span class="passed">passed 2026-01-05 08:30 UTC</span>' in made


def test_a_test_leads_to_its_scenario() -> None:
    """By the name that pytest-bdd gives it, in the features that its module binds."""
    found = [
        (feature.file, scenario.name)
        for feature, scenario in scenarios_of(
            features(), "features/test_live.py::test_one_field_breaks_the_contract[tags-v]"
        )
    ]
    assert found == [("features/refused_events.feature", "one field breaks the contract")]
    assert list(scenarios_of(features(), "features/test_kpis.py::test_one_field_breaks_the_contract")) == []


def test_a_touch_of_the_last_run_is_told() -> None:
    """Also where the scenario's text does not name the clause."""
    test = "features/test_live.py::test_one_field_breaks_the_contract[tags-v]"
    told = speaking(features(), {"client_tickets.v2/tags/maxItems": {"scenario": [test]}})
    assert [(one.scenario.name, one.ran) for one in told["client_tickets.v2/tags/maxItems"]] == [
        ("one field breaks the contract", True)
    ]


def test_every_feature_of_this_checkout_is_read() -> None:
    """Each has scenarios, and each scenario a place of its own."""
    for feature in features():
        assert feature.scenarios, feature.file
        assert len({scenario.place for scenario in feature.scenarios}) == len(feature.scenarios)
