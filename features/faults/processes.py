"""A process to its whole tree: found, killed, paused, held to a file size.

A job's members keep sessions of their own (Java, Python's worker daemon), so its process group alone is not all of it.
"""

import contextlib
import os
import resource
import signal
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import psutil

GONE_DEADLINE_S = 30.0
PAUSE_S = 0.02
T = TypeVar("T")


def until(condition: Callable[[], T], deadline_s: float) -> T | None:
    """The condition's first truthy answer, or None once the deadline has passed."""
    end = time.monotonic() + deadline_s
    while True:
        if answer := condition():
            return answer
        if time.monotonic() >= end:
            return None
        time.sleep(PAUSE_S)  # between two looks at a condition


def until_at_once(condition: Callable[[], bool], deadline_s: float) -> bool:
    """Whether it came true; looked at without a pause, for what is over in a millisecond."""
    end = time.monotonic() + deadline_s
    while not (found := condition()) and time.monotonic() < end:
        pass
    return found


def tree(pid: int) -> list[psutil.Process]:
    """A process and everything below it, itself first; empty where it is gone."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def java(pid: int) -> psutil.Process | None:
    """The Java process that a driver has started."""
    return next((process for process in tree(pid)[1:] if name_of(process) == "java"), None)


def workers(pid: int) -> list[psutil.Process]:
    """The Python processes in which Spark runs tasks: below the daemon that Java starts."""
    below = java(pid)
    if below is None:
        return []
    daemons = [process for process in tree(below.pid)[1:] if parent_of(process) == below.pid]
    return [process for daemon in daemons for process in tree(daemon.pid)[1:]]


def name_of(process: psutil.Process) -> str:
    """Its name, empty where it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return str(process.name())
    return ""


def parent_of(process: psutil.Process) -> int:
    """Its parent's id, 0 where it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return int(process.ppid())
    return 0


def tell(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    """Send a signal to each that is still there; a process id that somebody else has got is left alone."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def gone(process: psutil.Process) -> bool:
    """Whether it runs no more; a zombie does not."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def kill(processes: list[psutil.Process]) -> None:
    """SIGKILL to all, at once as far as can be; AssertionError if one is still there at the deadline."""
    tell(processes, signal.SIGKILL)
    left = until(lambda: all(gone(process) for process in processes), GONE_DEADLINE_S)
    assert left, f"still running: {[process.pid for process in processes if not gone(process)]}"


def kill_myself(*, sparing_java: bool) -> None:
    """SIGKILL to this process and all it has started; never returns. Others are hit first: the last is oneself."""
    below = [] if sparing_java else tree(os.getpid())[1:]
    tell(below, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def limit_files(processes: Iterable[psutil.Process], size: int) -> None:
    """From now on none of them can make a file larger than `size` bytes: what a full disk is to a writer."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
