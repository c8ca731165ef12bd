"""`tickets contracts`: list, lint and show. Imports neither Spark nor pandas nor pandera."""

import json
import re
from pathlib import Path

import click

from cli import options
from cli.coverage import coverage
from cli.diff import diff, rules
from cli.lazy import PlainGroup
from cli.payloads import payloads
from cli.review.codeowners import codeowners
from cli.verdict import verdict
from cli.views import VIEWS
from cli.views.topic import topic_config as topic_config
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.conventions import judge
from contracts.compiler.errors import ContractError, Problem
from contracts.compiler.load import load
from contracts.compiler.model import Contract

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # a contract's text must not steer the terminal


def catalogue(root: Path | None) -> Catalogue:
    """The contracts of a folder, by default of this checkout."""
    return Catalogue(root or HOME)


@click.group(
    cls=PlainGroup,
    epilog="\b\nExamples:\n  tickets contracts list\n  tickets contracts lint\n"
    "  tickets contracts show client_tickets --as markdown\n"
    "  tickets contracts verdict client_tickets events.jsonl\n",
)
def command() -> None:
    """List, check, show and compare the data contracts; judge and make payloads by them."""


for _subcommand in (verdict, payloads, coverage, diff, rules, codeowners):
    command.add_command(_subcommand)


@command.command(
    "list", epilog="\b\nExamples:\n  tickets contracts list\n  tickets contracts list --json | jq -r .[].contract\n"
)
@options.contracts
@options.as_json
def list_(contracts: Path | None, as_json: bool) -> None:
    """One line per contract: key, version, what a row is, owner, file."""
    folder = catalogue(contracts)
    found = folder.all()
    rows = [
        {
            "contract": c.key,
            "version": c.version,
            "rows": c.rows,
            "owner": c.owner,
            "status": c.status,
            "file": c.file,
        }
        for c in found
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    if not rows:
        click.echo(_nothing_in(folder), err=True)
    for row in rows:
        click.echo(f"{row['contract']:<22} {row['version']:<8} {row['rows']:<10} {row['owner']:<14} {row['status']}")


def _nothing_in(folder: Catalogue) -> str:
    return f"{folder.root} holds no contract: a file NAME/v1.odcs.yaml. Name another folder with --contracts."


@command.command(epilog="\b\nExamples:\n  tickets contracts lint\n  tickets contracts lint my/v1.odcs.yaml --json\n")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@options.contracts
@options.as_json
def lint(files: tuple[Path, ...], contracts: Path | None, as_json: bool) -> None:
    """Check contracts against ODCS and this project's conventions.

    Without FILES: every contract of the folder. Prints file, path, what is wrong and what to do; exits with 1
    where anything is wrong, with 2 where there is no such file, or nothing to check.
    """
    for file in files:
        if not file.is_file():
            fault = "is a folder" if file.is_dir() else "does not exist"
            raise click.UsageError(f"{file} {fault}. Give files, or a folder of contracts with --contracts.")
    folder = catalogue(contracts)
    if not files and not folder.files():
        raise click.UsageError(_nothing_in(folder))
    problems, judged = check(folder, files or folder.files())
    checked = len(files or folder.files())
    notes = [(contract.file, note) for contract in judged for note in contract.notes]
    if as_json:
        rows = [{"file": p.file, "path": p.path, "what": p.what, "remedy": p.remedy} for p in problems]
        unenforced = [{"file": file, "path": note.place, "what": note.what, "why": note.why} for file, note in notes]
        answer = {"ok": not problems, "files": checked, "problems": rows, "not_enforced": unenforced}
        click.echo(json.dumps(answer, indent=2))
    else:
        for place, note in notes:
            click.echo(f"{place}: {note.place}: not enforced per event: {note.what}, which {note.why}")
        for problem in problems:
            click.echo(str(problem), err=True)
        verdict = f"{len(problems)} problem{'s' * (len(problems) != 1)}" if problems else "ok"
        click.echo(f"{checked} contract{'s' * (checked != 1)} checked: {verdict}")
    if problems:
        raise click.exceptions.Exit(1)


def check(folder: Catalogue, files: tuple[Path, ...]) -> tuple[list[Problem], list[Contract]]:
    """Every problem of some files, judged beside the other contracts of the folder, and those that compile."""
    problems: list[Problem] = []
    judged: list[Contract] = []
    others: dict[str, Contract] = {}
    for file in dict.fromkeys((*folder.files(), *files)):
        try:
            contract = load(file)
        except ContractError as error:
            problems += error.problems if file in files else ()
            continue
        others[contract.key] = contract
        judged += [contract] if file in files else []
    for contract in judged:
        problems += judge(contract, others)
    return problems, judged


@command.command(
    epilog="\b\nViews:\n"
    + "".join(f"  {view.name:<12} {view.about}\n" for view in VIEWS.values())
    + "\n\b\nExamples:\n  tickets contracts show client_tickets\n"
    + "".join(f"  tickets contracts show client_tickets.v1 --as {name}\n" for name in VIEWS)
    + "  tickets contracts show my/v1.odcs.yaml --as json-schema --closed\n"
)
@click.argument("name")
@click.option(
    "--as",
    "as_",
    type=click.Choice(list(VIEWS)),
    metavar="VIEW",
    default="clauses",
    show_default=True,
    help="What to print: a view of the list below.",
)
@click.option("--closed", is_flag=True, help="json-schema as a writer must keep it: no unknown fields.")
@options.contracts
def show(name: str, as_: str, closed: bool, contracts: Path | None) -> None:
    """Print what follows from the contract NAME (client_tickets, client_tickets.v1 or a file).

    Exits with 2 where there is no such contract, or where a view needs a topic and the contract describes none.
    """
    view = VIEWS[as_]
    if closed and view.closed is None:
        raise click.UsageError(f"--closed means nothing for {as_}; it is for json-schema.")
    render = view.closed if closed and view.closed else view.render
    click.echo(_CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", render(catalogue(contracts).get(name))))
