"""What happens when the line to the other half is cut: what waits where, who is told, what they do, what is made up."""

from __future__ import annotations

from collections.abc import Iterator

from architecture import needs, parts
from architecture.views.diagram import Kind, Lane, Message, Picture, Remark, Sequence, folded
from architecture.views.moving import lanes
from architecture.views.scene import Scene

SCENARIO = "link-down"
_SHOWN = 5


def draw(scene: Scene) -> tuple[Picture, ...]:
    """One picture, or none where the model has no such scenario."""
    scenario = scene.architecture.one("scenarios").get(SCENARIO)
    if scenario is None:
        return ()
    down = needs.down(needs.graph(scene.architecture), scenario.removes)
    cut = [flow for flow in scene.of("data", "backup") if _cut(flow, down)]
    columns = _lanes(scene, scenario, cut[:_SHOWN])
    if not columns:
        return ()
    ends = tuple(dict.fromkeys((columns[0].id, columns[-1].id)))
    steps: tuple[Message | Remark, ...] = (
        Remark(ends, tuple(_start(scene, scenario))),
        *(_between(scene, flow, tuple(_lost(scene, flow)), "lost") for flow in cut[:_SHOWN]),
        Remark(ends, tuple(_stopped(scene, down, len(cut) - _SHOWN))),
        *_told(scene, scenario, _watcher(scene, scenario)),
        *(_done(scene, step) for step in scenario.steps),
        Remark(ends, tuple(_back(scene, scenario))),
        *(
            _between(scene, flow, folded(scene.word("made-up")), "send")
            for flow in cut[:_SHOWN]
            if flow.retry and flow.retry.buffer_h
        ),
    )
    title = scene.word("incident", name=scene.name(SCENARIO))
    return (Picture("incident", title, scene.word("incident-lead"), Sequence(columns, steps)),)


def _lanes(scene: Scene, scenario: parts.Scenario, flows: list[parts.Flow]) -> tuple[Lane, ...]:
    """The ends of the flows, who watches, and the teams that are called or do something."""
    watcher = _watcher(scene, scenario)
    names = [part.id for flow in flows for part in (scene.opener(flow), scene.called(flow))]
    teams = dict.fromkeys([*([scenario.calls] if scenario.calls else []), *(step.team for step in scenario.steps)])
    people = (Lane(team, folded(scene.name(team), 20), scene.word("who")) for team in teams)
    return (*lanes(scene, [*names, *([watcher] if watcher else [])]), *people)


def _between(scene: Scene, flow: parts.Flow, lines: tuple[str, ...], kind: Kind) -> Message:
    return Message(scene.opener(flow).id, scene.called(flow).id, lines, kind)


def _cut(flow: parts.Flow, down: frozenset[str]) -> bool:
    """Whether a flow stops though both its ends work."""
    return flow.id in down and not {flow.source, flow.to} & down


def _start(scene: Scene, scenario: parts.Scenario) -> Iterator[str]:
    yield scene.word("gone", names=scene.names(scenario.removes))
    for group in scene.architecture.groups:
        left = [name for name in group.members if name not in scenario.removes]
        if len(left) < len(group.members) and len(left) >= group.needed:
            yield scene.word("takes-over", name=scene.name(group.id), left=scene.names(left))


def _lost(scene: Scene, flow: parts.Flow) -> Iterator[str]:
    yield from folded(scene.short(flow.id))
    if flow.retry and flow.retry.buffer_h:
        where = scene.name(flow.retry.buffer) if flow.retry.buffer else scene.name(flow.source)
        yield from folded(scene.word("kept", span=scene.hours(flow.retry.buffer_h), where=where))
    else:
        yield scene.word("not-kept")


def _stopped(scene: Scene, down: frozenset[str], more: int) -> Iterator[str]:
    if more > 0:
        yield scene.word("more-flows", n=more)
    services = scene.architecture.services
    stale = [one.id for one in services if f"fresh:{one.id}" in down and one.id not in down]
    dead = [one.id for one in services if one.id in down]
    if stale:
        yield scene.word("stale", names=scene.names(stale))
    if dead:
        yield scene.word("dead", names=scene.names(dead))
    if not stale and not dead:
        yield scene.word("all-go-on")


def _watcher(scene: Scene, scenario: parts.Scenario) -> str | None:
    """The component that raises the alarm: the end of the flow that detects it, else what watches."""
    flow = scene.flows.get(scenario.detected_by or "")
    if flow is not None:
        return flow.to
    return next((part.id for part in scene.architecture.components if part.kind == "monitoring"), None)


def _told(scene: Scene, scenario: parts.Scenario, watcher: str | None) -> Iterator[Message]:
    if watcher is None or scenario.calls is None:
        return
    said = scene.name(scenario.detected_by) if scenario.detected_by else scene.word("alert")
    after = (scene.word("known-after", span=scene.hours(scenario.detection_h.likely)),) if scenario.detection_h else ()
    yield Message(watcher, scenario.calls, (*folded(said), *after), "send")


def _done(scene: Scene, step: parts.Step) -> Message:
    return Message(step.team, step.team, (*folded(scene.say(step.text)), scene.hours(step.hours.likely)))


def _back(scene: Scene, scenario: parts.Scenario) -> Iterator[str]:
    if scenario.hours:
        low, high = scene.hours(scenario.hours.low), scene.hours(scenario.hours.high)
        yield scene.word("back-after", likely=scene.hours(scenario.hours.likely), low=low, high=high)
    else:
        yield scene.word("back")
