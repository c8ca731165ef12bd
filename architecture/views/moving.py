"""How an event comes in and how a table goes out: flows of business data as messages, in the order data move.

Data go one way and connections another: a pull is a question and an answer, a push one message. One picture for each
way into the topic, one from there to what is published, one for those who read that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from architecture import parts
from architecture.needs import SHORT_PROOF_H
from architecture.views.diagram import Lane, Message, Picture, Sequence, folded
from architecture.views.scene import Scene


def draw(scene: Scene) -> tuple[Picture, ...]:
    """One picture for each stage that has flows."""
    return tuple(
        Picture(name, title, scene.word(f"{name.partition('-')[0]}-lead"), _sequence(scene, flows))
        for name, title, flows in _stages(scene)
        if flows
    )


def _stages(scene: Scene) -> Iterator[tuple[str, str, list[parts.Flow]]]:
    """Each stage's id, title and flows in the order data move: all flows of business data, some of them in two."""
    flows = tuple(_ordered(scene.of("data")))
    brokers = {part.id for part in scene.architecture.components if part.kind == "broker"}
    coming = set(_before(flows, brokers))
    for last in dict.fromkeys(flow.source for flow in flows if flow.to in brokers):
        own = {*_before(flows, {last}), *(flow.id for flow in flows if flow.source == last and flow.to in brokers)}
        title = scene.word("ingest", name=scene.short(last))
        yield f"ingest-{last}", title, [flow for flow in flows if flow.id in own]
    published = {flow.to for flow in flows if scene.components[flow.source].kind == "export"}
    reading = set(_after(flows, published))
    inner = [flow for flow in flows if flow.id not in coming | reading]
    yield "export", scene.word("export"), inner
    yield "reading", scene.word("reading"), [flow for flow in flows if flow.id in reading]


def _ordered(flows: list[parts.Flow]) -> Iterator[parts.Flow]:
    """A flow after those that feed its source; in a circle, as the model has them."""
    left = list(flows)
    while left:
        fed = {flow.to for flow in left}
        ready = next((flow for flow in left if flow.source not in fed), left[0])
        left.remove(ready)
        yield ready


def _before(flows: Iterable[parts.Flow], goal: set[str]) -> Iterator[str]:
    """The flows that lead to some components; `flows` come in the order data move."""
    leading = set(goal)
    for flow in reversed(tuple(flows)):
        if flow.to in leading:
            leading.add(flow.source)
            yield flow.id


def _after(flows: Iterable[parts.Flow], start: set[str]) -> Iterator[str]:
    """The flows that lead on from some components."""
    reached = set(start)
    for flow in flows:
        if flow.source in reached:
            reached.add(flow.to)
            yield flow.id


def _sequence(scene: Scene, flows: list[parts.Flow]) -> Sequence:
    steps: list[Message] = []
    proved: set[str] = set()
    for flow in flows:
        steps += _proof(scene, flow, proved)
        steps += _messages(scene, flow)
    return Sequence(lanes(scene, (end for step in steps for end in (step.start, step.end))), tuple(steps))


def lanes(scene: Scene, names: Iterable[str]) -> tuple[Lane, ...]:
    """A lane for each component, next to the others of its zone."""
    found = dict.fromkeys(names)
    zones = list(dict.fromkeys(scene.components[name].zone for name in found))
    ranked = sorted(found, key=lambda name: zones.index(scene.components[name].zone))
    return tuple(Lane(name, folded(scene.short(name), 20), scene.name(scene.components[name].zone)) for name in ranked)


def _proof(scene: Scene, flow: parts.Flow, proved: set[str]) -> Iterator[Message]:
    """Before its first call across the halves: where a short-lived proof of identity is had from."""
    identity = scene.identities.get(flow.identity or "")
    opener = scene.opener(flow).id
    if identity is None or identity.issuer is None or identity.id in proved:
        return
    if scene.half(opener) == scene.half(scene.called(flow).id) or identity.issuer == opener:
        return
    if identity.lifetime_h is not None and identity.lifetime_h < SHORT_PROOF_H:
        proved.add(identity.id)
        words = scene.word("proof", identity=scene.name(identity.id), span=scene.hours(identity.lifetime_h))
        yield Message(opener, identity.issuer, folded(words))


def _messages(scene: Scene, flow: parts.Flow) -> Iterator[Message]:
    carried = tuple(line for said in scene.shown(flow.carries, 2) for line in folded(said))
    by = folded(f"{scene.spoken(flow)}, {scene.word(flow.authentication)}")
    name = folded(scene.short(flow.id))
    if flow.initiator == "to":
        yield Message(flow.to, flow.source, (*name, *by))
        yield Message(flow.source, flow.to, carried or (scene.word("answer"),), "answer")
        return
    yield Message(flow.source, flow.to, (*name, *carried, *by), "call" if flow.mode == "synchronous" else "send")
