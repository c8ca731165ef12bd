"""The round at hand, and what a fault met in it.

A fault on the job hits only if a batch is in flight: begun in the job's log, and not committed when the job was dead
(or, where it lives on, when it was hit).
"""

import time
from dataclasses import dataclass

from features.faults.job import Job
from features.faults.points import BY_NAME
from features.faults.site import Site

BATCH_DEADLINE_S, EXIT_DEADLINE_S, EXPORT_DEADLINE_S = 240.0, 120.0, 120.0
USUAL_BATCH_S, USUAL_EXPORT_S = 6.0, 2.0


@dataclass(frozen=True, slots=True)
class Hit:
    """What a fault met. `moment_s`: seconds since the batch was begun; `pid` of what was hit; `trouble`: what is
    promised of runs and did not hold, empty for nothing.
    """

    in_flight: bool
    batch: int | None
    moment_s: float | None
    pid: int | None
    note: str
    trouble: str


@dataclass
class Stage:
    """The round's site and job, None before the first. `usual_s` is how long a first batch takes here."""

    site: Site
    job: Job | None = None
    usual_s: float = USUAL_BATCH_S
    export_s: float = USUAL_EXPORT_S
    max_events: int = 100

    @property
    def running(self) -> Job:
        """The job, which is there."""
        assert self.job is not None
        return self.job

    def learn(self) -> None:
        """How long a first batch takes on this machine: moments are drawn within it."""
        if durations := self.running.durations()[:1]:
            self.usual_s += 0.2 * (durations[0] - self.usual_s)

    def reach(self, share: float) -> bool:
        """Wait until a batch is in flight, and that share of a usual batch has passed."""
        return self.running.reach(share * self.usual_s, BATCH_DEADLINE_S)


def missed(why: str) -> Hit:
    """Nothing was hit."""
    return Hit(False, None, None, None, why, "")


def now(job: Job, pid: int, note: str = "", at_s: float | None = None) -> Hit:
    """As the log tells it by now; `at_s` is when it was hit (Unix time), where that was before now."""
    batch = job.in_flight()
    moment = None if batch is None else round((at_s or time.time()) - job.begun_at().timestamp(), 3)
    return Hit(batch is not None, batch, moment, pid, note, "")


def order(point: str, nth: int) -> str:
    """The --kill of launch.py for a point's nth pass within batches."""
    found = BY_NAME[point]
    return f"{found.when}:{found.module}:{found.function}:{found.earlier + nth}"
