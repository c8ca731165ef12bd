"""Ledger to how far it has come in its topic: the last record of each partition, as its own commits say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from processing.turn import notes
from runtime.delta import dataset, open_table, row_commits
from runtime.store import Location

READ, LOST = "read", "lost"  # words in a commit's notes


@dataclass(frozen=True, slots=True)
class Last:
    """The newest record of a partition that is in the ledger, and the broker's timestamp of it (UTC)."""

    offset: int
    received_at: datetime


Position = Mapping[int, Last]  # by partition; none for one that was never read


def said(position: Position) -> dict[str, list[int | str]]:
    """A position as a commit's notes hold it."""
    return {str(partition): [last.offset, last.received_at.isoformat()] for partition, last in position.items()}


Lost = Mapping[int, tuple[int, int]]  # by partition: first and last offset that was removed before it was read


def lost(ledger: Location) -> tuple[tuple[int, int, int], ...]:
    """(partition, first, last) of all that was removed before it was read, as the commits that went on without say."""
    spans = [notes(commit).get(LOST) or {} for _, commit in row_commits(open_table(ledger))]
    return tuple(sorted({(int(p), first, last) for found in spans for p, (first, last) in found.items()}))


def position(ledger: Location, version: int | None = None) -> Position:
    """From the newest commit that says it (up to a version); read from the rows where none does."""
    table = open_table(ledger, version)
    for _, commit in row_commits(table):
        found = notes(commit).get(READ)
        if found is not None:
            return {int(p): Last(int(offset), datetime.fromisoformat(at)) for p, (offset, at) in found.items()}
    return newest(dataset(table, ledger).to_table(columns=["partition", "offset", "received_at"]))


def newest(rows: pa.Table) -> Position:
    """Of rows with partition, offset and received_at: the highest offset of each partition."""
    if rows.num_rows == 0:
        return {}
    rows = rows.select(["partition", "offset", "received_at"])  # a join takes no lists, which others may bring
    tops = rows.group_by("partition").aggregate([("offset", "max")])
    found = tops.join(rows, ["partition", "offset_max"], ["partition", "offset"], "left outer").to_pylist()
    return {row["partition"]: Last(row["offset_max"], row["received_at"]) for row in found}
