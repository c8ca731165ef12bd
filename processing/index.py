"""Accepted event ids to where each was first seen: what makes finding a duplicate cost the same at any table size.

Of each accepted event id its digest, coordinates and body hash, in sorted runs on a shelf (runs.py, shelf.py). After a
crash the index lacks the newest commits, takes what is missing from their files, and is made anew where rows of the
ledger changed otherwise.
"""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from processing import runs
from processing.added import added_since, rows_of
from processing.claims import CLAIMS, DIGEST_BYTES, FROM, TWINS, claimed
from processing.runs import Run
from processing.shelf import Shelf, State
from processing.tables import CREATED, spares_ids
from runtime.delta import names_in, open_table, row_commits
from runtime.progress import working
from runtime.store import Location

# What belongs to a digest: its second half, and a record's coordinates and body hash.
ROW = np.dtype([("tail", "<u8"), ("partition", "<i4"), ("offset", "<i8"), ("body_hash", "V16")])

Place = tuple[int, int]  # partition, offset


@dataclass(frozen=True, slots=True)
class _Batch:
    """Claims as arrays: by row the halves of the digest, and what is kept of it; `order` is that of the heads."""

    heads: runs.Heads
    rows: runs.Rows
    order: npt.NDArray[np.intp]

    @classmethod
    def of(cls, claims: pa.Table) -> "_Batch":
        """Of CLAIMS."""
        halves = _fixed(claims["id_digest"], np.dtype([("head", "<u8"), ("tail", "<u8")]))
        rows = np.empty(claims.num_rows, ROW)
        rows["tail"], rows["body_hash"] = halves["tail"], _fixed(claims["body_hash"], np.dtype("V16"))
        rows["partition"], rows["offset"] = claims["partition"].to_numpy(), claims["offset"].to_numpy()
        heads = np.ascontiguousarray(halves["head"])
        return cls(heads, rows, np.argsort(heads, kind="stable"))


class Index:
    """Who came first. Open it with the lease held, call `follow` before each batch and `add` after its commit."""

    def __init__(self, folder: Path, ledger: Location) -> None:
        self._ledger = ledger
        self._shelf = Shelf(folder, ROW)
        self._settled: tuple[pa.Table, _Batch] | None = None  # what is added after it need not be put in order again

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        self._shelf.close()

    def follow(self) -> None:
        """Bring the index to the ledger's version: nothing to do, some files to read, or all of it."""

        table = open_table(self._ledger)
        newest = next(row_commits(table))[0]
        identity, state = str(table.metadata().id), self._shelf.state
        if (state.table, state.version) == (identity, newest):
            return
        known = state.table == identity and state.version is not None
        files = added_since(table, self._ledger, state.version or CREATED, spares_ids) if known else None
        if files is None:
            with working("indexing the event ids of the ledger") if newest > CREATED else nullcontext():
                held = self._anew(table)
        else:
            held = self._with(state.runs, _accepted(files, self._ledger))
        self._shelf.say(State(identity, newest, held))

    def settle(self, claims: pa.Table) -> pa.Table:
        """The claims whose event id belongs to another record (TWINS): `same` where that has the same body.

        `claims` (CLAIMS) are the accepted records of one batch in order of their coordinates: among them the first of
        an id has it, unless the index knows an earlier one. A hit on a record's own coordinates is the record itself.
        """
        batch = _Batch.of(claims)
        self._settled = (claims, batch)
        firsts = {**_repeated(batch), **self._known(batch)}
        twins: list[tuple[int, int, int, int, bool]] = []
        for at in sorted(firsts):
            (place, hash_), (first, first_hash) = _told(batch.rows[at]), _told(firsts[at])
            if first != place:
                twins.append((*place, *first, first_hash == hash_))
        found = zip(*twins, strict=True) if twins else ((),) * len(TWINS)
        return pa.table(dict(zip(TWINS.names, map(list, found), strict=True)), TWINS)

    def add(self, claims: pa.Table, twins: pa.Table, before: int, version: int) -> None:
        """Note who came first in a batch that is now the ledger's `version`; `before` is the version it followed.

        Where the index holds another version than `before`, nothing is noted: `follow` will.
        """
        state = self._shelf.state
        if state.version != before:
            return
        batch = self._settled[1] if self._settled and self._settled[0] is claims else _Batch.of(claims)
        firsts = batch.order[_others(claims, twins)[batch.order]]
        held = self._shelf.added(state.runs, batch.heads[firsts], batch.rows[firsts])
        self._shelf.say(State(state.table, version, held))

    def _known(self, batch: _Batch) -> dict[int, Any]:
        """Rows of a batch whose digest is in the index, with what is there."""
        heads, tails = batch.heads[batch.order], batch.rows["tail"][batch.order]
        known: dict[int, Any] = {}
        for run in self._shelf.state.runs:
            at, rows = run.find(heads, tails)
            known |= zip(batch.order[at].tolist(), rows, strict=True)
        return known

    def _anew(self, table: Any) -> tuple[Run, ...]:
        return self._with((), _accepted(names_in(table), self._ledger))

    def _with(self, held: tuple[Run, ...], claims: Iterable[pa.Table]) -> tuple[Run, ...]:
        """The runs and what these claims add."""
        for some in claims:
            batch = _Batch.of(some)
            held = self._shelf.added(held, batch.heads, batch.rows)
        return held


