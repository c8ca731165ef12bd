"""What came to a table since a version of it: the files that are new, and their rows through Arrow, without Spark."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from processing.turn import notes
from runtime.delta import MAINTENANCE, files_of, names_in, open_table, row_commits
from runtime.store import Location

if TYPE_CHECKING:
    from deltalake import DeltaTable

_ROWS = 100_000  # read at a time
Spares = Callable[[Mapping[str, Any]], bool]


def added_since(table: "DeltaTable", at: Location, version: int, spares: Spares) -> list[str] | None:
    """The names of a table's files, which lies at a place, that are new since a version of it. None where rows that
    count may have changed, or it can't be told; `spares` says by a commit's notes (turn.notes) whether they did not.

    Files that were compacted since are among them, and so rows that were there before.
    """
    from deltalake.exceptions import DeltaError

    for number, commit in row_commits(table):
        if number <= version:
            break
        if not appends(commit) and not spares(notes(commit)):
            return None
    else:
        return None
    try:
        before = names_in(open_table(at, version))
    except DeltaError:
        return None  # its log entries are gone
    return sorted(set(names_in(table)) - set(before))


def appends(commit: Mapping[str, Any]) -> bool:
    """Whether a commit only added rows."""
    parameters = commit.get("operationParameters", {})
    return commit.get("operation") in MAINTENANCE or (
        commit.get("operation") == "WRITE" and parameters.get("mode") == "Append"
    )


def rows_of(names: Sequence[str], at: Location, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Some columns of the rows in files of a table, which lies there."""
    import pyarrow.dataset as ds

    if not names:
        return
    rows = ds.dataset(list(names), format="parquet", filesystem=files_of(at))
    yield from rows.to_batches(columns=list(columns), batch_size=_ROWS, use_threads=False)
