"""broker.json: which broker a workspace runs, and who uses it, so that commands share it and orphans are
adopted.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runtime.files import write_atomically

SAME_START_S = 2.0  # a process id is reused, but hardly by a process of the same start


@dataclass(frozen=True, slots=True)
class User:
    """A command that uses the broker; a process that ended no longer counts."""

    pid: int
    created: float


@dataclass(frozen=True, slots=True)
class Record:
    """One running broker. `pid` is null for a container, `container` for a process. Times: seconds, and UTC
    ISO.
    """

    kind: str
    bootstrap: str
    pid: int | None
    pid_created: float | None
    container: str | None
    started_at: str
    kept: bool
    users: tuple[User, ...]


def now() -> str:
    """This second, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def path(folder: Path) -> Path:
    """Where the record lies in the broker's folder."""
    return folder / "broker.json"


def read(folder: Path) -> Record | None:
    """The record, or None without one (or with one from another version, which then is nobody's broker)."""
    try:
        raw: dict[str, Any] = json.loads(path(folder).read_text(encoding="utf-8"))
        return Record(**{**raw, "users": tuple(User(**user) for user in raw["users"])})
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def write(folder: Path, record: Record) -> None:
    """Replace the record."""
    write_atomically(path(folder), json.dumps(asdict(record), indent=2) + "\n")


def forget(folder: Path) -> None:
    """Remove the record."""
    path(folder).unlink(missing_ok=True)


def created(pid: int) -> float:
    """When a live process started; raises psutil.NoSuchProcess."""
    import psutil

    return float(psutil.Process(pid).create_time())


def process_alive(pid: int | None, started: float | None) -> bool:
    """Whether the very process that was recorded still runs: no zombie, no other one with its number."""
    import psutil

    if pid is None or started is None:
        return False
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < SAME_START_S
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def joined(record: Record) -> Record:
    """The record with this process as one more user, and without users that ended."""
    me = User(os.getpid(), created(os.getpid()))
    return replace(record, users=(*living(record), me))


def left(record: Record) -> Record:
    """The record with this process as one user less (it may have joined more than once)."""
    users = list(living(record))
    mine = [user for user in users if user.pid == os.getpid()]
    if mine:
        users.remove(mine[0])
    return replace(record, users=tuple(users))


def living(record: Record) -> tuple[User, ...]:
    """Its users that still run."""
    return tuple(user for user in record.users if process_alive(user.pid, user.created))
