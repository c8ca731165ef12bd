"""Every flow of the model, each once: who opens it, between which zones, what it carries, how it is protected."""

from __future__ import annotations

from architecture import parts
from architecture.views.diagram import Table
from architecture.views.scene import Scene

HEAD = (
    "flow",
    "what",
    "purpose",
    "opened-by",
    "from-zone",
    "called",
    "to-zone",
    "direction",
    "protocol",
    "port",
    "data-and-class",
    "authentication",
    "identity",
    "action",
    "tls",
    "mb-a-day",
    "mode",
    "when-away",
    "holds-back-h",
)
_SHOWN = (1, 3, 4, 5, 6, 8, 9, 10, 11, 14, 15, 17)
_PURPOSE = HEAD.index("purpose")


def draw(scene: Scene) -> tuple[Table, ...]:
    """One table, split by purpose for people."""
    rows = tuple(_row(scene, flow) for flow in scene.architecture.flows)
    head = tuple(scene.word(f"column-{name}") for name in HEAD)
    return (Table("flows", scene.word("flows"), scene.word("flows-lead"), head, rows, _SHOWN, _PURPOSE),)


def _row(scene: Scene, flow: parts.Flow) -> tuple[str, ...]:
    opener, called = scene.opener(flow), scene.called(flow)
    identity = flow.identity or opener.identity
    return (
        flow.id,
        scene.name(flow.id),
        scene.word(flow.purpose),
        scene.short(opener.id),
        scene.name(opener.zone),
        scene.short(called.id),
        scene.name(called.zone),
        scene.word("push" if flow.initiator == "source" else "pull"),
        flow.protocol,
        str(flow.port),
        "; ".join(scene.held(flow.carries)),
        scene.word(flow.authentication),
        scene.name(identity) if identity else "",
        scene.word(flow.action) if flow.action else "",
        _tls(scene, flow),
        _range(scene, flow.per_day),
        scene.word(flow.mode),
        scene.say(flow.retry.policy) if flow.retry else "",
        scene.number(flow.retry.buffer_h) if flow.retry and flow.retry.buffer_h is not None else "",
    )


def _tls(scene: Scene, flow: parts.Flow) -> str:
    said = scene.word("no-tls") if flow.tls == "none" else flow.tls
    return f"{said}, {scene.word('mutual')}" if flow.mutual else said


def _range(scene: Scene, amount: parts.Amount | None) -> str:
    """Low, likely and high, or one number where they are equal."""
    if amount is None:
        return ""
    said = dict.fromkeys(scene.number(value) for value in (amount.low, amount.likely, amount.high))
    return (
        " / ".join(said) if len(said) == 1 else " / ".join(map(scene.number, (amount.low, amount.likely, amount.high)))
    )
