"""`tickets process`: wires broker, lease, Spark and the job; prints a line per batch."""

import contextlib
import json
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import lineage, options
from cli.contracts import catalogue, topic_config
from cli.named import without_topic
from cli.told import Told
from cli.watching import read_so_far, served, watched_job
from contracts.compiler.catalogue import Catalogue
from contracts.compiler.model import Contract
from runtime import logs
from runtime.broker import Broker, connect
from runtime.continuity import Continuity
from runtime.engine import LOCAL, Engine
from runtime.progress import bar
from runtime.store import address
from runtime.workspace import Workspace

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from processing.derive import Derivation
    from processing.erased import ErasedList
    from processing.position import Lost, Position
    from runtime.metrics import Metrics

SHORT_RUN_EVENTS = 300_000  # below, starting Java takes longer than the work
MAX_EVENTS = 250_000  # of a batch: its fixed cost is some tenths of a second then, a few hundredths of it
ALERT = 0.2  # share of rejected records that is told, unless another is given
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
    from processing.erased import read_all
    from runtime.secrets import pseudonym_key

    at, local = workspace.erased(contract.name), workspace.local_erased(contract.name)
    return derivation_without(contract, folder, workspace, read_all(at, local, contract.name, pseudonym_key(workspace)))


def derivation_without(
    contract: Contract, folder: Catalogue, workspace: Workspace, erased: "ErasedList"
) -> "Derivation":
    """The same, with nothing of these persons."""
    from processing.derive import Derivation

    references = [folder.get(key) for key in contract.references]
    return Derivation(
        source=contract,
        older=folder.older(contract),
        outputs=tuple(folder.outputs(contract)),
        references=tuple((reference, folder.data_file(reference)) for reference in references),
        tables=workspace.tables(contract.name),
        index=workspace.index(contract.name),
        erased=erased,
    )


def topic_contract(folder: Catalogue, name: str) -> Contract:
    """An input contract by name; wrong use where it describes no topic."""
    contract = folder.get(name)
    if contract.envelope is None:
        raise without_topic(contract, "there is nothing to read or send")
    return contract


def spark_session(workspace: Workspace, on: Engine = LOCAL, *, short: bool) -> "SparkSession":
    """The Spark session of a workspace, started if there is none."""
    from runtime.spark import open_session

    scratch, log = workspace.root / "scratch", workspace.logs / "spark.log"
    return open_session("tickets process", scratch=scratch, on=on, log=log, short=short, store=workspace.store)


def look_at_workers(session: "SparkSession", workspace: Workspace, broker: Broker) -> None:
    """MachineError where the workers of a cluster lack something that the job needs of them."""
    from runtime.first_job import Needs, check

    store = workspace.store or workspace.root / "tables"
    addresses = [*broker.bootstrap.split(","), *([found] if (found := address(store)) else [])]
    check(session, Needs(addresses, store if isinstance(store, Path) else None))


def run_process(
    contract: Contract,
    folder: Catalogue,
    workspace: Workspace,
    broker: Broker,
    *,
    every: str | None = None,
    on: Engine = LOCAL,
    max_events: int = MAX_EVENTS,
    limits: "Limits | None" = None,
    accept_loss: bool = False,
    stop: threading.Event | None = None,
    metrics: "Metrics | None" = None,
    maintain_every: timedelta | None = None,
) -> dict[str, Any]:
    """Read the topic into the workspace's tables; the counts by outcome of what this run read."""
    from runtime import kafka
    from runtime.lease import Lease
    from runtime.secrets import pseudonym_key

    envelope = contract.envelope
    assert envelope is not None  # noqa: S101 - topic_contract has seen to it
    began = time.monotonic()
    with contextlib.ExitStack() as held:
        tables, outputs = workspace.tables(contract.name), folder.outputs(contract)
        telling = lineage.told(lineage.job(contract, outputs, tables, broker.bootstrap, streaming=every is not None))
        run = held.enter_context(telling)
        lease = held.enter_context(Lease.acquire(tables / ".lease", "process"))
        kafka.ensure_topic(broker.bootstrap, envelope.topic, envelope.partitions, topic_config(contract))
        limits = limits or Limits(ALERT, None)
        majors = (contract, *folder.older(contract))
        watching = watched_job(metrics, majors, workspace, broker, limits.alert) if metrics else None
        watched = held.enter_context(watching) if watching else None
        marks = kafka.watermarks(broker.bootstrap, envelope.topic)
        few = sum(high - low for low, high in marks.values()) < SHORT_RUN_EVENTS
        spark = spark_session(workspace, on, short=few and every is None)
        if on.elsewhere:
            look_at_workers(spark, workspace, broker)
        started = time.monotonic() - began
        from cli.chores import Chores
        from cli.maintaining import Maintaining
        from processing.flood import Watch
        from processing.stream import Job, Reports, Source, describe
        from runtime.spark import java_needed

        continuity = Continuity(broker.bootstrap, envelope.topic, accept_loss=accept_loss)
        held.enter_context(contextlib.closing(continuity))
        stop = stop or threading.Event()
        told = Told(Watch(limits.alert, limits.stop), watched)
        held.enter_context(java_needed(workspace.logs / "spark.log"))
        if every is None:
            told.advance = held.enter_context(
                bar(f"Reading {envelope.topic}", _unread(marks, workspace, contract.name))
            )
        Job(
            spark=spark,
            derivation=derivation(contract, folder, workspace),
            source=Source(kafka.spark_options(broker.bootstrap), envelope.topic, max_events, unbroken(continuity)),
            scratch=workspace.checkpoint(contract.name),
            lease=lease,
            key=pseudonym_key(workspace),
            every=every,
            watch=told.watch,
            reports=Reports(told.begun, told.done, told.aggregated),
            stop=stop,
            chores=Chores(Maintaining.of(contract, folder, workspace), lease, spark, stop, maintain_every),
            here=not on.elsewhere,
        ).run()
        run.outcomes = describe(told.totals)
        run.inputs[0].judged = lineage.refused(contract, told.clauses)
    return {
        "contract": contract.key,
        "events": told.totals.total(),
        "outcomes": describe(told.totals),
        "batches": told.batches,
        "alerts": told.alerts,
        "start_seconds": round(started, 2),
        "seconds": round(time.monotonic() - began, 2),
    }


