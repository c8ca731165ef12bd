"""A small JSON record as an object in a bucket, written only on condition that it is the one that was read."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime import objects
from runtime.errors import MachineError
from runtime.store import Bucket


class Seen(NamedTuple):
    """A record as it was read: its tag, and what it says; no tag where there is none."""

    tag: str | None
    record: Mapping[str, Any]


def get(at: Bucket) -> Seen:
    """The record; MachineError where the store does not answer, or what is there is no record."""
    found = objects.read(at)
    try:
        return Seen(found.tag, json.loads(found.data) if found.tag else {})
    except ValueError as error:
        raise MachineError(
            f"the record {at} can't be read", "Make sure that no command is running, then remove the object."
        ) from error


def put(at: Bucket, record: Mapping[str, Any], tag: str | None) -> str | None:
    """The new tag; None where the object is no longer the one with this tag (or, without a tag, exists)."""
    return objects.write(at, json.dumps(record).encode(), tag)
