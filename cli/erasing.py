"""An erasure step by step, each of which may be repeated: list, ledger, what is derived, older files, exports, lines.

The list comes first: from then on nobody can be brought back, and what an interruption leaves is found again by it.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.process import derivation_without, spark_session
from contracts.compiler.catalogue import Catalogue
from contracts.compiler.model import Contract
from exports.withdraw import Bound, Withdrawn, stale, withdraw
from processing import erased, lines
from processing.erase import Found, behind, survey, sweep, swept_at, vacuum, without_names
from processing.erased import ErasedList
from processing.migrate import bring
from processing.quarantine import DISCARDS
from processing.traces import Traces
from runtime import logs
from runtime.delta import is_table
from runtime.files import try_lock
from runtime.lease import Lease
from runtime.secrets import pseudonym_key
from runtime.store import Location
from runtime.workspace import Workspace

if TYPE_CHECKING:
    from processing.derive import Derivation

KEPT_LINES = ("outbox", "refused")  # folders of a workspace


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose data goes: persons by id, or those of another list; and why."""

    ids: tuple[str, ...]
    other: Location | None
    reason: str | None

    def sought(self, key: bytes) -> ErasedList:
        """These persons, as a list."""
        return ErasedList.of(self.ids, key) if self.other is None else ErasedList.read(self.other, key)


@dataclass(frozen=True, slots=True)
class Erasing:
    """Where it happens."""

    source: Contract
    derivation: "Derivation"
    workspace: Workspace
    key: bytes

    @classmethod
    def of(cls, source: Contract, folder: Catalogue, workspace: Workspace) -> "Erasing":
        """For one input contract in a workspace."""
        key = pseudonym_key(workspace)
        listed = ErasedList.read(workspace.erased(source.name), key)
        return cls(source, derivation_without(source, folder, workspace, listed), workspace, key)

    def traces(self, sought: ErasedList) -> Traces:
        """What finds these persons."""
        return Traces(self.derivation.majors, self.key, sought)

    @property
    def bound(self) -> Bound | None:
        """What exports must be made from now on."""
        found = swept_at(self.derivation.ledger)
        return None if found is None else Bound(*found)

    def files(self) -> Iterator[Path]:
        """The producer's files of this contract, leftovers of interrupted writing included."""
        for name in KEPT_LINES:
            for path in sorted((self.workspace.root / name).glob("*")):
                if path.name.lstrip(".").startswith(f"{self.source.name}-") and path.is_file():
                    yield path

    def shown(self, path: Path) -> str:
        """A path relative to --data."""
        return path.relative_to(self.workspace.root).as_posix()


def preview(work: Erasing, wanted: Wanted) -> dict[str, Any]:
    """What would go, as `--json` prints it."""
    sought = wanted.sought(work.key)
    traces = work.traces(sought)
    found = survey(work.derivation.ledger, work.derivation.majors, work.key, sought)
    exports = stale(work.source, work.workspace, None if found.places else work.bound)
    counted = {work.shown(path): lines.theirs(path, traces) for path in work.files()}
    return {
        **_said(work, sought, found),
        "exports": list(exports),
        "published": None,
        "files": {name: count for name, count in counted.items() if count},
        "left": [],
        "dry_run": True,
    }


def erase(work: Erasing, wanted: Wanted, lease: Lease) -> dict[str, Any]:
    """Remove it; the answer as `--json` prints it, `left` in sentences what could not be removed, or not replaced."""
    sought, file = wanted.sought(work.key), work.workspace.erased(work.source.name)
    if wanted.other is None:
        listed = erased.add(file, work.key, wanted.ids, wanted.reason or "")
    else:
        listed = erased.merge(file, work.key, wanted.other)
    found = _tables(work, listed, lease)
    left = _strangers(work, vacuum(work.derivation.tables, lease.check))
    withdrawn = withdraw(work.source, work.derivation.outputs, work.workspace, work.bound, lambda _: None)
    struck = _strike(work, listed)
    left += [f"{name} is being written by another command; run this again after it" for name in struck.busy]
    _clear_scratch(work.workspace, lease)
    if not left:
        erased.finish(file, work.key)
    done = {
        **_said(work, sought, found),
        "exports": list(withdrawn.removed),
        "published": withdrawn.published,
        "files": struck.counts,
        "left": left + _unpublished(withdrawn),
        "dry_run": False,
    }
    said = {name: done[name] for name in ("contract", "persons", "ledger", "exports", "files", "left")}
    logs.get("cli").info("erased", reason=wanted.reason, **said)
    return done


