"""A lease as a file of this machine: the kernel frees its lock when the process ends, however it ends."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runtime.errors import MachineError
from runtime.files import try_lock
from runtime.lease import held

WIDTH = 512  # written in one piece of fixed length: a reader never meets half a record


class _Locked:
    """The file, open and locked."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle

    @property
    def ours(self) -> bool:
        """Whether the file is still open."""
        return self._handle >= 0

    def number(self) -> int | None:
        """As the file has it now."""
        found = read(self._path).get("number")
        return None if found is None else int(found)

    def let_go(self) -> None:
        """Close the file, which unlocks it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def take(path: Path, owner: str) -> tuple[int, _Locked]:
    """The lease's new number and its lock; MachineError, at once, if a live process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if not try_lock(handle):
            raise held(read(path))
        number = int(read(path).get("number", 0)) + 1
        since = datetime.now(UTC).isoformat(timespec="seconds")
        record = {"number": number, "pid": os.getpid(), "owner": owner, "since": since}
        os.pwrite(handle, (json.dumps(record).ljust(WIDTH - 1) + "\n").encode(), 0)
        os.fsync(handle)
    except BaseException:
        os.close(handle)
        raise
    return number, _Locked(path, handle)


def read(path: Path) -> dict[str, Any]:
    """The file's record; empty for a new or missing file. An unreadable one must not restart the numbers: it
    raises.
    """
    try:
        text = path.read_text(encoding="utf-8").strip()
        record: dict[str, Any] = json.loads(text) if text else {}
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise MachineError(
            f"the lease file {path} can't be read",
            "Make sure that no command is running, then remove the file.",
        ) from error
    return record
