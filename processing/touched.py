"""Which hours of an aggregate new rows touch, and what these are made of: every other hour stays as it was.

A row of an aggregate that has Parts (kpis) is made of the rows of its hour, and of when the keys that end in it began.
So a new row touches its own hour and, where it begins a key, each hour in which that key ends. How many rows that is
follows from how late events are, not from how long the table is; where it is most of the table, all of it is as good.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from processing.added import added_since, rows_of
from processing.kpis import Parts
from processing.moments import Moments, boundaries, times
from runtime.delta import files_said
from runtime.store import Location

if TYPE_CHECKING:
    from pathlib import Path

    from deltalake import DeltaTable

HOUR_US = 3_600_000_000
LARGE = 1_000_000  # rows of a table from which on it is worth an index
_MOST = 0.5  # of the table's rows
_AGES = 2_000_000  # hours from 1970: more than a timestamp of microseconds can say
_BOUNDS = (("min", -_AGES), ("max", _AGES))
Hours = npt.NDArray[np.int64]  # since 1970, ascending


@dataclass(frozen=True, slots=True)
class Touched:
    """Hours, the files that may have rows of them, and when keys that end in them began (`Moments.begun`)."""

    parts: Parts
    hours: Hours
    files: tuple[Location, ...]
    begun: pa.Table

    def spans(self) -> pa.Table:
        """The beginning of each hour, as the aggregate's column."""
        return pa.table({self.parts.hour: pa.array(self.hours * HOUR_US).cast(pa.timestamp("us", tz="UTC"))})


def touched(table: "DeltaTable", at: Location, since: int, parts: Parts, index: "Path") -> Touched | None:
    """What rows that came to a table (open at a version; it lies there) since a version of it touch; None where it is
    as good to go through all rows, or they changed otherwise. `index` is a folder for the moments of the table.
    """
    new = added_since(table, at, since, lambda _: False)
    files = _Files.of(table, parts)
    if new is None or files.rows < LARGE or files.rows_in(new) > _MOST * files.rows:
        return None
    if not new:
        return Touched(parts, np.empty(0, np.int64), (), pa.table({}))
    with closing(Moments(index, at, parts)) as moments:
        moments.follow(table)
        hours = _hours(new, at, parts, moments)
        mine = files.of_hours(hours)
        if files.rows_in(mine) > _MOST * files.rows:
            return None
        begun = moments.begun(_ended_in(hours, mine, at, parts))
    return Touched(parts, hours, tuple(at / name for name in mine), begun)


def _hours(new: Sequence[str], at: Location, parts: Parts, moments: Moments) -> Hours:
    found = [np.unique(times(batch[parts.moment]).to_numpy() // HOUR_US) for batch in rows_of(new, at, (parts.moment,))]
    for keys, _, ends in boundaries(new, at, parts):
        began = [key for key, end in zip(keys, ends.tolist(), strict=True) if not end]
        found.append(moments.ended(began) // HOUR_US)
    return np.unique(np.concatenate(found))


def _ended_in(hours: Hours, files: Sequence[str], at: Location, parts: Parts) -> list[str]:
    """The keys that end in one of the hours."""
    found: set[str] = set()
    for keys, moments, ends in boundaries(files, at, parts):
        here = ends & np.isin(moments // HOUR_US, hours)
        found.update(keys[row] for row in np.flatnonzero(here).tolist())
    return sorted(found)


@dataclass(frozen=True, slots=True)
class _Files:
    """A table's files: how many rows each has, and the hours of its first and last row (all, where nobody says)."""

    counts: dict[str, int]
    first: Hours
    last: Hours

    @classmethod
    def of(cls, table: "DeltaTable", parts: Parts) -> "_Files":
        said = files_said(table)
        counts = zip(said["path"].to_pylist(), said["num_records"].to_pylist(), strict=True)
        first, last = (_hours_of(said, f"{end}.{parts.moment}", every) for end, every in _BOUNDS)
        return cls({str(path): int(count or 0) for path, count in counts}, first, last)

    @property
    def rows(self) -> int:
        """Of all files."""
        return sum(self.counts.values())

    def rows_in(self, names: Sequence[str]) -> int:
        """Of some."""
        return sum(self.counts[name] for name in names)

    def of_hours(self, hours: Hours) -> list[str]:
        """Those that may have a row of one of the hours."""
        here = np.searchsorted(hours, self.first, "left") < np.searchsorted(hours, self.last, "right")
        return [name for name, mine in zip(self.counts, here.tolist(), strict=True) if mine]


def _hours_of(said: pa.Table, bound: str, every: int) -> Hours:
    if bound not in said.column_names:
        return np.full(said.num_rows, every)
    moments = times(said[bound]).fill_null(every * HOUR_US)
    hours: Hours = moments.to_numpy() // HOUR_US
    return hours
