"""`tickets contracts codeowners`: the contracts' teams as CODEOWNERS, so that each team is asked about its contract.

GitHub takes the last line that matches a path, and knows a team by its slug (lower case, words joined by hyphens).
"""

import json
import re
import subprocess
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import click

from cli import options
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.errors import ContractError, Problem
from contracts.compiler.model import Contract

FILE = Path(".github") / "CODEOWNERS"
HEAD = "# Made by `tickets contracts codeowners` from the team of each contract; change it there."
NO_ORG = "example"  # a name that GitHub reserves to nobody we could ask by mistake
_ORG = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
_REMOTE = re.compile(rf"github\.com[:/]({_ORG.pattern})/")
_OWNER = re.compile(rf"@({_ORG.pattern})/")
_PATH = re.compile(r"[A-Za-z0-9_./-]+")


@click.command(
    epilog="\b\nExamples:\n"
    "  tickets contracts codeowners --org my-company > .github/CODEOWNERS\n"
    "  tickets contracts codeowners --check\n"
)
@click.option("--org", help="The organisation of the teams. Default: the owner of the git remote, or `example`.")
@click.option("--check", is_flag=True, help=f"Print nothing; exit with 1 where {FILE} does not hold these lines.")
@options.contracts
@options.as_json
def codeowners(org: str | None, check: bool, contracts: Path | None, as_json: bool) -> None:
    """Print the lines of .github/CODEOWNERS: one for each contract folder, owned by the contract's team.

    With --check and without --org, the organisation is the one that the file names.
    """
    if org is not None and not _ORG.fullmatch(org):
        raise click.UsageError(
            f"'{org}' is no name of an organisation: letters, digits and single hyphens, at most 39."
        )
    folder = Catalogue((contracts or HOME).resolve())
    root = _root(folder.root)
    there = _read(root / FILE) if check else ""
    found = _OWNER.search(there)
    text = render(folder.all(), root, org or (found[1] if found else _remote(root)))
    fresh = not check or f"{text}\n" in f"{there}\n"
    if as_json:
        click.echo(json.dumps({"ok": fresh, "file": str(FILE), "lines": text.splitlines()}))
    elif not check:
        click.echo(text)
    if not fresh:
        click.echo(f"{FILE} is not what the contracts' teams say.", err=True)
        click.echo(f"Run `tickets contracts codeowners > {FILE}`, or put its lines there.", err=True)
        raise click.exceptions.Exit(1)


def render(contracts: Iterable[Contract], root: Path, org: str) -> str:
    """One line per folder of contracts below the checkout `root`; where its versions name several teams, all of them.

    ContractError, with every contract that has no usable team.
    """
    problems: list[Problem] = []
    teams: dict[str, list[str]] = {}
    for contract in contracts:
        folder = f"/{Path(contract.file).resolve().parent.relative_to(root.resolve()).as_posix()}/"
        team = slug(contract.owner)
        if not team:
            what = f"'{contract.owner}' holds no letter or digit that a team's name could be made of"
            problems.append(Problem(contract.file, "team.name", what, "Name the team as GitHub does: `support-data`."))
        if not _PATH.fullmatch(folder):
            what = f"the folder {folder} has characters that CODEOWNERS cannot hold"
            problems.append(Problem(contract.file, "", what, "Use letters, digits, `_`, `.` and `-`."))
        teams.setdefault(folder, []).append(f"@{org}/{team}")
    if problems:
        raise ContractError(tuple(problems))
    width = max(map(len, teams), default=0)
    return "\n".join([HEAD, *(f"{folder:<{width}} {' '.join(dict.fromkeys(of))}" for folder, of in teams.items())])


def slug(team: str) -> str:
    """A team's name as GitHub writes it in addresses: `Support Data` is `support-data`; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", team).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9_]+", "-", plain).strip("-")


def _root(folder: Path) -> Path:
    """The checkout that a folder is in, or the folder above it where git knows none."""
    return Path(_git(folder, "rev-parse", "--show-toplevel") or folder.parent)


def _remote(root: Path) -> str:
    found = _REMOTE.search(_git(root, "remote", "get-url", "origin"))
    return found[1] if found else NO_ORG


def _git(folder: Path, *arguments: str) -> str:
    """What git says, empty where it says nothing or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _read(file: Path) -> str:
    return file.read_text("utf-8") if file.exists() else ""