def _unread(marks: Mapping[int, tuple[int, int]], workspace: Workspace, contract: str) -> int:
    """How many offsets up to now the ledger does not have."""
    so_far = read_so_far(workspace, contract)
    first = {
        partition: max(low, so_far[partition][0] + 1 if partition in so_far else low)
        for partition, (low, _) in marks.items()
    }
    return sum(max(0, high - first[partition]) for partition, (_, high) in marks.items())


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares of rejected records: above `alert` it is told, above `stop` the job stops; None for never."""

    alert: float | None
    stop: float | None


def unbroken(continuity: Continuity) -> "Callable[[Position], Lost]":
    """Whether the topic is still the one that was read, as job and audit ask it."""
    return lambda at: continuity.check({partition: (last.offset, last.received_at) for partition, last in at.items()})


@click.command(
    epilog="\b\nExamples:\n  tickets process client_tickets --once\n  tickets process client_tickets --every 5s\n"
    "  tickets process client_tickets --every 5s --metrics 9464 --log-format json\n"
    "  tickets process client_tickets --every 5s --maintain-every 6h\n"
)
@click.argument("contract")
@click.option("--once", is_flag=True, help="Read what the topic holds now, then end.")
@click.option("--every", type=Interval(), help="Keep reading, one batch each interval (5s, 500ms, 1m), until stopped.")
@options.master
@options.workers_python
@options.spark_conf
@click.option(
    "--max-events",
    type=click.IntRange(1),
    default=MAX_EVENTS,
    show_default=True,
    help="Records in one batch at most.",
)
@click.option(
    "--max-rejected", type=options.Share(), help="Stop before a batch of which a larger share is rejected (20%)."
)
@click.option(
    "--alert-rejected",
    type=options.Share(),
    default=str(ALERT),
    show_default="20%",
    help="Log an alert above this share.",
)
@click.option(
    "--accept-loss",
    is_flag=True,
    help="Go on where the topic lost records before they were read; the audit names them.",
)
@click.option(
    "--maintain-every",
    type=options.Span(),
    help="Also do what `tickets maintain` does, between two batches, at this interval (6h, 1d).",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of log lines.",
)
@options.metrics
@options.contracts
@options.broker
@options.data
@options.as_json
def command(
    contract: str,
    once: bool,
    every: str | None,
    master: str,
    workers_python: str | None,
    spark_conf: dict[str, str],
    max_events: int,
    max_rejected: Decimal | None,
    alert_rejected: Decimal,
    accept_loss: bool,
    maintain_every: timedelta | None,
    log_format: Any,
    metrics: tuple[str, int] | None,
    contracts: Path | None,
    broker: str,
    data: Path,
    as_json: bool,
) -> None:
    """Read the topic of CONTRACT into ledger, tickets and KPIs: what it holds now (--once), or on and on (--every).

    Stops cleanly on Ctrl-C or SIGTERM: the batch under way is finished first. Run it again after any
    interruption; nothing is lost or doubled. On a cluster (--master spark://HOST:7077, yarn, k8s://...) this command is
    the driver; workers are sent code and packages, which fit machines of this one's platform and minor version of
    Python, and tables lie in a bucket (TICKETS_TABLES): docs/cluster.md.
    """
    if once == bool(every):
        raise click.UsageError("Say either --once or --every INTERVAL.")
    if maintain_every is not None and not (every and maintain_every):
        raise click.UsageError("--maintain-every takes a time above 0, and a job that keeps reading (--every).")
    logs.configure(log_format)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    folder, workspace = catalogue(contracts), Workspace.open(data)
    found = topic_contract(folder, contract)
    limits = Limits(float(alert_rejected), None if max_rejected is None else float(max_rejected))
    with served(metrics) as shown, connect(broker, workspace) as where:
        done = run_process(
            found,
            folder,
            workspace,
            where,
            every=every,
            on=Engine(master, workers_python, spark_conf),
            max_events=max_events,
            limits=limits,
            accept_loss=accept_loss,
            stop=stop,
            metrics=shown,
            maintain_every=maintain_every,
        )
    if as_json:
        click.echo(json.dumps(done))
        return
    counts = ", ".join(f"{count} {name}" for name, count in done["outcomes"].items()) or "nothing new"
    click.echo(f"{found.name}: {done['events']} events in {done['seconds']} s: {counts}")
