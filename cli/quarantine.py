"""`tickets quarantine`: what was not accepted, by clause or one by one; judged again, or given up."""

import shutil
import sys
from pathlib import Path
from typing import Any

import click

from cli import discard, options, records, refusals
from cli.contracts import catalogue
from cli.lazy import PlainGroup
from contracts.compiler.catalogue import Catalogue
from runtime import logs
from runtime.workspace import Workspace

GROUPINGS = ("clause", "producer", "version")  # processing.quarantine.BY, which help does not wait for
OUTCOMES = ("rejected", "duplicate", "conflict", "tombstone", "discarded", "erased")


@click.group(
    cls=PlainGroup,
    epilog="\b\nExamples:\n  tickets quarantine stats client_tickets --by producer --by clause\n"
    "  tickets quarantine show client_tickets 2:881\n",
)
def command() -> None:
    """See which records were not accepted, and why; judge them again, or give them up."""


@command.command(
    "list",
    epilog="\b\nExamples:\n  tickets quarantine list client_tickets --since 3d --limit 5\n"
    "  tickets quarantine list client_tickets --json \\\n"
    "    --clause client_tickets.v2/priority/enum\n",
)
@click.argument("contract")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Records at most.")
@records.filters(OUTCOMES)
@options.contracts
@options.data
@options.as_json
def list_(contract: str, limit: int, contracts: Path | None, data: Path, as_json: bool, **chosen: Any) -> None:
    """The newest records of CONTRACT that were not accepted."""
    from processing.quarantine import refused

    records.told_clause(contract, contracts, chosen["clause"])
    tables = records.tables(data, contract, contracts)
    rows = refused(tables, records.header(contract, contracts), records.which(chosen), limit)
    if as_json:
        click.echo(refusals.document(rows))
        return
    for row in rows:
        click.echo(refusals.line(row))


@command.command(
    epilog="\b\nExamples:\n  tickets quarantine stats client_tickets\n"
    "  tickets quarantine stats client_tickets --by producer --by clause --json\n"
)
@click.argument("contract")
@click.option(
    "--by",
    type=click.Choice(GROUPINGS),
    multiple=True,
    default=("clause",),
    show_default=True,
    help="What to count by; several are counted one within the other.",
)
@options.contracts
@options.data
@options.as_json
def stats(contract: str, by: tuple[str, ...], contracts: Path | None, data: Path, as_json: bool) -> None:
    """How many records of CONTRACT were not accepted: by clause (a record may break several), producer or version.

    Shares are of all records. Each count comes with when it was first and last seen, and its newest record.
    """
    from processing.quarantine import counted

    name, by = records.name(contract), tuple(dict.fromkeys(by))
    found = counted(records.tables(data, contract, contracts), records.header(contract, contracts), by)
    if as_json:
        click.echo(refusals.document(refusals.counts(name, by, found)))
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(refusals.table(name, by, found, width))


@command.command(
    epilog="\b\nExamples:\n  tickets quarantine show client_tickets 2:881\n"
    "  tickets quarantine show client_tickets 2:881 --with-raw \\\n"
    "    | jq -r .raw_value | base64 -d\n"
)
@click.argument("contract")
@click.argument("place", metavar="PARTITION:OFFSET", type=records.Place())
@click.option("--with-raw", is_flag=True, help="Also the raw key and value, as base64; they may hold personal data.")
@options.data
def show(contract: str, place: tuple[int, int], with_raw: bool, data: Path) -> None:
    """One record of CONTRACT in full, as JSON, with what it was before; on standard error what can be done about it."""
    from processing.quarantine import one

    row = one(records.tables(data, contract), *place, with_raw)
    click.echo(refusals.document(row, indent=2))
    click.echo(refusals.advice(records.name(contract), row), err=True)


@command.command(
    epilog="\b\nExamples:\n  tickets quarantine replay client_tickets --dry-run\n"
    "  tickets quarantine replay client_tickets \\\n"
    "    --clause client_tickets.v1/@version/known\n"
)
@click.argument("contract")
@click.option("--clause", help="Only records that break this clause.")
@click.option("--dry-run", "--check", "dry_run", is_flag=True, help="Say what would change, and change nothing.")
@options.contracts
@options.data
@options.as_json
def replay(contract: str, clause: str | None, dry_run: bool, contracts: Path | None, data: Path, as_json: bool) -> None:
    """Judge the rejected records of CONTRACT again by today's contracts.

    What is accepted now becomes a row like any other, once; of an event id that was accepted before, a duplicate or a
    conflict. What is still refused stays, with today's reasons. A running job must be stopped first.
    """
    logs.configure("text", "warning")
    records.told_clause(contract, contracts, clause)
    done = run_replay(contract, catalogue(contracts), Workspace.open(data), clause, dry_run)
    click.echo(refusals.document(done) if as_json else refusals.replayed(done))


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
        spark = spark_session(workspace, short=True)
        key = pseudonym_key(workspace)
        done = replay(spark, derivation(found, folder, workspace), key, lease, clause, dry_run)
    return {"contract": found.key, "examined": done.examined, "changed": dict(done.outcomes), "dry_run": dry_run}


command.add_command(discard.command)
