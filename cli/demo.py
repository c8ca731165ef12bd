"""`tickets demo`: the whole way once, in a workspace of its own: produce, process, export, audit."""

import contextlib
import importlib
import json
import secrets
import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from cli import options
from cli.contracts import catalogue
from contracts.compiler.catalogue import Catalogue
from contracts.compiler.model import Contract
from runtime import logs
from runtime.broker import connect
from runtime.workspace import Workspace

CONTRACT = "client_tickets"
FORMATS = ("json", "csv", "parquet", "duckdb")


@click.command(epilog="\b\nExamples:\n  tickets demo\n  tickets demo --events 100000 --seed 7\n")
@click.option("--events", type=click.IntRange(1), default=20_000, show_default=True, help="Events to send.")
@click.option("--seed", type=int, default=None, help="Seed of the events; default: a new one each run, printed.")
@options.contracts
@options.broker
@options.data
@options.as_json
def command(events: int, seed: int | None, contracts: Path | None, broker: str, data: Path, as_json: bool) -> None:
    """Send generated events, process them, export, audit and report; print what happened and where the results are.

    3 % of the events break the contract, 1 % are sent twice, 2 % come late. Each run has its own folder below
    --data, so that runs do not mix.
    """
    from cli.audit import run_audit
    from cli.export import run_export
    from cli.process import run_process
    from cli.produce import run_generated

    logs.configure("text")
    began = time.monotonic()
    folder = catalogue(contracts)
    contract = folder.get(CONTRACT)
    seed = secrets.randbelow(2**31) if seed is None else seed
    now = datetime.now(UTC)
    workspace = Workspace.open(data / "demo" / now.strftime("%Y%m%dT%H%M%SZ"))
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    # Spark takes seconds to start and the producer does not need it, so both begin at once.
    starting = threading.Thread(target=_start_early, args=(workspace,), daemon=True)
    starting.start()
    with connect(broker, workspace) as where:
        sent = run_generated(
            contract,
            where,
            workspace,
            events=events,
            seed=seed,
            rate=None,
            invalid=Decimal("0.03"),
            duplicates=Decimal("0.01"),
            late=Decimal("0.02"),
            start=midnight - timedelta(days=7),
            timeout_s=60,
            progress=True,
        )
        processed = run_process(contract, folder, workspace, where)
        exported = run_export(contract, folder, workspace.root, FORMATS)
        audited = run_audit(contract, folder, workspace, where)
    result = {
        "workspace": str(workspace.root),
        "report": str(_report(contract, folder, workspace, audited)),
        "broker": where.kind,
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "produced": sent,
        "processed": processed,
        "export": exported,
        "audit": audited,
    }
    agrees = audited["ok"] and sent["acknowledged"] == sum(processed["outcomes"].values())
    click.echo(json.dumps(result, default=str) if as_json else summary(result))
    if not agrees:
        raise click.exceptions.Exit(1)


def _report(contract: Contract, folder: Catalogue, workspace: Workspace, audited: dict[str, Any]) -> Path:
    """The page about this run; `audited` is its audit."""
    from cli.report.facts import gather
    from cli.report.opened import Subject
    from cli.report.page import write
    from cli.report.sections.checks import Audit

    path = workspace.root / "report.html"
    write(gather(Subject.of(contract, folder, workspace), None, lambda *_: Audit(audited["ok"], audited), ()), path)
    return path


def _start_early(workspace: Workspace) -> None:
    """What takes seconds to start and is needed later; a failure shows when it is needed."""
    from cli.process import spark_session

    with contextlib.suppress(Exception):
        spark_session(workspace, short=True)
        importlib.import_module("pandera.polars")
        importlib.import_module("cli.report.page")


def summary(result: dict[str, Any]) -> str:
    """The demo's end in words: what was sent equals what came out, where the files are, what to try next."""
    sent, outcomes, audit = result["produced"], result["processed"]["outcomes"], result["audit"]
    total = " + ".join(f"{count} {name}" for name, count in outcomes.items())
    agrees = "=" if sent["acknowledged"] == sum(outcomes.values()) else "is NOT"
    lines = [
        "",
        f"Produced   {sent['acknowledged']} acknowledged (seed {result['seed']}, broker {result['broker']})",
        f"           {agrees} {total}",
        f"Audit      {'ok' if audit['ok'] else 'FAILED'}: {audit['offsets']} offsets, each with exactly one outcome",
        f"Exported   {_shorten(str(result['export']['path']), result['workspace'])}",
        *(f"             {name:<18}{rows:>8} rows" for name, rows in _rows(result["export"])),
        f"Took       {result['seconds']} s, of which Spark's start {result['processed']['start_seconds']} s",
        f"Results    {_relative(result['workspace'])}",
        f"Report     {_relative(result['report'])}",
        "",
        "Next:",
        f"  export TICKETS_DATA={_relative(result['workspace'])}",
        f"  .venv/bin/tickets quarantine stats {CONTRACT}",
        f"  .venv/bin/tickets produce {CONTRACT} --events 1000 --seed 2",
        f"  .venv/bin/tickets process {CONTRACT} --once",
    ]
    return "\n".join(lines)


def _rows(exported: dict[str, Any]) -> list[tuple[str, int]]:
    return [(table["table"], table["rows"]) for table in exported["tables"]]


def _relative(path: str) -> str:
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


def _shorten(path: str, workspace: str) -> str:
    return path.removeprefix(workspace).lstrip("/")
