"""One writer per set of tables: a record that one process holds, and a number in it that outlives the process.

What holds the record differs by where it lies: a file lock that ends with its process (file_lease), or an object that
its holder renews (bucket_lease). The number (fencing) is for what survives its command, such as a JVM whose driver was
killed: it must compare its number with the record's before it commits, and finds a higher one.
"""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from runtime.errors import MachineError
from runtime.store import Location


class Hold(Protocol):
    """A record that this process holds, or held."""

    @property
    def ours(self) -> bool:
        """Whether it was not let go, nor lost as far as we know."""

    def number(self) -> int | None:
        """The number in the record now; None where that can't be said."""

    def let_go(self) -> None:
        """Let the next one have it; doing it twice is harmless."""


class Lease:
    """The right to write; a context manager. Made by `Lease.acquire` only."""

    def __init__(self, path: Location, number: int, hold: Hold) -> None:
        self.path = path
        self.number = number
        self._hold = hold

    @classmethod
    def acquire(cls, path: Location, owner: str) -> "Lease":
        """Take the lease for `owner` ('process', 'replay', ...), one number higher than ever before.

        MachineError if a live process holds it: at once for a file, within seconds for an object.
        """
        from runtime import bucket_lease, file_lease

        number, hold = file_lease.take(path, owner) if isinstance(path, Path) else bucket_lease.take(path, owner)
        return cls(path, number, hold)

    def check(self) -> None:
        """MachineError unless the number in the record is still ours; call right before each commit."""
        found = self._hold.number()
        if found != self.number or not self._hold.ours:
            raise MachineError(
                f"this run no longer holds the lease on its tables (number {self.number}, now {found})",
                "Another command took over: start this one again when that has ended.",
            )

    def release(self) -> None:
        """Let the next writer in; the number stays in the record. Doing it twice is harmless."""
        self._hold.let_go()

    def __enter__(self) -> "Lease":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class HeldError(MachineError):
    """Another process has the lease; `holder` says which."""

    def __init__(self, what: str, remedy: str, holder: str) -> None:
        super().__init__(what, remedy)
        self.holder = holder


def holder(path: Location) -> Mapping[str, Any]:
    """What the record says of who has or had the lease: `owner`, `number`, `pid`; empty where nobody ever had it."""
    from runtime import file_lease, record

    return file_lease.read(path) if isinstance(path, Path) else record.read(path).record


def held(record: Mapping[str, Any]) -> HeldError:
    """Who has the lease, as an error."""
    pid, host = record.get("pid", "unknown"), record.get("host")
    owner, since = record.get("owner", "starting"), record.get("since", "now")
    where = f" on {host}" if host else ""
    holder = f"pid {pid}{where} ({owner}, since {since})"
    return HeldError(
        f"the tables are being written by {holder}",
        f"Wait for it to end, or stop it with `kill {pid}`{where}; or give another folder with --data.",
        holder,
    )
