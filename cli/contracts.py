"""`tickets contracts`: list, lint and show. Imports neither Spark nor pandas nor pandera."""

import json
from pathlib import Path
from typing import Any

import click

from cli import options
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.conventions import judge
from contracts.compiler.errors import ContractError, Problem
from contracts.compiler.load import load
from contracts.compiler.model import Contract


def catalogue(root: Path | None) -> Catalogue:
    """The contracts of a folder, by default of this checkout."""
    return Catalogue(root or HOME)


@click.group()
def command() -> None:
    """List, check and show the data contracts."""


@command.command("list")
@options.contracts
@options.as_json
def list_(contracts: Path | None, as_json: bool) -> None:
    """One line per contract: key, version, what a row is, owner, file."""
    found = catalogue(contracts).all()
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
    for row in rows:
        click.echo(f"{row['contract']:<22} {row['version']:<8} {row['rows']:<10} {row['owner']:<14} {row['status']}")


@command.command(epilog="\b\nExamples:\n  tickets contracts lint\n  tickets contracts lint my/v1.odcs.yaml --json\n")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@options.contracts
@options.as_json
def lint(files: tuple[Path, ...], contracts: Path | None, as_json: bool) -> None:
    """Check contracts against ODCS and this project's conventions.

    Without FILES: every contract of the folder. Prints file, path, what is wrong and what to do; exits with 1
    where anything is wrong, with 2 where a file does not exist.
    """
    for file in files:
        if not file.exists():
            raise click.UsageError(f"{file} does not exist.")
    folder = catalogue(contracts)
    problems, checked = check(folder, files or folder.files())
    if as_json:
        rows = [{"file": p.file, "path": p.path, "what": p.what, "remedy": p.remedy} for p in problems]
        click.echo(json.dumps({"ok": not problems, "files": checked, "problems": rows}, indent=2))
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
        verdict = f"{len(problems)} problem{'s' * (len(problems) != 1)}" if problems else "ok"
        click.echo(f"{checked} contract{'s' * (checked != 1)} checked: {verdict}")
    if problems:
        raise click.exceptions.Exit(1)


def check(folder: Catalogue, files: tuple[Path, ...]) -> tuple[list[Problem], int]:
    """Every problem of some files, judged beside the other contracts of the folder."""
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
    return problems, len(files)


def _json_schema(contract: Contract, closed: bool) -> str:
    from producer.json_schema import json_schema

    return json.dumps(json_schema(contract, closed=closed), indent=2, ensure_ascii=False)


def _spark_ddl(contract: Contract, _: bool) -> str:
    from processing.columns import ddl

    return ",\n".join(ddl(field) for field in contract.fields)


def _clauses(contract: Contract, _: bool) -> str:
    return "\n".join(f"{clause.id}\n    wants {clause.wanted}" for clause in contract.all_clauses())


def _topic(contract: Contract, _: bool) -> str:
    envelope = contract.envelope
    if envelope is None:
        raise click.UsageError(f"{contract.key} describes no topic.")
    shown: dict[str, Any] = {
        "topic": envelope.topic,
        "partitions": envelope.partitions,
        "key": envelope.key,
        "headers": {header.name: header.source for header in envelope.headers},
        "config": topic_config(contract),
    }
    return json.dumps(shown, indent=2)


def topic_config(contract: Contract) -> dict[str, str]:
    """The broker's settings of a contract's topic; empty for a contract without one."""
    envelope = contract.envelope
    if envelope is None:
        return {}
    return {
        "retention.ms": str(int(envelope.retention.total_seconds() * 1000)),
        "max.message.bytes": str(envelope.max_bytes),
        "cleanup.policy": "delete",
    }


VIEWS = {"clauses": _clauses, "json-schema": _json_schema, "spark-ddl": _spark_ddl, "topic": _topic}


@command.command(
    epilog="\b\nExamples:\n  tickets contracts show client_tickets\n  tickets contracts show tickets --as spark-ddl\n"
)
@click.argument("name")
@click.option(
    "--as",
    "view",
    type=click.Choice(list(VIEWS)),
    default="clauses",
    show_default=True,
    help="What to print.",
)
@click.option("--closed", is_flag=True, help="json-schema as a writer must keep it: no unknown fields.")
@options.contracts
def show(name: str, view: str, closed: bool, contracts: Path | None) -> None:
    """Print what follows from the contract NAME (client_tickets, client_tickets.v1 or a file)."""
    click.echo(VIEWS[view](catalogue(contracts).get(name), closed))
