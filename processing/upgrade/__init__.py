"""Accepted events of one major to events of the next: per contract one module named like it, a function per step.

`v1_to_v2(event)` gets an accepted event of version 1 as stored (README.md of contracts says how each type is) by field
name, personal values as their keyed hashes, and returns a new dict by the field names of version 2. It changes nothing,
reads nothing else and gives the same for the same: it runs for each event that comes, and once over the ledger. A field
it leaves out is null; it drops a field by leaving it out.
"""

import importlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from contracts.compiler.model import Contract
from processing.errors import ProcessingError

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


def upgrades(older: Contract, target: Contract) -> tuple[Upgrade, ...]:
    """The steps from an older major to the target's, in order; ProcessingError where one is missing."""
    return tuple(_step(target.name, major) for major in range(older.major, target.major))


def _step(contract: str, major: int) -> Upgrade:
    module, name = f"{__name__}.{contract}", f"v{major}_to_v{major + 1}"
    found: Upgrade | None = None
    if find_spec(module) is not None:
        found = getattr(importlib.import_module(module), name, None)
    if found is None:
        raise ProcessingError(
            f"events of {contract} version {major} cannot be read as version {major + 1}: there is no {name}",
            f"Write the function {name} in processing/upgrade/{contract}.py (processing/upgrade/__init__.py says how).",
        )
    return found
