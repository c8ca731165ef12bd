"""Checks passed and failed: those of the export, as its manifest lists them; its files; the audit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cli.report.opened import Missing, Opened, Subject
from cli.report.sections.ran import Export
from runtime import standing
from runtime.standing import Standing


@dataclass(frozen=True, slots=True)
class Check:
    """One clause that the export's rows were held against; `found` is the number of one over many rows, else null."""

    clause: str
    rows: int
    failed: int
    found: str | None


@dataclass(frozen=True, slots=True)
class NotChecked:
    """What was not judged in an export, or of a contract not enforced at all, and why."""

    clause: str
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """One exported table: what was checked, and what was not."""

    name: str
    contract: str
    rows: int
    checks: tuple[Check, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        """Those that a row breaks."""
        return tuple(check for check in self.checks if check.failed)


@dataclass(frozen=True, slots=True)
class Audit:
    """What `tickets audit` finds: `document` is what it prints with --json."""

    ok: bool
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checks:
    """`wrong_files` are those of the export that are missing or have another size than its manifest says; contents are
    not read again. `last_export` and `last_audit` are null where neither ever ran in this workspace.
    """

    tables: tuple[Table, ...] | Missing
    wrong_files: tuple[str, ...]
    audit: Audit | Missing
    last_export: Standing | None
    last_audit: Standing | None


def checks(subject: Subject, export: Export | Missing, audit: Audit | Missing) -> Checks:
    """Of the export that the report is of."""
    last = [standing.read(subject.workspace, command, subject.source.name) for command in ("export", "audit")]
    if isinstance(export, Missing):
        return Checks(export, (), audit, *last)
    tables = tuple(_table(name, one) for name, one in export.manifest["tables"].items())
    return Checks(tables, tuple(_wrong(subject, export)), audit, *last)


def _table(name: str, made: Mapping[str, Any]) -> Table:
    found = tuple(
        Check(one["clause"], one["rows"], one["failed"], str(one["found"]) if "found" in one else None)
        for one in made["checks"]
    )
    gaps = [NotChecked(one["clause"], one["reason"]) for one in made["not_checked"]]
    gaps += [NotChecked(f"{one['place']}: {one['what']}", one["reason"]) for one in made["not_enforced"]]
    return Table(name, made["contract"], made["rows"], found, tuple(gaps))


def _wrong(subject: Subject, export: Export) -> Iterator[str]:
    from exports.shelf import shelf_of

    sizes = shelf_of(subject.workspace, subject.source.name).sizes(export.name)
    for name, said in export.manifest["files"].items():
        if name not in sizes:
            yield f"{name} is missing"
        elif sizes[name] != said["bytes"]:
            yield f"{name} has {sizes[name]:,} bytes, the manifest says {said['bytes']:,}"


def audited(subject: Subject, opened: Opened | Missing, broker: str) -> Audit | Missing:
    """The audit of what is in the tables so far, if the broker can be reached without starting one."""
    command = f"tickets audit {subject.source.name}"
    if isinstance(opened, Missing):
        return Missing(f"not run: {opened.what}", opened.command)
    from runtime.broker import KINDS, Broker, check_address, status
    from runtime.errors import MachineError

    try:
        if broker in KINDS:
            running = status(subject.workspace)
            if running is None or not running.answers:
                return Missing("not run: no broker of this workspace is running, and a report starts none", command)
            where = Broker(running.kind, running.bootstrap)
        else:
            check_address(broker)
            where = Broker("external", broker)
        return _run(subject, where)
    except MachineError as error:
        return Missing(f"not run: {error.what}", f"{command} --broker {broker}")


def _run(subject: Subject, where: Any) -> Audit | Missing:
    from cli.audit import run_audit
    from processing.errors import ProcessingError
    from runtime import kafka

    kafka.require(where.bootstrap)
    try:
        found = run_audit(subject.source, subject.folder, subject.workspace, where, running=True)
    except ProcessingError as error:
        return Missing(f"not run: {error.what}", error.remedy or f"tickets audit {subject.source.name}")
    return Audit(bool(found["ok"]), found)
