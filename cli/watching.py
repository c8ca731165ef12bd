"""Runs to metrics: what a job's batches, its topic and its workspace tell, and what a producer session does."""

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli.levels import promised
from contracts.compiler.model import Contract
from runtime import standing
from runtime.broker import Broker
from runtime.delta import is_table
from runtime.lag import Lag, Read
from runtime.metrics import Metrics, Sample, Source, serve
from runtime.workspace import Workspace

if TYPE_CHECKING:
    from processing.stream import Batch
    from producer.intake import Refusals
    from producer.send import Delivery

OUTCOMES = ("accepted", "rejected", "duplicate", "conflict", "tombstone", "erased")
SENT = ("acknowledged", "failed")
STANDING = ("export", "audit")


@contextlib.contextmanager
def served(address: tuple[str, int] | None) -> Iterator[Metrics | None]:
    """Metrics that can be scraped at (host, port) for the block; None, and nothing is started, where none is given."""
    if address is None:
        yield None
        return
    metrics = Metrics()
    with serve(metrics, *address):
        yield metrics


class JobMetrics:
    """One run of the job. `majors` are the contracts whose events it reads, `limit` the share that is told as alert."""

    def __init__(self, metrics: Metrics, majors: tuple[Contract, ...], limit: float | None) -> None:
        self._metrics, self._name = metrics, majors[0].name
        self._put("tickets_run_started_timestamp_seconds", time.time())
        self._put("tickets_last_batch_timestamp_seconds", time.time())
        if limit is not None:
            self._put("tickets_rejected_limit_ratio", limit)
        for outcome in OUTCOMES:
            metrics.add("tickets_records_total", self._name, outcome, by=0)
        for clause in (clause for major in majors for clause in major.all_clauses()):
            metrics.add("tickets_refusals_total", self._name, clause.id, by=0)
        latency = promised(majors[0], "latency")
        metrics.histogram("tickets_event_delay_seconds", self._name, more=() if latency is None else (latency,))
        metrics.histogram("tickets_batch_duration_seconds", self._name)

    def done(self, batch: "Batch") -> None:
        """A batch is in ledger and accepted rows."""
        carried = batch.carried
        for outcome, count in carried.outcomes.items():
            self._metrics.add("tickets_records_total", self._name, outcome, by=count)
        for clause, count in carried.clauses.items():
            self._metrics.add("tickets_refusals_total", self._name, clause, by=count)
        self._metrics.observe("tickets_event_delay_seconds", self._name, values=carried.delays_s)
        self._metrics.observe("tickets_batch_duration_seconds", self._name, values=(batch.seconds,))
        self._put("tickets_last_batch_timestamp_seconds", time.time())
        self._put("tickets_ledger_version", carried.version)
        if carried.rejected_share is not None:
            self._put("tickets_rejected_ratio", carried.rejected_share)

    def aggregated(self, ledger_version: int) -> None:
        """The aggregates are made of that version."""
        self._put("tickets_aggregates_ledger_version", ledger_version)

    def _put(self, name: str, value: float) -> None:
        self._metrics.put(name, self._name, value=value)


@contextlib.contextmanager
def watched_job(
    metrics: Metrics, majors: tuple[Contract, ...], workspace: Workspace, broker: Broker, limit: float | None
) -> Iterator[JobMetrics]:
    """Everything that can be scraped of a run, for as long as it lasts, from before Spark starts."""
    name, topic = majors[0].name, majors[0].envelope.topic if majors[0].envelope else majors[0].name
    lag = Lag(broker.bootstrap, topic, lambda: read_so_far(workspace, name))
    metrics.watch(left_in(lag, name))
    metrics.watch(stands(workspace, name))
    with contextlib.closing(lag):
        yield JobMetrics(metrics, majors, limit)


def left_in(lag: Lag, contract: str) -> Source:
    """What the topic has that the ledger has not, asked at each scrape."""

    def source() -> Iterator[Sample]:
        left = lag.ask()
        yield Sample("tickets_broker_up", (contract,), float(left is not None))
        for partition, one in (left or {}).items():
            labels = (contract, str(partition))
            yield Sample("tickets_offsets_behind", labels, one.offsets)
            if one.seconds is not None:
                yield Sample("tickets_behind_seconds", labels, one.seconds)
            if one.oldest_at is not None or not one.offsets:
                age = max(0.0, time.time() - one.oldest_at.timestamp()) if one.oldest_at else 0.0
                yield Sample("tickets_oldest_unread_age_seconds", labels, age)

    return source


def read_so_far(workspace: Workspace, contract: str) -> Read:
    """How far the ledger has come; nothing where there is none yet."""
    from processing.position import position

    ledger = workspace.tables(contract) / "ledger"
    if not is_table(ledger):
        return {}
    return {partition: (last.offset, last.received_at) for partition, last in position(ledger).items()}


def stands(workspace: Workspace, contract: str) -> Source:
    """What export and audit came to in this workspace, whoever ran them."""

    def source() -> Iterator[Sample]:
        for command in STANDING:
            found = standing.read(workspace, command, contract)
            if found is None:
                continue
            yield Sample(f"tickets_{command}_ok", (contract,), float(found.ok))
            if found.succeeded_at is not None:
                at = found.succeeded_at.timestamp()
                yield Sample(f"tickets_{command}_success_timestamp_seconds", (contract,), at)

    return source


def sending(delivery: "Delivery", contract: Contract) -> Source:
    """What became of the records of a producer session."""
    began = time.time()

    def source() -> Iterator[Sample]:
        yield Sample("tickets_run_started_timestamp_seconds", (contract.name,), began)
        for outcome in SENT:
            yield Sample("tickets_produced_records_total", (contract.name, outcome), getattr(delivery, outcome))
        yield Sample("tickets_produced_pending", (contract.name,), delivery.pending)

    return source


def refusing(refusals: "Refusals", contract: Contract) -> Source:
    """The lines of somebody's own file that were not sent."""

    def source() -> Iterator[Sample]:
        known = {**{clause.id: 0 for clause in contract.all_clauses()}, **refusals.by_clause}
        for clause, count in known.items():
            yield Sample("tickets_produce_refusals_total", (contract.name, clause), count)

    return source
