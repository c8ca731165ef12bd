"""The command: a page that follows a job on a terminal, or one JSON document after the other elsewhere."""

import contextlib
import json
import sys
import time
from datetime import timedelta
from pathlib import Path

import click

from cli import options
from cli.contracts import catalogue
from cli.watch.facts import Facts, document
from cli.watch.gather import Following, Gatherer
from cli.watch.keys import QUIT, pressed
from cli.watch.stored import Shelf
from contracts.compiler.catalogue import Catalogue
from runtime import logs
from runtime.workspace import Workspace

PORT = 9464  # the one that docs/observability.md starts a job with
ONCE_LINES = 40  # of a page that is printed, and not drawn again
TICK_S = 0.2  # how soon a key, or another size of the terminal, is seen


@click.command(
    epilog="\b\nExamples:\n  tickets process client_tickets --every 5s --metrics 9464 &\n"
    "  tickets watch client_tickets\n"
    "  tickets watch client_tickets --once --json | jq .job.offsets_behind\n"
    "  tickets watch client_tickets --metrics 10.0.0.7:9464 --every 10s\n"
)
@click.argument("contract", required=False)
@click.option(
    "--metrics",
    type=options.Address(),
    envvar="TICKETS_METRICS",
    default=str(PORT),
    show_default=True,
    help="Where the job answers: PORT of this machine, or HOST:PORT (or TICKETS_METRICS).",
)
@click.option("--every", type=options.Span(), default="1s", show_default=True, help="How often to look.")
@click.option("--once", is_flag=True, help="Look once, print it, and end.")
@options.contracts
@options.data
@options.as_json
def command(
    contract: str | None,
    metrics: tuple[str, int],
    every: timedelta,
    once: bool,
    contracts: Path | None,
    data: Path,
    as_json: bool,
) -> None:
    """Follow the job of CONTRACT: rates by outcome, lag, batch time, refusals by clause, last export and audit.

    Rates and lag come from the job's metrics (tickets process --metrics), refusals and the rest from the tables in
    --data. Where no job runs the tables are shown, and one that starts is seen. q quits. Without a terminal, or with
    --json, prints one JSON document for each look. CONTRACT may be left out where the workspace has one ledger.

    Exit codes: 0 done, also by q or Ctrl-C; 1 the workspace can't be used; 2 wrong use.
    """
    if not every:
        raise click.UsageError("--every takes a time above 0.")
    logs.configure("text", "error")
    folder, workspace = catalogue(contracts), Workspace.open(data)
    name = _name(contract, folder, workspace)
    gatherer = Gatherer(name, workspace, metrics, Shelf.of(workspace.tables(name), name, contracts))
    terminal = sys.stdout.isatty() and sys.stdin.isatty() and not as_json
    with contextlib.suppress(KeyboardInterrupt):
        if once:
            _print(gatherer.facts(wait=True), as_json or not sys.stdout.isatty())
        elif terminal:
            _follow(gatherer, every.total_seconds())
        else:
            _documents(gatherer, every.total_seconds())


def _name(contract: str | None, folder: Catalogue, workspace: Workspace) -> str:
    """The contract to follow: the one named, else the only one with a ledger, else the only one with a topic."""
    from cli.audit import with_ledger

    if contract:
        found = folder.get(contract)
        if found.rows != "event":
            raise click.UsageError(f"{found.key} is no input contract. It is made from {found.source}: watch that.")
        return found.name
    able = with_ledger(folder, workspace) or [one for one in folder.newest() if one.envelope is not None]
    if len(able) != 1:
        raise click.UsageError(f"Say which: {', '.join(one.name for one in able) or 'there is no input contract'}.")
    return able[0].name


def _print(facts: Facts, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(document(facts)))
        return
    from rich.console import Console

    from cli.watch.page import page

    console = Console()
    console.print(page(facts, console.width, ONCE_LINES))


def _documents(gatherer: Gatherer, every_s: float) -> None:
    """One document a line, each as soon as it is known."""
    while True:
        began = time.monotonic()
        click.echo(json.dumps(document(gatherer.facts(wait=False))))
        sys.stdout.flush()
        time.sleep(max(0.0, every_s - (time.monotonic() - began)))


def _follow(gatherer: Gatherer, every_s: float) -> None:
    """The page, drawn anew with each look and each size of the terminal, until a key quits."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    from cli.watch.page import page

    console = Console()
    with (
        Following(lambda: gatherer.facts(wait=False), every_s) as following,
        pressed() as key,
        Live(Text("looking ..."), console=console, screen=True, auto_refresh=False) as live,
    ):
        drawn: tuple[object, object] = (None, None)
        while not QUIT & set(key(TICK_S)):
            facts, size = following.facts(), console.size
            if facts is not None and (facts, size) != drawn:
                live.update(page(facts, size.width, size.height), refresh=True)
                drawn = (facts, size)
