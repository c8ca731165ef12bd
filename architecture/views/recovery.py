"""In which order all of it is brought back after a loss of everything: who restores what, step by step.

What needs nothing that is missing comes first; one message holds what one team brings back in one zone at that step.
"""

from __future__ import annotations

from collections.abc import Iterator

from architecture import needs
from architecture.reliability.recovery import recovery
from architecture.reliability.structure import ordered
from architecture.views.diagram import Lane, Message, Picture, Remark, Sequence, folded
from architecture.views.scene import HALVES, Scene

_LAST_TIER = 2
_UNOWNED = "nobody"


def draw(scene: Scene) -> tuple[Picture, ...]:
    """One picture of tiers 1 and 2; tier 3 waits until they are there."""
    levels = _levels(scene)
    groups: dict[tuple[int, str, str], list[str]] = {}
    for name, level in sorted(levels.items(), key=lambda item: item[1]):
        part = scene.components[name]
        if part.tier <= _LAST_TIER and part.restore_h is not None and scene.role(name) != "person":
            groups.setdefault((level, part.owner or _UNOWNED, part.zone), []).append(name)
    if not groups:
        return ()
    columns = tuple(_lanes(scene, groups))
    ends = tuple(dict.fromkeys((columns[0].id, columns[-1].id)))
    steps: list[Message | Remark] = []
    for level, at in enumerate(dict.fromkeys(level for level, _, _ in groups), 1):
        steps.append(Remark(ends, (scene.word("wave", n=level),)))
        steps += (_message(scene, key, names) for key, names in groups.items() if key[0] == at)
    steps.append(Remark(ends, tuple(_services(scene))))
    drawn = Sequence(columns, tuple(steps))
    return (Picture("recovery", scene.word("recovery"), scene.word("recovery-lead"), drawn),)


def _levels(scene: Scene) -> dict[str, int]:
    """How many components must be back before each one, one after another; a circle is one of them."""
    graph = needs.graph(scene.architecture, "recover")
    level: dict[str, int] = {}
    for step in ordered(graph, tuple(graph)):
        below = [level[name] for one in step for name in (*graph[one].every, *graph[one].some) if name in level]
        own = 1 if any(one in scene.components for one in step) else 0
        for one in step:
            level[one] = max(below, default=0) + own
    return {name: level[name] for name in scene.components}


def _lanes(scene: Scene, groups: dict[tuple[int, str, str], list[str]]) -> Iterator[Lane]:
    for team in dict.fromkeys(team for _, team, _ in groups):
        yield Lane(team, folded(scene.word(team) if team == _UNOWNED else scene.name(team), 16), scene.word("who"))
    used = {zone for _, _, zone in groups}
    zones = [zone.id for zone in scene.architecture.zones if zone.id in used]
    for half, title in HALVES.items():
        for zone in zones:
            if scene.half_of_zone(zone) == half:
                yield Lane(zone, folded(scene.name(zone), 16), scene.word(title))


def _message(scene: Scene, key: tuple[int, str, str], names: list[str]) -> Message:
    _, team, zone = key
    hours = max(restore.likely for name in names if (restore := scene.components[name].restore_h) is not None)
    said = "; ".join(_one(scene, name) for name in names)
    return Message(team, zone, (*folded(said, 60), scene.word("work", span=scene.hours(hours))))


def _one(scene: Scene, name: str) -> str:
    part = scene.components[name]
    if part.rebuilt_from:
        return f"{scene.short(name)} ({scene.word('made-from', names=', '.join(map(scene.short, part.rebuilt_from)))})"
    if part.backup:
        return f"{scene.short(name)} ({scene.word('from-backup', name=scene.short(part.backup.to))})"
    return scene.short(name)


def _services(scene: Scene) -> Iterator[str]:
    found = recovery(scene.architecture).services
    for service in scene.architecture.services:
        back = found[service.id]
        low, likely, high = (scene.hours(hours) for hours in (back.low, back.likely, back.high))
        yield scene.word("answers-after", name=scene.name(service.id), low=low, likely=likely, high=high)
