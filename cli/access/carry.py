"""Steps to a broker and a registry that are like that: one after the other, until the first that fails."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cli.access.plan import Step
from runtime import access, kafka
from runtime.errors import MachineError
from runtime.registry import Registry

State = Literal["done", "failed", "not tried", "kept", "planned"]


@dataclass(frozen=True, slots=True)
class Hands:
    """What steps are carried out with; `passwords` by user."""

    bootstrap: str
    client: Any
    registry: Registry | None
    passwords: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one step; `error` where it failed."""

    step: Step
    state: State
    error: MachineError | None


def _create_topic(hands: Hands, topic: Any) -> None:
    kafka.ensure_topic(hands.bootstrap, topic.name, topic.partitions, topic.set_here)


def _set(hands: Hands, setting: Any) -> None:
    access.set_setting(hands.client, setting.topic, setting.key, setting.value)


def _create_user(hands: Hands, name: Any) -> None:
    access.create_user(hands.client, name, hands.passwords[name])


def _register(hands: Hands, schema: Any) -> None:
    if hands.registry is not None:
        hands.registry.register(schema.subject, schema.text)


DO: Mapping[tuple[str, str], Callable[[Hands, Any], None]] = {
    ("create", "topic"): _create_topic,
    ("change", "setting"): _set,
    ("remove", "setting"): _set,
    ("create", "user"): _create_user,
    ("create", "acl"): lambda hands, acl: access.create_acl(hands.client, acl),
    ("remove", "acl"): lambda hands, acl: access.delete_acl(hands.client, acl),
    ("create", "schema"): _register,
    ("change", "schema"): _register,
}


def carry_out(steps: Iterable[Step], hands: Hands) -> list[Outcome]:
    """Every step with what became of it. After one that fails nothing more is tried: later ones may rest on it."""
    made: list[Outcome] = []
    failed = False
    for step in steps:
        if failed:
            made.append(Outcome(step, "not tried", None))
            continue
        try:
            DO[step.action, step.kind](hands, step.target)
            made.append(Outcome(step, "done", None))
        except MachineError as error:
            failed = True
            made.append(Outcome(step, "failed", error))
    return made
