"""Who uses the platform, what it takes from and gives to, and who guards and watches it: a zone's parts in one box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from architecture import parts
from architecture.views.diagram import Arrow, Box, Chart, Frame, Picture
from architecture.views.scene import Scene

_FRAMES: tuple[tuple[str, str], ...] = (
    ("person", "people"),
    ("existing", "existing"),
    ("platform", "platform"),
    ("guard", "guards"),
    ("watch", "watches"),
)
_LISTED = 6  # names in a box; more are counted
_NAMED = 2  # kinds of data on an arrow
_ALONE = frozenset({"person", "existing"})


def draw(scene: Scene) -> tuple[Picture, ...]:
    """One picture."""
    home = {name: _box(scene, component) for name, component in scene.components.items()}
    frames = tuple(_frames(scene, home))
    arrows = tuple(_arrows(scene, home))
    chart = Chart(frames, arrows, legend_title=scene.word("legend"), legend=_legend(scene))
    return (Picture("context", scene.word("context"), scene.word("context-lead"), chart),)


def _box(scene: Scene, component: parts.Component) -> str:
    """A person and an existing system are boxes of their own; the others are drawn with their zone."""
    role = scene.role(component.id)
    return component.id if role in _ALONE else f"{role}:{component.zone}"


def _frames(scene: Scene, home: Mapping[str, str]) -> Iterator[Frame]:
    for role, title in _FRAMES:
        boxes: dict[str, list[str]] = {}
        for name in scene.components:
            if scene.role(name) == role:
                boxes.setdefault(home[name], []).append(name)
        if boxes:
            inside = tuple(_drawn(scene, box, names, role) for box, names in boxes.items())
            yield Frame(f"frame:{role}", scene.word(title), inside)


def _drawn(scene: Scene, box: str, names: list[str], role: str) -> Box:
    if role in _ALONE:
        return Box(box, (scene.short(box),), "person" if role == "person" else "box", role)
    zone = scene.components[names[0]].zone
    return Box(box, (scene.name(zone), *scene.listed(names, _LISTED)), "box", role)


def _arrows(scene: Scene, home: Mapping[str, str]) -> Iterator[Arrow]:
    """What is carried, by data; commands, logins and metrics are one dotted arrow between two boxes."""
    moved: dict[tuple[str, str], dict[str, None]] = {}
    for flow in scene.of("data"):
        ends = home[flow.source], home[flow.to]
        moved.setdefault(ends, {}).update(dict.fromkeys(held.data for held in flow.carries))
    yield from (
        Arrow(start, end, scene.listed(list(data), _NAMED)) for (start, end), data in moved.items() if start != end
    )
    asked: dict[tuple[str, str], dict[str, None]] = {}
    for flow in scene.of("control", "telemetry", "backup", "administration"):
        ends = home[scene.opener(flow).id], home[scene.called(flow).id]
        asked.setdefault(ends, {})[flow.purpose] = None
    for (start, end), purposes in asked.items():
        if start != end and (start, end) not in moved:
            yield Arrow(start, end, tuple(map(scene.word, purposes)), "dotted")


def _legend(scene: Scene) -> tuple[tuple[str, str], ...]:
    return tuple((role, scene.word(title)) for role, title in _FRAMES)
