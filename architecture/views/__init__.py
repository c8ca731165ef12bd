"""What follows from an architecture, drawn: one module per view, and the table of all of them.

`draw` gives diagrams and tables as values, in a language; `pages.py` writes them down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from architecture import parts
from architecture.remembered import remembered
from architecture.views import (
    broker_rights,
    containers,
    context,
    custody,
    deployment,
    firewall,
    flow_matrix,
    holders,
    identity_matrix,
    incident,
    moving,
    operation,
    raci,
    recovery,
    zones,
)
from architecture.views.diagram import Drawing, Picture
from architecture.views.scene import LANGUAGES, Language, Scene

Draw = Callable[[Scene], tuple[Drawing, ...]]


@dataclass(frozen=True, slots=True)
class View:
    """One row: `page` is the file that shows it, without its ending; views of one page follow each other on it.

    With `once`, it is the same on every target, and is written once for all.
    """

    id: str
    page: str
    draw: Draw
    once: bool = False


_ROWS = (
    View("context", "overview", context.draw),
    View("containers", "overview", containers.draw),
    View("deployment", "deployment", deployment.draw),
    View("zones", "zones", zones.draw),
    View("operation", "operation", operation.draw),
    View("data", "data", holders.draw),
    View("moving", "sequences", moving.draw),
    View("incident", "sequences", incident.draw),
    View("recovery", "sequences", recovery.draw),
    View("flows", "flows", flow_matrix.draw),
    View("firewall", "flows", firewall.draw),
    View("broker-rights", "rights", broker_rights.draw),
    View("identities", "rights", identity_matrix.draw),
    View("custody", "custody", custody.draw),
    View("raci", "raci", raci.draw, once=True),
)
VIEWS: Mapping[str, View] = {row.id: row for row in _ROWS}


@remembered
def draw(architecture: parts.Architecture, language: Language = "en") -> tuple[tuple[View, tuple[Drawing, ...]], ...]:
    """Every view with its drawings, in the order of the table."""
    scene = Scene(architecture, language)
    return tuple((view, view.draw(scene)) for view in VIEWS.values())


def pictures(architecture: parts.Architecture, language: Language = "en") -> dict[str, Picture]:
    """Every diagram by its id."""
    drawn = (drawing for _, drawings in draw(architecture, language) for drawing in drawings)
    return {drawing.id: drawing for drawing in drawn if isinstance(drawing, Picture)}


__all__ = ["LANGUAGES", "VIEWS", "Drawing", "Language", "Scene", "View", "draw", "pictures"]
