"""A small JSON record that is replaced on condition, in a folder and in a bucket alike.

Several processes may read and write it: whoever replaces it names what was read, and is told if it is another by then.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime import swap
from runtime.errors import MachineError
from runtime.store import Location


class Seen(NamedTuple):
    """A record as it was read: its tag, and what it says; no tag, and nothing, where there is none."""

    tag: str | None
    record: Mapping[str, Any]


def read(at: Location) -> Seen:
    """The record; MachineError where the store does not answer, or what is there is no record."""
    found = swap.read(at)
    try:
        return Seen(found.tag, json.loads(found.data) if found.tag else {})
    except ValueError as error:
        raise MachineError(
            f"the record {at} can't be read", "Make sure that no command is running, then remove it."
        ) from error


def replace(at: Location, record: Mapping[str, Any], tag: str | None) -> str | None:
    """The new tag; None where the record is no longer the one with this tag (None: there was none)."""
    return swap.write(at, json.dumps(record).encode(), tag)
