"""`tickets process`: wires broker, lease, Spark and the job; prints a line per batch."""

import json
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import options
from cli.contracts import catalogue, topic_config
from contracts.compiler.catalogue import Catalogue
from contracts.compiler.model import Contract
from runtime import logs
from runtime.broker import Broker, connect
from runtime.workspace import Workspace

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from processing.derive import Derivation

SHORT_RUN_EVENTS = 300_000  # below, starting Java takes longer than the work
UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes"}


class Interval(click.ParamType[str]):
    """`5s`, `500ms`, `1m` to the words Spark's trigger takes."""

    name = "interval"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse, with examples, what is no interval."""
        import re

        match = re.fullmatch(r"(\d+)(ms|s|m)", str(value))
        if match is None or int(match[1]) == 0:
            self.fail(f"'{value}' is no interval; write 500ms, 5s or 1m.", param, ctx)
        return f"{match[1]} {UNITS[match[2]]}"


def derivation(contract: Contract, folder: Catalogue, workspace: Workspace) -> "Derivation":
    """What is made from an input contract in a workspace."""
    from processing.derive import Derivation

    references = [folder.get(key) for key in contract.references]
    return Derivation(
        source=contract,
        older=folder.older(contract),
        outputs=tuple(folder.outputs(contract)),
        references=tuple((reference, folder.data_file(reference)) for reference in references),
        tables=workspace.tables(contract.name),
    )


def topic_contract(folder: Catalogue, name: str) -> Contract:
    """An input contract by name; wrong use where it describes no topic."""
    contract = folder.get(name)
    if contract.envelope is None:
        raise click.UsageError(f"{contract.key} describes no topic, so there is nothing to read or send.")
    return contract


def spark_session(workspace: Workspace, master: str, *, short: bool) -> "SparkSession":
    """The Spark session of a workspace, started if there is none."""
    from runtime.spark import open_session

    scratch, log = workspace.root / "scratch", workspace.logs / "spark.log"
    return open_session("tickets process", scratch=scratch, master=master, log=log, short=short)


def run_process(
    contract: Contract,
    folder: Catalogue,
    workspace: Workspace,
    broker: Broker,
    *,
    every: str | None = None,
    master: str = "local[*]",
    max_events: int = 100_000,
    stop: threading.Event | None = None,
) -> dict[str, Any]:
    """Read the topic into the workspace's tables; the counts by outcome of what this run read."""
    from runtime import kafka
    from runtime.lease import Lease
    from runtime.secrets import pseudonym_key

    envelope = contract.envelope
    assert envelope is not None  # noqa: S101 - topic_contract has seen to it
    log = logs.get("processing")
    began = time.monotonic()
    with Lease.acquire(workspace.tables(contract.name) / ".lease", "process") as lease:
        kafka.ensure_topic(broker.bootstrap, envelope.topic, envelope.partitions, topic_config(contract))
        marks = kafka.watermarks(broker.bootstrap, envelope.topic)
        few = sum(high - low for low, high in marks.values()) < SHORT_RUN_EVENTS
        spark = spark_session(workspace, master, short=few and every is None)
        started = time.monotonic() - began
        from processing.stream import Batch, Job, Source, describe

        totals: Counter[str] = Counter()
        batches = 0

        def on_batch(batch: Batch) -> None:
            nonlocal batches
            batches += 1
            totals.update(batch.outcomes)
            log.info(
                "batch committed",
                batch=batch.number,
                seconds=round(batch.seconds, 2),
                **describe(batch.outcomes),
            )

        Job(
            spark=spark,
            derivation=derivation(contract, folder, workspace),
            source=Source(kafka.spark_options(broker.bootstrap), envelope.topic, max_events),
            checkpoint=workspace.checkpoint(contract.name),
            lease=lease,
            key=pseudonym_key(workspace),
            every=every,
            on_batch=on_batch,
            stop=stop or threading.Event(),
        ).run()
    return {
        "contract": contract.key,
        "events": totals.total(),
        "outcomes": describe(totals),
        "batches": batches,
        "start_seconds": round(started, 2),
        "seconds": round(time.monotonic() - began, 2),
    }


@click.command(
    epilog="\b\nExamples:\n  tickets process client_tickets --once\n  tickets process client_tickets --every 5s\n"
)
@click.argument("contract")
@click.option("--once", is_flag=True, help="Read what the topic holds now, then end.")
@click.option("--every", type=Interval(), help="Keep reading, one batch each interval (5s, 500ms, 1m), until stopped.")
@click.option(
    "--master",
    default="local[*]",
    show_default=True,
    envvar="TICKETS_MASTER",
    help="Spark master (or TICKETS_MASTER).",
)
@click.option(
    "--max-events",
    type=click.IntRange(1),
    default=100_000,
    show_default=True,
    help="Records in one batch at most.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of log lines.",
)
@options.contracts
@options.broker
@options.data
@options.as_json
def command(
    contract: str,
    once: bool,
    every: str | None,
    master: str,
    max_events: int,
    log_format: Any,
    contracts: Path | None,
    broker: str,
    data: Path,
    as_json: bool,
) -> None:
    """Read the topic of CONTRACT into ledger, tickets and KPIs.

    Stops cleanly on Ctrl-C or SIGTERM: the batch under way is finished first. Run it again after any
    interruption; nothing is lost or doubled.
    """
    if once == bool(every):
        raise click.UsageError("Say either --once or --every INTERVAL.")
    logs.configure(log_format)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    folder, workspace = catalogue(contracts), Workspace.open(data)
    found = topic_contract(folder, contract)
    with connect(broker, workspace) as where:
        done = run_process(
            found, folder, workspace, where, every=every, master=master, max_events=max_events, stop=stop
        )
    if as_json:
        click.echo(json.dumps(done))
        return
    counts = ", ".join(f"{count} {name}" for name, count in done["outcomes"].items()) or "nothing new"
    click.echo(f"{found.name}: {done['events']} events in {done['seconds']} s: {counts}")
