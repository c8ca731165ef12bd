"""What replay has shown: every way in which an event of one version is read otherwise by the other.

Made outside this room, where events are made and readers run; `proof` says which change each break belongs to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.compiler.diff.model import Replayed

READS = "reads"
"""The rule of a break where nothing is refused, and a value is read differently."""


@dataclass(frozen=True, slots=True)
class Break:
    """One clause that refuses, or one field that reads differently, with the smallest event that shows it.

    `path` and `rule` are those of the clause (`satisfaction`, `maximum`; `@key`, `equals`), `clause` its id, None where
    rule is READS. `event` or `events` (a batch) as in Witness. `producers`: the new writer's own check refuses it too.
    """

    direction: str
    path: str
    rule: str
    clause: str | None
    event: Mapping[str, Any] | None
    events: tuple[Mapping[str, Any], ...] | None
    circumstances: Mapping[str, str]
    says: str
    producers: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """All breaks of a replay, how much went each way, and `gaps`: why it does not cover a path (`$` for all of it)."""

    breaks: tuple[Break, ...]
    replayed: Replayed
    gaps: Mapping[str, str]
