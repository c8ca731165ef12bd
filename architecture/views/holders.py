"""Who holds which class of data in which form, and where it goes from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from architecture import parts
from architecture.views import classes
from architecture.views.diagram import Arrow, Box, Chart, Frame, Line, Picture
from architecture.views.kinds import KINDS
from architecture.views.scene import Scene

_LINES: Mapping[str, Line] = {"clear": "thick", "encrypted": "dotted"}


def draw(scene: Scene) -> tuple[Picture, ...]:
    """One picture of what moves business data and copies of it: neither metrics nor logins."""
    flows = [flow for flow in scene.of("data", "backup") if flow.carries]
    if not flows:
        return ()
    ends = {end for flow in flows for end in (flow.source, flow.to)}
    arrows = tuple(_arrows(scene, flows))
    frames = tuple(_zones(scene, ends))
    chart = Chart(frames, arrows)
    found = {box.paint for box in chart.boxes()} | {arrow.paint for arrow in arrows}
    legend = tuple((paint, scene.word(f"holds-{paint}")) for paint in classes.ORDER if paint in found)
    chart = Chart(frames, arrows, down=True, legend_title=scene.word("legend"), legend=legend)
    return (Picture("data", scene.word("data-holders"), scene.word("data-lead"), chart),)


def _zones(scene: Scene, ends: set[str]) -> Iterator[Box | Frame]:
    """A frame for each zone; people stand by themselves, since they are at both ends."""
    for zone in scene.architecture.zones:
        here = [part for part in scene.architecture.components if part.zone == zone.id and part.id in ends]
        yield from (_box(scene, part) for part in here if scene.role(part.id) == "person")
        boxes = tuple(_box(scene, part) for part in here if scene.role(part.id) != "person")
        if boxes:
            yield Frame(zone.id, scene.placed(zone.id), boxes)


def _box(scene: Scene, part: parts.Component) -> Box:
    said = scene.shown(part.holds) or ((scene.word("pseudonymises"),) if part.pseudonymises else ())
    return Box(part.id, (scene.short(part.id), *said), KINDS[part.kind].shape, scene.paint(part.holds) or "plain")


def _arrows(scene: Scene, flows: list[parts.Flow]) -> Iterator[Arrow]:
    """One arrow for two components, from who gives to who gets, in the paint of what needs most care on it."""
    pairs: dict[tuple[str, str], list[parts.Holding]] = {}
    for flow in flows:
        pairs.setdefault((flow.source, flow.to), []).extend(flow.carries)
    for (source, to), carried in pairs.items():
        paint = scene.paint(carried) or "plain"
        yield Arrow(source, to, (), _LINES.get(paint, "plain"), paint)
