"""Digests of 16 bytes to what belongs to each: sorted runs on disk, merged by tiers.

A log-structured merge tree (O'Neil and others, 1996) with what is asked of it left out: digests come in batches, and
none is ever taken away. A run is two files that are never changed: the first halves of its digests in ascending order,
as 8-byte numbers, and beside them what belongs to each: rows of one kind, a numpy type of fixed width with the second
half as `tail`. A batch of digests is sorted once, and looking it up in a run is then a walk through the run's numbers
from front to back. Four runs of a tier (powers of four) become one of the next, so there are few, and a digest is
written once a tier.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt

_HEAD = np.dtype("<u8")
_TOGETHER = 4  # runs of a tier that become one
_CHUNK = 1_000_000  # rows merged at a time: some 100 MB

Heads = npt.NDArray[np.uint64]
Rows = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Run:
    """`rows` digests in two files, `heads` and `held`, which holds rows of a `kind`; what is in memory is no more than
    what is looked at.
    """

    folder: Path
    name: str
    rows: int
    kind: np.dtype[Any]

    @property
    def files(self) -> tuple[Path, Path]:
        """Of the heads, and of what belongs to them."""
        return self.folder / f"{self.name}.heads", self.folder / f"{self.name}.held"

    @property
    def tier(self) -> int:
        """Runs of one tier differ in size by less than four times."""
        return (self.rows.bit_length() - 1) // 2

    @property
    def whole(self) -> bool:
        """Whether both files have the length that they should."""
        sizes = (_HEAD.itemsize * self.rows, self.kind.itemsize * self.rows)
        return all(path.is_file() and path.stat().st_size == size for path, size in zip(self.files, sizes, strict=True))

    def heads(self) -> Heads:
        """The heads, mapped; let go of them soon, since what was touched counts as this process's memory."""
        return np.memmap(self.files[0], _HEAD, "r", shape=(self.rows,))

    def held(self) -> Rows:
        """What belongs to the heads, mapped."""
        return np.memmap(self.files[1], self.kind, "r", shape=(self.rows,))

    def find(self, heads: Heads, tails: Heads) -> tuple[npt.NDArray[np.intp], Rows]:
        """Which of the digests are here, and what belongs to each, where none is here twice. `heads` ascend."""
        mine = self.heads()
        at = np.searchsorted(mine, heads)
        asked = np.flatnonzero(mine[np.minimum(at, self.rows - 1)] == heads)
        at, found, places = at[asked], [], []
        while len(asked):  # once, but where two digests share their first half
            row = self.held()[at]
            hit = row["tail"] == tails[asked]
            found.append(asked[hit])
            places.append(row[hit])
            further = np.flatnonzero(~hit & (at + 1 < self.rows))
            further = further[mine[at[further] + 1] == heads[asked[further]]]
            asked, at = asked[further], at[further] + 1
        if not found:
            return np.empty(0, np.intp), np.empty(0, self.kind)
        return np.concatenate(found), np.concatenate(places)

    def all(self, heads: Heads, tails: Heads) -> tuple[npt.NDArray[np.intp], Rows]:
        """The same where a digest may be here many times: it is then named as often."""
        mine = self.heads()
        first, last = np.searchsorted(mine, heads, "left"), np.searchsorted(mine, heads, "right")
        many = last - first
        asked = np.repeat(np.arange(len(heads)), many)
        at = np.arange(len(asked)) + np.repeat(first - (np.cumsum(many) - many), many)
        rows = self.held()[at]
        hit = rows["tail"] == tails[asked]
        return asked[hit], rows[hit]


def write(folder: Path, heads: Heads, rows: Rows) -> Run:
    """A run of digests in any order; its files are on the disk, through a power cut, before it is returned."""
    order = np.argsort(heads, kind="stable")
    return _written(folder, rows.dtype, iter([(heads[order], rows[order])]))


def merged(runs: Sequence[Run]) -> list[Run]:
    """The runs, with those of a tier that holds many made one; the files of these are left to the caller."""
    kept = list(runs)
    while (many := _many(kept)) is not None:
        kept = [run for run in kept if run not in many]
        kept.append(_written(many[0].folder, many[0].kind, _together(many)))
    return kept


def _many(runs: Sequence[Run]) -> list[Run] | None:
    for tier in sorted({run.tier for run in runs}):
        mine = [run for run in runs if run.tier == tier]
        if len(mine) >= _TOGETHER:
            return mine
    return None


def _together(runs: Sequence[Run]) -> Iterator[tuple[Heads, Rows]]:
    """Part by part in order: digests are spread evenly, so equal parts of their range are about equally long."""
    parts = -(-sum(run.rows for run in runs) // _CHUNK)
    bounds = [(number << 64) // parts for number in range(1, parts)]
    sides = np.array([0, *bounds], _HEAD)
    cuts = [[*np.searchsorted(run.heads(), sides), run.rows] for run in runs]
    for part in range(parts):
        spans = [(run, slice(cut[part], cut[part + 1])) for run, cut in zip(runs, cuts, strict=True)]
        heads = np.concatenate([run.heads()[span] for run, span in spans])
        rows = np.concatenate([run.held()[span] for run, span in spans])
        order = np.argsort(heads, kind="stable")
        yield heads[order], rows[order]


def _written(folder: Path, kind: np.dtype[Any], parts: Iterator[tuple[Heads, Rows]]) -> Run:
    """A new run; one that fails leaves nothing."""
    run, rows = Run(folder, uuid4().hex, 0, kind), 0
    try:
        with run.files[0].open("wb") as heads_file, run.files[1].open("wb") as held_file:
            for heads, held in parts:
                heads.tofile(heads_file)
                held.tofile(held_file)
                rows += len(heads)
            for file in (heads_file, held_file):
                file.flush()
                os.fsync(file.fileno())
    except BaseException:
        for path in run.files:
            path.unlink(missing_ok=True)
        raise
    return Run(folder, run.name, rows, kind)
