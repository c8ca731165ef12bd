"""`tickets quarantine`: what was refused, by clause or one by one; and judged again."""

import json
from pathlib import Path
from typing import Any

import click

from cli import options
from cli.contracts import catalogue
from contracts.compiler.catalogue import Catalogue
from runtime import logs
from runtime.workspace import Workspace


@click.group(
    epilog="\b\nExamples:\n  tickets quarantine stats client_tickets\n  tickets quarantine show client_tickets 2:881\n"
)
def command() -> None:
    """See which records were refused, and why; judge them again."""


@command.command("list")
@click.argument("contract")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Records at most.")
@click.option("--clause", help="Only records that break this clause.")
@options.data
@options.as_json
def list_(contract: str, limit: int, clause: str | None, data: Path, as_json: bool) -> None:
    """The newest refused records of CONTRACT."""
    from processing.quarantine import refused

    rows = refused(_ledger(data, contract), limit, clause)
    if as_json:
        click.echo(json.dumps(rows, default=str))
        return
    for row in rows:
        click.echo(_line(row))


@command.command()
@click.argument("contract")
@options.data
@options.as_json
def stats(contract: str, data: Path, as_json: bool) -> None:
    """How many records of CONTRACT break each clause; a record may break several."""
    from processing.quarantine import by_clause

    rows = by_clause(_ledger(data, contract))
    if as_json:
        click.echo(json.dumps(dict(rows)))
        return
    for reason, count in rows:
        click.echo(f"{count:>8}  {reason}")


@command.command()
@click.argument("contract")
@click.argument("coordinates", metavar="PARTITION:OFFSET")
@click.option("--with-raw", is_flag=True, help="Also the raw key and value, as base64; they may hold personal data.")
@options.data
def show(contract: str, coordinates: str, with_raw: bool, data: Path) -> None:
    """One record of CONTRACT in full, as JSON."""
    from processing.quarantine import one

    partition, _, offset = coordinates.partition(":")
    if not (partition.isdigit() and offset.isdigit()):
        raise click.UsageError(f"'{coordinates}' is not PARTITION:OFFSET, such as 2:881.")
    click.echo(json.dumps(one(_ledger(data, contract), int(partition), int(offset), with_raw), indent=2, default=str))


@command.command(
    epilog="\b\nExamples:\n  tickets quarantine replay client_tickets --dry-run\n"
    "  tickets quarantine replay client_tickets --clause client_tickets.v1/@version/known\n"
)
@click.argument("contract")
@click.option("--clause", help="Only records that break this clause.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@options.contracts
@options.data
@options.as_json
def replay(contract: str, clause: str | None, dry_run: bool, contracts: Path | None, data: Path, as_json: bool) -> None:
    """Judge the rejected records of CONTRACT again by today's contracts.

    What is accepted now becomes a row like any other, once; of an event id that was accepted before, a duplicate or a
    conflict. What is still refused stays, with today's reasons. A running job must be stopped first.
    """
    logs.configure("text", "warning")
    done = run_replay(contract, catalogue(contracts), Workspace.open(data), clause, dry_run)
    click.echo(json.dumps(done) if as_json else _replayed(done))


def run_replay(
    contract: str, folder: Catalogue, workspace: Workspace, clause: str | None, dry_run: bool
) -> dict[str, Any]:
    """A replay of one input contract's rejected records; what `--json` prints."""
    from cli.process import derivation, spark_session, topic_contract
    from processing.audit import open_ledger
    from processing.replay import replay
    from runtime.lease import Lease
    from runtime.secrets import pseudonym_key

    found = topic_contract(folder, contract)
    open_ledger(workspace.tables(found.name) / "ledger")  # says what to do where there is none
    with Lease.acquire(workspace.tables(found.name) / ".lease", "replay") as lease:
        spark = spark_session(workspace, "local[*]", short=True)
        key = pseudonym_key(workspace)
        done = replay(spark, derivation(found, folder, workspace), key, lease, clause, dry_run)
    return {"contract": found.key, "examined": done.examined, "changed": dict(done.outcomes), "dry_run": dry_run}


def _replayed(done: dict[str, Any]) -> str:
    changed = dict(done["changed"])
    others = changed.pop("rejected", 0)
    words = [f"{count} {outcome}" for outcome, count in changed.items()]
    words += [f"{others} rejected for other reasons"] * bool(others)
    result = f"{', '.join(words) or 'nothing'} {'would change' if done['dry_run'] else 'changed'}"
    return f"{done['contract']}: {done['examined']} rejected records examined: {result}"


def _ledger(data: Path, contract: str) -> Path:
    return Workspace.open(data).tables(contract.split(".")[0]) / "ledger"


def _line(row: dict[str, Any]) -> str:
    place = f"{row['partition']}:{row['offset']}"
    reasons = "; ".join(
        f"{v['path']} is {v['found']}, {v['clause']} wants {v['wanted']}" for v in row["violations"] or ()
    )
    first = f"first seen at {row['first_partition']}:{row['first_offset']}" if row["first_offset"] is not None else ""
    return f"{place:<12} {row['outcome']:<10} {reasons or first}"
