"""Who logs in where, takes keys and names, is watched and saved: zones on one side, what serves them on the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from architecture import parts
from architecture.views.diagram import Arrow, Box, Chart, Frame, Picture
from architecture.views.kinds import KINDS
from architecture.views.scene import Scene

_PURPOSES: Mapping[str, tuple[str, ...]] = {
    "guarding": ("control", "administration"),
    "watching": ("telemetry", "backup"),
}


def draw(scene: Scene) -> tuple[Picture, ...]:
    """Two pictures: who guards, and who watches and saves."""
    return tuple(_picture(scene, name, purposes) for name, purposes in _PURPOSES.items())


def _picture(scene: Scene, name: str, purposes: tuple[str, ...]) -> Picture:
    flows = scene.of(*purposes)
    serving = {scene.called(flow).id for flow in flows}
    arrows = tuple(_arrows(scene, flows, serving))
    chart = Chart(
        tuple(_zones(scene, flows, serving)),
        arrows,
        legend_title=scene.word("legend"),
        legend=(("guard", scene.word("guards")), ("watch", scene.word("watches"))),
    )
    return Picture(name, scene.word(name), scene.word(f"{name}-lead"), chart)


def _home(scene: Scene, component: str, serving: set[str]) -> str:
    """What is called is a box of its own; what only calls is drawn as the rest of its zone."""
    return component if component in serving else f"rest:{scene.components[component].zone}"


def _zones(scene: Scene, flows: list[parts.Flow], serving: set[str]) -> Iterator[Frame]:
    callers = {scene.opener(flow).id: None for flow in flows if scene.opener(flow).id not in serving}
    for zone in scene.architecture.zones:
        boxes = [
            Box(part.id, (scene.short(part.id),), KINDS[part.kind].shape, scene.role(part.id))
            for part in scene.architecture.components
            if part.zone == zone.id and part.id in serving
        ]
        rest = [name for name in callers if scene.components[name].zone == zone.id]
        if rest:
            boxes.append(Box(f"rest:{zone.id}", scene.listed(rest, 6), "box", "plain"))
        if boxes:
            yield Frame(zone.id, scene.name(zone.id), tuple(boxes), scene.half_of_zone(zone.id))


def _arrows(scene: Scene, flows: list[parts.Flow], serving: set[str]) -> Iterator[Arrow]:
    said: dict[tuple[str, str], dict[str, None]] = {}
    for flow in flows:
        ends = tuple(_home(scene, part.id, serving) for part in (scene.opener(flow), scene.called(flow)))
        said.setdefault((ends[0], ends[1]), {})[scene.spoken(flow)] = None
    yield from (Arrow(start, end, tuple(words)[:3]) for (start, end), words in said.items() if start != end)
