"""The three ways to send: events made by contract, somebody's own file, and what was not acknowledged before.

Each returns its summary as plain values; `sent` = `acknowledged` + `failed` in every one.
"""

import contextlib
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from cli.produce.parameters import own_name
from cli.produce.session import delivered, meter, session
from cli.watching import refusing
from contracts.compiler.model import Contract
from runtime.broker import Broker
from runtime.workspace import Workspace

if TYPE_CHECKING:
    from producer.outbox import Outbox
    from producer.receipts import Receipts
    from producer.resume import Resumed, Waiting
    from runtime.metrics import Metrics

NONE = Decimal(0)


def default_start(contract: Contract, now: datetime) -> datetime:
    """00:00 UTC of the day from which the events fill the time up to now, normally seven days ago."""
    from producer.plan import span_of

    return (now - span_of(contract)).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def outbox_folder(workspace: Workspace) -> Path:
    """What was not acknowledged, one file for each run that had such records."""
    return workspace.root / "outbox"


def run_generated(
    contract: Contract,
    broker: Broker,
    workspace: Workspace,
    *,
    events: int,
    seed: int,
    rate: float | None = None,
    invalid: Decimal = NONE,
    duplicates: Decimal = NONE,
    late: Decimal = NONE,
    start: datetime | None = None,
    producer: str | None = None,
    receipts: "Receipts | None" = None,
    timeout_s: float = 60.0,
    progress: bool = False,
    metrics: "Metrics | None" = None,
) -> dict[str, Any]:
    """Send `events` generated events; `start` None is `default_start`, `producer` None is `own_name`.

    ProducerError where the contract can't be generated from, or the shares don't fit.
    """
    from producer.pace import Pace, interruptible
    from producer.plan import Shares, plan
    from producer.run import Control, send_all
    from producer.traffic import traffic

    began_s, outbox = time.monotonic(), _outbox(contract, workspace)
    start = start or default_start(contract, datetime.now(UTC))
    counts = plan(contract, events, Shares(invalid, duplicates, late))
    with (
        session(contract, broker, workspace, timeout_s, outbox, receipts, metrics) as sender,
        interruptible() as stopped,
    ):
        with meter(f"Sending to {contract.name}", events, progress) as advance:
            blocks = traffic(contract, events, seed, start, counts, producer or own_name())
            sent = send_all(blocks, sender, Control(Pace(rate, time.monotonic()), stopped, advance))
            sender.finish()
        return {
            **delivered(contract, sender, sent.whole, stopped(), began_s),
            "outbox": str(outbox.path) if outbox.used else None,
            "events": events,
            "seed": seed,
            "start": start.isoformat(),
            "valid": sent.kinds["valid"],
            "invalid": sent.kinds["invalid"],
            "duplicates": sent.kinds["duplicate"],
            "late": sent.late,
            "invalid_by_clause": dict(sorted(sent.by_clause.items())),
        }


def run_file(
    contract: Contract,
    broker: Broker,
    workspace: Workspace,
    *,
    file: BinaryIO,
    size: int | None,
    input_format: Literal["csv", "jsonl"],
    make_ids: bool,
    producer: str,
    receipts: "Receipts | None",
    rate: float | None,
    timeout_s: float,
    progress: bool,
    metrics: "Metrics | None" = None,
) -> dict[str, Any]:
    """Send somebody's own events; in the summary `read` = `sent` + `refused`.

    `size` in bytes is for the progress bar, None where it is not known.
    """
    from producer import table
    from producer.intake import Gate, Refusals, jsonl
    from producer.outbox import stamp
    from producer.pace import Pace, interruptible
    from producer.run import Control, send_lines

    gate, began_s, outbox = Gate(contract, make_ids, producer), time.monotonic(), _outbox(contract, workspace)
    lines = table.rows(contract, file) if input_format == "csv" else jsonl(file)
    refusals = Refusals(workspace.refused / f"{contract.name}-{stamp(datetime.now(UTC))}.jsonl")
    if metrics is not None:
        metrics.watch(refusing(refusals, contract))
    with (
        session(contract, broker, workspace, timeout_s, outbox, receipts, metrics) as sender,
        interruptible() as stopped,
    ):
        with meter(f"Sending to {contract.name}", size, progress) as advance, contextlib.closing(refusals):
            control = Control(Pace(rate, time.monotonic()), stopped, advance)
            taken = send_lines(lines, gate, refusals, sender, control)
            sender.finish()
        return {
            **delivered(contract, sender, taken.whole, stopped(), began_s),
            "outbox": str(outbox.path) if outbox.used else None,
            "read": taken.read,
            "refused": refusals.count,
            "refused_by_clause": dict(sorted(refusals.by_clause.items())),
            "refused_file": str(refusals.path) if refusals.count else None,
            "ids_made": gate.ids_made,
        }


def run_resumed(
    contract: Contract,
    broker: Broker,
    workspace: Workspace,
    *,
    files: "list[Waiting]",
    receipts: "Receipts | None",
    rate: float | None,
    timeout_s: float,
    progress: bool,
    metrics: "Metrics | None" = None,
) -> dict[str, Any]:
    """Send what stands in these outbox files; in the summary `left` records still stand there."""
    from producer.event import envelope_of
    from producer.pace import Pace, interruptible
    from producer.resume import StandsAlready, resume
    from producer.run import Control

    began_s, topic = time.monotonic(), envelope_of(contract).topic
    known = session(contract, broker, workspace, timeout_s, StandsAlready(), receipts, metrics, each=True)
    with known as sender, interruptible() as stopped:
        with meter(f"Sending again to {contract.name}", sum(file.size for file in files), progress) as advance:
            control = Control(Pace(rate, time.monotonic()), stopped, advance)
            done = resume(files, topic, sender, control)
            sender.finish()
        return {
            **delivered(contract, sender, done.left <= sender.delivery.failed, stopped(), began_s),
            **_resumed(done),
            "outbox": str(files[0].path.parent) if done.left else None,
        }


def nothing_waits(contract: Contract) -> dict[str, Any]:
    """The summary of a resume that finds nothing."""
    from producer.event import envelope_of
    from producer.resume import Resumed

    head = {"contract": contract.key, "topic": envelope_of(contract).topic, "sent": 0, "acknowledged": 0, "failed": 0}
    ended = {"errors": [], "stopped_early": False, "interrupted": False, "seconds": 0.0, "outbox": None}
    return {**head, **ended, **_resumed(Resumed())}


def _resumed(done: "Resumed") -> dict[str, Any]:
    return {
        "files": done.files,
        "left": done.left,
        "busy": [str(path) for path in done.busy],
        "unreadable": done.unreadable,
        "unreadable_files": [str(path) for path in done.aside],
    }


def _outbox(contract: Contract, workspace: Workspace) -> "Outbox":
    from producer.event import envelope_of, event_id
    from producer.outbox import Outbox, stamp

    path = outbox_folder(workspace) / f"{contract.name}-{stamp(datetime.now(UTC))}.jsonl"
    return Outbox(path, envelope_of(contract).topic, lambda value: event_id(contract, value))
