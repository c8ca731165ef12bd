"""What pytest leaves of a run, in runs of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli.adr import outcomes

ROOT = Path(__file__).parents[3]
SUITE = """\
import pytest

@pytest.mark.parametrize("n", [1, 2])
def test_right(n): assert n

def test_wrong(): assert False

@pytest.mark.skip
def test_left(): ...

@pytest.fixture
def broken():
    yield
    raise OSError

def test_torn(broken): ...
"""
FEATURE = """\
Feature: Milk
  Scenario: it stays fresh
    Given milk

  Scenario Outline: it lasts <n> days
    Given milk of <n> days

    Examples:
      | n |
      | 9 |
      | 1 |
"""
STEPS = """\
from pytest_bdd import given, scenarios
scenarios("milk.feature")

@given("milk")
@given("milk of 1 days")
def _(): ...
"""


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_run_leaves_what_came_of_each_test(tmp_path: Path, workers: str) -> None:
    """One outcome a test, with or without workers; scenarios go by their feature too; a torn teardown is a failure."""
    for name, text in {"test_a.py": SUITE, "f/milk.feature": FEATURE, "f/test_f.py": STEPS}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "cli.adr.recording",
        "-n",
        workers,
        "--rootdir",
        str(tmp_path),
    ]
    done = subprocess.run(
        [*command, str(tmp_path)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    left = outcomes.read(tmp_path / outcomes.FOLDER)
    assert left == {
        "test_a.py::test_right[1]": "passed",
        "test_a.py::test_right[2]": "passed",
        "test_a.py::test_wrong": "failed",
        "test_a.py::test_left": "skipped",
        "test_a.py::test_torn": "failed",
        "f/test_f.py::test_it_stays_fresh": "passed",
        "f/milk.feature::it stays fresh": "passed",
        "f/test_f.py::test_it_lasts_n_days[1]": "passed",
        "f/test_f.py::test_it_lasts_n_days[9]": "failed",
        "f/milk.feature::it lasts <n> days[1]": "passed",
        "f/milk.feature::it lasts <n> days[9]": "failed",
    }, done.stdout + done.stderr
    assert sorted(outcomes.of(left, "f/milk.feature::it lasts <n> days")) == ["failed", "passed"]


def test_the_newest_outcome_of_a_test_counts(tmp_path: Path) -> None:
    """Mended and run again, by whichever process, it has passed; a line that was half written is passed over."""
    (tmp_path / "0.jsonl").write_text('{"at": 2e10, "test": "test_a.py::test_one", "outcome": "passed"}\n', "utf-8")
    outcomes.record(("test_a.py::test_one",), "failed", tmp_path)
    with (tmp_path / "0.jsonl").open("a") as file:
        file.write('{"at": 1')
    assert outcomes.read(tmp_path) == {"test_a.py::test_one": "passed"}
    assert outcomes.read(tmp_path / "nothing") == {}
