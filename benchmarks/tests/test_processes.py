"""Processes of a benchmark: gone when they are no longer wanted, and their CPU time known."""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import psutil
import pytest

from benchmarks.speed import runs
from benchmarks.speed.processes import started
from benchmarks.speed.topic import Topic

FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""
BUSY = "import time\nend = time.process_time() + 1.5\nwhile time.process_time() < end: pass\nprint(1)\n"


@pytest.fixture
def log(tmp_path: Path) -> IO[bytes]:
    """A file for what processes complain."""
    return (tmp_path / "log").open("wb")


def test_an_interruption_leaves_no_process_behind(log: IO[bytes]) -> None:
    """Children in sessions of their own are ended too."""
    with (
        pytest.raises(KeyboardInterrupt),
        started([sys.executable, "-c", FAMILY], os.environ, log=log) as (process, _),
    ):
        assert process.stdout is not None
        child = psutil.Process(int(process.stdout.readline()))
        raise KeyboardInterrupt
    assert process.poll() is not None
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_cpu_time_is_that_of_the_whole_tree(log: IO[bytes]) -> None:
    """A child's work counts, while it runs and after it."""
    words = [sys.executable, "-c", f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY!r}])\ninput()"]
    with started(words, os.environ, log=log, talks=True) as (process, tree):
        assert process.stdout is not None
        process.stdout.readline()
        assert tree.cpu_s() >= 0.7  # looks come every half a second
        assert tree.peak_mb > 1


def test_a_way_that_reads_too_little_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No rate is made of half a topic."""
    made = subprocess.Popen([sys.executable, "-c", 'print(\'{"records": 7, "at": 1.0}\')'], stdout=subprocess.PIPE)

    class Held:
        """Stands in for `started`."""

        def __enter__(self) -> tuple[subprocess.Popen[bytes], object]:
            class Tree:
                peak_mb = 1.0
                cpu_s = staticmethod(lambda: 1.0)

            return made, Tree()

        def __exit__(self, *_: object) -> None:
            made.wait()

    monkeypatch.setattr(runs, "started", lambda *_, **__: Held())
    with pytest.raises(SystemExit, match="read 7 records of 8"):
        runs.run("copy", Topic("nowhere", 8, {}), tmp_path / "run", 100)
