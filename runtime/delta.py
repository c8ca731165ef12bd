"""A Delta table without Spark: whether it is there, its rows through Arrow, and the commits of its log that count."""

import contextlib
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.store import Files, Location, delta_options

if TYPE_CHECKING:
    from deltalake import DeltaTable, PostCommitHookProperties

# Commits that change no row: files compacted or removed, settings, columns added (old rows read null there).
MAINTENANCE = frozenset({"OPTIMIZE", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES", "ADD COLUMN", "ADD COLUMNS"})
_CLEANUP = "delta.enableExpiredLogCleanup"
_YOUNG_S = 20 * 86_400.0  # log entries are cleaned up after 30 days
_RECENT = 10  # commits read at first: the whole history is one file each


def is_table(at: Location) -> bool:
    """Whether there is a Delta table."""
    if isinstance(at, Path):
        return (at / "_delta_log").exists()
    from deltalake import DeltaTable

    return bool(DeltaTable.is_deltatable(str(at), delta_options(at)))


def open_table(at: Location, version: int | None = None) -> "DeltaTable":
    """The table as it is, or as it was at a version."""
    from deltalake import DeltaTable

    return DeltaTable(str(at), version=version, storage_options=delta_options(at))


def tables_below(folder: Location) -> tuple[Location, ...]:
    """Every Delta table right below a place, by name."""
    if isinstance(folder, Path):
        return tuple(sorted(log.parent for log in folder.glob("*/_delta_log")))
    from pyarrow.fs import FileSelector, FileType

    found = files_of(folder).get_file_info(FileSelector("", allow_not_found=True))
    below = (folder / entry.base_name for entry in found if entry.type == FileType.Directory)
    return tuple(sorted(at for at in below if is_table(at)))


def row_commits(table: "DeltaTable") -> Iterator[tuple[int, dict[str, Any]]]:
    """(version, commit) of each commit that changed rows, up to the version the table is at, newest first."""
    recent = commits(table, _RECENT)
    yield from _counting(recent, table.version())
    if len(recent) >= _RECENT:
        yield from _counting([one for one in commits(table) if one["version"] < recent[-1]["version"]], table.version())


def commits(table: "DeltaTable", limit: int | None = None) -> list[dict[str, Any]]:
    """Every commit of a table's log, newest first, each with its `version`; with a limit, at least so many.

    deltalake's own history reads up to the newest commit of all, and numbers them down from the version that its table
    is at: one behind, where somebody has committed since it was opened. So they are numbered from the newest here. Its
    limit counts from the table's version, so later ones come on top.
    """
    while True:
        newest = int(table._table.get_latest_version())
        found = table.history(limit)
        if table._table.get_latest_version() == newest:
            return [{**commit, "version": newest - back} for back, commit in enumerate(found)]


def _counting(found: list[dict[str, Any]], newest: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for commit in found:
        if commit.get("operation") not in MAINTENANCE and commit["version"] <= newest:
            yield commit["version"], commit


def plainly() -> "PostCommitHookProperties":
    """For a commit that changes no row: nothing is done after it, least of all the log cleaned up."""
    from deltalake import PostCommitHookProperties

    return PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def unused(table: "DeltaTable", keep_hours: int) -> list[str]:
    """Files that no version of the last `keep_hours` needs, some of which may be gone already."""
    found: list[str] = table.vacuum(keep_hours, enforce_retention_duration=False, dry_run=True, full=True)
    return found


def remove_unused(at: Location, keep_hours: int) -> None:
    """Remove these files (VACUUM), what a killed writer left included.

    deltalake cleans up the log after a VACUUM, whatever it is told. Where no row came for a month, that would take the
    newest commit of rows, which says where the job goes on; so it is switched off for such a table meanwhile.
    """
    with _log_kept(at):
        open_table(at).vacuum(keep_hours, enforce_retention_duration=False, dry_run=False, full=True)


@contextlib.contextmanager
def _log_kept(at: Location) -> Iterator[None]:
    table = open_table(at)
    _, newest = next(row_commits(table), (0, {}))
    on = str(table.metadata().configuration.get(_CLEANUP, "true")).lower() == "true"
    if on and time.time() - newest.get("timestamp", 0) / 1000 < _YOUNG_S:
        yield
        return
    _set(at, "false")
    try:
        yield
    finally:
        _set(at, "true")  # also where a killed run left it off


def _set(at: Location, value: str) -> None:
    properties = {_CLEANUP: value}
    open_table(at).alter.set_table_properties(properties, post_commithook_properties=plainly())


def names_in(table: "DeltaTable") -> list[str]:
    """The files of a table, below where it lies."""
    return [str(path) for path in files_said(table)["path"].to_pylist()]


def files_in(table: "DeltaTable", at: Location) -> list[Location]:
    """The files of a table, which lies there."""
    return [at / name for name in names_in(table)]


def files_with(at: Location, column: str, values: Collection[str]) -> list[str]:
    """The names of a table's files in which a column may have one of the values, by Delta's statistics of it."""
    found = files_said(open_table(at))
    least, most = (_told(found, f"{bound}.{column}") for bound in ("min", "max"))
    return [
        str(path)
        for path, first, last in zip(found["path"].to_pylist(), least, most, strict=True)
        if first is None or last is None or any(first <= value <= last for value in values)
    ]


def files_said(table: "DeltaTable") -> Any:
    """What the log says of a table's files, one row each: `path`, `num_records`, `min.` and `max.` of some columns."""
    import pyarrow as pa

    return pa.table(table.get_add_actions(flatten=True))


def _told(actions: Any, name: str) -> list[str | None]:
    return actions[name].to_pylist() if name in actions.column_names else [None] * actions.num_rows


def files_of(at: Location) -> Any:
    """Arrow's view of the files below a location.

    deltalake's own file system calls back into Python from Arrow's threads, and one in fifty processes then aborts at
    its end ("terminate called without an active exception").
    """
    return Files.of(at).opened()


def dataset(table: Any, at: Location) -> Any:
    """The rows of a deltalake DeltaTable, which lies there, as an Arrow dataset."""
    return table.to_pyarrow_dataset(filesystem=files_of(at))
