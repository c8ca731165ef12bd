"""What a running job does between two batches: maintenance that somebody asks for, or whose time has come."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cli.maintaining import Maintaining, said, told
from processing.maintain import Step, maintain
from processing.stream import Stopped
from runtime import logs
from runtime.errors import MachineError
from runtime.lease import Lease
from runtime.request import Desk

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

KEEP = timedelta(days=7)  # as `tickets maintain` without --keep


class Chores:
    """stream.Chores. `every` None: only where somebody asks."""

    def __init__(
        self,
        work: Maintaining,
        lease: Lease,
        spark: "SparkSession",
        stop: threading.Event,
        every: timedelta | None,
    ) -> None:
        self._work, self._lease, self._spark, self._stop = work, lease, spark, stop
        self._desk = Desk(work.slot, lease.number)
        self._every_s = None if every is None else every.total_seconds()
        self._next = time.monotonic() + (self._every_s or 0.0)
        self._log = logs.get("processing")

    def due(self) -> bool:
        """Whether its time has come, or somebody waits."""
        return self._timed() or self._desk.waits()

    def do(self) -> None:
        """Maintain; what comes of it is logged, and told who asked."""
        try:
            wanted = self._desk.take()
        except MachineError as error:
            self._failed(error)
            wanted = None
        if wanted is not None:
            self._answer(self._maintained(timedelta(hours=wanted["keep_hours"]), self._tell))
        elif self._timed():
            self._maintained(KEEP, self._heed)
        if self._every_s is not None:
            self._next = time.monotonic() + self._every_s

    def _timed(self) -> bool:
        return self._every_s is not None and time.monotonic() >= self._next

    def _maintained(self, keep: timedelta, tell: Callable[[str], None]) -> Mapping[str, Any]:
        began, steps = time.monotonic(), list[Step]()
        self._log.info("maintenance begun")
        try:
            keeper = self._work.keeper(self._lease, lambda: self._spark, tell)
            for step in maintain(self._work.places, self._work.order(keep), keeper):
                steps.append(step)
                told(step)
        except Stopped:
            self._log.info("maintenance broken off: the job stops", steps=len(steps))
            return {"stopped": True}
        except Exception as error:  # noqa: BLE001 - the job goes on, and whoever asked is told
            return self._failed(error)
        seconds = time.monotonic() - began
        self._log.info("maintenance done", seconds=round(seconds, 2))
        return {"steps": said(self._work, tuple(steps), "job", seconds)["steps"]}

    def _failed(self, error: Exception) -> dict[str, str]:
        what = str(getattr(error, "what", "") or f"{type(error).__name__}: {error}")
        remedy = str(getattr(error, "remedy", "See the job's log."))
        self._log.warning("maintenance failed", error=what, remedy=remedy)
        return {"what": what, "remedy": remedy}

    def _heed(self, _: str) -> None:
        if self._stop.is_set():
            raise Stopped

    def _tell(self, step: str) -> None:
        self._heed(step)
        self._desk.tell(step)

    def _answer(self, answer: Mapping[str, Any]) -> None:
        try:
            self._desk.answer(answer)
        except MachineError as error:
            self._failed(error)
