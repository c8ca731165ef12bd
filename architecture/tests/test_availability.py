"""Availability: known answers on paper, and every state of small drawn graphs counted one by one."""

from __future__ import annotations

import itertools
import random

import pytest

from architecture.needs import Graph, Node, down
from architecture.reliability.availability import availabilities, services
from architecture.reliability.failures import single_points
from architecture.reliability.structure import Structure, ordered
from architecture.tests.small import amount, architecture, sure


def test_two_instances_in_one_room_are_no_better_than_the_room() -> None:
    """A shared need counts once: 0.9 x (1 - 0.1 x 0.1), where multiplying would say less."""
    made = architecture(
        places=[{"id": "room", "availability": sure(90)}],
        components=[{"id": "db", "instances": 2, "availability": sure(90)}],
        services=[{"id": "s", "answers": ["db"]}],
    )
    assert services(made)["s"].likely == pytest.approx(0.9 * 0.99)


def test_a_service_through_two_parts_in_one_room_pays_for_the_room_once() -> None:
    """Two parts of 0.9 in a room of 0.9 work 0.729 of the time, not 0.6561."""
    made = architecture(
        places=[{"id": "room", "availability": sure(90)}],
        components=[{"id": "a", "availability": sure(90)}, {"id": "b", "availability": sure(90), "needs": ["a"]}],
        services=[{"id": "s", "answers": ["a", "b"]}],
    )
    assert services(made)["s"].likely == pytest.approx(0.729)


def test_two_of_three() -> None:
    """Two of three at 0.9: 3 x 0.81 x 0.1 + 0.729."""
    made = architecture(
        components=[{"id": "a", "instances": 3, "needed": 2, "availability": sure(90)}],
        services=[{"id": "s", "answers": ["a"]}],
    )
    assert services(made)["s"].likely == pytest.approx(0.972)
    assert services(made)["s"].hours_down() == pytest.approx(0.028 * 8760)


def test_parts_that_need_each_other_work_together() -> None:
    """A circle works while both parts do: 0.9 x 0.9, and not never."""
    made = architecture(
        components=[
            {"id": "a", "availability": sure(90), "needs": ["b"]},
            {"id": "b", "availability": sure(90), "needs": ["a"]},
        ],
    )
    assert availabilities(made, ("a",))["a"].likely == pytest.approx(0.81)


def test_the_three_ends_and_what_has_no_figure() -> None:
    """Each end of the ranges gives a figure of its own; a part without one is certain, and is named."""
    made = architecture(
        components=[{"id": "a", "availability": amount(80, 90, 95)}, {"id": "b", "needs": ["a"]}],
        services=[{"id": "s", "answers": ["b"]}],
    )
    found = services(made)["s"]
    assert (found.low, found.likely, found.high) == pytest.approx((0.8, 0.9, 0.95))
    assert found.certain == ("room", "b#1")


def test_fresh_needs_the_path_besides() -> None:
    """A service goes on answering without its sources, and is fresh only with them."""
    made = architecture(
        components=[{"id": "source", "availability": sure(50)}, {"id": "app", "availability": sure(90)}],
        flows=[{"id": "feed", "source": "source", "to": "app"}],
        services=[{"id": "s", "answers": ["app"], "path": ["feed"]}],
    )
    found = services(made)
    assert (found["s"].likely, found["fresh:s"].likely) == pytest.approx((0.9, 0.45))


@pytest.mark.parametrize("seed", range(40))
def test_the_diagram_agrees_with_every_state(seed: int) -> None:
    """A node's probability is the sum over all states in which `down` leaves it; circles and k of n included."""
    draw = random.Random(seed)
    nodes = drawn(draw)
    variables = draw.sample(list(nodes), min(len(nodes), 7))
    works = {name: draw.uniform(0.5, 1) for name in variables}
    structure = Structure(nodes, variables)
    expected = dict.fromkeys(nodes, 0.0)
    for state in itertools.product((True, False), repeat=len(variables)):
        chance = 1.0
        for name, up in zip(variables, state, strict=True):
            chance *= works[name] if up else 1 - works[name]
        gone = down(nodes, [name for name, up in zip(variables, state, strict=True) if not up])
        for name in nodes.keys() - gone:
            expected[name] += chance
    assert structure.probabilities(works, nodes) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_down_is_the_largest_set_that_can_hold(seed: int) -> None:
    """What `down` leaves is the union of all sets of nodes of which each has what it needs within the set."""
    draw = random.Random(seed)
    nodes = drawn(draw, most=9)
    removed = draw.sample(list(nodes), draw.randint(0, 2))
    rest = [name for name in nodes if name not in removed]
    largest: set[str] = set()
    for size in range(len(rest) + 1):
        for alive in map(set, itertools.combinations(rest, size)):
            if all(_held(nodes[name], alive) for name in alive):
                largest |= alive
    assert nodes.keys() - down(nodes, removed) == largest


def test_needs_come_before_what_needs_them() -> None:
    """The order to compute and to recover in; a circle is one step."""
    nodes = {
        "top": Node("top", "x", ("a",), (), 0),
        "a": Node("a", "x", ("b",), (), 0),
        "b": Node("b", "x", ("a", "low"), (), 0),
        "low": Node("low", "x", (), (), 0),
        "apart": Node("apart", "x", (), (), 0),
    }
    assert ordered(nodes, ("top",)) == (("low",), ("a", "b"), ("top",))


def test_a_single_point_is_one_by_removal() -> None:
    """Two links of one group are none, what both need is one, and so are the only instance, the team and the key."""
    made = architecture(
        components=[
            {"id": "far", "zone": "other", "at_rest": {"by": "held", "key": "key"}},
            {"id": "near", "needs": ["far", "lines"], "owner": "team"},
            {"id": "hsm", "instances": 2},
        ],
        zones=[{"id": "other"}],
        links=[{"id": "one"}, {"id": "two"}],
        groups=[{"id": "lines", "needed": 1, "members": ["one", "two"]}],
        keys=[{"id": "key", "store": "hsm"}],
        services=[{"id": "s", "answers": ["near"]}],
    )
    points = {point.id: point for point in single_points(made)}
    assert set(points) == {"room", "far", "near", "key", "team"}
    assert points["team"].answering == () and points["team"].recover == ("s",)
    assert points["far"].answering == ("s",)


def drawn(draw: random.Random, most: int = 12) -> Graph:
    """A graph of up to `most` nodes that may need any others, in circles too, and some number of alternatives."""
    names = [f"n{number}" for number in range(draw.randint(2, most))]
    made = {}
    for name in names:
        others = [other for other in names if other != name]
        every = tuple(draw.sample(others, min(len(others), draw.choice((0, 0, 1, 1, 2)))))
        some = tuple(draw.sample(others, min(len(others), draw.choice((0, 0, 2, 3)))))
        made[name] = Node(name, "x", every, some, draw.randint(1, len(some)) if some else 0)
    return made


def _held(node: Node, alive: set[str]) -> bool:
    return alive.issuperset(node.every) and len(alive.intersection(node.some)) >= node.needed
