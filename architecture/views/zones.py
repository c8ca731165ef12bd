"""The network zones, who opens connections from which to which, and the class of what crosses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from architecture import parts
from architecture.views import classes
from architecture.views.diagram import Arrow, Box, Chart, Frame, Line, Picture
from architecture.views.scene import HALVES, Scene

_PURPOSES: Mapping[str, tuple[str, ...]] = {
    "zones": ("data", "backup"),
    "zones-control": ("control", "administration"),
    "zones-watch": ("telemetry",),
}
_SPOKEN = 3
_LINES: Mapping[str, Line] = {"clear": "thick", "encrypted": "dotted"}


def draw(scene: Scene) -> tuple[Picture, ...]:
    """Up to three pictures: business data with its copies, what steers and protects, what is measured."""
    return tuple(
        _picture(scene, name, flows) for name, purposes in _PURPOSES.items() if (flows := _crossing(scene, purposes))
    )


def _crossing(scene: Scene, purposes: tuple[str, ...]) -> list[parts.Flow]:
    return [flow for flow in scene.of(*purposes) if scene.opener(flow).zone != scene.called(flow).zone]


def _picture(scene: Scene, name: str, flows: list[parts.Flow]) -> Picture:
    used = {part.zone for flow in flows for part in (scene.opener(flow), scene.called(flow))}
    arrows = tuple(_arrows(scene, flows))
    found = {arrow.paint for arrow in arrows}
    legend = tuple((paint, scene.word(f"carries-{paint}")) for paint in classes.ORDER if paint in found)
    chart = Chart(tuple(_halves(scene, used)), arrows, legend_title=scene.word("legend"), legend=legend)
    return Picture(name, scene.word(name), scene.word("zones-lead"), chart)


def _halves(scene: Scene, used: set[str]) -> Iterator[Box | Frame]:
    for half, title in HALVES.items():
        boxes = tuple(
            Box(zone.id, (scene.name(zone.id), *_facts(scene, zone)), "box", half)
            for zone in scene.architecture.zones
            if zone.id in used and scene.half_of_zone(zone.id) == half
        )
        if half == "outside":
            yield from boxes
        elif boxes:
            yield Frame(f"half:{half}", scene.word(title), boxes)


def _facts(scene: Scene, zone: parts.Zone) -> Iterator[str]:
    if zone.cidr:
        yield zone.cidr
    yield scene.word("trust", n=zone.trust)


def _arrows(scene: Scene, flows: list[parts.Flow]) -> Iterator[Arrow]:
    pairs: dict[tuple[str, str], list[parts.Flow]] = {}
    for flow in flows:
        pairs.setdefault((scene.opener(flow).zone, scene.called(flow).zone), []).append(flow)
    for (start, end), crossing in pairs.items():
        paint = scene.paint(held for flow in crossing for held in flow.carries) or "plain"
        spoken = list(dict.fromkeys(map(scene.spoken, crossing)))
        shown = (*spoken[:_SPOKEN], *([scene.word("more", n=len(spoken) - _SPOKEN)] if len(spoken) > _SPOKEN else []))
        yield Arrow(start, end, shown, _LINES.get(paint, "plain"), paint)
