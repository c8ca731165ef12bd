"""What runs, what is kept, and what goes on although something failed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks import machine
from benchmarks.tests.samples import MACHINE, bench, room, study


class Counted:
    """What parts find, and which were measured."""

    def __init__(self, **found: Any) -> None:
        self.found = found
        self.ran: list[str] = []

    def __call__(self, part: str) -> Any:
        """An exception that is found is raised."""
        self.ran.append(part)
        found = self.found.get(part.replace("-", "_"), 6.5)
        if isinstance(found, BaseException):
            raise found
        return found


def test_what_is_finished_is_not_run_again(tmp_path: Path) -> None:
    """An interrupted bench goes on with the part it was at, and has the figures of all."""
    measured = Counted(a_2=KeyboardInterrupt())
    first = bench(tmp_path, study("s", measured))
    with pytest.raises(KeyboardInterrupt):
        first.run(room(tmp_path))
    measured.found.clear()
    told: list[str] = []
    second = bench(tmp_path, study("s", measured), told=told)
    second.run(room(tmp_path))
    assert measured.ran == ["a-1", "a-2", "a-2", "b-1"]
    assert told[0] == "[1/3] s a-1: kept"
    assert second.results(MACHINE)["figures"][0]["samples"] == (6.5, 6.5)


def test_parts_of_other_code_are_measured_again(tmp_path: Path) -> None:
    """A figure is never made of two states of the code."""
    measured, told = Counted(), list[str]()
    bench(tmp_path, study("s", measured)).run(room(tmp_path))
    changed = bench(tmp_path, study("s", measured), fingerprint="f2", told=told)
    assert changed.results(MACHINE)["missing"] == ["s a-1", "s a-2", "s b-1"]
    changed.run(room(tmp_path))
    assert len(measured.ran) == 6
    assert "measured with other code before" in told[0]


def test_a_part_that_was_half_written_is_measured_again(tmp_path: Path) -> None:
    """What can't be read counts as not there."""
    measured = Counted()
    made = bench(tmp_path, study("s", measured))
    made.run(room(tmp_path))
    (tmp_path / "s" / "a-2.json").write_text('{"found": ')
    made.run(room(tmp_path))
    assert measured.ran == ["a-1", "a-2", "b-1", "a-2"]


@pytest.mark.parametrize("error", [SystemExit("the job ended"), ValueError("the job ended")])
def test_a_failure_is_told_and_stops_nothing_else(tmp_path: Path, error: BaseException) -> None:
    """The rest of its group is left out; the other group and the other study are measured."""
    measured, other = Counted(a_1=error), Counted()
    made = bench(tmp_path, study("s", measured), study("t", other))
    made.run(room(tmp_path))
    results = made.results(MACHINE)
    assert measured.ran == ["a-1", "b-1"]
    assert results["failed"] == {"s: a": "a-1: the job ended"}
    assert results["missing"] == ["s a-1", "s a-2"]
    assert [figure["name"] for figure in results["figures"]] == ["t"]


def test_a_part_says_what_it_was_measured_with(tmp_path: Path) -> None:
    """Revision, fingerprint, moment, seconds and load are kept with it."""
    made = bench(tmp_path, study("s", Counted()))
    made.run(room(tmp_path))
    kept = json.loads((tmp_path / "s" / "a-1.json").read_text())
    assert (kept["revision"], kept["fingerprint"], kept["found"]) == ("v1", "f1", 6.5)
    assert {"at", "seconds", "load_before"} <= kept.keys()


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command with made-up studies: a function of what they find, and the words, to its exit code."""

    def run(measured: Counted, *words: str) -> int:
        monkeypatch.setattr(command, "STUDIES", (study("s", measured),))
        monkeypatch.setattr(machine, "described", lambda: MACHINE)
        monkeypatch.setattr(command, "RESULTS", tmp_path / "results")
        return command.main([*words, "--folder", str(tmp_path / "bench")])

    monkeypatch.setenv("PYTHONPATH", "")
    return run


def test_the_command_prints_the_table_and_keeps_the_results(
    asked: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missed target is no error; results lie in the folder, and with --write beside the benchmarks, with a page."""
    assert asked(Counted(a_1=1.0, a_2=1.0), "--write") == 0
    assert "≥ 5.00: missed by 4.00" in capsys.readouterr().out
    results = json.loads((tmp_path / "bench" / "results.json").read_text())
    assert results == json.loads((tmp_path / "results" / "speed.json").read_text())
    assert "what s is" in (tmp_path / "results" / "speed.html").read_text("utf-8")


def test_results_hold_what_was_measured_before(asked: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With --only one study runs, and the others that are kept stand beside it."""
    assert asked(Counted()) == 0
    monkeypatch.setattr(command, "STUDIES", (study("s", Counted()), study("t", Counted())))
    assert command.main(["--only", "t", "--folder", str(tmp_path / "bench")]) == 0
    results = json.loads((tmp_path / "bench" / "results.json").read_text())
    assert [figure["name"] for figure in results["figures"]] == ["s", "t"]


def test_a_new_figure_needs_no_new_measurement(asked: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`figures` makes them of the parts that results keep, and the page of them; what was measured stays as it was."""
    assert asked(Counted(), "--write") == 0
    speed = tmp_path / "results" / "speed.json"
    before = json.loads(speed.read_text())
    more = study("s", Counted())
    doubled = replace(more, figures=lambda found, sizes: [replace(more.figures(found, sizes)[0], name="other")])
    monkeypatch.setattr(command, "STUDIES", (doubled,))
    assert command.main(["figures", "--from", str(speed)]) == 0
    after = json.loads(speed.read_text())
    assert [figure["name"] for figure in after.pop("figures")] == ["other"]
    assert after == {key: value for key, value in before.items() if key != "figures"}
    assert "what s is" in (tmp_path / "results" / "speed.html").read_text("utf-8")


def test_the_command_ends_with_1_where_a_figure_failed(asked: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """It says which, and why."""
    assert asked(Counted(b_1=SystemExit("no broker"))) == 1
    assert "failed  s: b: b-1: no broker" in capsys.readouterr().out


def test_an_interrupted_command_says_how_to_go_on(asked: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 130; --list then counts what is kept, --anew forgets it."""
    measured = Counted(a_2=KeyboardInterrupt())
    assert asked(measured) == 130
    assert "run the same command again to go on" in capsys.readouterr().err
    assert asked(measured, "--list") == 0
    assert "1 of 3 parts kept" in capsys.readouterr().out
    measured.found.clear()
    assert asked(measured, "--anew") == 0
    assert measured.ran == ["a-1", "a-2", "a-1", "a-2", "b-1"]


@pytest.mark.parametrize("words", [["--scale", "0"], ["--scale", "2"], ["--only", "nothing"]])
def test_wrong_use_ends_with_2(asked: Any, words: list[str]) -> None:
    """argparse says what is known."""
    with pytest.raises(SystemExit) as ended:
        asked(Counted(), *words)
    assert ended.value.code == 2
