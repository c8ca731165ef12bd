"""Records that were not acknowledged, to a file and back: exactly the bytes, key, headers and time they had.

One JSON object a line, in a file that its owner alone may read. Bytes are base64, since they may be anything; the id
is for people, and `jq -r '.value | @base64d'` shows the events. The file is locked while its producer runs, and has its
lock before it has its name, so that nobody ever finds it without.
"""

import base64
import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from producer.causes import Failure
from producer.event import Record
from runtime.files import try_lock

MODE = 0o600


class Keeper(Protocol):
    """Where records go that are not acknowledged: an Outbox, or what knows that they stand in one already."""

    def put(self, record: Record, failure: Failure) -> None:
        """Keep one record."""

    def flush(self) -> None:
        """Hand what is buffered to the operating system."""

    def close(self) -> None:
        """Let others have what was kept; may come twice."""


class Outbox:
    """The file of one run; made with its first record."""

    def __init__(self, path: Path, topic: str, identify: Callable[[bytes], str | None]) -> None:
        self.path = path
        self._topic = topic
        self._identify = identify
        self._file: BinaryIO | None = None

    @property
    def used(self) -> bool:
        """Whether anything was written."""
        return self._file is not None

    def put(self, record: Record, failure: Failure) -> None:
        """Keep one record, with everything that is needed to send it again."""
        if self._file is None:
            self._file = locked_file(self.path)
        self._file.write(line_of(self._topic, record, self._identify(record.value), failure))

    def flush(self) -> None:
        """Hand what is buffered to the operating system."""
        if self._file is not None and not self._file.closed:
            self._file.flush()

    def close(self) -> None:
        """Write what is buffered to the disk, and let others have the file."""
        if self._file is not None and not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()


def line_of(topic: str, record: Record, id_: str | None, failure: Failure) -> bytes:
    """One line of an outbox."""
    row = {
        "topic": topic,
        "id": id_,
        "key": None if record.key is None else _text(record.key),
        "headers": [[name, _text(content)] for name, content in record.headers],
        "value": _text(record.value),
        "timestamp_ms": record.timestamp_ms,
        "code": failure.code,
        "reason": failure.what,
    }
    return json.dumps(row).encode() + b"\n"


def record_of(line: bytes) -> tuple[str, Record]:
    """Topic and record of one line; ValueError where it is none, as a line is that was cut short."""
    try:
        row = json.loads(line)
        key = None if row["key"] is None else _bytes(row["key"])
        headers = [(str(name), _bytes(content)) for name, content in row["headers"]]
        return str(row["topic"]), Record(_bytes(row["value"]), key, headers, int(row["timestamp_ms"]))
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("no line of an outbox") from error


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def stamp(now: datetime) -> str:
    """A moment as part of a file name, by which names sort."""
    return now.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def locked_file(path: Path) -> BinaryIO:
    """A new file for its owner alone, locked until it is closed; FileExistsError rather than overwrite."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, nameless = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        try_lock(handle)
        os.link(nameless, path)
    except BaseException:
        os.close(handle)
        raise
    finally:
        Path(nameless).unlink()
    return os.fdopen(handle, "wb")


@contextlib.contextmanager
def held(path: Path) -> Iterator[BinaryIO | None]:
    """The file under its lock for the block; None where somebody has it, or replaced or removed it meanwhile."""
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        yield None
        return
    with file:
        yield file if try_lock(file.fileno()) and _is(path, file) else None


def _is(path: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False
