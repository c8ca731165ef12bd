"""Maintenance wired: by this command where no job runs, by the job that holds the lease where one does.

On S3 a Delta table is safe for one writing process at a time, and a second one must not commit even a compaction. So
whoever finds a job at work hands it a request (runtime.request) and waits for its answer.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cli.levels import promised
from cli.process import derivation, spark_session
from contracts.compiler.catalogue import Catalogue
from contracts.compiler.model import Contract
from processing import expire
from processing.audit import open_ledger
from processing.errors import ProcessingError
from processing.maintain import Keeper, Order, Places, Step, maintain, places, plan
from processing.upkeep import Upkeep
from runtime import logs
from runtime.errors import MachineError
from runtime.lease import Lease, holder
from runtime.request import Asking
from runtime.secrets import pseudonym_key
from runtime.store import Location
from runtime.wait import until
from runtime.workspace import Workspace

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from processing.derive import Derivation

JOB = "process"  # the owner in the lease's record that answers requests
LOOK_S = 0.5  # between two looks for an answer
_KINDS = {"refused": expire.REFUSED, "accepted": expire.ACCEPTED}  # by what an output contract's rows are


@dataclass(frozen=True, slots=True)
class Maintaining:
    """Where it happens. `now` is the moment that the contract's times are counted from."""

    source: Contract
    derivation: "Derivation"
    workspace: Workspace
    key: bytes
    now: Callable[[], datetime]

    @classmethod
    def of(cls, source: Contract, folder: Catalogue, workspace: Workspace) -> "Maintaining":
        """For one input contract in a workspace."""
        made = derivation(source, folder, workspace)
        return cls(source, made, workspace, pseudonym_key(workspace), lambda: datetime.now(UTC))

    @property
    def places(self) -> Places:
        """Its tables."""
        return places(self.derivation.tables, tuple(self.derivation.derived))

    @property
    def lease(self) -> Location:
        """The lease's record."""
        return self.derivation.tables / ".lease"

    @property
    def slot(self) -> Location:
        """Where requests and answers lie."""
        return self.derivation.tables / ".maintain"

    def order(self, keep: timedelta) -> Order:
        """What is to be done now, by the retention of the output contracts."""
        before: dict[str, datetime] = {}
        aggregates: dict[str, datetime] = {}
        for contract in self.derivation.outputs:
            moment = _kept_from(contract, self.now())
            if moment is None:
                continue
            if kind := _KINDS.get(contract.rows):
                before[kind] = min(moment, before.get(kind, moment))
            elif contract.rows == "aggregate":
                aggregates[contract.name] = expire.midnight(moment)
        return Order(whole_hours(keep), before, aggregates)

    def keeper(self, lease: Lease, spark: "Callable[[], SparkSession]", tell: Callable[[str], None]) -> Keeper:
        """Who does it, with the lease held."""
        return Keeper(lease.check, tell, Upkeep(spark, self.derivation, self.key))


def whole_hours(span: timedelta) -> int:
    """A span in the hours that Delta counts in, rounded up."""
    return -(-int(span.total_seconds()) // 3600)


def preview(work: Maintaining, keep: timedelta) -> dict[str, Any]:
    """What would be done, as `--json` prints it; read without a lease, beside a job too."""
    open_ledger(work.derivation.ledger).close()  # says what to do where there is none
    return said(work, plan(work.places, work.order(keep)), "nobody", 0.0)


def run(work: Maintaining, keep: timedelta, wait: timedelta, tell: Callable[[str], None]) -> dict[str, Any]:
    """Do it, or have it done; what `--json` prints. MachineError where another command is at work, or none answers."""
    open_ledger(work.derivation.ledger).close()
    began = time.monotonic()
    try:
        lease = Lease.acquire(work.lease, "maintain")
    except MachineError:
        if holder(work.lease).get("owner") != JOB:
            raise
        found = _ask(work, keep, wait, tell)
        if not isinstance(found, Lease):
            return {**said(work, (), "job", time.monotonic() - began), **found}
        lease = found
    with lease:
        steps = _alone(work, keep, lease, tell)
    return said(work, steps, "command", time.monotonic() - began)


def said(work: Maintaining, steps: tuple[Step, ...], by: str, seconds: float) -> dict[str, Any]:
    """What was done, as `--json` prints it."""
    return {
        "contract": work.source.key,
        "by": by,
        "seconds": round(seconds, 2),
        "steps": [asdict(step) for step in steps],
    }


def told(step: Step) -> None:
    """A step in the log."""
    shown = {name: value for name, value in asdict(step).items() if value is not None}
    logs.get("processing").info("maintained", **shown)


def _kept_from(contract: Contract, now: datetime) -> datetime | None:
    """Since when rows are kept; None where the contract sets no time."""
    if not any(level.name == "retention" for level in contract.service_levels):
        return None
    seconds = promised(contract, "retention")
    if seconds is None or seconds <= 0:
        raise ProcessingError(
            f"the retention of {contract.key} is no span of time",
            "Give a number above 0 and a unit such as d under slaProperties.",
        )
    return now - timedelta(seconds=seconds)


def _alone(work: Maintaining, keep: timedelta, lease: Lease, tell: Callable[[str], None]) -> tuple[Step, ...]:
    from runtime.spark import close_session

    open_sessions: list[SparkSession] = []

    def spark() -> "SparkSession":
        open_sessions[:] = [spark_session(work.workspace, short=True)]
        return open_sessions[0]

    steps: list[Step] = []
    try:
        for step in maintain(work.places, work.order(keep), work.keeper(lease, spark, tell)):
            steps.append(step)
            told(step)
    finally:
        for session in open_sessions:
            close_session(session)
    return tuple(steps)


def _ask(work: Maintaining, keep: timedelta, wait: timedelta, tell: Callable[[str], None]) -> Mapping[str, Any] | Lease:
    """The job's answer, or the lease where the job has ended meanwhile."""
    asking: list[Asking] = []
    heard = ""

    def look() -> Mapping[str, Any] | Lease | None:
        nonlocal heard
        if (lease := _free(work)) is not None:
            return lease
        if not asking:
            asking.append(Asking(work.slot, {"keep_hours": whole_hours(keep)}, lambda: _number(work)))
        answer = asking[0].look()
        if asking[0].state != heard:
            heard = asking[0].state
            tell(f"the running job: {heard}")
        if answer is not None and "stopped" in answer:
            asking.clear()  # it ends: the lease will be free
            return None
        return answer

    try:
        found = until(look, wait.total_seconds(), LOOK_S)
    finally:
        for one in asking:
            one.withdraw()
    if found is None:
        raise MachineError(
            f"the running job (pid {holder(work.lease).get('pid')}) did not answer within {wait} (last: {heard})",
            "A batch or another command may take long: look at the job's log, then ask again, with a longer --wait.",
        )
    if not isinstance(found, Lease) and "what" in found:
        raise ProcessingError(f"the running job could not do it: {found['what']}", str(found["remedy"]))
    return found


def _free(work: Maintaining) -> Lease | None:
    try:
        return Lease.acquire(work.lease, "maintain")
    except MachineError:
        return None


def _number(work: Maintaining) -> int | None:
    found = holder(work.lease).get("number")
    return None if found is None else int(found)
