"""Delta to polars: one consistent view of ledger and derived tables at one ledger version, rows in a fixed order.

Derived tables say in their commit which ledger version they were made from. Commits of maintenance change no rows,
so they do not count as versions here.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from contracts.compiler.model import Contract, Field
from exports.errors import ExportError
from exports.plan import identity
from exports.reshape import published
from runtime.delta import MAINTENANCE, commits, is_table, open_table, row_commits
from runtime.store import Location

LEDGER = "ledger"
_CREATE = "CREATE TABLE"
_LOOKED = 64  # commits of each derived table at first; all of a long history are a file each


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Tables pinned at one ledger version; `versions` are the Delta versions of the derived ones, by contract name.

    `newest` is the ledger's own latest version: higher while a job has not brought every derived table there.
    """

    source: Contract
    ledger_version: int
    newest: int
    ledger: DeltaTable
    tables: Mapping[str, DeltaTable]
    versions: Mapping[str, int]


def pin(source: Contract, outputs: tuple[Contract, ...], tables: Location) -> Snapshot:
    """The newest ledger version that every derived table was made from; ExportError where there is none.

    A running job commits ledger and tickets one after the other, and aggregates after some batches, so the very newest
    version may not be complete yet; then one before is taken, and `Snapshot.newest` tells that there is more to come.
    """
    derived = [contract.name for contract in outputs if contract.rows != "refused"]
    ledger = _open(tables / LEDGER, source)
    newest = next(row_commits(ledger))[0]
    made = {name: _open(tables / name, source) for name in derived}
    version = _of_all(tuple(made.values()), newest, ledger)
    if version is None:
        raise ExportError(
            f"no version of the ledger of {source.name} has all of {', '.join(derived)} made from it",
            f"Where a job is running, they follow within seconds: export again. If none is, run `tickets process "
            f"{source.name} --once` first.",
        )
    if version != newest:
        ledger.load_as_version(version)
    found = {name: made_from(table, version) for name, table in made.items()}
    pinned = {name: at for name, at in found.items() if at is not None}
    opened = {name: open_table(tables / name, readable) for name, (_, readable) in pinned.items()}
    return Snapshot(source, version, newest, ledger, opened, {name: at for name, (at, _) in pinned.items()})


def _of_all(derived: tuple[DeltaTable, ...], newest: int, ledger: DeltaTable) -> int | None:
    """The newest ledger version that each table was made from, the ledger being at `newest`; None without any."""
    looked = _LOOKED
    while True:
        histories = [commits(table, looked) for table in derived]
        versions = [{_ledger_version(commit) for commit in history} for history in histories]
        common = set.intersection(*versions) if versions else {newest}
        whole = [at for at in common if at is not None and at <= newest and not _is_before_rows(ledger, at, newest)]
        if whole or all(len(history) < looked for history in histories):
            return max(whole, default=None)
        looked *= 8


def _is_before_rows(ledger: DeltaTable, version: int, newest: int) -> bool:
    """A table just made belongs together with every other, but once there are rows, nothing is no export of them."""
    if version > 0 or newest == 0:
        return False
    first = commits(ledger)[-1]
    return int(first["version"]) == 0 and first.get("operation") == _CREATE


def has_ledger(tables: Location) -> bool:
    """Whether a contract's tables hold a ledger to export from."""
    return is_table(tables / LEDGER)


def _open(path: Location, source: Contract) -> DeltaTable:
    try:
        return open_table(path)
    except TableNotFoundError as error:
        raise ExportError(
            f"{source.name} has no table {path.name} at {path}", f"Run `tickets process {source.name} --once` first."
        ) from error


def _ledger_version(commit: Mapping[str, Any]) -> int | None:
    try:
        return int(json.loads(commit["userMetadata"])["ledger_version"])
    except (KeyError, TypeError, ValueError):
        return None


