"""A running `tickets process`, seen from outside: its batches as its log tells them, and its processes."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from features.faults import processes

BEGUN, COMMITTED = "batch begun", "batch committed"
SHOWN = 1500  # characters of a log's end that a complaint quotes


@dataclass
class Job:
    """One run. `batches` counts those begun; a batch is in flight from its begun line to its committed line."""

    process: subprocess.Popen[bytes]
    log: Path
    lines: list[dict[str, Any]] = field(default_factory=list)
    _read: int = 0

    def look(self) -> "Job":
        """Read what the log has gained."""
        with self.log.open("rb") as file:
            file.seek(self._read)
            whole, _, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + 1 if whole else 0
        self.lines += filter(None, map(_parsed, whole.splitlines()))
        return self

    @property
    def ended(self) -> bool:
        """Whether its driver is gone."""
        return self.process.poll() is not None

    def count(self, event: str) -> int:
        """How many lines of an event the log has by now."""
        return sum(line.get("event") == event for line in self.look().lines)

    def in_flight(self) -> int | None:
        """The number of the batch that was begun and is not committed, None where there is none."""
        told = [line for line in self.look().lines if line.get("event") in (BEGUN, COMMITTED)]
        if not told or told[-1]["event"] == COMMITTED:
            return None
        return int(told[-1]["batch"])

    def begun_at(self) -> datetime:
        """When the newest batch was begun."""
        return datetime.fromisoformat(next(line for line in reversed(self.lines) if line["event"] == BEGUN)["ts"])

    def durations(self) -> list[float]:
        """Seconds from begun to committed of each batch so far."""
        told = [line for line in self.look().lines if line.get("event") in (BEGUN, COMMITTED)]
        return [_between(a, b) for a, b in pairwise(told) if (a["event"], b["event"]) == (BEGUN, COMMITTED)]

    def await_batch(self, deadline_s: float) -> bool:
        """Wait until a batch is in flight; False where the job ended or was too slow."""
        return self._await(lambda: self.in_flight() is not None, deadline_s) and self.in_flight() is not None

    def await_commit(self, deadline_s: float) -> bool:
        """Wait until one more batch is committed than now; False where the job ended or was too slow."""
        before = self.count(COMMITTED)
        return self._await(lambda: self.count(COMMITTED) > before, deadline_s) and self.count(COMMITTED) > before

    def await_end(self, deadline_s: float) -> bool:
        """Wait until the driver is gone; False where it was too slow."""
        return bool(processes.until(lambda: self.ended, deadline_s))

    def reach(self, moment_s: float, deadline_s: float) -> bool:
        """Wait until a batch has been in flight for `moment_s`; one that is shorter makes way for the next one.

        False where the job ended before. This wait is no condition's stand-in: it is the fault's random moment.
        """
        end = time.monotonic() + deadline_s
        while time.monotonic() < end and self.await_batch(end - time.monotonic()):
            batch, begun = self.count(BEGUN), self.begun_at()
            due = time.monotonic() + moment_s - (datetime.now(begun.tzinfo) - begun).total_seconds()
            processes.until(lambda due=due: time.monotonic() >= due or self.in_flight() is None, moment_s + 1)  # type: ignore[misc]
            if self.in_flight() is not None and self.count(BEGUN) == batch:
                return True
            moment_s /= 2
        return False

    def end(self) -> None:
        """SIGKILL to all of it."""
        processes.kill(processes.tree(self.process.pid))
        self.process.wait(processes.GONE_DEADLINE_S)

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text("utf-8", "replace")[-SHOWN:]

    def _await(self, condition: Callable[[], bool], deadline_s: float) -> bool:
        return bool(processes.until(lambda: condition() or self.ended, deadline_s))


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _between(a: dict[str, Any], b: dict[str, Any]) -> float:
    return (datetime.fromisoformat(b["ts"]) - datetime.fromisoformat(a["ts"])).total_seconds()
