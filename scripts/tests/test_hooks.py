"""The pre-commit hooks, as another repository uses them: real commits in a scratch repository, stopped or let through.

The hooks run from this environment (`language: system`), so that no package is fetched; `entry`, `args` and `files` are
those of .pre-commit-hooks.yaml.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.compiler.catalogue import HOME, Catalogue

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
OWN = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
CONTRACT = "contracts/client_tickets/v2.odcs.yaml"


class Scratch:
    """A repository with contracts on main, the hooks installed, and a branch to work on."""

    def __init__(self, root: Path) -> None:
        self.root = root / "repository"
        self.environment = {
            **os.environ,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PRE_COMMIT_HOME": str(root / "home"),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        shutil.copytree(
            ROOT / "contracts", self.root / "contracts", ignore=shutil.ignore_patterns("*.py", "compiler", "__*")
        )
        hooks = [{**hook, "language": "system", "additional_dependencies": []} for hook in HOOKS]
        config = {"repos": [{"repo": "local", "hooks": hooks}]}
        (self.root / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("contracts as they are")
        self.git("switch", "--quiet", "--create", "change")
        self.run("pre-commit", "install")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program in the repository."""
        return subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True, timeout=240)

    def git(self, *words: str) -> subprocess.CompletedProcess[str]:
        """git, as somebody."""
        return self.run("git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words)

    def commit(self, message: str) -> subprocess.CompletedProcess[str]:
        """Commit all there is."""
        self.git("add", "--all")
        return self.git("commit", "--quiet", "--message", message)

    def change(self, old: str, new: str, name: str = CONTRACT) -> None:
        """Change one text of a contract."""
        file = self.root / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")

    def commits(self) -> int:
        """How many commits the branch has."""
        return int(self.git("rev-list", "--count", "HEAD").stdout)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A repository to commit in."""
    return Scratch(tmp_path)


@pytest.mark.slow
def test_a_good_change_is_committed(scratch: Scratch) -> None:
    """Words that change with a new patch version pass both hooks."""
    scratch.change("version: 2.1.0", "version: 2.1.1")
    scratch.change("description: One change of one ticket.", "description: One change of a ticket.")
    done = scratch.commit("clearer words")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall(r"\.+Passed", done.stdout + done.stderr)) == len(HOOKS)
    assert scratch.commits() == 2


@pytest.mark.slow
def test_a_broken_contract_is_stopped_with_its_finding(scratch: Scratch) -> None:
    """A class that is none is named with file, place and remedy, and nothing is committed."""
    scratch.change("classification: internal", "classification: secret")
    done = scratch.commit("a new class")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert f"{CONTRACT}: schema." in said
    assert "classification 'secret' is not one of public, internal" in said
    assert scratch.commits() == 1


@pytest.mark.slow
def test_a_breaking_change_is_stopped_until_it_has_a_major_version(scratch: Scratch) -> None:
    """A value taken away is shown with an event that breaks; in a new file beside the old one, it is committed."""
    for name in ("client_tickets", "tickets"):
        scratch.change("branch, social]", "branch]", f"contracts/{name}/v2.odcs.yaml")
    stopped = scratch.commit("fewer channels")
    said = stopped.stdout + stopped.stderr
    assert stopped.returncode != 0
    assert "breaking: enum-tightened" in said
    assert '$.channel is "social", client_tickets.v2/channel/enum wants one of' in said
    assert scratch.commits() == 1
    scratch.git("reset", "--hard", "--quiet")
    text = (scratch.root / CONTRACT).read_text("utf-8").replace("branch, social]", "branch]")
    new = scratch.root / CONTRACT.replace("v2.", "v3.")
    new.write_text(text.replace("version: 2.1.0", "version: 3.0.0"), "utf-8")
    done = scratch.commit("version 3 has fewer channels")
    assert done.returncode == 0, done.stdout + done.stderr
    assert scratch.commits() == 2


def test_other_topics_do_not_wake_the_hooks() -> None:
    """A commit without a contract starts no hook."""
    for hook in HOOKS:
        assert not re.search(hook["files"], "README.md")
        assert re.search(hook["files"], CONTRACT)


def test_our_own_linter_looks_at_the_contracts_alone() -> None:
    """Contracts of tests are no contracts of ours: many break a convention on purpose."""
    (pattern,) = [hook["files"] for hook in OWN["repos"][0]["hooks"] if hook["id"] == "contracts-lint"]
    files = {file.relative_to(ROOT).as_posix() for file in ROOT.glob("contracts/**/*.odcs.yaml")}
    ours = {file.relative_to(ROOT).as_posix() for file in Catalogue(HOME).files()}
    assert {file for file in files if re.search(pattern, file)} == ours < files


def test_the_hooks_install_what_the_command_needs() -> None:
    """Their packages are those of requirements-producer.in, and hypothesis at the version of requirements.in."""
    lines = (ROOT / "requirements-producer.in").read_text("utf-8").splitlines()
    wanted = [line.split("#")[0].strip() for line in lines if line and not line.startswith(("#", "-"))]
    also = [line.split("#")[0].strip() for line in (ROOT / "requirements.in").read_text("utf-8").splitlines()]
    wanted += [line for line in also if line.startswith("hypothesis")]
    for hook in HOOKS:
        assert hook["additional_dependencies"] == wanted, hook["id"]


@pytest.mark.parametrize("file", [".pre-commit-config.yaml", ".pre-commit-hooks.yaml"])
def test_the_files_are_valid(file: str, tmp_path: Path) -> None:
    """pre-commit itself says so."""
    command = "validate-config" if "config" in file else "validate-manifest"
    home = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path)}
    done = subprocess.run(
        [BIN / "pre-commit", command, ROOT / file], capture_output=True, text=True, env=home, timeout=60
    )
    assert done.returncode == 0, done.stdout


def test_our_own_hooks_need_no_network() -> None:
    """Each runs a program of .venv, which `make setup-dev` put there."""
    assert [repo["repo"] for repo in OWN["repos"]] == ["local"]
    hooks: list[dict[str, Any]] = OWN["repos"][0]["hooks"]
    for hook in hooks:
        assert hook["language"] == "system"
        program = hook["entry"].split()[0]
        assert program.startswith(".venv/bin/") and (BIN / Path(program).name).exists(), hook["id"]
    lines = (ROOT / "Makefile").read_text("utf-8").replace("$(BIN)", ".venv/bin").replace("$(SOURCES)", "")
    for hook in hooks:
        if hook["id"] not in ("contracts-diff", "schemas"):
            assert hook["entry"].replace(" --force-exclude", "") in lines, f"{hook['id']} is no part of make check"
