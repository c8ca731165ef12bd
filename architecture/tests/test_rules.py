"""The table of rules against the model: clean on every target, each seeded defect found by its rule and no other."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from architecture.contract_facts import contract_facts
from architecture.load import HOME, Model, load
from architecture.rules import RULES
from architecture.rules.facts import Surroundings
from architecture.rules.judging import Report, check, where
from architecture.rules.listing import page
from architecture.tests.seeding import SEEDED, Defect, defects, seeded

DEFECTS = defects()
ROOT = HOME.parent.parent
TODAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def model() -> Model:
    """The real model, with its targets bound once."""
    read = load()
    read.all()
    return read


@pytest.fixture(scope="module")
def around(model: Model) -> Surroundings:
    """The repository as it is, on a fixed day, and the figures that risks and gates name."""
    named = [name for part in model.bound("aws").risks for name in part.evidence]
    named += [name for part in model.bound("aws").lots for name in part.gate.confirmed_by]
    return Surroundings(TODAY, contract_facts(), ROOT, lambda: frozenset(name for name in named if "." in name))


def judged(model: Model, around: Surroundings, defect: Defect) -> Report:
    """What all rules say of the model with one defect in it."""
    return check(seeded(model, defect), around, (defect.target,), (SEEDED,))


@pytest.mark.parametrize("target", ["aws", "azure", "gcp", "onprem"])
def test_the_model_breaks_no_rule(model: Model, around: Surroundings, target: str) -> None:
    """On every target nothing is found but what a waiver accepts."""
    assert check(model, around, (target,)).open(strict=True) == ()


@pytest.mark.parametrize("rule", DEFECTS)
def test_a_seeded_defect_is_found_by_its_rule_and_no_other(model: Model, around: Surroundings, rule: str) -> None:
    """One fault has one name; a rule that judges a path tells the way."""
    found = judged(model, around, DEFECTS[rule]).open(strict=True)
    assert {finding.rule for finding in found} == {rule}
    if RULES[rule].judges == "path":
        assert all(" -> " in finding.what for finding in found)


def test_every_rule_has_one_defect_and_every_defect_a_rule() -> None:
    """A rule that nothing was ever seen to break may not work at all."""
    assert set(DEFECTS) == set(RULES)


def test_the_table_is_large_enough_and_says_all_of_each_rule() -> None:
    """At least 45 rules, 14 of them about paths; an id in kebab case, and three sentences for people."""
    assert len(RULES) >= 45
    assert sum(rule.judges == "path" for rule in RULES.values()) >= 14
    for rule in RULES.values():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
        assert all(text.endswith(".") and "|" not in text for text in (rule.sentence, rule.why, rule.remedy)), rule.id


def test_the_page_of_rules_is_fresh() -> None:
    """What README.md lists is the table."""
    assert (Path(__file__).parents[1] / "rules" / "README.md").read_text("utf-8") == page()


def test_a_waiver_accepts_a_finding_until_its_day(model: Model, around: Surroundings) -> None:
    """On the day itself it holds; the day after, the finding is open again and the waiver a finding of its own."""
    waiver = model.bound("aws").waivers[0]
    day = date.fromisoformat(waiver.expires)
    held = check(model, replace(around, today=day), ("aws",), rules=(waiver.rule, "waiver-expired"))
    assert [finding.waiver for finding in held.findings] == [waiver.id]
    late = check(model, replace(around, today=day.replace(day=1, month=day.month + 1)), ("aws",))
    assert {(one.rule, one.on) for one in late.open(strict=True)} >= {
        (waiver.rule, waiver.on),
        ("waiver-expired", waiver.id),
    }


def test_a_waiver_that_one_target_needs_is_idle_on_none(model: Model, around: Surroundings) -> None:
    """The provider's key is waived; on premises there is no provider, and the waiver is no finding there."""
    found = check(model, around, ("onprem",), rules=("provider-key", "waiver-idle"))
    assert found.findings == ()


def test_a_finding_points_at_the_layer_that_said_it(model: Model) -> None:
    """A target's word before the logical one; a flow of `each` at its pattern."""
    assert where(model, "lake", "product", "aws", ()).startswith("architecture/model/targets/aws.yml:")
    assert where(model, "lake", "tier", "aws", ()).startswith("architecture/model/serving.yml:")
    assert where(model, "broker", "zone", "aws", ("broker-native",)).startswith("architecture/model/targets/aws.yml:")
    assert where(model, "f-watch-broker", "tls", "aws", ()) == where(model, "f-watch", "tls", "aws", ())
    assert where(model, "nothing", "", "aws", ()) == ""


def test_streaming_in_the_cloud_is_refused_for_the_clear_data_it_moves(model: Model, around: Surroundings) -> None:
    """The options that are there to be compared say why they were not chosen."""
    for option in ("broker-byoc", "broker-native"):
        found = {finding.rule for finding in check(model, around, ("aws",), (option,)).open(strict=True)}
        assert {"clear-personal-data-leaves", "clear-personal-data-kept-outside", "opened-from-outside"} <= found
