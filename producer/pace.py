"""How fast a run goes, and how it hears that it is to stop."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

BURST_S = 0.05


class Pace:
    """A token bucket on the monotonic clock: at most `rate` records a second, in bursts of a twentieth of a second."""

    def __init__(self, rate: float | None, now_s: float) -> None:
        self._rate = rate
        self._tokens = 1.0
        self._at_s = now_s

    @property
    def limited(self) -> bool:
        """Whether there is a rate to keep."""
        return self._rate is not None

    def due_s(self, now_s: float) -> float:
        """Seconds until the next record may go, 0 for now (and then the token is taken)."""
        if self._rate is None:
            return 0.0
        burst = max(1.0, self._rate * BURST_S)
        self._tokens = min(burst, self._tokens + (now_s - self._at_s) * self._rate)
        self._at_s = now_s
        if self._tokens > 1.0 - 1e-9:  # sums of floats may stay just below
            self._tokens -= 1.0
            return 0.0
        return (1.0 - self._tokens) / self._rate


@contextlib.contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """A question that is true once SIGINT or SIGTERM came; so that a run ends with its summary.

    A second signal acts as usual. Outside the main thread nothing is caught.
    """
    import signal
    import threading

    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped.is_set
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(*_: Any) -> None:
        stopped.set()
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, stop)
    try:
        yield stopped.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
