"""The parts that move business data, each in its zone, and what they call each other by."""

from __future__ import annotations

from collections.abc import Iterator

from architecture import parts
from architecture.views.diagram import Arrow, Box, Chart, Frame, Picture
from architecture.views.kinds import KINDS
from architecture.views.scene import Scene

_ROLES = ("person", "existing", "platform")


def draw(scene: Scene) -> tuple[Picture, ...]:
    """One picture: what has no flow of business data is in the picture of operation (views/operation.py)."""
    flows = scene.of("data")
    inside = {end: None for flow in flows for end in (flow.source, flow.to)}
    if not flows:
        return ()
    chart = Chart(
        tuple(_zones(scene, list(inside))),
        tuple(_arrows(scene)),
        down=True,
        legend_title=scene.word("legend"),
        legend=(
            ("person", scene.word("people")),
            ("existing", scene.word("existing")),
            ("platform", scene.word("platform")),
        ),
    )
    return (Picture("containers", scene.word("containers"), scene.word("containers-lead"), chart),)


def _zones(scene: Scene, names: list[str]) -> Iterator[Box | Frame]:
    """A frame for each zone; people stand by themselves, since they are at both ends."""
    for zone in scene.architecture.zones:
        here = [part for part in scene.architecture.components if part.zone == zone.id and part.id in names]
        yield from (_box(scene, part) for part in here if scene.role(part.id) == "person")
        boxes = tuple(_box(scene, part) for part in here if scene.role(part.id) != "person")
        if boxes:
            yield Frame(zone.id, scene.name(zone.id), boxes, scene.half_of_zone(zone.id))


def _box(scene: Scene, part: parts.Component) -> Box:
    return Box(part.id, (scene.short(part.id), part.product), KINDS[part.kind].shape, scene.role(part.id))


def _arrows(scene: Scene) -> Iterator[Arrow]:
    """From who gives to who gets; dotted where the one who gets opens the connection."""
    said: dict[tuple[str, str, str], dict[str, None]] = {}
    for flow in scene.of("data"):
        line = "plain" if flow.initiator == "source" else "dotted"
        said.setdefault((flow.source, flow.to, line), {})[scene.spoken(flow)] = None
    for (source, to, line), words in said.items():
        yield Arrow(source, to, tuple(words), "dotted" if line == "dotted" else "plain")
