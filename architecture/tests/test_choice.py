"""Choosing between targets, held to a grid of weights; and how each is left."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

import pytest

from architecture import parts
from architecture.choice import Ranged, Table, choose, mark
from architecture.leaving import reversibility, score
from architecture.tests.small import architecture, sure

STEPS = 2_000


def test_a_mark_is_a_straight_line_that_ends_at_0_and_10() -> None:
    """Cost: 10,000 euro is worst and 2,000 best; what is beyond them gets no more and no less."""
    (criterion,) = _criteria([("cost", 1, 10_000, 2_000)])
    assert [mark(criterion, value) for value in (12_000, 10_000, 6_000, 2_000, 0)] == [0, 0, 5, 10, 10]


def test_the_choice_flips_at_the_weight_where_two_targets_draw_level() -> None:
    """A is 8 and 2, B is 4 and 6, at 60:40 A is ahead by 5.6 to 4.8; at 50:50 both are 5."""
    criteria = _criteria([("cost", 60, 0, 10), ("law", 40, 0, 10)])
    found = choose(criteria, _table({"a": (8, 2), "b": (4, 6)}, criteria))
    assert found.winner == "a" and found.scores == pytest.approx({"a": 5.6, "b": 4.8})
    flips = {(flip.criterion, flip.winner): flip.share for flip in found.weights}
    assert flips == pytest.approx({("cost", "b"): 0.5, ("law", "b"): 0.5})


def test_of_equal_targets_the_other_wins_as_soon_as_a_weight_moves_its_way() -> None:
    """6 and 4 against 4 and 6 at 50:50: less weight for the first, or more for the second, and it is the other."""
    criteria = _criteria([("cost", 50, 0, 10), ("law", 50, 0, 10)])
    found = choose(criteria, _table({"a": (6, 4), "b": (4, 6)}, criteria))
    assert found.winner == "a"
    assert [(flip.criterion, flip.share, flip.rises) for flip in found.weights] == [
        ("cost", 0.5, False),
        ("law", 0.5, True),
    ]


def test_a_target_that_is_better_in_everything_is_never_overtaken() -> None:
    """No weight and no figure turns a choice that every criterion makes."""
    criteria = _criteria([("x", 1, 0, 10), ("y", 1, 0, 10)])
    found = choose(criteria, _table({"a": (8, 9), "b": (4, 6)}, criteria))
    assert found.weights == () and found.figures == ()


def test_the_choice_flips_when_a_figure_is_at_the_end_of_its_range() -> None:
    """A leads with 6 to 5, and not if its figure is 4 after all."""
    table: Table = {"a": {"x": Ranged(4, 6, 7)}, "b": {"x": Ranged(5, 5, 5)}}
    (flip,) = choose(_criteria([("x", 1, 0, 10)]), table).figures
    assert (flip.target, flip.end, flip.value, flip.winner) == ("a", "low", 4, "b")


@pytest.mark.parametrize("seed", range(25))
def test_weights_that_flip_agree_with_a_grid(seed: int) -> None:
    """Going from today's weight up or down in small steps, the winner changes where the exact solution says."""
    draw = random.Random(seed)
    criteria = _criteria([(f"c{number}", draw.uniform(1, 9), 0, 10) for number in range(draw.randint(2, 4))])
    rows = {f"t{number}": tuple(draw.uniform(0, 10) for _ in criteria) for number in range(draw.randint(2, 4))}
    found = choose(criteria, _table(rows, criteria))
    for number, criterion in enumerate(criteria):
        for way in (-1, 1):
            seen = _walk(criteria, rows, number, way, found.winner)
            exact = [flip for flip in found.weights if flip.criterion == criterion.id and flip.rises == (way > 0)]
            if seen is None:
                assert not exact
            else:
                assert [flip.winner for flip in exact] == [seen[1]]
                assert exact[0].share == pytest.approx(seen[0], abs=1.5 / STEPS)


def test_the_score_of_leaving() -> None:
    """60 person-days, half open, none tried: 100 x (0.5 x 0.5 + 0.3 x 0.5)."""
    assert score(60, 0.5, 0) == pytest.approx(40)
    plan = {"days": sure(20), "formats": "open", "rehearsed": "2026-11-20"}
    held = {"days": sure(40), "formats": "proprietary", "proprietary": ["dashboards"]}
    partly = {"days": sure(1), "formats": "open", "proprietary": ["SQL dialect"]}
    assert reversibility(architecture(components=[{"id": "warehouse", "exit": partly}])).open_share == 0.5
    made = architecture(
        data=[{"id": "kpis"}],
        components=[
            {"id": "lake", "exit": plan},
            {"id": "bi", "exit": held},
            {"id": "bare", "holds": [{"data": "kpis", "form": "clear"}]},
        ],
    )
    found = reversibility(made)
    assert found.days == (60, 60, 60) and found.open_share == 0.5 and found.rehearsed_share == 0.5
    assert found.proprietary == ("bi: dashboards",) and found.without_plan == ("bare",)
    assert found.score == pytest.approx(50)
    assert reversibility(made, ["lake"]).components[0].rehearsed == date(2026, 11, 20)


def _criteria(rows: Sequence[tuple[str, float, float, float]]) -> list[parts.Criterion]:
    said = [
        {"id": name, "weight": weight, "figure": name, "worst": worst, "best": best}
        for name, weight, worst, best in rows
    ]
    return architecture(criteria=said).criteria


def _table(rows: dict[str, tuple[float, ...]], criteria: Sequence[parts.Criterion]) -> Table:
    return {
        target: {each.id: Ranged(value, value, value) for each, value in zip(criteria, row, strict=True)}
        for target, row in rows.items()
    }


def _walk(
    criteria: Sequence[parts.Criterion], rows: dict[str, tuple[float, ...]], number: int, way: int, winner: str
) -> tuple[float, str] | None:
    """The first share of the weight, in steps, at which another target is ahead."""
    weights = [criterion.weight for criterion in criteria]
    now = weights[number] / sum(weights)
    others = sum(weights) - weights[number]
    for step in range(STEPS + 1):
        share = now + way * step / STEPS
        if not 0 <= share <= 1:
            return None
        scaled = [share if at == number else weight / others * (1 - share) for at, weight in enumerate(weights)]
        scores = {target: sum(w * m for w, m in zip(scaled, row, strict=True)) for target, row in rows.items()}
        best = max(scores, key=scores.__getitem__)
        if best != winner and scores[best] > scores[winner] + 1e-9:
            return share, best
    return None
