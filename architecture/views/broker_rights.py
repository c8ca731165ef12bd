"""Permissions on a broker to Kafka ACLs, in the words of `tickets contracts show --view acl`: only what is allowed.

A principal is an identity of its own, even where several have one role of a contract, so that the broker's log says
who did it. A reader's consumer groups must begin with the name of its role (of its identity, where it has none).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields

from architecture import parts
from architecture.views.diagram import Table
from architecture.views.scene import Scene
from runtime.access import CLUSTER, Acl

ANYTHING = "*"


@dataclass(frozen=True, slots=True)
class _Grant:
    """Operations on a resource; `named` says by what: the permission's resource, the role, or a fixed name."""

    resource_type: str
    pattern_type: str
    operations: tuple[str, ...]
    named: str


_ADMINISTER = _Grant(CLUSTER, "LITERAL", ("ALTER", "ALTER_CONFIGS", "CREATE", "DESCRIBE"), "kafka-cluster")
GRANTS: Mapping[str, tuple[_Grant, ...]] = {
    "write": (_Grant("TOPIC", "LITERAL", ("WRITE", "DESCRIBE"), "resource"),),
    "read": (
        _Grant("TOPIC", "LITERAL", ("READ", "DESCRIBE"), "resource"),
        _Grant("GROUP", "PREFIXED", ("READ",), "role"),
    ),
    "use": (_Grant("TOPIC", "LITERAL", ("DESCRIBE",), "resource"),),
    "administer": (_ADMINISTER, _Grant("TOPIC", "LITERAL", ("ALTER_CONFIGS", "DESCRIBE"), "resource")),
    "*": (_Grant(CLUSTER, "LITERAL", ("ALL",), "kafka-cluster"), _Grant("TOPIC", "LITERAL", ("ALL",), "resource")),
}


def draw(scene: Scene) -> tuple[Table, ...]:
    """One table for all brokers of the model; none where there is no broker."""
    brokers = [part for part in scene.architecture.components if part.kind == "broker"]
    head = ("broker", *(field.name for field in fields(Acl)))
    rows = tuple((broker.id, *astuple(acl)) for broker in brokers for acl in dict.fromkeys(acls(scene, broker)))
    if not brokers:
        return ()
    return (Table("broker-acls", scene.word("broker-acls"), scene.word("broker-acls-lead"), head, rows),)


def acls(scene: Scene, broker: parts.Component) -> Iterator[Acl]:
    """Every access rule that permissions on a broker come to."""
    for identity in scene.architecture.identities:
        for permission in identity.permissions:
            if permission.on in (broker.id, "*"):
                yield from _of(identity, permission)


def _of(identity: parts.Identity, permission: parts.Permission) -> Iterator[Acl]:
    role = identity.roles[0] if identity.roles else identity.id
    for grant in GRANTS[permission.action]:
        name = {"resource": permission.resource or ANYTHING, "role": role}.get(grant.named, grant.named)
        for operation in grant.operations:
            yield Acl(
                f"User:{identity.id}", "ALLOW", operation, grant.resource_type, grant.pattern_type, name, ANYTHING
            )
