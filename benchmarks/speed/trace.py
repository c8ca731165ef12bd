"""What a way says of its run, and the rates that follow: plain values, nothing of how they were come by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

FROM = 0.2  # the slope begins where a fifth of the events are committed


@dataclass(frozen=True)
class Trace:
    """One run of one way. `commits` are (records committed so far, seconds since the process began), ascending."""

    way: str
    events: int
    seconds: float
    commits: tuple[tuple[int, float], ...]
    peak_mb: float

    def whole(self) -> float:
        """Events a second from the start of the process to its end."""
        return self.events / self.seconds

    def steady(self) -> float | None:
        """Events a second between the first commit at or after a fifth of the events and the last; None for too few."""
        later = [(count, at) for count, at in self.commits if count >= FROM * self.events]
        if len(later) < 2 or later[-1][1] <= later[0][1]:
            return None
        return (later[-1][0] - later[0][0]) / (later[-1][1] - later[0][1])

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"whole": self.whole(), "steady": self.steady()}


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
