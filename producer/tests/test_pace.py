"""How fast a run goes, and how it hears that it is to stop."""

import os
import signal

from producer.pace import Pace, interruptible


def test_pace() -> None:
    """A rate is kept over time, in bursts of at most a slice."""
    pace, sent, now_s = Pace(1000.0, 0.0), 0, 0.0
    while now_s < 1.0:
        due_s = pace.due_s(now_s)
        sent += due_s == 0
        now_s += due_s
    assert 990 <= sent <= 1060
    assert Pace(None, 0.0).due_s(0.0) == 0


def test_a_stop_is_heard() -> None:
    """The first signal asks the run to stop, and what was installed before is back afterwards."""
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as stopped:
        assert not stopped()
        os.kill(os.getpid(), signal.SIGINT)
        assert stopped()
    assert signal.getsignal(signal.SIGINT) is before