def made_from(table: DeltaTable, ledger_version: int) -> tuple[int, int] | None:
    """(version to name, version to read) of a derived table made from a ledger version, or None.

    They differ where the table was compacted since: older files may be gone after VACUUM, so the compacted are read.
    """
    compacted: int | None = None
    for commit in _history(table):
        at = int(commit["version"])
        if commit.get("operation") in MAINTENANCE:
            compacted = at if compacted is None else compacted
        elif _ledger_version(commit) == ledger_version:
            return at, at if compacted is None else compacted
        else:
            compacted = None
    return None


def _history(table: DeltaTable) -> Iterator[Mapping[str, Any]]:
    """Every commit, newest first, the recent ones read first."""
    recent = commits(table, _LOOKED)
    yield from recent
    if len(recent) >= _LOOKED:
        yield from (one for one in commits(table) if one["version"] < recent[-1]["version"])


def read(snapshot: Snapshot, contract: Contract) -> pl.DataFrame:
    """One output contract's rows: its columns, in its order and types, sorted by what names a row.

    A column that Delta does not keep in the contract's form is left as it is: the check then names its clause.
    """
    if contract.rows == "refused":
        scan = pl.scan_delta(snapshot.ledger).filter(pl.col("outcome") != "accepted")
        columns = {field.name: _ledger_column(field) for field in contract.fields}
    else:
        scan = pl.scan_delta(snapshot.tables[contract.name])
        columns = {field.name: field.name for field in contract.fields}
    if missing := sorted(set(columns.values()) - set(scan.collect_schema().names())):
        raise ExportError(
            f"the table of {contract.name} has no column {', '.join(missing)}",
            f"Run `tickets process {snapshot.source.name} --once` with this version of the contract.",
        )
    frame = _collected(scan.select(pl.col(column).alias(name) for name, column in columns.items()))
    return _ordered(contract, frame.with_columns(published(frame[field.name], field) for field in contract.fields))


def _ledger_column(field: Field) -> str:
    """The ledger column that an output field is copied from, as its contract says."""
    columns = [source.removeprefix("ledger/") for source in field.sources if source.startswith("ledger/")]
    if len(columns) != 1:
        raise ExportError(f"{field.path} does not name one ledger column", "Write it into transformSourceObjects.")
    return columns[0]


def _ordered(contract: Contract, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows in the same order for the same rows, whatever order Delta's files came in."""
    scalar = [name for name, kind in frame.schema.items() if not kind.is_nested()]
    by = list(identity(contract)) or scalar
    return frame.sort(by, nulls_last=True, maintain_order=True) if by else frame


def offsets(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """By partition, which offsets the ledger covers: lowest, highest, and how many."""
    covered = _collected(
        pl.scan_delta(snapshot.ledger)
        .group_by("partition")
        .agg(pl.col("offset").min().alias("min"), pl.col("offset").max().alias("max"), pl.len().alias("count"))
        .sort("partition")
    )
    return {str(row.pop("partition")): row for row in covered.to_dicts()}


def outcomes(snapshot: Snapshot) -> dict[str, int]:
    """How many offsets have each outcome."""
    counted = _collected(pl.scan_delta(snapshot.ledger).group_by("outcome").len().sort("outcome"))
    return dict(counted.iter_rows())


def raw_rows(snapshot: Snapshot) -> pl.DataFrame:
    """Coordinates, outcome and raw bytes (base64, null where not kept) of every record that was not accepted."""
    raw = [pl.col(name).bin.encode("base64").alias(f"{name}_base64") for name in ("raw_key", "raw_value")]
    scan = pl.scan_delta(snapshot.ledger).filter(pl.col("outcome") != "accepted")
    return _collected(scan.select("partition", "offset", "outcome", *raw).sort("partition", "offset"))


def _collected(scan: pl.LazyFrame) -> pl.DataFrame:
    """The rows; ExportError where an erasure or VACUUM has removed the pinned version's files meanwhile."""
    try:
        return scan.collect()
    except FileNotFoundError as error:
        raise ExportError(
            "the version that was being exported was removed meanwhile", "Nothing was published; export again."
        ) from error