def _said(work: Erasing, sought: ErasedList, found: Found) -> dict[str, Any]:
    """What both answers say; every accepted row of the ledger is one of the accepted table."""
    envelope, accepted = work.source.envelope, work.derivation.accepted.name
    until = found.newest + envelope.retention if found.newest and envelope else None
    rows = found.outcomes.get("accepted", 0)
    return {
        "contract": work.source.key,
        "persons": sorted(one.hex() for one in sought.digests),
        "ledger": dict(found.outcomes),
        "tables": {accepted: rows} if rows else {},
        "topic_until": until.isoformat(timespec="seconds") if until else None,
    }


def _tables(work: Erasing, listed: ErasedList, lease: Lease) -> Found:
    """Ledger, then what is derived from it; indexes are made anew by the next job."""
    made = work.derivation
    if is_table(made.ledger):
        bring(made.versions, made.derived, made.ledger, work.key, lease.check)
    found = sweep(made.ledger, work.derivation.majors, work.key, listed, lease.check)
    if behind(made.ledger, made.derived):
        _derive(work, lease)
    without_names(made.tables / DISCARDS, work.traces(listed), lease.check)
    # The last is what a job that was killed has left of its batch.
    for folder in (made.index, *map(made.moments, made.aggregates), work.workspace.checkpoint(work.source.name)):
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _derive(work: Erasing, lease: Lease) -> None:
    from processing import aggregates, derive, ledger
    from runtime.spark import close_session

    spark = spark_session(work.workspace, short=True)
    try:
        ledger.prepare(spark)
        references = derive.read_references(spark, work.derivation, work.key)
        lease.check()
        aggregates.catch_up(spark, work.derivation, references)
    finally:
        close_session(spark)


def _strangers(work: Erasing, tables: Iterable[Location]) -> list[str]:
    """Tables that nothing derives any more: what they hold of anybody is not known."""
    from processing.aggregates import kept

    known = {work.derivation.ledger, work.derivation.tables / DISCARDS, *work.derivation.derived}
    known |= {kept(work.derivation, contract).table for contract in work.derivation.aggregates}
    return [
        f"the table {path.name} belongs to no contract: remove its folder, then run this again"
        for path in tables
        if path not in known
    ]


@dataclass(frozen=True, slots=True)
class _Struck:
    """Lines that were removed, by file; and files that could not be rewritten."""

    counts: dict[str, int]
    busy: tuple[str, ...]


def _strike(work: Erasing, listed: ErasedList) -> _Struck:
    traces = work.traces(listed)
    done = {work.shown(path): lines.strike(path, traces) for path in work.files()}
    counts = {name: count for name, count in done.items() if count}
    return _Struck(counts, tuple(name for name, count in done.items() if count is None))


def _unpublished(withdrawn: Withdrawn) -> list[str]:
    error = withdrawn.failure
    return [] if error is None else [f"no export is published any more, since a new one failed: {error.what}"]


def _clear_scratch(workspace: Workspace, lease: Lease) -> None:
    """Remove what Spark has left, unless a job of another contract uses the folder."""
    for other in (workspace.root / "tables").glob("*/.lease"):
        if other == lease.path:
            continue
        handle = os.open(other, os.O_RDWR | os.O_CLOEXEC)
        try:
            if not try_lock(handle):
                return
        finally:
            os.close(handle)
    shutil.rmtree(workspace.root / "scratch", ignore_errors=True)
