"""The parts that move business data, each in its zone, and what they call each other by."""

from __future__ import annotations

from collections.abc import Iterator

from architecture.views.diagram import Arrow, Box, Chart, Frame, Picture
from architecture.views.kinds import KINDS
from architecture.views.scene import Scene

_ROLES = ("person", "existing", "platform")


def draw(scene: Scene) -> tuple[Picture, ...]:
    """One picture: what has no flow of business data is in the picture of operation (views/operation.py)."""
    flows = scene.of("data")
    inside = {end: None for flow in flows for end in (flow.source, flow.to)}
    chart = Chart(
        tuple(_zones(scene, list(inside))),
        tuple(_arrows(scene)),
        legend_title=scene.word("legend"),
        legend=(
            ("person", scene.word("people")),
            ("existing", scene.word("existing")),
            ("platform", scene.word("platform")),
        ),
    )
    return (Picture("containers", scene.word("containers"), scene.word("containers-lead"), chart),)


def _zones(scene: Scene, names: list[str]) -> Iterator[Frame]:
    for zone in scene.architecture.zones:
        here = [component for component in scene.architecture.components if component.zone == zone.id]
        boxes = tuple(
            Box(part.id, (scene.short(part.id), part.product), KINDS[part.kind].shape, scene.role(part.id))
            for part in here
            if part.id in names
        )
        if boxes:
            yield Frame(zone.id, scene.name(zone.id), boxes, scene.half_of_zone(zone.id))


def _arrows(scene: Scene) -> Iterator[Arrow]:
    """From who gives to who gets; dotted where the one who gets opens the connection."""
    said: dict[tuple[str, str, str], dict[str, None]] = {}
    for flow in scene.of("data"):
        line = "plain" if flow.initiator == "source" else "dotted"
        said.setdefault((flow.source, flow.to, line), {})[scene.spoken(flow)] = None
    for (source, to, line), words in said.items():
        yield Arrow(source, to, tuple(words), "dotted" if line == "dotted" else "plain")
