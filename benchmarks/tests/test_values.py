"""Figures against their targets."""

import json

import pytest

from benchmarks.figures.values import Sense, Target, absolute, of, ratio


@pytest.mark.parametrize(
    ("sense", "wanted", "value", "reached", "short"),
    [
        ("at least", 0.5, 0.5, True, 0),
        ("at least", 0.5, 0.49, False, 0.01),
        ("above", 1.0, 1.0, False, 0),
        ("above", 1.0, 1.01, True, 0),
        ("under", 12.0, 12.0, False, 0),
        ("under", 12.0, 11.9, True, 0),
        ("under", 12.0, 13.5, False, 1.5),
        ("within", 0.1, 1.1, True, 0),
        ("within", 0.1, 0.9, True, 0),
        ("within", 0.1, 1.25, False, 0.15),
        ("within", 0.1, 0.8, False, 0.1),
    ],
)
def test_a_target_is_reached_or_missed_by_so_much(
    sense: Sense, wanted: float, value: float, reached: bool, short: float
) -> None:
    """At the bound itself `at least` and `within` are reached, `above` and `under` are not."""
    target = Target(sense, wanted, (), "")
    assert target.reached(value) is reached
    assert target.short(value) == pytest.approx(short)


def test_bounds_beyond_are_told_apart() -> None:
    """What is wanted may be reached without what lies beyond it."""
    target = Target("at least", 0.5, (0.6, 0.8), "")
    assert [target.passed(value) for value in (0.55, 0.6, 0.9)] == [(), (0.6,), (0.6, 0.8)]


def test_a_ratio_is_of_medians() -> None:
    """One bad round moves the span, and not the value."""
    found = ratio("n", "says", [10, 2, 10], [20, 20, 20])
    assert (found.least, found.value, found.most, found.unit) == (0.1, 0.5, 0.5, "x")


def test_a_document_says_the_verdict_and_is_the_figure_again() -> None:
    """Through JSON and back nothing is lost."""
    figure = absolute("n", "says", "s", [3.0, 1.0, 2.0], Target("under", 2.0, (1.0,), "why"), "note")
    document = json.loads(json.dumps(figure.document()))
    assert (document["least"], document["value"], document["most"]) == (1.0, 2.0, 3.0)
    assert (document["target"]["reached"], document["target"]["short"]) == (False, 0.0)
    assert of(document) == figure
