"""The GitHub Action as it reports: comment, summary, annotations and verdict, with a `gh` that only takes notes."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cli.review.formats.markdown import MARKER

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT / ".github/actions/contract-review"
REPORT = f"{MARKER}\n\n## Contract review: breaking\n"
ANNOTATION = "::error file=contracts/a/v1.odcs.yaml,line=3::says\n"

FAKE_GH = f"""#!{sys.executable}
import json, os, pathlib, sys
calls = pathlib.Path(os.environ["CALLS"])
with calls.open("a") as file:
    given = sys.stdin.read() if "--input" in sys.argv else None
    file.write(json.dumps({{"arguments": sys.argv[1:], "given": given}}) + "\\n")
if os.environ.get("BROKEN"):
    sys.exit("HTTP 403: 100% refused\\n::warning::by GitHub")
print(os.environ["COMMENTS"] if "--paginate" in sys.argv else "{{}}")
"""


def program(file: Path, text: str) -> Path:
    """A program on the disk."""
    file.write_text(text, "utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


class Desk:
    """One run of the action's script with a `gh` that only notes what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.calls, self.summary = folder / "calls.jsonl", folder / "summary.md"
        (folder / "review").mkdir()
        program(folder / "gh", FAKE_GH)
        self.review = folder / "review"
        self.environment = {
            "PATH": f"{folder}:{os.environ['PATH']}",
            "CALLS": str(self.calls),
            "COMMENTS": "[]",
            "REVIEW": str(self.review),
            "STATUS": "1",
            "BOT": "github-actions[bot]",
            "GITHUB_REPOSITORY": "company/data",
            "HEAD_REPOSITORY": "company/data",
            "PULL_REQUEST": "7",
            "HEAD_SHA": "f" * 40,
            "GITHUB_SHA": "0" * 40,
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }

    def compared(self) -> None:
        """The comparison has left its reports."""
        (self.review / "review.md").write_text(REPORT, "utf-8")
        (self.review / "annotations.txt").write_text(ANNOTATION, "utf-8")

    def run(self, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The script as the action runs it."""
        return subprocess.run(
            [sys.executable, str(HERE / "report.py"), command],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def asked(self) -> list[tuple[str, str, str]]:
        """Method, path and body of every call that `gh` got."""
        lines = self.calls.read_text("utf-8").splitlines() if self.calls.exists() else []
        return [self._call(json.loads(line)) for line in lines]

    def _call(self, call: Mapping[str, Any]) -> tuple[str, str, str]:
        arguments = call["arguments"]
        path = next(word for word in arguments if word.startswith("repos/"))
        body = json.loads(call["given"])["body"] if call["given"] else ""
        return arguments[arguments.index("--method") + 1] if "--method" in arguments else "GET", path, body


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk of its own for each test."""
    return Desk(tmp_path)


def row(id_: int, login: str, body: str) -> dict[str, Any]:
    """One comment as GitHub lists it."""
    return {"id": id_, "user": {"login": login}, "body": body}


OTHERS = [
    row(1, "octocat", f"{MARKER}\nmine!"),
    row(2, "github-actions[bot]", f"quoting {MARKER}"),
    {"id": 3, "user": None, "body": None},
]
OURS = row(4, "github-actions[bot]", f"{MARKER}\nan older verdict")
LISTED = ("GET", "repos/company/data/issues/7/comments?per_page=100", "")


def test_a_comment_is_created_where_there_is_none_of_ours(desk: Desk) -> None:
    """Somebody else's comment with our marker, and our own without it in front, are left alone."""
    desk.compared()
    assert desk.run("comment", COMMENTS=json.dumps(OTHERS)).returncode == 0
    listed, (method, path, body) = desk.asked()
    assert listed == LISTED
    assert (method, path) == ("POST", "repos/company/data/issues/7/comments")
    assert body == f"{REPORT.strip()}\n\n_About commit {'f' * 40}._"


@pytest.mark.parametrize("pages", ["{}{}", "{}\n{}"])
def test_our_comment_is_updated(desk: Desk, pages: str) -> None:
    """Found on any page, however `gh` writes several pages."""
    desk.compared()
    comments = pages.format(json.dumps(OTHERS), json.dumps([OURS]))
    assert desk.run("comment", COMMENTS=comments).returncode == 0
    assert [call[:2] for call in desk.asked()] == [LISTED[:2], ("PATCH", "repos/company/data/issues/comments/4")]


@pytest.mark.parametrize("head", ["stranger/data", ""])
def test_a_fork_gets_no_comment(desk: Desk, head: str) -> None:
    """Nothing is asked of GitHub, not even if the fork is gone; summary and annotations are there."""
    desk.compared()
    assert desk.run("comment", HEAD_REPOSITORY=head).returncode == 0
    assert desk.asked() == []
    assert desk.run("summary", HEAD_REPOSITORY=head).stdout == ANNOTATION
    assert REPORT.strip() in desk.summary.read_text("utf-8")


@pytest.mark.parametrize(("status", "reported"), [("2", True), ("137", True), ("", True), ("0", False), ("1", False)])
def test_a_comparison_that_did_not_run_is_said_and_red(desk: Desk, status: str, reported: bool) -> None:
    """Wrong use, a crash, no status or no report: the older verdict is replaced, and the check fails with 2."""
    if reported:
        desk.compared()
    assert desk.run("comment", COMMENTS=json.dumps([OURS]), STATUS=status).returncode == 0
    assert "could not compare" in desk.asked()[-1][2]
    assert desk.asked()[-1][0] == "PATCH"
    assert desk.run("summary", STATUS=status).stdout.startswith(
        "::error title=contract review::The contracts could not"
    )
    assert "could not compare" in desk.summary.read_text("utf-8")
    assert desk.run("verdict", STATUS=status).returncode == 2


@pytest.mark.parametrize("status", ["0", "1"])
def test_the_check_has_the_exit_code_of_the_comparison(desk: Desk, status: str) -> None:
    """Green only where nothing is above the bar."""
    desk.compared()
    assert desk.run("verdict", STATUS=status).returncode == int(status)


def test_a_comment_that_cannot_be_written_is_red(desk: Desk) -> None:
    """An older verdict would stay up; what GitHub answered is data, not a command."""
    desk.compared()
    done = desk.run("comment", BROKEN="1")
    assert done.returncode == 1
    assert done.stdout.count("\n") == 1
    assert "HTTP 403: 100%25 refused%0A::warning::by GitHub" in done.stdout


def test_a_report_too_long_for_a_comment_says_where_it_is(desk: Desk) -> None:
    """GitHub would refuse it, and the older verdict would stay."""
    desk.compared()
    (desk.review / "review.md").write_text(f"{REPORT}{'x' * 70_000}", "utf-8")
    assert desk.run("comment").returncode == 0
    assert desk.asked()[-1][2] == f"{MARKER}\n\nThe report is too long for a comment: see the job summary."
