"""A Delta table without Spark: its rows through Arrow, and the commits of its log that count."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Commits that change no row: files compacted or removed, settings, columns added (old rows read null there).
MAINTENANCE = frozenset({"OPTIMIZE", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES", "ADD COLUMN", "ADD COLUMNS"})
_RECENT = 10  # commits read at first: the whole history is one file each


def row_commits(table: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """(version, commit) of each commit of a deltalake DeltaTable that changed rows, newest first."""
    recent = table.history(_RECENT)
    yield from _counting(recent)
    if len(recent) == _RECENT:
        yield from _counting(table.history()[_RECENT:])


def _counting(commits: list[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    for commit in commits:
        if commit.get("operation") not in MAINTENANCE:
            yield int(commit["version"]), commit


def dataset(table: Any, path: Path) -> Any:
    """The rows of a deltalake DeltaTable at a local path, as an Arrow dataset.

    Arrow opens the files itself: deltalake's own file system calls back into Python from Arrow's threads, and one in
    fifty processes then aborts at its end ("terminate called without an active exception").
    """
    from pyarrow import fs

    return table.to_pyarrow_dataset(filesystem=fs.SubTreeFileSystem(str(path), fs.LocalFileSystem()))
