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
_FRAMELESS = frozenset({"administering"})  # all arrows come from one zone: frames around the others would be in the way


def draw(scene: Scene) -> tuple[Picture, ...]:
    """Three pictures: who guards, who administers, who watches and saves."""
    return tuple(_picture(scene, name, flows) for name, purposes in _PURPOSES.items() if (flows := scene.of(*purposes)))


def _picture(scene: Scene, name: str, flows: list[parts.Flow]) -> Picture:
    alone = _few(scene, flows)
    frames = tuple(_zones(scene, flows, alone, framed=name not in _FRAMELESS))
    paints = {box.paint for box in Chart(frames, ()).boxes()}
    legend = tuple((role, scene.word(title)) for role, title in _LEGEND if role in paints)
    chart = Chart(frames, tuple(_arrows(scene, flows, alone)), legend_title=scene.word("legend"), legend=legend)
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


def _zones(scene: Scene, flows: list[parts.Flow], alone: set[str], *, framed: bool) -> Iterator[Box | Frame]:
    ends = {part.id for flow in flows for part in (scene.opener(flow), scene.called(flow))}
    for zone in scene.architecture.zones:
        here = [part for part in scene.architecture.components if part.zone == zone.id and part.id in ends]
        boxes = [
            Box(part.id, (scene.short(part.id),), KINDS[part.kind].shape, scene.role(part.id))
            for part in here
            if part.id in alone
        ]
        rest, half = [part.id for part in here if part.id not in alone], scene.half_of_zone(zone.id)
        if rest and not boxes and not framed:
            yield Box(f"rest:{zone.id}", (scene.pair(scene.name(zone.id)), *scene.listed(rest, _LISTED)), "box", half)
        elif rest or boxes:
            others = [Box(f"rest:{zone.id}", scene.listed(rest, _LISTED))] if rest else []
            yield Frame(zone.id, scene.name(zone.id), (*boxes, *others), half)


def _arrows(scene: Scene, flows: list[parts.Flow], alone: set[str]) -> Iterator[Arrow]:
    said: dict[tuple[str, str], dict[str, None]] = {}
    for flow in flows:
        start, end = (_home(scene, part.id, alone) for part in (scene.opener(flow), scene.called(flow)))
        said.setdefault((start, end), {})[scene.spoken(flow)] = None
    yield from (Arrow(start, end, tuple(words)) for (start, end), words in said.items() if start != end)
