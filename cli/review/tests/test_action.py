"""The GitHub Action as it is written: what it may do, when it runs, and with whose rights."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.compiler import yaml_reader

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT / ".github/actions/contract-review"
ACTION = yaml_reader.read(HERE / "action.yml")
WORKFLOW = yaml_reader.read(ROOT / ".github/workflows/contract-review.yml")
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}


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
