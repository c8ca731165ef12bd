"""What a way says of its run, and the rates that follow: plain values, nothing of how they were come by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from statistics import median
from typing import Any

FROM = 0.2  # the slope begins where a fifth of the events are committed
REST = 0.1


@dataclass(frozen=True)
class Trace:
    """One run of one way. `commits` are (records committed so far, seconds since the process began), ascending.

    `cpu` has for each commit the CPU seconds that the process and all below it had taken when the commit was told.
    """

    way: str
    events: int
    seconds: float
    commits: tuple[tuple[int, float], ...]
    cpu: tuple[float, ...]
    peak_mb: float

    def whole(self) -> float:
        """Events a second from the start of the process to its end."""
        return self.events / self.seconds

    def steady(self) -> float | None:
        """Events a second between the first commit at or after a fifth of the events and the last; None for too few.

        A last batch of less than a tenth of the one before it is left out: it is what Spark's rounding left over.
        """
        first, last = self._ends()
        if last <= first or self.commits[last][1] <= self.commits[first][1]:
            return None
        return (self.commits[last][0] - self.commits[first][0]) / (self.commits[last][1] - self.commits[first][1])

    def cpu_us(self) -> float | None:
        """Microseconds of CPU an event, between the same two commits as `steady`; None for too few."""
        first, last = self._ends()
        if last <= first:
            return None
        return (self.cpu[last] - self.cpu[first]) / (self.commits[last][0] - self.commits[first][0]) * 1e6

    def _ends(self) -> tuple[int, int]:
        """Places of the two commits that the slope lies between; the same place twice where there are no two."""
        counts = [count for count, _ in self.commits]
        last = len(counts) - 1
        if last >= 2 and counts[last] - counts[last - 1] < REST * (counts[last - 1] - counts[last - 2]):
            last -= 1
        first = next((place for place, count in enumerate(counts) if count >= FROM * self.events), last)
        return (first, last) if first < last else (0, 0)

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"whole": self.whole(), "steady": self.steady()}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Trace:
        """What `document` made."""
        held = {one.name: document[one.name] for one in fields(cls)}
        commits = tuple((int(count), float(at)) for count, at in held["commits"])
        return cls(**held | {"commits": commits, "cpu": tuple(held["cpu"])})


@dataclass(frozen=True)
class Ratio:
    """One way's rate over another's: of medians over the rounds, with the least and the greatest of a round."""

    way: str
    against: str
    kind: str
    least: float
    value: float
    most: float


def ratio(traces: Sequence[Trace], way: str, against: str, kind: str) -> Ratio | None:
    """None where either has no such rate."""
    own, other = _rates(traces, way, kind), _rates(traces, against, kind)
    if not own or not other:
        return None
    rounds = [one / two for one, two in zip(own, other, strict=False)]
    return Ratio(way, against, kind, min(rounds), median(own) / median(other), max(rounds))


def _rates(traces: Sequence[Trace], way: str, kind: str) -> list[float]:
    found = (getattr(trace, kind)() for trace in traces if trace.way == way)
    return [rate for rate in found if rate is not None]