def _fixed(column: pa.ChunkedArray, kind: np.dtype[Any]) -> npt.NDArray[Any]:
    """A column of 16 bytes a row as an array of another view of them, in one copy or none."""
    parts = [
        np.frombuffer(chunk.buffers()[1], np.uint8, len(chunk) * DIGEST_BYTES, chunk.offset * DIGEST_BYTES)
        for chunk in column.chunks
        if len(chunk)
    ]
    return np.concatenate(parts).view(kind) if parts else np.empty(0, kind)


def _repeated(batch: _Batch) -> dict[int, Any]:
    """Rows whose digest an earlier row has, each with the first row that has it. Rows of equal heads are few."""
    heads = batch.heads[batch.order]
    again = np.flatnonzero(heads[1:] == heads[:-1])
    rows = np.unique(batch.order[np.concatenate([again, again + 1])]).tolist()
    first: dict[tuple[int, int], Any] = {}
    found: dict[int, Any] = {}
    for row in rows:
        here = batch.rows[row]
        earlier = first.setdefault((int(batch.heads[row]), int(here["tail"])), here)
        if earlier is not here:
            found[row] = earlier
    return found


def _told(row: Any) -> tuple[Place, bytes]:
    """Coordinates and body hash."""
    return (int(row["partition"]), int(row["offset"])), row["body_hash"].tobytes()


def _others(claims: pa.Table, twins: pa.Table) -> npt.NDArray[np.bool_]:
    """Which claims are not among the twins."""
    partitions, offsets = claims["partition"].to_numpy(), claims["offset"].to_numpy()
    kept = np.ones(len(offsets), np.bool_)
    for partition in twins["partition"].unique().to_pylist():
        here = np.nonzero(partitions == partition)[0]
        again = twins["offset"].filter(pc.equal(twins["partition"], partition)).to_numpy()
        kept[here] = ~np.isin(offsets[here], again)
    return kept


def _accepted(files: list[str], ledger: Location) -> Iterator[pa.Table]:
    """What files of the ledger hold of accepted rows. Filtered here: Arrow can't compare the string views that Delta's
    own UPDATE writes.
    """
    for batch in rows_of(files, ledger, (*FROM, "outcome")):
        plain = {"event_id": pa.string(), "body_hash": pa.binary()}  # not the views of them
        columns = [batch[name].cast(plain.get(name, batch[name].type)) for name in FROM]
        accepted = pc.equal(batch["outcome"].cast(pa.string()), "accepted")
        kept = pa.table(columns, FROM).filter(accepted)
        yield pa.Table.from_arrays(claimed(kept), schema=CLAIMS)
