"""Views of the real model on its four targets: what every one of them must keep."""

from __future__ import annotations

import csv
import io
import ipaddress
from functools import cache

import pytest

from architecture import parts, views
from architecture.load import TARGETS, Model, load
from architecture.needs import initiator, other
from architecture.views.diagram import Chart, Picture, Sequence, Table
from architecture.views.mermaid import mermaid
from architecture.views.text import csv_text

MOST_BOXES, MOST_ARROWS, MOST_LANES, MOST_STEPS = 25, 30, 16, 45
MOST_LETTERS = 40_000  # GitHub draws up to 50,000


@cache
def model() -> Model:
    """The model of this checkout."""
    return load()


@cache
def drawings(target: str) -> dict[str, views.Drawing]:
    """Every drawing of a target by its id."""
    return {drawing.id: drawing for _, made in views.draw(model().bound(target)) for drawing in made}


def rows(target: str, name: str) -> list[list[str]]:
    """A table as a reader of its CSV gets it, without the head."""
    table = drawings(target)[name]
    assert isinstance(table, Table)
    return list(csv.reader(io.StringIO(csv_text(table))))[1:]


@pytest.mark.parametrize("target", TARGETS)
def test_every_drawing_has_an_id_of_its_own(target: str) -> None:
    """None hides another."""
    ids = [drawing.id for _, made in views.draw(model().bound(target)) for drawing in made]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("target", TARGETS)
def test_pictures_can_be_taken_in(target: str) -> None:
    """At most 25 boxes, or 16 lanes: what is more is split, not crammed."""
    for drawing in drawings(target).values():
        if isinstance(drawing, Picture):
            assert len(mermaid(drawing.diagram)) <= MOST_LETTERS, drawing.id
            _small_enough(drawing.id, drawing.diagram)


def _small_enough(name: str, diagram: Chart | Sequence) -> None:
    if isinstance(diagram, Chart):
        assert 0 < len(list(diagram.boxes())) <= MOST_BOXES, name
        assert len(diagram.arrows) <= MOST_ARROWS, name
        used = {box.paint for box in diagram.boxes()} | {arrow.paint for arrow in diagram.arrows}
        assert {paint for paint, _ in diagram.legend} <= used, f"{name}: the legend explains what is not there"
    else:
        assert 0 < len(diagram.lanes) <= MOST_LANES, name
        assert 0 < len(diagram.steps) <= MOST_STEPS, name


@pytest.mark.parametrize("target", TARGETS)
def test_each_flow_is_in_the_flow_matrix_once(target: str) -> None:
    """The matrix has the flows of the model, in its order."""
    assert [row[0] for row in rows(target, "flows")] == [flow.id for flow in model().bound(target).flows]


@pytest.mark.parametrize("target", TARGETS)
def test_the_firewall_allows_exactly_what_flows_need(target: str) -> None:
    """Each crossing flow is named by a rule from its opener to who is called, and each rule by a flow that needs it."""
    architecture = model().bound(target)
    needed = {crossing(architecture, flow) for flow in architecture.flows} - {None}
    allowed = {(row[2], row[4], row[7]): row[9].split() for row in rows(target, "firewall") if row[1] == "allow"}
    assert set(allowed) == needed
    named = sorted(name for flows in allowed.values() for name in set(flows))
    assert named == sorted(flow.id for flow in architecture.flows if crossing(architecture, flow) is not None)
    assert rows(target, "firewall")[-1][1] == "deny"


def crossing(architecture: parts.Architecture, flow: parts.Flow) -> tuple[str, str, str] | None:
    """From zone, to zone and port, as a rule names them; None for a flow that stays in its zone."""
    components, zones = architecture.one("components"), architecture.one("zones")
    start, end = zones[components[initiator(flow)].zone], zones[components[other(flow)].zone]
    return None if start.id == end.id else (start.name.en, end.name.en, str(flow.port))


@pytest.mark.parametrize("target", TARGETS)
def test_firewall_rules_have_addresses(target: str) -> None:
    """Every address of a rule is one that a firewall takes."""
    for row in rows(target, "firewall")[:-1]:
        assert ipaddress.ip_network(row[3])
        assert ipaddress.ip_network(row[5])


@pytest.mark.parametrize("view", [view for view in views.VIEWS.values() if view.once], ids=lambda view: view.id)
def test_what_is_written_once_is_the_same_on_every_target(view: views.View) -> None:
    """Otherwise it would say of all what holds for one."""
    made = [view.draw(views.Scene(model().bound(target), "en")) for target in TARGETS]
    assert all(drawn == made[0] for drawn in made)


@pytest.mark.parametrize("target", TARGETS)
def test_a_picture_of_each_question_is_there(target: str) -> None:
    """Context, parts, places, zones, data, ways in and out, an incident and a recovery."""
    wanted = {"context", "containers", "deployment", "zones", "data", "export", "incident", "recovery"}
    assert wanted <= set(drawings(target))
    assert any(name.startswith("ingest-") for name in drawings(target))
