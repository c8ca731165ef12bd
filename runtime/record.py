"""A small JSON record that is replaced on condition, in a folder and in a bucket alike.

Several processes may read and write it: whoever replaces it names what was read, and is told if it is another by then.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runtime import bucket_record
from runtime.bucket_record import Seen
from runtime.errors import MachineError
from runtime.files import locked, write_atomically
from runtime.store import Location


def read(at: Location) -> Seen:
    """The record; without tag, and empty, where there is none."""
    if not isinstance(at, Path):
        return bucket_record.get(at)
    try:
        text = at.read_text("utf-8")
        return Seen(_tag(text), json.loads(text))
    except FileNotFoundError:
        return Seen(None, {})
    except ValueError as error:
        raise MachineError(
            f"the file {at} can't be read", "Make sure that no command is running, then remove it."
        ) from error


def replace(at: Location, record: Mapping[str, Any], tag: str | None) -> bool:
    """Whether it was written: it is not, where the record is no longer the one with this tag (None: there was none)."""
    if not isinstance(at, Path):
        return bucket_record.put(at, record, tag) is not None
    with locked(at.with_name(f"{at.name}.lock")):
        if read(at).tag != tag:
            return False
        write_atomically(at, json.dumps(record))
        return True


def _tag(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
