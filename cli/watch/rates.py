"""Counts of a job over time to rates: what it did in the last seconds, and anew after each of its starts."""

from collections import deque

from cli.watch.facts import Job, Rates

WINDOW_S = 30.0  # longer than most batches, so that a rate does not jump with each of them


class Speedometer:
    """Keeps what a job said in the last seconds; `at_s` is a monotonic clock's."""

    def __init__(self, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._seen: deque[tuple[float, Job]] = deque()

    def rates(self, job: Job, at_s: float) -> Rates | None:
        """The rates up to now; None where this is the first word of this run of the job."""
        if self._seen and self._seen[-1][1].started_at != job.started_at:
            self._seen.clear()
        self._seen.append((at_s, job))
        while len(self._seen) > 2 and at_s - self._seen[1][0] >= self._window_s:
            self._seen.popleft()
        then_s, then = self._seen[0]
        passed = at_s - then_s
        if passed <= 0:
            return None
        batches = job.batches - then.batches
        return Rates(
            seconds=passed,
            records={name: (count - then.records.get(name, 0)) / passed for name, count in job.records.items()},
            batch_seconds=round((job.batch_seconds - then.batch_seconds) / batches, 3) if batches > 0 else None,
        )

    def forget(self) -> None:
        """No job answers: what comes next begins anew."""
        self._seen.clear()
