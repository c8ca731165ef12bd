"""`tickets maintain`: fewer and larger files, none that nobody needs, and no value whose time is over."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from cli import options
from cli.contracts import catalogue
from runtime import logs
from runtime.workspace import Workspace

KEEP = "7d"  # cli.chores.KEEP
SHORTEST = timedelta(hours=1)  # what reads a version, such as an export, should have ended by then
EPILOG = """\b
Examples:
  tickets maintain client_tickets --check
  tickets maintain client_tickets
  tickets maintain client_tickets --keep 2d --json
  tickets process client_tickets --every 5s --maintain-every 6h

A job that runs goes on running: it does the work itself, between two batches, and
this command waits for its answer. See docs/maintenance.md.
"""
_WIDTHS = "{step:<8} {table:<17} {files:>15} {size:>21} {rows:>9}"


@click.command(epilog=EPILOG)
@click.argument("contract")
@click.option("--check", "--dry-run", "check", is_flag=True, help="Say what would be done, and change nothing.")
@click.option(
    "--keep",
    type=options.Span(),
    default=KEEP,
    show_default=True,
    help="How long files stay that the newest version does not need; in whole hours, rounded up.",
)
@click.option("--force", is_flag=True, help="Also with a --keep below 1h: exports, audits and time travel may fail.")
@click.option(
    "--wait",
    type=options.Span(),
    default="15m",
    show_default=True,
    help="How long to wait for a running job's answer.",
)
@options.contracts
@options.data
@options.as_json
def command(
    contract: str,
    check: bool,
    keep: timedelta,
    force: bool,
    wait: timedelta,
    contracts: Path | None,
    data: Path,
    as_json: bool,
) -> None:
    """Compact and vacuum the tables of CONTRACT, and remove values that its output contracts no longer keep.

    No row of the audit changes, and no row of an export but those whose time is over (`retention` under
    slaProperties). It may run at any time, also while a job runs, and again after any interruption.

    Exit codes: 0 done; 1 it failed, or another command than a job holds the tables; 2 wrong use; 130 stopped.
    """
    if keep < SHORTEST and not (force or check):
        raise click.UsageError(
            f"--keep {_span(keep)} is shorter than an export or an audit may read: its files would be removed under "
            "it. Give 1h or more; or --force, where nobody reads."
        )
    from cli.maintaining import Maintaining, preview, run
    from cli.process import topic_contract

    logs.configure("text", "warning")
    folder, workspace = catalogue(contracts), Workspace.open(data)
    work = Maintaining.of(topic_contract(folder, contract), folder, workspace)
    tell = (lambda _: None) if as_json else (lambda step: click.echo(step, err=True))
    done = preview(work, keep) if check else run(work, keep, wait, tell)
    click.echo(json.dumps(done) if as_json else describe(done))


def _span(span: timedelta) -> str:
    return f"{int(span.total_seconds()) // 60}m"


_BY = {
    "nobody": "this would be done",
    "job": "done by the running job in {seconds} s",
    "command": "done in {seconds} s",
}


def describe(done: dict[str, Any]) -> str:
    """What was done, or would be, as a table of at most 80 columns."""
    heads = _WIDTHS.format(step="step", table="table", files="files", size="size", rows="rows")
    lines = [f"{done['contract']}: {_BY[done['by']].format(seconds=done['seconds'])}", heads.rstrip()]
    for step in done["steps"]:
        files = " -> ".join(f"{count:,}" for count in step["files"] or ())
        size = " -> ".join(map(_bytes, step["size"] or ()))
        rows = "" if step["rows"] is None else f"{step['rows']:,}"
        shown = {"step": step["step"], "table": step["table"], "files": files, "size": size, "rows": rows}
        lines.append(_WIDTHS.format(**shown).rstrip())
    return "\n".join(lines)


def _bytes(count: int) -> str:
    """In three digits and a unit."""
    size, units = float(count), iter(("B", "kB", "MB", "GB", "TB"))
    unit = next(units)
    while size >= 999.5:
        size, unit = size / 1000, next(units)
    return f"{size:.3g} {unit}"
