"""What each kind of component is drawn as, and the part it plays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args, get_type_hints

from architecture import parts
from architecture.views.diagram import Shape

ROLES: tuple[str, ...] = ("person", "existing", "platform", "guard", "watch")


@dataclass(frozen=True, slots=True)
class Kind:
    """`role`: who uses it, another system, the platform itself, what guards it, what watches and saves it."""

    role: str
    shape: Shape


KINDS: Mapping[str, Kind] = {
    "application": Kind("existing", "box"),
    "backup": Kind("watch", "store"),
    "bastion": Kind("guard", "gate"),
    "bi": Kind("platform", "box"),
    "broker": Kind("platform", "box"),
    "catalogue": Kind("platform", "box"),
    "cdc": Kind("platform", "box"),
    "ci": Kind("watch", "box"),
    "client": Kind("person", "person"),
    "database": Kind("existing", "store"),
    "directory": Kind("guard", "box"),
    "dns": Kind("guard", "box"),
    "egress": Kind("guard", "gate"),
    "export": Kind("platform", "box"),
    "fileshare": Kind("existing", "store"),
    "firewall": Kind("guard", "gate"),
    "hsm": Kind("guard", "box"),
    "job": Kind("platform", "box"),
    "kms": Kind("guard", "box"),
    "logs": Kind("watch", "store"),
    "mail": Kind("existing", "box"),
    "monitoring": Kind("watch", "box"),
    "pki": Kind("guard", "box"),
    "producer": Kind("platform", "box"),
    "registry": Kind("existing", "box"),
    "spark": Kind("platform", "box"),
    "store": Kind("platform", "store"),
    "vault": Kind("guard", "store"),
    "warehouse": Kind("platform", "store"),
}
if missing := set(get_args(get_type_hints(parts.Component)["kind"])) ^ set(KINDS):
    raise TypeError(f"kinds.py and parts.py do not agree on: {', '.join(sorted(missing))}")
