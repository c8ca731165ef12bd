"""One writer at a time, and a survivor that notices it is no longer the one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.errors import MachineError
from runtime.lease import Lease

HOLD = """
import sys, pathlib
sys.path.insert(0, sys.argv[2])
from runtime.lease import Lease
with Lease.acquire(pathlib.Path(sys.argv[1]), "process"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_numbers_only_grow(tmp_path: Path) -> None:
    """Each taking of the lease gets a higher number, also after a release."""
    numbers = []
    for _ in range(3):
        with Lease.acquire(tmp_path / "lease", "process") as lease:
            lease.check()
            numbers.append(lease.number)
    assert numbers == [1, 2, 3]


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    """While one holds the lease, another gets its pid, owner and start, and what to do."""
    with Lease.acquire(tmp_path / "lease", "process"), pytest.raises(MachineError) as caught:
        Lease.acquire(tmp_path / "lease", "erase")
    assert f"written by pid {os.getpid()} (process, since 2" in caught.value.what
    assert f"kill {os.getpid()}" in caught.value.remedy


def test_a_survivor_of_its_command_finds_a_higher_number(tmp_path: Path) -> None:
    """Once another has taken the lease, the old holder's check fails, and so does that of a released one."""
    old = Lease.acquire(tmp_path / "lease", "process")
    old.release()
    with Lease.acquire(tmp_path / "lease", "replay") as new:
        new.check()
        with pytest.raises(MachineError, match="number 1, now 2"):
            old.check()


def test_a_removed_file_is_no_lease(tmp_path: Path) -> None:
    """If the file goes away under a writer, its check fails rather than guess."""
    with Lease.acquire(tmp_path / "lease", "process") as lease:
        (tmp_path / "lease").unlink()
        with pytest.raises(MachineError, match="no longer holds"):
            lease.check()


def test_an_unreadable_file_does_not_restart_the_numbers(tmp_path: Path) -> None:
    """Numbers that started again at 1 would let an old writer through."""
    (tmp_path / "lease").write_text("{half")
    with pytest.raises(MachineError, match="can't be read"):
        Lease.acquire(tmp_path / "lease", "process")


def test_a_killed_holder_frees_the_lease(tmp_path: Path) -> None:
    """After kill -9 of the holder the next writer gets the lease, with a higher number."""
    path, root = tmp_path / "lease", Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(MachineError, match=f"pid {holder.pid}"):
            Lease.acquire(path, "replay")
        holder.kill()
        holder.wait(10)
    with Lease.acquire(path, "replay") as lease:
        assert lease.number == 2
