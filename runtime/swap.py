"""Small bytes at one place, replaced only while they are still what was read: a file, or an object of a bucket.

What several processes keep there (a record, a list, a pointer) is made of these two.
"""

import hashlib
import os
from pathlib import Path

from runtime import objects
from runtime.errors import MachineError
from runtime.files import LOCK_DEADLINE_S, try_lock, write_atomically
from runtime.objects import NOTHING, Seen
from runtime.store import Location
from runtime.wait import until


def read(at: Location) -> Seen:
    """The bytes and their tag, or NOTHING; MachineError where the store does not answer."""
    if not isinstance(at, Path):
        return objects.read(at)
    try:
        data = at.read_bytes()
    except FileNotFoundError:
        return NOTHING
    return Seen(_tag(data), data)


def write(at: Location, data: bytes, tag: str | None) -> str | None:
    """The new tag; None where what is there is no longer what has this tag (None: nothing).

    A file is its owner's alone, compared and replaced under a lock of its folder: so no other file need lie beside it.
    """
    if not isinstance(at, Path):
        return objects.write(at, data, tag)
    at.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(at.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if not until(lambda: try_lock(handle), LOCK_DEADLINE_S):
            raise MachineError(
                f"another command has been changing {at} for {LOCK_DEADLINE_S:.0f} s",
                "Wait for it to end, then try again.",
            )
        if read(at).tag != tag:
            return None
        write_atomically(at, data, mode=0o600)
        return _tag(data)
    finally:
        os.close(handle)


def _tag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
