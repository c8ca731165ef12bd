"""`tickets audit`: asks the broker for its watermarks and holds the ledger against them."""

import contextlib
import json
import shlex
from pathlib import Path
from typing import Any

import click

from cli import options
from cli.contracts import catalogue
from cli.process import unbroken
from contracts.compiler.catalogue import Catalogue
from contracts.compiler.model import Contract
from runtime import logs, standing
from runtime.broker import Broker, connect
from runtime.continuity import BrokenError, Continuity
from runtime.delta import is_table
from runtime.store import Location
from runtime.workspace import Workspace

SHOWN = 20


def run_audit(
    contract: Contract, folder: Catalogue, workspace: Workspace, broker: Broker, *, running: bool = False
) -> dict[str, Any]:
    """The audit of one input contract, as `--json` prints it; of what is in the tables so far, beside a running job."""
    from processing.audit import audit, missing_offsets, so_far, whole
    from processing.errors import ProcessingError
    from runtime import kafka
    from runtime.offsets import without_record

    tables = workspace.tables(contract.name)
    if not is_table(tables / "ledger"):
        raise ProcessingError(
            f"there is no ledger for {contract.name} in {workspace.root}",
            f"Run `tickets process {contract.name} --once` first, or name another folder with --data.",
        )
    accepted = next((output.name for output in folder.outputs(contract) if output.rows == "accepted"), contract.name)
    topic = contract.envelope.topic if contract.envelope else contract.name
    marks = kafka.watermarks(broker.bootstrap, topic)
    extent = so_far(tables / "ledger", tables / accepted, marks) if running else whole(marks)
    unrecorded = without_record(broker.bootstrap, topic, missing_offsets(tables / "ledger", extent))
    found = audit(tables / "ledger", tables / accepted, contract.event_id or "", extent, unrecorded).as_json()
    complaints = (_broken(tables / "ledger", broker, topic), _unfinished(contract, workspace))
    found["complaints"] += [complaint for complaint in complaints if complaint]
    found["ok"] = found["ok"] and not found["complaints"]
    standing.note(workspace, "audit", contract.name, found["ok"])
    return found


def _unfinished(contract: Contract, workspace: Workspace) -> str | None:
    """What is to be done where an erasure was interrupted, None where none was."""
    from processing.erased import unfinished

    file = workspace.erased(contract.name)
    if not unfinished(file):
        return None
    return (
        f"an erasure is unfinished; end it with `tickets erase {contract.name} --list {shlex.quote(str(file))} --yes`"
    )


def _broken(ledger: Location, broker: Broker, topic: str) -> str | None:
    """Why the topic is not the one that the ledger was read from, None where it is."""
    from processing.position import position

    with contextlib.closing(Continuity(broker.bootstrap, topic, accept_loss=True)) as continuity:
        try:
            unbroken(continuity)(position(ledger))
        except BrokenError as error:
            return error.what
    return None


def with_ledger(folder: Catalogue, workspace: Workspace) -> list[Contract]:
    """Every input contract that has a ledger in the workspace."""
    inputs = [contract for contract in folder.newest() if contract.envelope is not None]
    return [c for c in inputs if is_table(workspace.tables(c.name) / "ledger")]


@click.command(
    epilog="\b\nExamples:\n  tickets audit\n  tickets audit client_tickets --json\n"
    "  tickets audit client_tickets --so-far      # beside a job that keeps reading\n"
)
@click.argument("contract", required=False)
@click.option(
    "--so-far",
    is_flag=True,
    help="Beside a running job: what is in the tables so far; what is not read yet is told, and is no fault.",
)
@options.contracts
@options.broker
@options.data
@options.as_json
def command(contract: str | None, so_far: bool, contracts: Path | None, broker: str, data: Path, as_json: bool) -> None:
    """Prove that every offset of the topic of CONTRACT is in the ledger exactly once.

    Without CONTRACT: every topic that has a ledger. Exits with 1, and names the offsets, where anything is missing,
    repeated or does not add up.
    """
    logs.configure("text", "warning")
    folder, workspace = catalogue(contracts), Workspace.open(data)
    chosen = [folder.get(contract)] if contract else with_ledger(folder, workspace)
    if not chosen:
        raise click.ClickException(
            f"No ledger in {workspace.root}.\nRun `tickets process client_tickets --once` first, or give the folder "
            "of another run with --data or TICKETS_DATA."
        )
    with connect(broker, workspace) as where:
        results = {found.name: run_audit(found, folder, workspace, where, running=so_far) for found in chosen}
    if as_json:
        click.echo(json.dumps(next(iter(results.values())) if len(results) == 1 else results))
    else:
        for name, result in results.items():
            click.echo(describe(name, result))
    if not all(result["ok"] for result in results.values()):
        raise click.exceptions.Exit(1)


def describe(name: str, result: dict[str, Any]) -> str:
    """An audit in words."""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in result["outcomes"].items()) or "no records"
    lines = [f"{name}: audit {'ok' if result['ok'] else 'FAILED'}: {result['offsets']} offsets, {counts}"]
    for key in ("missing", "repeated", "without_record", "lost"):
        if found := result[key]:
            more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            lines.append(f"  {key} (partition:offset): {', '.join(found[:SHOWN])}{more}")
    lines += [f"  {complaint}" for complaint in result["complaints"]]
    if result["unread"]:
        lines.append(f"  not read yet (partition:offsets): {', '.join(result['unread'])}")
    if result["missing"]:
        lines.append(
            f"  Records not read yet count as missing; run `tickets process {name} --once` and audit again, or say "
            "--so-far beside a running job."
        )
    return "\n".join(lines)
