"""Who uses the platform, what it takes from and gives to, and who guards and watches it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from architecture import parts
from architecture.views.diagram import Arrow, Box, Chart, Frame, Picture
from architecture.views.kinds import KINDS
from architecture.views.scene import Scene

_LISTED = 12  # names in a box; more are counted
_NAMED = 2  # kinds of data on an arrow
_TOGETHER: Mapping[str, str] = {"guard": "guards", "watch": "watches"}  # one box for all of a role


def draw(scene: Scene) -> tuple[Picture, ...]:
    """One picture: a person or another system is a box, the platform one for each zone, those around it one each."""
    home = {name: _box(scene, component) for name, component in scene.components.items()}
    inside = tuple(_drawn(scene, home))
    chart = Chart(inside, tuple(_arrows(scene, home)), down=True)
    return (Picture("context", scene.word("context"), scene.word("context-lead"), chart),)


def _box(scene: Scene, component: parts.Component) -> str:
    role = scene.role(component.id)
    if role in _TOGETHER:
        return f"all:{role}"
    return f"zone:{component.zone}" if role == "platform" else component.id


def _drawn(scene: Scene, home: Mapping[str, str]) -> Iterator[Box | Frame]:
    boxes: dict[str, list[str]] = {}
    for name, box in home.items():
        boxes.setdefault(box, []).append(name)
    framed: dict[str, list[Box]] = {"existing": [], "platform": []}
    for box, names in boxes.items():
        role = scene.role(names[0])
        made = _listing(scene, box, names, role)
        if role in framed:
            framed[role].append(made)
        else:
            yield made
    yield from (Frame(f"frame:{role}", scene.word(role), tuple(held)) for role, held in framed.items() if held)


def _listing(scene: Scene, box: str, names: list[str], role: str) -> Box:
    if role in _TOGETHER:
        return Box(box, (scene.pair(scene.word(_TOGETHER[role])), *scene.listed(names, _LISTED)), "box", role)
    if role == "platform":
        zone = scene.components[names[0]].zone
        return Box(box, (scene.pair(scene.name(zone)), *scene.listed(names, _LISTED)), "box", role)
    return Box(box, (scene.short(box),), KINDS[scene.components[box].kind].shape, role)


def _arrows(scene: Scene, home: Mapping[str, str]) -> Iterator[Arrow]:
    """What is carried, by data; dotted, what else the platform and its people open connections for, and to whom."""
    moved: dict[tuple[str, str], dict[str, None]] = {}
    for flow in scene.of("data"):
        ends = home[flow.source], home[flow.to]
        moved.setdefault(ends, {}).update(dict.fromkeys(held.data for held in flow.carries))
    yield from (
        Arrow(start, end, scene.listed(list(data), _NAMED)) for (start, end), data in moved.items() if start != end
    )
    asked: dict[tuple[str, str], dict[str, None]] = {}
    for flow in scene.of("control", "telemetry", "backup", "administration"):
        start, end = home[scene.opener(flow).id], home[scene.called(flow).id]
        if start != end and "existing" not in (scene.role(scene.opener(flow).id), scene.role(scene.called(flow).id)):
            asked.setdefault((start, end), {})[flow.purpose] = None
    yield from (
        Arrow(start, end, tuple(map(scene.word, purposes)), "dotted") for (start, end), purposes in asked.items()
    )
