"""What is done to the product from inside: every function that is named exists, and kills come when they should."""

import signal
import subprocess
import sys

import pytest

from features.faults import launch, processes, sabotage
from features.faults.points import POINTS, Point, resolve

pytestmark = pytest.mark.slow  # `make check` leaves the features out; they are quick


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_a_named_point_is_there(point: Point) -> None:
    """A function of the product that moved or was renamed fails here, and is mended in points.py."""
    assert callable(resolve(point.module, point.function)[2])


@pytest.mark.parametrize("name", sabotage.SABOTAGES)
def test_what_is_sabotaged_is_there(name: str) -> None:
    """The same for sabotage.py."""
    for module, function, _ in sabotage.SABOTAGES[name]:
        assert callable(resolve(module, function)[2])


@pytest.mark.parametrize(("module", "function"), [("processing.nowhere", "f"), ("processing.ledger", "nothing")])
def test_a_name_that_is_not_there_is_told(module: str, function: str) -> None:
    """Nothing is tested then, and nobody may think otherwise."""
    with pytest.raises(SystemExit, match="which does not exist"):
        resolve(module, function)


@pytest.mark.parametrize(("when", "done"), [("before", [1]), ("after", [1, 2])])
def test_the_nth_call_is_deadly(when: str, done: list[int]) -> None:
    """Before it or after it; the calls before are as they were."""
    calls: list[int] = []

    class DeadError(Exception):
        pass

    def die() -> None:
        raise DeadError

    def work(number: int) -> int:
        calls.append(number)
        return number

    wrapped = launch.deadly(work, when, 2, die)
    assert wrapped(1) == 1
    with pytest.raises(DeadError):
        wrapped(2)
    assert calls == done


def test_a_killed_process_takes_along_what_it_started() -> None:
    """Children with sessions of their own too."""
    code = (
        "import subprocess, sys\n"
        "from features.faults import processes\n"
        "child = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
        "print(child.pid, flush=True)\n"
        "processes.kill_myself(sparing_java=False)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.returncode == -signal.SIGKILL
    left = processes.tree(int(done.stdout))
    assert processes.until(lambda: all(processes.gone(process) for process in left), 10)


def test_a_whole_tree_is_found_and_killed() -> None:
    """From outside, by its root."""
    root = subprocess.Popen(["sh", "-c", "setsid sleep 60 & sleep 60"], start_new_session=True)
    found = processes.until(lambda: tree if len(tree := processes.tree(root.pid)) == 3 else None, 10)
    assert found is not None
    processes.kill(found)
    assert root.wait(10) == -signal.SIGKILL
