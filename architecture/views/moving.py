"""How an event comes in and how a table goes out: flows of business data as messages, in the order data move.

Data go one way and connections another: a pull is a question and an answer, a push one message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from architecture import parts
from architecture.needs import SHORT_PROOF_H
from architecture.views.diagram import Lane, Message, Picture, Sequence
from architecture.views.scene import Scene

_LEAVING = frozenset({"export"})  # from this kind on, data are on their way out


def draw(scene: Scene) -> tuple[Picture, ...]:
    """Two pictures: in, up to the last store on premises; and out, from the export on."""
    flows = tuple(_ordered(scene.of("data")))
    out = set(_after(flows, [part.id for part in scene.architecture.components if part.kind in _LEAVING]))
    coming = [flow for flow in flows if flow.id not in out]
    leaving = [flow for flow in flows if flow.id in out]
    return tuple(
        Picture(name, scene.word(name), scene.word(f"{name}-lead"), _sequence(scene, some))
        for name, some in (("ingest", coming), ("export", leaving))
        if some
    )


def _ordered(flows: list[parts.Flow]) -> Iterator[parts.Flow]:
    """A flow after those that feed its source; in a circle, as the model has them."""
    left = list(flows)
    while left:
        fed = {flow.to for flow in left}
        ready = next((flow for flow in left if flow.source not in fed), left[0])
        left.remove(ready)
        yield ready


def _after(flows: Iterable[parts.Flow], start: list[str]) -> Iterator[str]:
    """The flows into and behind some components; `flows` come in the order data move."""
    reached = set(start)
    for flow in flows:
        if flow.to in start or flow.source in reached:
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
    return tuple(Lane(name, (scene.short(name),), scene.name(scene.components[name].zone)) for name in ranked)


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
        yield Message(opener, identity.issuer, (words,))


def _messages(scene: Scene, flow: parts.Flow) -> Iterator[Message]:
    carried = tuple(line for line in scene.held(flow.carries)[:2])
    by = scene.word("by", spoken=scene.spoken(flow), proof=scene.word(flow.authentication))
    if flow.initiator == "to":
        yield Message(flow.to, flow.source, (scene.short(flow.id), by))
        yield Message(flow.source, flow.to, carried or (scene.word("answer"),), "answer")
        return
    kind = "call" if flow.mode == "synchronous" else "send"
    yield Message(flow.source, flow.to, (scene.short(flow.id), *carried, by), kind)
