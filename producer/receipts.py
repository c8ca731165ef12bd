"""Acknowledgements to a file: one JSON line for each record that the broker took, with its id and its place.

A line is written after its acknowledgement and handed to the operating system with the next look at the broker, so that
after `kill -9` each whole line is a true one. The last line may be cut short then; the next run removes it.
"""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

from producer.errors import ProducerError
from producer.outbox import MODE
from runtime.files import try_lock

BEGIN = b'{"id": '
PIECE = 65_536


class Receipts:
    """A file that is appended to, for its owner alone; one producer at a time."""

    def __init__(self, path: Path, identify: Callable[[bytes], str | None]) -> None:
        """ProducerError where the file is somebody else's, or no file of receipts; OSError where it can't be opened."""
        self.path = path
        self._identify = identify
        self._waiting: list[bytes] = []
        self._handle = _opened(path)

    def put(self, value: bytes, partition: int, offset: int) -> None:
        """One acknowledgement; `id` is null where the value has none that can be read."""
        row = {"id": self._identify(value), "partition": partition, "offset": offset}
        self._waiting.append(json.dumps(row).encode() + b"\n")

    def flush(self) -> None:
        """Hand what came since the last time to the operating system."""
        if not self._waiting:
            return
        text = b"".join(self._waiting)
        self._waiting.clear()
        while text:
            text = text[os.write(self._handle, text) :]

    def close(self) -> None:
        """Write the rest, and let others have the file; doing it twice is harmless."""
        if self._handle >= 0:
            self.flush()
            os.close(self._handle)
            self._handle = -1


def _opened(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, MODE)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ProducerError(f"{path} is no regular file", "Name another file for the receipts.")
        if not try_lock(handle):
            raise ProducerError(f"another producer writes to {path}", "Wait for its end, or name another file.")
        _without_a_cut_line(handle, path)
        os.fchmod(handle, MODE)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _without_a_cut_line(handle: int, path: Path) -> None:
    """Remove the beginning of a line that a killed run left at the end; never anything of another kind of file."""
    begin = os.pread(handle, len(BEGIN), 0)
    if begin != BEGIN[: len(begin)]:
        raise ProducerError(f"{path} does not hold receipts, so nothing is appended to it", "Name another file.")
    end = size = os.fstat(handle).st_size
    while end:
        start = max(0, end - PIECE)
        newline = os.pread(handle, end - start, start).rfind(b"\n")
        if newline >= 0:
            os.ftruncate(handle, start + newline + 1)
            return
        end = start
    if size:
        os.ftruncate(handle, 0)
