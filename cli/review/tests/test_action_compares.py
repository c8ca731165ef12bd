"""The GitHub Action as it compares: with which commit, for which reports, and that what it prints is no command."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from cli.review.formats.markdown import MARKER

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT / ".github/actions/contract-review"
REPORT = f"{MARKER}\n\n## Contract review: breaking\n"
FAKE_TICKETS = """#!/usr/bin/env bash
echo "$*" > "$CALLS"; pwd >> "$CALLS"; echo "$TICKETS_CONTRACTS" >> "$CALLS"
echo "::error::from a contract"
exit "$CODE"
"""


def program(file: Path, text: str) -> Path:
    """A program on the disk."""
    file.write_text(text, "utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def git(folder: Path, *arguments: str) -> str:
    """What git says."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def merge(tmp_path: Path) -> Path:
    """A checkout as GitHub makes it for a pull request: the head merged onto a base branch that has moved on."""
    folder = tmp_path / "checkout"
    git(tmp_path, "init", "-q", "-b", "main", str(folder))
    for name in ("start", "moved on"):
        git(folder, "commit", "-q", "--allow-empty", "-m", name)
    git(folder, "checkout", "-q", "-b", "topic", "HEAD~1")
    git(folder, "commit", "-q", "--allow-empty", "-m", "topic")
    git(folder, "checkout", "-q", "--detach", "main")
    git(folder, "merge", "-q", "--no-ff", "-m", "trial", "topic")
    return folder


def compare(merge: Path, tmp_path: Path, code: int, **environment: str) -> tuple[list[str], str, str]:
    """What the command was called with, what was printed, and the step's outputs."""
    told = {
        "PATH": os.environ["PATH"],
        "TICKETS": str(program(tmp_path / "tickets", FAKE_TICKETS)),
        "CALLS": str(tmp_path / "called"),
        "CODE": str(code),
        "TICKETS_CONTRACTS": "contracts",
        "AGAINST": "",
        "FAIL_ON": "unproven",
        "BASE_SHA": git(merge, "rev-parse", "main~1"),
        "HEAD_SHA": git(merge, "rev-parse", "topic"),
        "REVIEW": str(tmp_path / "review"),
        "GITHUB_ACTION_PATH": str(HERE),
        "GITHUB_OUTPUT": str(tmp_path / "outputs"),
    }
    done = subprocess.run(
        ["bash", str(HERE / "compare.sh")],
        cwd=merge,
        env=told | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return (tmp_path / "called").read_text("utf-8").splitlines(), done.stdout, (tmp_path / "outputs").read_text("utf-8")


@pytest.mark.parametrize("code", [0, 1, 2, 139])
def test_the_comparison_runs_once_for_all_reports(merge: Path, tmp_path: Path, code: int) -> None:
    """In the checkout, against the commit the request would be merged onto; its exit code is the step's output."""
    called, _, outputs = compare(merge, tmp_path, code)
    assert called[0].startswith(
        f"contracts diff --against {git(merge, 'rev-parse', 'main')} --fail-on unproven --format "
    )
    assert re.findall(r"--format (\w+) --output \S+/(\S+)", called[0]) == [
        ("markdown", "review.md"),
        ("github", "annotations.txt"),
        ("json", "review.json"),
        ("html", "review.html"),
    ]
    assert called[1:] == [str(merge), "contracts"]
    assert outputs == f"status={code}\n"


def test_what_to_compare_with_can_be_said_or_comes_from_the_event(merge: Path, tmp_path: Path) -> None:
    """A ref that was named comes first; where nothing was merged, the base of the event."""
    assert "--against v1.0 " in compare(merge, tmp_path, 0, AGAINST="v1.0")[0][0]
    git(merge, "checkout", "-q", "topic")
    assert f"--against {git(merge, 'rev-parse', 'main~1')} " in compare(merge, tmp_path, 0)[0][0]


def test_what_the_command_prints_is_no_command_to_the_runner(merge: Path, tmp_path: Path) -> None:
    """Commands are stopped with a word that nobody can guess, and go on after it."""
    lines = compare(merge, tmp_path, 0)[1].splitlines()
    stopped = re.fullmatch(r"::stop-commands::(contract-review-[0-9a-f]{32})", lines[0])
    assert stopped
    assert lines[-1] == f"::{stopped[1]}::"
    assert "::error::from a contract" in lines[1:-1]
    assert compare(merge, tmp_path, 0)[1].splitlines()[0] != lines[0]


def test_an_older_report_is_removed(merge: Path, tmp_path: Path) -> None:
    """On a runner that is used again, it would be taken for this one's."""
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / "review.md").write_text(REPORT, "utf-8")
    compare(merge, tmp_path, 2)
    assert list((tmp_path / "review").iterdir()) == []
