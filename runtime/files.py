"""Files that are whole or absent, and locks that end with their process."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from runtime.errors import MachineError
from runtime.wait import until

LOCK_DEADLINE_S = 120.0


def write_atomically(path: Path, data: bytes | str, mode: int = 0o644) -> None:
    """Write a file that readers see whole or not at all, even through a crash; text is UTF-8.

    The temporary file lies in the same folder (made if missing), since a rename is atomic only within one
    file system.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = write_beside(path, data, mode)
    try:
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_beside(path: Path, data: bytes | str, mode: int) -> Path:
    """A synced temporary file in the folder of `path`, ready to be renamed or linked to it."""
    content = data.encode() if isinstance(data, str) else data
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder outlive a power cut; some file systems refuse, which is no error."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def try_lock(handle: int) -> bool:
    """Take the exclusive lock on an open file if nobody holds it."""
    import fcntl  # not on Windows, where `tickets doctor` still must be able to say so

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def locked(path: Path, deadline_s: float = LOCK_DEADLINE_S) -> Iterator[None]:
    """Hold the lock file `path` for the block; the kernel frees it when the process ends, however it ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if not until(lambda: try_lock(handle), deadline_s):
            raise MachineError(
                f"another command has held {path} for {deadline_s:.0f} s",
                "Wait for it to end, or find it with `fuser` on that file.",
            )
        yield
    finally:
        os.close(handle)
