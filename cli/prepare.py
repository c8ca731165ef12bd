"""`tickets prepare`: fetches what is fetched once, and lets Java keep the classes that every run loads."""

import json
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from cli import options
from cli.contracts import catalogue
from cli.demo import CONTRACT
from runtime import classdata, logs
from runtime.broker import connect
from runtime.cache import cache_dir
from runtime.jars import SETS, fetch
from runtime.progress import working
from runtime.workspace import Workspace

EVENTS = 300
DAYS = 7  # ago: what is older than its retention the broker may remove, what is yet to come it does not take
AGAIN = "Java left no archive; everything works without. Is it a whole JDK or JRE (`tickets doctor`)?"


@click.command(epilog="\b\nExamples:\n  tickets prepare\n  TICKETS_CACHE=/mnt/big/cache tickets prepare --json\n")
@options.as_json
def command(as_json: bool) -> None:
    """Make later runs start faster: fetch the jars, run once in a temporary folder, keep Java's classes.

    Takes about a minute, and about 300 MB in the cache (TICKETS_CACHE, else ~/.cache/tickets). Nothing needs it; run it
    where more than a few runs are to follow, and again after Java or the packages have changed.
    """
    logs.configure("text", "warning")
    began = time.monotonic()
    for name in SETS:
        fetch(name)
    with (
        working("running once, to see which classes are loaded"),
        classdata.recording() as made,
        tempfile.TemporaryDirectory(prefix="tickets-") as folder,
    ):
        _run_once(Workspace.open(Path(folder)))
    done: dict[str, Any] = {
        "cache": str(cache_dir()),
        "archives": {file.name: file.stat().st_size for file in made},
        "seconds": round(time.monotonic() - began, 1),
    }
    if as_json:
        click.echo(json.dumps(done))
        return
    rows = [f"  {name}  {size / 1e6:.0f} MB" for name, size in done["archives"].items()]
    click.echo("\n".join([f"Prepared in {done['seconds']} s, kept in {done['cache']}:", *(rows or [AGAIN])]))


def _run_once(workspace: Workspace) -> None:
    """A short run as any other; each Java process ends with it, and leaves its archive then."""
    from pyspark.sql import SparkSession

    from cli.process import run_process
    from cli.produce import run_generated
    from runtime.spark import close_session

    folder = catalogue(None)
    contract = folder.get(CONTRACT)
    with connect("embedded", workspace) as broker:
        run_generated(
            contract,
            broker,
            workspace,
            events=EVENTS,
            seed=1,
            rate=None,
            invalid=Decimal("0.03"),
            duplicates=Decimal("0.01"),
            late=Decimal("0.02"),
            start=datetime.now(UTC) - timedelta(days=DAYS),
            timeout_s=60,
            progress=False,
        )
        try:
            run_process(contract, folder, workspace, broker)
        finally:
            if (session := SparkSession.getActiveSession()) is not None:
                close_session(session)
