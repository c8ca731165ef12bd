"""Who logs in where, takes keys and names, is administered, watched and saved.

Of the two sides of such flows one has few components (those that serve, or those that administer): they are boxes of
their own, and the many on the other side are drawn together, a box for each zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from architecture import parts
from architecture.views.diagram import Arrow, Box, Chart, Frame, Picture
from architecture.views.kinds import KINDS
from architecture.views.scene import Scene

_PURPOSES: Mapping[str, tuple[str, ...]] = {
    "guarding": ("control",),
    "administering": ("administration",),
    "watching": ("telemetry", "backup"),
}
_LISTED = 8


def draw(scene: Scene) -> tuple[Picture, ...]:
    """Three pictures: who guards, who administers, who watches and saves."""
    return tuple(_picture(scene, name, flows) for name, purposes in _PURPOSES.items() if (flows := scene.of(*purposes)))


def _picture(scene: Scene, name: str, flows: list[parts.Flow]) -> Picture:
    alone = _few(scene, flows)
    frames = tuple(_zones(scene, flows, alone))
    paints = {box.paint for box in Chart(frames, ()).boxes()}
    legend = tuple((role, scene.word(title)) for role, title in _LEGEND if role in paints)
    down = name == "administering"  # from one place to all others: side by side below it, not behind each other
    chart = Chart(frames, tuple(_arrows(scene, flows, alone)), down, scene.word("legend"), legend)
    return Picture(name, scene.word(name), scene.word(f"{name}-lead"), chart)


_LEGEND = (
    ("person", "people"),
    ("existing", "existing"),
    ("platform", "platform"),
    ("guard", "guards"),
    ("watch", "watches"),
)


def _few(scene: Scene, flows: list[parts.Flow]) -> set[str]:
    """The components of the side that has fewer."""
    opening, called = {scene.opener(flow).id for flow in flows}, {scene.called(flow).id for flow in flows}
    return min(called, opening, key=len)


def _home(scene: Scene, component: str, alone: set[str]) -> str:
    return component if component in alone else f"rest:{scene.components[component].zone}"


def _zones(scene: Scene, flows: list[parts.Flow], alone: set[str]) -> Iterator[Frame]:
    ends = {part.id for flow in flows for part in (scene.opener(flow), scene.called(flow))}
    for zone in scene.architecture.zones:
        here = [part for part in scene.architecture.components if part.zone == zone.id and part.id in ends]
        boxes = [
            Box(part.id, (scene.short(part.id),), KINDS[part.kind].shape, scene.role(part.id))
            for part in here
            if part.id in alone
        ]
        rest = [part.id for part in here if part.id not in alone]
        if rest:
            boxes.append(Box(f"rest:{zone.id}", scene.listed(rest, _LISTED)))
        if boxes:
            yield Frame(zone.id, scene.name(zone.id), tuple(boxes), scene.half_of_zone(zone.id))


def _arrows(scene: Scene, flows: list[parts.Flow], alone: set[str]) -> Iterator[Arrow]:
    said: dict[tuple[str, str], dict[str, None]] = {}
    for flow in flows:
        start, end = (_home(scene, part.id, alone) for part in (scene.opener(flow), scene.called(flow)))
        said.setdefault((start, end), {})[scene.spoken(flow)] = None
    yield from (Arrow(start, end, tuple(words)) for (start, end), words in said.items() if start != end)
