"""A request to whoever holds the lease, and its answer: one record beside the lease, passed to and fro.

`asked` (renewed by who asks) -> `taken` (by the holder of the lease, with its number) -> `answered` -> nothing.
Every step is a write on condition (runtime.record), so of two who ask, or of two steps at once, one gets in.

No clock of two machines is compared. The holder does a request only after it saw it renewed: one whose asker is gone
is never done. Who asks sees that the lease is free, or that another holds it than took the request: then nobody will
answer, and it goes on by itself or asks again.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from runtime.errors import MachineError
from runtime.record import read, replace
from runtime.store import Bucket, Location

PATIENCE_S = 20.0  # a record of somebody else that stays as it is for so long may be replaced
LOOK_S, LOOK_IN_BUCKET_S = 0.5, 5.0  # between two looks of the holder
_TRIES = 5  # to take a request that is being renewed


class Desk:
    """The holder's side. `number` is that of its lease."""

    def __init__(self, at: Location, number: int) -> None:
        self._at, self._number = at, number
        self._pause_s = LOOK_IN_BUCKET_S if isinstance(at, Bucket) else LOOK_S
        self._next = 0.0
        self._seen: tuple[str, int] | None = None
        self._token: str | None = None

    def waits(self) -> bool:
        """Whether somebody waits for an answer: a request that was renewed since the last look. Cheap to ask often."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + self._pause_s
        try:
            record = read(self._at).record
        except MachineError:
            return False  # the store is away: who asks goes on asking
        if record.get("state") != "asked":
            self._seen = None
            return False
        before, self._seen = self._seen, (record["token"], record["beat"])
        return before is not None and before[0] == self._seen[0] and before[1] != self._seen[1]

    def take(self) -> Mapping[str, Any] | None:
        """What is wanted; None where it was withdrawn. From here on it is `answer`ed, whatever happens."""
        for _ in range(_TRIES):
            seen = read(self._at)
            if seen.record.get("state") != "asked":
                return None
            taken = {"token": seen.record["token"], "state": "taken", "by": self._number, "step": ""}
            if replace(self._at, taken, seen.tag):
                self._token = str(seen.record["token"])
                wanted: Mapping[str, Any] = seen.record["wanted"]
                return wanted
        return None

    def tell(self, step: str) -> None:
        """What is being done now, for whom that waits."""
        self._write({"state": "taken", "by": self._number, "step": step})

    def answer(self, answer: Mapping[str, Any]) -> None:
        """The end of what was taken; nobody gets it where who asked has given up."""
        self._write({"state": "answered", "answer": answer})
        self._token = self._seen = None

    def _write(self, said: Mapping[str, Any]) -> None:
        seen = read(self._at)
        if self._token is not None and seen.record.get("token") == self._token:
            replace(self._at, {"token": self._token, **said}, seen.tag)


class Asking:
    """The other side: look again and again until there is an answer. `holder` is the number in the lease's record."""

    def __init__(self, at: Location, wanted: Mapping[str, Any], holder: Callable[[], int | None]) -> None:
        self._at, self._wanted, self._holder = at, wanted, holder
        self._token = uuid4().hex
        self._first: tuple[str | None, float] = (None, 0.0)  # somebody else's record, and since when it is as it is
        self.state = "asked"

    def look(self) -> Mapping[str, Any] | None:
        """The answer, or None so far; each look renews what was asked. `state` says how far it is."""
        seen = read(self._at)
        if seen.record.get("token") != self._token:
            self.state = "another command asks the same" if seen.record.get("token") else "asked"
            if not seen.record.get("token") or self._left(seen.tag, seen.record):
                self._ask(seen.tag)
            return None
        state = seen.record["state"]
        if state == "answered":
            replace(self._at, {}, seen.tag)
            found: Mapping[str, Any] = seen.record["answer"]
            return found
        if state == "asked":
            self.state = "asked"
            replace(self._at, {**seen.record, "beat": seen.record["beat"] + 1}, seen.tag)
        elif seen.record["by"] != self._holder():  # who took it is gone, and another holds the lease
            self._token = uuid4().hex
            self._ask(seen.tag)
        else:
            self.state = str(seen.record["step"]) or "taken"
        return None

    def withdraw(self) -> None:
        """Ask no more; what was taken goes on."""
        seen = read(self._at)
        if seen.record.get("token") == self._token and seen.record["state"] != "taken":
            replace(self._at, {}, seen.tag)

    def _ask(self, tag: str | None) -> None:
        replace(self._at, {"token": self._token, "state": "asked", "beat": 0, "wanted": dict(self._wanted)}, tag)

    def _left(self, tag: str | None, record: Mapping[str, Any]) -> bool:
        """Whether somebody else's record belongs to nobody any more."""
        if record.get("state") == "taken" and record["by"] == self._holder():
            return False
        if self._first[0] != tag:
            self._first = (tag, time.monotonic())
        return time.monotonic() - self._first[1] >= PATIENCE_S
