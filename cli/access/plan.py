"""What a broker should be like, and what it is, to the steps between: created, changed, removed. Pure.

Ours are the rules on a contract's topic, whoever they name, and the rules of a contract's users on anything that is no
topic (groups, transactions, the cluster). Whom another topic is opened to, and what another user may do elsewhere, is
never a step; it is a note where it reaches one of our topics or is held by one of our users.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from cli.access.wanted import Wanted
from runtime.access import MECHANISM, Acl, Broker, Topic
from runtime.registry import Registered, same

Action = Literal["create", "change", "remove"]
Kind = Literal["topic", "setting", "user", "acl", "schema"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a topic; None for the broker's default."""

    topic: str
    key: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON Schema to be registered under a subject."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One change. `name` is what a person calls the thing, `old` and `new` its value where it has one; `target` is
    what carries it out needs to know.
    """

    action: Action
    kind: Kind
    name: str
    old: str | None
    new: str | None
    target: Topic | Setting | Acl | Schema | str


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order they are carried out; `errors` are what no step can mend, `notes` what one should know."""

    steps: tuple[Step, ...]
    errors: tuple[str, ...]
    notes: tuple[str, ...]

    def due(self, prune: bool) -> tuple[Step, ...]:
        """What would be carried out: nothing is removed unless it is asked for."""
        return tuple(step for step in self.steps if prune or step.action != "remove")


def plan(
    wanted: Wanted, found: Broker, subjects: Mapping[str, Registered | None] | None, users: Collection[str]
) -> Plan:
    """The way from `found` to `wanted`.

    `subjects` is the newest schema of each wanted subject (None: never registered), or None without a registry; `users`
    are those that somebody has a password for. What is added comes first, what is removed last.
    """
    acls = found.acls or frozenset()
    steps = [
        *(step for topic in wanted.topics for step in _topic(topic, found.topics.get(topic.name))),
        *(_user(name) for name in sorted(users) if name not in (found.users or ())),
        *(_acl("create", acl) for acl in wanted.acls if found.acls is not None and acl not in acls),
        *_schemas(wanted, subjects),
        *(step for topic in wanted.topics for step in _unset(topic, found.topics.get(topic.name))),
        *(_acl("remove", acl) for acl in sorted(acls, key=str) if _beyond(acl, wanted)),
    ]
    notes = [*wanted.notes, *_kept_users(users, found), *_wide(acls, wanted)]
    return Plan(tuple(steps), tuple(_errors(wanted, found)), tuple(notes))


def _topic(topic: Topic, found: Topic | None) -> Iterator[Step]:
    if found is None:
        settings = ", ".join(f"{key}={value}" for key, value in sorted(topic.set_here.items()))
        yield Step("create", "topic", topic.name, None, f"{topic.partitions} partitions, {settings}", topic)
        return
    for key, value in sorted(topic.set_here.items()):
        old = found.settings.get(key)
        if old != value:
            yield Step("change", "setting", f"{topic.name} {key}", old, value, Setting(topic.name, key, value))


def _unset(topic: Topic, found: Topic | None) -> Iterator[Step]:
    """Settings that somebody gave this topic, and its contract does not."""
    for key, value in sorted(found.set_here.items()) if found else ():
        if key not in topic.set_here:
            yield Step("remove", "setting", f"{topic.name} {key}", value, None, Setting(topic.name, key, None))


def _user(name: str) -> Step:
    return Step("create", "user", name, None, f"{MECHANISM} password", name)


def _kept_users(users: Collection[str], found: Broker) -> Iterator[str]:
    if kept := sorted(set(users) & (found.users or frozenset())):
        yield f"{', '.join(kept)}: a password is there already and stays as it is"


def _acl(action: Action, acl: Acl) -> Step:
    return Step(action, "acl", sentence(acl), None, None, acl)


def sentence(acl: Acl) -> str:
    """A rule as one says it."""
    may = "may" if acl.permission == "ALLOW" else "may not"
    what = f"{acl.resource_type.lower()} {acl.name}{'*' if acl.pattern_type == 'PREFIXED' else ''}"
    return f"{acl.principal} {may} {acl.operation} {what}" + (f" from {acl.host}" if acl.host != "*" else "")


def _schemas(wanted: Wanted, subjects: Mapping[str, Registered | None] | None) -> Iterator[Step]:
    for subject, text in wanted.schemas.items() if subjects is not None else ():
        newest = subjects[subject] if subjects else None
        target = Schema(subject, text)
        if newest is None:
            yield Step("create", "schema", subject, None, "version 1", target)
        elif not same(newest, text):
            yield Step("change", "schema", subject, f"version {newest.version}", "a new version", target)


def _beyond(acl: Acl, wanted: Wanted) -> bool:
    """Whether a rule is ours and no contract asks for it. One that forbids is in the way only of what is granted."""
    if acl in wanted.acls:
        return False
    if acl.permission == "DENY":
        return any(_forbids(acl, granted) for granted in wanted.acls)
    if acl.resource_type == "TOPIC":
        return acl.pattern_type == "LITERAL" and acl.name in {topic.name for topic in wanted.topics}
    return acl.principal in wanted.principals


def _forbids(acl: Acl, granted: Acl) -> bool:
    place = (acl.resource_type, acl.pattern_type, acl.name)
    return (
        place == (granted.resource_type, granted.pattern_type, granted.name)
        and acl.principal in (granted.principal, "User:*")
        and acl.operation in (granted.operation, "ALL")
    )


def _wide(acls: Collection[Acl], wanted: Wanted) -> Iterator[str]:
    """Rules that are not ours, and yet reach one of our topics or are held by one of our users."""
    names = {topic.name for topic in wanted.topics}
    for acl in sorted(acls, key=str):
        if acl.resource_type != "TOPIC" or (acl.pattern_type == "LITERAL" and acl.name in names):
            continue
        reached = sorted(name for name in names if _reaches(acl, name))
        if acl.permission == "ALLOW" and (reached or acl.principal in wanted.principals):
            why = f"reaches {', '.join(reached)} too" if reached else "is another topic's"
            yield f"{sentence(acl)}: {why}, and stays, since it is not this contract's alone"


def _reaches(acl: Acl, name: str) -> bool:
    return name.startswith(acl.name) if acl.pattern_type == "PREFIXED" else acl.name == "*"


def _errors(wanted: Wanted, found: Broker) -> Iterator[str]:
    for topic in wanted.topics:
        there = found.topics.get(topic.name)
        if there and there.partitions != topic.partitions:
            yield (
                f"topic {topic.name} has {there.partitions} partitions, its contract wants {topic.partitions}: another "
                "count would send the events of one key to another partition, and their order would be lost. Correct "
                "the contract, or use a new topic."
            )
