"""A process and all below it: started apart from the terminal, watched, and gone when it is no longer wanted.

Children are started in sessions of their own, so that Ctrl-C reaches the benchmark alone, which then stops them.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import psutil

LOOK_S = 0.5
END_S = 20.0  # a process that was asked to end is killed after that


class Tree:
    """Memory and CPU time of a process and all below it, looked at twice a second.

    `peak_mb` is the largest sum seen, in megabytes. Memory is the resident set (RSS), in which pages that forked
    workers share count once for each; with `shared_once` it is the proportional set (PSS), which shares them out. CPU
    time of a process that ended between two looks is lost but for what was seen of it: half a second at most.
    """

    def __init__(self, pid: int, *, shared_once: bool = False) -> None:
        self.peak_mb = 0.0
        self._top = psutil.Process(pid)
        self._shared_once = shared_once
        self._cpu_s: dict[psutil.Process, float] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def cpu_s(self) -> float:
        """CPU seconds of the whole tree up to now, those of its ended processes included."""
        self._look(memory=False)
        with self._lock:
            return sum(self._cpu_s.values())

    def end(self) -> None:
        """No more looks."""
        self._over.set()
        self._thread.join()

    def kill(self) -> None:
        """End what is left of the tree, processes whose parent has ended included."""
        self._look(memory=False)
        with self._lock:
            left = [one for one in self._cpu_s if one.is_running()]
        for one in left:
            with contextlib.suppress(psutil.Error):
                one.terminate()
        for one in psutil.wait_procs(left, END_S)[1]:
            with contextlib.suppress(psutil.Error):
                one.kill()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_S):
            self._look(memory=True)

    def _look(self, *, memory: bool) -> None:
        try:
            found = [self._top, *self._top.children(recursive=True)]
        except psutil.Error:
            return
        held = 0.0
        for one in found:
            with contextlib.suppress(psutil.Error):
                times = one.cpu_times()
                with self._lock:
                    self._cpu_s[one] = times.user + times.system
                if memory:
                    held += self._memory(one)
        self.peak_mb = max(self.peak_mb, held / 1e6)

    def _memory(self, one: psutil.Process) -> float:
        if self._shared_once:
            return float(getattr(one.memory_full_info(), "pss", 0) or one.memory_info().rss)  # PSS is Linux's alone
        return float(one.memory_info().rss)


@contextlib.contextmanager
def started(
    words: Sequence[Any],
    environment: Mapping[str, str],
    *,
    log: IO[bytes],
    talks: bool = False,
    shared_once: bool = False,
) -> Iterator[tuple[subprocess.Popen[bytes], Tree]]:
    """A process whose output can be read; stderr goes to `log`. On the way out what still runs of it is ended.

    `talks` gives it a pipe as its input.
    """
    process = subprocess.Popen(
        list(map(str, words)),
        stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        env=dict(environment),
        start_new_session=True,
    )
    tree = Tree(process.pid, shared_once=shared_once)
    try:
        yield process, tree
    finally:
        tree.end()
        if process.poll() is None:
            tree.kill()
        process.wait(END_S)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
