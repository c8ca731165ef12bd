"""One writer per set of tables: a lock that ends with its process, and a number that outlives it.

The lock keeps two live commands apart. The number (fencing) is for what survives its command, such as a JVM
whose driver was killed: it must compare its number with the file's before it commits, and finds a higher one.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from runtime.errors import MachineError
from runtime.files import try_lock

WIDTH = 512  # written in one piece of fixed length: a reader never meets half a record


class Lease:
    """The right to write; a context manager. Made by `Lease.acquire` only."""

    def __init__(self, path: Path, number: int, handle: int) -> None:
        self.path = path
        self.number = number
        self._handle = handle

    @classmethod
    def acquire(cls, path: Path, owner: str) -> "Lease":
        """Take the lease for `owner` ('process', 'replay', ...), one number higher than ever before.

        MachineError, at once, if a live process holds it.
        """
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
        return cls(path, number, handle)

    def check(self) -> None:
        """MachineError unless the number in the file is still ours; call right before each commit."""
        found = read(self.path).get("number")
        if self._handle < 0 or found != self.number:
            raise MachineError(
                f"this run no longer holds the lease on its tables (number {self.number}, now {found})",
                "Another command took over: start this one again when that has ended.",
            )

    def release(self) -> None:
        """Let the next writer in; the number stays in the file. Doing it twice is harmless."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> "Lease":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


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


def held(record: dict[str, Any]) -> MachineError:
    """Who has the lease, as an error."""
    pid = record.get("pid", "unknown")
    owner, since = record.get("owner", "starting"), record.get("since", "now")
    return MachineError(
        f"the tables are being written by pid {pid} ({owner}, since {since})",
        f"Wait for it to end, or stop it with `kill {pid}`; or give another folder with --data.",
    )
