"""One input contract to one published export: pin, read, check, write, publish; one table in memory at a time."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from contracts.compiler.model import Contract
from exports import manifest as manifests
from exports import publish, snapshot
from exports.check import examine
from exports.errors import CheckFailedError, ExportError
from exports.failures import Report
from exports.manifest import Origin, Table
from exports.shelf import Shelf, shelf_of
from exports.sinks import FINISH, SINKS
from runtime.workspace import Workspace

RAW = "raw"  # how the manifest's formats call the extra file
RAW_FILE = "rejected_raw.jsonl"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What to export: the tables of one input contract, where to, in which formats (keys of SINKS), with raw bytes?"""

    source: Contract
    outputs: tuple[Contract, ...]
    workspace: Workspace
    formats: tuple[str, ...]
    with_raw: bool

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """The contracts of the published tables: the outputs, or the input's own where there are none."""
        return self.outputs or (self.source,)

    @property
    def forms(self) -> tuple[str, ...]:
        """The formats as the manifest lists them."""
        return (*self.formats, *((RAW,) if self.with_raw else ()))


def export(order: Order, progress: Progress) -> dict[str, Any]:
    """Publish, or find that the same is published already.

    CheckFailedError where rows break a clause, ExportError where tables are missing or behind or a sink fails: in
    every such case nothing was published and latest.json is as it was.
    """
    tables = order.workspace.tables(order.source.name)
    taken = snapshot.pin(order.source, order.contracts, tables)
    shelf = shelf_of(order.workspace, order.source.name)
    origin = Origin(
        contract=order.source.name,
        ledger=str(taken.ledger.metadata().id),
        ledger_version=taken.ledger_version,
        tables=taken.versions,
        contracts=manifests.contract_versions((order.source, *order.outputs)),
    )
    there = publish.already_published(shelf, origin, order.forms)
    if there is not None:
        return _answer(order, shelf, there, taken.newest, new=False)
    with publish.staging(shelf) as folder:
        made = _tables(order, taken, folder, progress)
        views = _views(order, folder)
        if order.with_raw:
            _write_raw(taken, folder)
        progress("publishing")
        covered, outcomes = snapshot.offsets(taken), snapshot.outcomes(taken)
        content = manifests.build(origin, order.forms, made, covered, outcomes, views, folder)
        name, new = publish.publish(shelf, folder, content, origin)
    return _answer(order, shelf, name, taken.newest, new=new)


def _tables(order: Order, taken: snapshot.Snapshot, folder: Path, progress: Progress) -> list[Table]:
    """Check every table, and write it as long as none has failed; then raise with all that failed."""
    made: list[Table] = []
    reports: dict[str, Report] = {}
    for contract in order.contracts:
        progress(f"{contract.name}: reading")
        frame = snapshot.read(taken, contract)
        progress(f"{contract.name}: checking {frame.height} rows")
        report = reports[contract.name] = examine(contract, frame)
        if any(one.totals for one in reports.values()):
            continue
        progress(f"{contract.name}: writing {', '.join(order.formats)}")
        made.append(Table(contract, report, tuple(_write(name, contract, frame, folder) for name in order.formats)))
    if any(report.totals for report in reports.values()):
        raise CheckFailedError(reports)
    return made


def _write(name: str, contract: Contract, frame: pl.DataFrame, folder: Path) -> str:
    with _writing(f"{contract.name} as {name}"):
        return SINKS[name](contract, frame, folder).name


def _views(order: Order, folder: Path) -> dict[str, Any]:
    """What formats with views add once all tables are there."""
    views: dict[str, Any] = {}
    for name in order.formats:
        if name in FINISH:
            with _writing(f"views as {name}"):
                views |= FINISH[name](order.contracts, folder)
    return views


@contextlib.contextmanager
def _writing(what: str) -> Iterator[None]:
    """A library's error, whose text may quote values, to ours, which does not; OSError keeps its own words."""
    try:
        yield
    except (pl.exceptions.PolarsError, duckdb.Error, pa.ArrowException) as error:
        raise ExportError(
            f"{what} could not be written ({type(error).__name__})",
            "Nothing was published. Check the free space of --data, then export again.",
        ) from error


def _write_raw(taken: snapshot.Snapshot, folder: Path) -> None:
    """Raw bytes may hold anybody's data: the file is readable by its owner alone from its first byte on."""
    handle = os.open(folder / RAW_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with _writing("raw bytes"), os.fdopen(handle, "wb") as file:
        snapshot.raw_rows(taken).write_ndjson(file)


def _answer(order: Order, shelf: Shelf, name: str, newest: int, new: bool) -> dict[str, Any]:
    manifest = shelf.manifest(name)
    tables = [
        {"table": key, "rows": table["rows"], "checks": len(table["checks"]), "files": table["files"]}
        for key, table in manifest["tables"].items()
    ]
    return {
        "ok": True,
        "contract": order.source.name,
        "version": name,
        "path": shelf.address(name),
        "ledger_version": manifest["ledger_version"],
        "ledger_newest": newest,
        "already_published": not new,
        "created_at": manifest["created_at"],
        "tables": tables,
        "views": {name: view["rows"] for name, view in manifest.get("views", {}).items()},
        "files": manifest["files"],
    }
