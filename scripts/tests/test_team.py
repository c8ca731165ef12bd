"""Dev container, issue forms, pull request template: valid, and what they name is there."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.compiler.catalogue import HOME, Catalogue

ROOT = Path(__file__).resolve().parents[2]
CONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
DOCKERFILE = (ROOT / ".devcontainer" / "Dockerfile").read_text("utf-8")
PAGE = (ROOT / "docs" / "editor.md").read_text("utf-8")
TEMPLATE = ROOT / ".github" / "pull_request_template.md"
FOLDER = ROOT / ".github" / "ISSUE_TEMPLATE"
FORMS = sorted(file for file in FOLDER.glob("*.yml") if file.name != "config.yml")
TEXTS = [*FORMS, TEMPLATE]
KINDS = {
    "markdown": {"value"},
    "input": {"label", "description", "placeholder", "value"},
    "textarea": {"label", "description", "placeholder", "value", "render"},
    "dropdown": {"label", "description", "options", "multiple", "default"},
    "checkboxes": {"label", "description", "options"},
}
"""What GitHub's documentation allows as attributes of each element of a form."""
DEFAULT_LABELS = {
    "bug", "documentation", "duplicate", "enhancement", "good first issue", "help wanted", "invalid", "question",
    "wontfix",
}  # fmt: skip


def programs(command: str) -> list[list[str]]:
    """The single commands of a shell line."""
    return [part.split() for part in re.split(r"&&|;", command)]


def test_the_container_runs_commands_that_are_there() -> None:
    """Each target of make and each program that it starts exists, and so does its Dockerfile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    started = programs(CONTAINER["postCreateCommand"])
    assert ["make", "setup-dev"] in started
    for program, *words in started:
        if program == "make":
            assert set(words) <= targets
        else:
            assert program in (".venv/bin/pre-commit", ".venv/bin/tickets")
    assert (ROOT / ".devcontainer" / CONTAINER["build"]["dockerfile"]).is_file()
    assert CONTAINER["remoteUser"] in DOCKERFILE


def test_the_container_has_what_the_checks_need() -> None:
    """Python and Java are those that the project supports, from packages of Debian 12."""
    assert "debian:12" in DOCKERFILE
    block = re.search(r"recommends \\\n(.*?)&& rm", DOCKERFILE, re.DOTALL)
    assert block is not None
    installed = set(block[1].replace("\\", "").split())
    assert {"python3", "python3-venv", "openjdk-17-jdk-headless", "git", "make", "prometheus"} <= installed
    cache = shutil.which("apt-cache")
    release = Path("/etc/debian_version")
    if cache and release.is_file() and release.read_text().startswith("12."):
        found = subprocess.run([cache, "policy", *sorted(installed)], capture_output=True, text=True, check=True).stdout
        known = set(re.findall(r"^(\S+):$", found, re.MULTILINE))
        if "openjdk-17-jdk-headless" in known:  # else the lists were never fetched on this machine
            assert installed <= known


@pytest.mark.parametrize("file", FORMS, ids=lambda file: file.stem)
def test_forms_are_as_github_reads_them(file: Path) -> None:
    """Names, labels and elements are there, ids are unique, and nothing stands where it would be ignored."""
    form: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    assert {"name", "description", "body"} <= form.keys() <= {"name", "description", "title", "labels", "body"}
    ids = [element["id"] for element in form["body"] if element["type"] != "markdown"]
    assert len(ids) == len(set(ids)) > 2
    for element in form["body"]:
        assert element.keys() <= {"type", "id", "attributes", "validations"}
        assert element["attributes"].keys() <= KINDS[element["type"]]
        assert element["type"] == "markdown" or element["attributes"]["label"]
        assert element.get("validations", {}).keys() <= {"required"}
    assert any(element.get("validations", {}).get("required") for element in form["body"])


def test_labels_exist_or_are_created() -> None:
    """Each label is one that GitHub gives every repository, or docs/editor.md has the command that makes it."""
    made = set(re.findall(r"^gh label create (\S+)", PAGE, re.MULTILINE))
    used = {label for file in FORMS for label in yaml.safe_load(file.read_text("utf-8"))["labels"]}
    assert used - DEFAULT_LABELS == made


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_examples_exist(file: Path) -> None:
    """Clauses, decisions and commands that a form gives as examples are there."""
    text = file.read_text("utf-8")
    clauses = {clause.id for contract in Catalogue(HOME).all() for clause in contract.all_clauses()}
    assert set(re.findall(r"\b[a-z_]+\.v\d+/\S+?/[A-Za-z]+", text)) <= clauses
    for record in re.findall(r"adr/\d{4}[a-z0-9-]+\.md", text):
        assert (ROOT / record).is_file(), record
    known = (ROOT / "README.md").read_text("utf-8")
    for command in re.findall(r"`tickets ([a-z]+(?: [a-z]+)?)", text):
        assert f"tickets {command}" in known, command


def test_forms_ask_for_clause_and_decision() -> None:
    """The forms and the template name a clause and a decision record as they are written here."""
    for file in (FOLDER / "contract-change.yml", TEMPLATE):
        text = file.read_text("utf-8")
        assert re.search(r"client_tickets\.v2/\w+/enum", text)
        assert re.search(r"adr/\d{4}-", text)


def test_the_rooms_of_the_bug_form_are_there() -> None:
    """Each room offered is a folder; the last answer is for who does not know."""
    form = yaml.safe_load((FOLDER / "bug.yml").read_text("utf-8"))
    (rooms,) = [element["attributes"]["options"] for element in form["body"] if element.get("id") == "room"]
    assert all((ROOT / room).is_dir() for room in rooms[:-1])


def test_the_page_names_every_schema() -> None:
    """docs/editor.md links each schema file."""
    linked = {(ROOT / "docs" / link).resolve() for link in re.findall(r"\]\(([^)]+\.schema\.json)\)", PAGE)}
    there = {*(ROOT / "docs" / "schemas").glob("*.schema.json"), ROOT / "architecture" / "model.schema.json"}
    assert linked == there


def test_what_the_page_shows_of_hooks_is_right() -> None:
    """The hooks and arguments shown to other repositories are those that there are."""
    block = re.search(r"```yaml\n(repos:\n.*?)```", PAGE, re.DOTALL)
    assert block is not None
    shown = yaml.safe_load(block[1])
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    for used in shown["repos"][0]["hooks"]:
        flags = [word for word in used.get("args", []) if word.startswith("--")]
        assert flags == [word for word in hooks[used["id"]]["args"] if word.startswith("--")] or "args" not in used
