"""What a promise comes to when it changes: a case that two versions treat differently, nothing, or no telling."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.compiler.diff.changes import Version
from contracts.compiler.diff.model import Change


@dataclass(frozen=True, slots=True)
class Case:
    """A case that the two versions treat differently; `event` is one of the older version, so `direction` is then
    old_to_new; None where none is needed to see it.
    """

    direction: str
    breaks: tuple[str, ...]
    circumstances: Mapping[str, str]
    says: str
    event: Mapping[str, Any] | None


class Unsaid:
    """Nobody can tell from the contracts."""


UNSAID = Unsaid()
Samples = tuple[Mapping[str, Any], ...]
Promise = Callable[[Change, Version, Version, Samples], Case | Unsaid | None]
