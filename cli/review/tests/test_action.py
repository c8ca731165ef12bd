"""The GitHub Action: what it may do, what it runs, and what it writes where."""

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cli.review.formats.markdown import MARKER
from contracts.compiler import yaml_reader

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT / ".github/actions/contract-review"
ACTION = yaml_reader.read(HERE / "action.yml")
WORKFLOW = yaml_reader.read(ROOT / ".github/workflows/contract-review.yml")
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}
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


def scripts(value: Any) -> Iterator[str]:
    """Every `run:` at any depth."""
    if isinstance(value, dict):
        yield from (text for name, text in value.items() if name == "run")
        yield from (text for member in value.values() for text in scripts(member))
    if isinstance(value, list):
        yield from (text for member in value for text in scripts(member))


def test_no_script_holds_text_from_outside() -> None:
    """No expression is written into any script of any workflow: what it needs comes through the environment."""
    files = [*ROOT.glob(".github/workflows/*.yml"), HERE / "action.yml"]
    found = [script for file in files for script in scripts(yaml_reader.read(file))]
    assert len(found) >= 5
    assert [script for script in found if "${{" in script] == []


def test_the_workflow_runs_with_the_rights_of_the_pull_request() -> None:
    """On `pull_request` alone, for the contracts and the action; it may read the code and write comments, no more."""
    assert list(WORKFLOW["on"]) == ["pull_request"]
    assert "contracts/**" in WORKFLOW["on"]["pull_request"]["paths"]
    assert WORKFLOW["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert all("permissions" not in job for job in WORKFLOW["jobs"].values())
    for file in ROOT.glob(".github/**/*.yml"):
        assert "pull_request_target" not in file.read_text("utf-8")


def test_the_workflow_has_the_whole_history_and_one_run_per_pull_request() -> None:
    """A published version is found in it; an older run never writes over a newer one."""
    checkout = WORKFLOW["jobs"]["review"]["steps"][0]
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}
    assert "github.event.pull_request.number" in WORKFLOW["concurrency"]["group"]
    assert WORKFLOW["concurrency"]["cancel-in-progress"] is True


def test_a_comment_is_tried_only_where_the_token_may_write() -> None:
    """On a pull request whose branch is in this repository; whether or not the comparison ran."""
    asked = " ".join(STEPS["Comment"]["if"].split())
    assert asked == (
        "${{ !cancelled() && github.event_name == 'pull_request' "
        "&& github.event.pull_request.head.repo.full_name == github.repository }}"
    )
    assert {name for name, step in STEPS.items() if step.get("if") == "${{ !cancelled() }}"} == {
        "Summary and annotations",
        "Verdict",
    }


def test_the_token_goes_to_the_comment_alone() -> None:
    """No other step can write."""
    assert [name for name, step in STEPS.items() if "GH_TOKEN" in step.get("env", {})] == ["Comment"]
    assert list(STEPS) == ["Install", "Compare", "Summary and annotations", "Comment", "Verdict"]


def test_actions_are_those_of_github_and_pinned() -> None:
    """As everywhere else in the project, to a major version."""
    steps = [*ACTION["runs"]["steps"], *WORKFLOW["jobs"]["review"]["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert [
        name for name in used if not re.fullmatch(r"actions/[a-z-]+@v\d+|\./\.github/actions/contract-review", name)
    ] == []
