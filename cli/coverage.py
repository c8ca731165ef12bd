"""`tickets contracts coverage`: which test would notice if a clause were gone."""

import json
from pathlib import Path
from typing import Any

import click

from cli import options, touched
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Contract


@click.command(
    epilog="\b\nExamples:\n  tickets contracts coverage\n  tickets contracts coverage client_tickets --json\n"
)
@click.argument("names", nargs=-1)
@click.option("--untouched", is_flag=True, help="List only the clauses that no test would miss.")
@options.contracts
@options.as_json
def coverage(names: tuple[str, ...], untouched: bool, contracts: Path | None, as_json: bool) -> None:
    """List, for each clause of the contracts NAMES (default: all), the tests that touched it in the last run.

    Touched means that a named test goes red without the clause: a scenario that asserts its id, or a case that was seen
    to fail on the contract without it. Generated payloads that break it are listed too, and do not count. Exits with 1
    where a clause is untouched. The record is build/touched, which `make check` and `make test` write anew.
    """
    folder = Catalogue(contracts or HOME)
    found = touched.read()
    if not found:
        raise click.ClickException("No test run has left a record in build/touched. Run `make check` or `make test`.")
    rows = [row for contract in _chosen(folder, names) for row in _rows(contract, found)]
    missed = [row for row in rows if not row["touched_by"].keys() & touched.COUNTED]
    shown = missed if untouched else rows
    if as_json:
        click.echo(json.dumps({"ok": not missed, "clauses": shown}, indent=2, ensure_ascii=False))
    else:
        for row in shown:
            click.echo(_line(row))
        click.echo(f"{len(rows) - len(missed)} of {len(rows)} clauses are touched by a test that would miss them.")
    if missed:
        raise click.exceptions.Exit(1)


def _chosen(folder: Catalogue, names: tuple[str, ...]) -> list[Contract]:
    return [folder.get(name) for name in names] if names else list(folder.all())


def _rows(contract: Contract, found: dict[str, dict[str, list[str]]]) -> list[dict[str, Any]]:
    clauses = (*contract.all_clauses(), *contract.row_clauses())
    return [{"clause": clause.id, "touched_by": found.get(clause.id, {})} for clause in clauses]


def _line(row: dict[str, Any]) -> str:
    by = row["touched_by"]
    counts = ", ".join(f"{len(tests)} {kind}{'s' * (len(tests) != 1)}" for kind, tests in by.items())
    first = next((tests[0] for tests in by.values()), "")
    if not by.keys() & touched.COUNTED:
        counts = f"UNTOUCHED{f' ({counts})' if counts else ''}"
    return f"{row['clause']}\n    {counts}{f': {first}' if first else ''}"
