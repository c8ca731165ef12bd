"""A lease as an object in a bucket: its holder renews it, and who wants it watches whether that goes on.

No clock of two machines is compared. Every renewal is a write on condition that the object is still the one we wrote
last (If-Match), so of two holders one fails. Who finds a record that was not given back watches it for PATIENCE_S of
its own clock: one that does not change belongs to a process that is gone, or will find itself replaced.
"""

import os
import socket
import threading
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from runtime.errors import MachineError
from runtime.lease import held
from runtime.record import read, replace
from runtime.store import Bucket
from runtime.wait import until

RENEW_S = 5.0
PATIENCE_S = 4 * RENEW_S


class _Renewed:
    """The object, renewed by a thread until it is let go or lost."""

    def __init__(self, at: Bucket, record: dict[str, Any], tag: str) -> None:
        self._at = at
        self._record = record
        self._tag: str | None = tag
        self._lock = threading.Lock()
        self._ended = threading.Event()
        threading.Thread(target=self._renew, name="lease", daemon=True).start()

    @property
    def ours(self) -> bool:
        """Whether the last write found the object as we left it."""
        return self._tag is not None

    def number(self) -> int | None:
        """Ours, if the object still is, which a write of it has just proven."""
        with self._lock:
            self._write({**self._record, "beat": self._record["beat"] + 1})
            return int(self._record["number"]) if self._tag is not None else None

    def let_go(self) -> None:
        """Say in the object that nobody has it."""
        self._ended.set()
        with self._lock:
            if self._tag is not None:
                self._write({**self._record, "held": False})
                self._tag = None

    def _renew(self) -> None:
        while not self._ended.wait(RENEW_S):
            with self._lock:
                if self._tag is None:
                    return
                try:
                    self._write({**self._record, "beat": self._record["beat"] + 1})
                except MachineError:
                    continue  # the store is away; whoever watches us loses patience, and we see it at the next check

    def _write(self, record: dict[str, Any]) -> None:
        """Replace the object, if it is still ours; else it is lost.

        A write whose answer was lost may have changed the tag: then the object still says that it is ours.
        """
        if self._tag is None:
            return
        self._tag = replace(self._at, record, self._tag)
        if self._tag is None:
            seen = read(self._at)
            if seen.tag is not None and seen.record.get("token") == record["token"] and seen.record.get("held"):
                self._tag = replace(self._at, record, seen.tag)
        self._record = record


def take(at: Bucket, owner: str) -> tuple[int, _Renewed]:
    """The lease's new number and its renewal; MachineError if another process renews it, or takes it before us."""
    seen = read(at)
    if seen.record.get("held") and until(lambda: read(at).tag != seen.tag, PATIENCE_S):
        raise held(read(at).record)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    number = int(seen.record.get("number", 0)) + 1
    who = {"pid": os.getpid(), "host": socket.gethostname(), "owner": owner, "since": since, "token": uuid4().hex}
    record = {"number": number, **who, "held": True, "beat": 0}
    tag = replace(at, record, seen.tag)
    if tag is None:
        raise held(read(at).record)
    return number, _Renewed(at, record, tag)
