"""A workspace to the facts of a report, as frozen values: gathered once, then drawn or printed as JSON."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cli.report.acknowledged import Acknowledged, Waiting, acknowledged, waiting
from cli.report.opened import Missing, Opened, Subject, opened
from cli.report.sections import batches, checks, delay, flow, kpis, lineage, ran, rejections

OF_TABLES = ("read", "flow", "rejections", "kpis", "delay", "batches")  # sections that need a ledger
FORMAT = 1  # of the document; raised when a reader of the one before would misread it


@dataclass(frozen=True, slots=True)
class Facts:
    """One contract's report. Where a section is Missing, it says what is not there and which command makes it.

    `attention` are sentences for somebody to look at; `ok` is false where a sum does not hold, a check or the audit
    failed. Moments are UTC, shares from 0 to 1.
    """

    format: int
    contract: str
    description: str
    made_at: datetime
    ok: bool
    attention: tuple[str, ...]
    about: ran.About
    read: ran.Read | Missing
    export: ran.Export | Missing
    flow: flow.Flow | Missing
    waiting: Waiting
    rejections: rejections.Rejections | Missing
    kpis: kpis.Kpis | Missing
    delay: delay.Delay | Missing
    batches: batches.Batches | Missing
    checks: checks.Checks
    lineage: lineage.Lineage


Auditor = Callable[[Subject, Opened | Missing], checks.Audit | Missing]


def gather(subject: Subject, at: int | None, auditor: Auditor, receipts: Sequence[Path]) -> Facts:
    """The facts at a version of the ledger (None: the newest that all tables were made from). UsageError over a version
    that is not there. `auditor` runs the audit, or says why not.
    """
    with opened(subject, at) as tables:
        return _gathered(subject, tables, at, auditor(subject, tables), receipts)


def _gathered(
    subject: Subject,
    tables: Opened | Missing,
    at: int | None,
    audit: checks.Audit | Missing,
    receipts: Sequence[Path],
) -> Facts:
    export = ran.export(subject, tables, at)
    sent = acknowledged(subject, tables, receipts)
    made: dict[str, Any] = (
        dict.fromkeys(OF_TABLES, tables) if isinstance(tables, Missing) else _of_tables(tables, export, sent)
    )
    made |= {"export": export, "waiting": waiting(subject), "checks": checks.checks(subject, export, audit)}
    about = ran.about(subject, export)
    wrong, worth = tuple(_wrong(made)), tuple(_worth(made, about, subject))
    head = (FORMAT, subject.source.key, subject.source.description, datetime.now(UTC), not wrong, (*wrong, *worth))
    return Facts(*head, about=about, lineage=lineage.lineage(subject), **made)


def _of_tables(tables: Opened, export: ran.Export | Missing, sent: Acknowledged | Missing) -> dict[str, Any]:
    return {
        "read": ran.read(tables),
        "flow": flow.flow(tables, sent, export),
        "rejections": rejections.rejections(tables),
        "kpis": kpis.kpis(tables),
        "delay": delay.delay(tables),
        "batches": batches.batches(tables),
    }


def _wrong(made: dict[str, Any]) -> Iterator[str]:
    """What does not hold."""
    sums = [one for name in ("flow", "kpis") if not isinstance(made[name], Missing) for one in made[name].sums]
    for one in sums:
        if not one.holds:
            yield f"{one.left_says}: {one.left:,}, but {one.right_says}: {one.right:,}. {one.otherwise}"
    found: checks.Checks = made["checks"]
    if isinstance(found.audit, checks.Audit) and not found.audit.ok:
        yield "The audit against the broker FAILED; see Checks."
    for table in () if isinstance(found.tables, Missing) else found.tables:
        if table.failed:
            yield f"{len(table.failed)} checks of the exported table {table.name} failed; see Checks."
    yield from (f"Exported file {what}." for what in found.wrong_files)


def _worth(made: dict[str, Any], about: ran.About, subject: Subject) -> Iterator[str]:
    """What is no fault of the numbers, and should be known by who reads them."""
    read, export, found = made["read"], made["export"], made["checks"]
    if isinstance(read, ran.Read) and read.ledger_newest > read.ledger_version:
        yield f"The ledger is at version {read.ledger_newest} by now; this report is of version {read.ledger_version}."
    if isinstance(export, ran.Export) and not export.of_this and isinstance(read, ran.Read):
        yield f"The newest export, {export.name}, is not of this version of the ledger. Run `{subject.export}`."
    yield from (
        f"The file of {one.key} is another than the export was made with." for one in about.contracts if one.changed
    )
    for name, last in (("export", found.last_export), ("audit", found.last_audit)):
        if last is not None and not last.ok:
            yield f"The last {name} failed, {last.at:%Y-%m-%d %H:%M} UTC."
    if made["waiting"].outbox:
        command = f"tickets produce {subject.source.name} --resume"
        yield f"{made['waiting'].outbox:,} records wait in the outbox and are not in the topic. Run `{command}`."
    if made["waiting"].refused:
        yield f"{made['waiting'].refused:,} lines of somebody's own file were refused and not sent: see `refused/`."
    if isinstance(read, ran.Read) and (absent := sum(one.absent for one in read.partitions if one.absent > 0)):
        yield f"Offsets between first and last that the ledger has no record of: {absent:,}. The audit says why."


def document(value: Any) -> Any:
    """Facts as plain JSON values: moments as ISO 8601, spans as seconds, a Missing one as `missing` and `command`."""
    if isinstance(value, Missing):
        return {"missing": value.what, "command": value.command}
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)]
        computed = [name for name, what in vars(type(value)).items() if isinstance(what, property)]
        return {name: document(getattr(value, name)) for name in (*names, *computed)}
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(key): document(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [document(one) for one in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, datetime) else value
