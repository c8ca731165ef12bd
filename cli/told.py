"""Batches of the job to log lines, metrics and the sums at a run's end."""

import secrets
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from cli.watching import JobMetrics
from runtime import logs

if TYPE_CHECKING:
    from processing.flood import Watch
    from processing.stream import Batch

TRACE_BYTES = 16  # of a trace id, as W3C Trace Context writes it


class Told:
    """A run as its log and its metrics tell it, and what is summed up at its end."""

    def __init__(self, watch: "Watch", metrics: JobMetrics | None) -> None:
        self.watch = watch
        self._metrics = metrics
        self.totals: Counter[str] = Counter()
        self.clauses: Counter[str] = Counter()
        self.batches = 0
        self.alerts = 0
        self.advance: Callable[[int], None] = lambda _: None  # told how many records each batch had
        self._log = logs.get("processing")

    def begun(self) -> None:
        """A batch begins: from here on each JSON line of its thread has its number and its trace id."""
        logs.bind(batch=self.batches, trace_id=secrets.token_hex(TRACE_BYTES))
        self._log.info("batch begun", batch=self.batches)

    def done(self, batch: "Batch | None") -> None:
        """A batch is in the tables; a flood of refusals begins or ends."""
        from processing.stream import describe

        if batch is None:
            self._log.info("batch empty", batch=self.batches)
            return
        carried = batch.carried
        self._log.info(
            "batch committed",
            batch=self.batches,
            ledger_batch=carried.batch,
            ledger_version=carried.version,
            **({"linked_traces": list(carried.traces)} if carried.traces else {}),
            seconds=round(batch.seconds, 2),
            **describe(carried.outcomes),
        )
        self.batches += 1
        if self._metrics is not None:
            self._metrics.done(batch)
        self.totals.update(carried.outcomes)
        self.advance(sum(carried.outcomes.values()))
        self.clauses.update(carried.clauses)
        if self.watch.turned(carried.rejected_share):
            self.alerts += self.watch.alerted
            self._alert(carried.rejected_share)

    def aggregated(self, ledger_version: int, seconds: float) -> None:
        """The aggregates are made of that version of the ledger."""
        self._log.info("aggregates made", ledger_version=ledger_version, seconds=round(seconds, 2))
        if self._metrics is not None:
            self._metrics.aggregated(ledger_version)

    def _alert(self, share: float | None) -> None:
        said = {"rejected_share": None if share is None else round(share, 4), "limit": self.watch.alert_at}
        if self.watch.alerted:
            self._log.warning("alert: many records are rejected", **said, see="tickets quarantine stats")
        else:
            self._log.info("alert over: few records are rejected", **said)
