"""Outcomes of batches to whether too many records are refused: a word when it begins and ends, a stop where asked."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from processing.errors import ProcessingError

ENOUGH = 100  # records below which a share says nothing
WINDOW = 10_000  # records that a share is taken over, in whole batches


class FloodError(ProcessingError):
    """More records are refused than the run allows; the batch that showed it was not committed."""


@dataclass
class Watch:
    """The share of rejected records in the newest WINDOW ones. `alert_at` and `stop_at` are shares, None for never."""

    alert_at: float | None
    stop_at: float | None
    alerted: bool = field(default=False, init=False)
    _recent: deque[tuple[int, int]] = field(default_factory=deque, init=False)

    def see(self, outcomes: Mapping[str, int]) -> float | None:
        """Count a batch before it is committed: the share, None while there are too few records to tell.

        FloodError where it is above `stop_at`.
        """
        self._recent.append((sum(outcomes.values()), outcomes.get("rejected", 0)))
        while sum(total for total, _ in self._recent) - self._recent[0][0] >= WINDOW:
            self._recent.popleft()
        total, rejected = (sum(column) for column in zip(*self._recent, strict=True))
        if total < ENOUGH:
            return None
        share: float = rejected / total
        if self.stop_at is not None and share > self.stop_at:
            raise FloodError(
                f"{rejected} of the last {total} records are rejected ({share:.0%}; allowed are {self.stop_at:.0%})",
                "The batch was not committed and nothing of it is published. Look at what is sent, or correct the "
                "contract; then run again, with a higher --max-rejected if it is meant to be so.",
            )
        return share

    def turned(self, share: float | None) -> bool:
        """Whether this share begins or ends an alert; `alerted` then tells which."""
        over = share is not None and self.alert_at is not None and share > self.alert_at
        changed, self.alerted = over != self.alerted, over
        return changed
