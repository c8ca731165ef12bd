"""When each key began and ended: what an aggregate must know of rows that it does not read again.

Of each row that begins or ends something (a ticket is opened, or resolved) the digest of its key and the moment, in
sorted runs on a shelf (runs.py, shelf.py), so that what is known of a key costs the same at any table size. Made of the
table's files and, where rows changed otherwise than by appends, made anew of all of them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from processing.added import added_since, rows_of
from processing.claims import DIGEST_BYTES
from processing.kpis import Parts
from processing.runs import Heads, Rows
from processing.shelf import Shelf, State
from processing.tables import CREATED
from runtime.delta import names_in, row_commits
from runtime.progress import working
from runtime.store import Location

if TYPE_CHECKING:
    from deltalake import DeltaTable

# What belongs to a digest: its second half, microseconds since 1970, and whether that is an end.
ROW = np.dtype([("tail", "<u8"), ("moment", "<i8"), ("ends", "?")])
_UTC = pa.timestamp("us", tz="UTC")
Times = npt.NDArray[np.int64]  # microseconds since 1970


class Moments:
    """Those of one table's rows, in a folder of their own; call `follow` before it is asked."""

    def __init__(self, folder: Path, table: Location, parts: Parts) -> None:
        self._table, self._parts = table, parts
        self._shelf = Shelf(folder, ROW)

    def close(self) -> None:
        """Let go of the folder."""
        self._shelf.close()

    def follow(self, table: "DeltaTable") -> None:
        """Bring them to the version that the table is open at: nothing to do, some files to read, or all of it."""
        newest, identity, state = next(row_commits(table))[0], str(table.metadata().id), self._shelf.state
        if (state.table, state.version) == (identity, newest):
            return
        since = -1 if state.version is None or state.table != identity else state.version
        files = added_since(table, self._table, since, lambda _: False) if CREATED <= since <= newest else None
        held = state.runs
        with working(f"indexing {self._parts.key} of {self._table.name}") if files is None else nullcontext():
            if files is None:
                files, held = names_in(table), ()
            for heads, rows in self._rows(files):
                held = self._shelf.added(held, heads, rows)
        self._shelf.say(State(identity, newest, held))

    def begun(self, keys: Sequence[str]) -> pa.Table:
        """When those of the keys that began did so first: one row per key, with columns named as Parts says."""
        at, rows = self._of(keys)
        first = np.full(len(keys), np.iinfo(np.int64).max)
        begins = ~rows["ends"]
        np.minimum.at(first, at[begins], rows["moment"][begins])
        there = np.flatnonzero(first != np.iinfo(np.int64).max)
        names = pa.array([keys[i] for i in there.tolist()], pa.string())
        return pa.table({self._parts.key: names, self._parts.begun: pa.array(first[there]).cast(_UTC)})

    def ended(self, keys: Sequence[str]) -> Times:
        """When any of the keys ended, in any order and with repetitions."""
        _, rows = self._of(keys)
        return np.asarray(rows["moment"][rows["ends"]])

    def _of(self, keys: Sequence[str]) -> tuple[npt.NDArray[np.intp], Rows]:
        heads, tails = _digested(keys)
        order = np.argsort(heads, kind="stable")
        found = [run.all(heads[order], tails[order]) for run in self._shelf.state.runs]
        at = np.concatenate([np.empty(0, np.intp), *(order[asked] for asked, _ in found)])
        return at, np.concatenate([np.empty(0, ROW), *(rows for _, rows in found)])

    def _rows(self, files: Sequence[str]) -> Iterator[tuple[Heads, Rows]]:
        for keys, moments, ends in boundaries(files, self._table, self._parts):
            heads, tails = _digested(keys)
            rows = np.empty(len(keys), ROW)
            rows["tail"], rows["moment"], rows["ends"] = tails, moments, ends
            yield heads, rows


def boundaries(
    files: Sequence[str], at: Location, parts: Parts
) -> Iterator[tuple[list[str], Times, npt.NDArray[np.bool_]]]:
    """Of the rows in these files of a table that begin or end something: key, moment, and whether it ends."""
    for batch in rows_of(files, at, (parts.key, parts.kind, parts.moment)):
        kinds = batch[parts.kind].cast(pa.string())  # Arrow can't compare views of strings
        rows = pa.table({"key": batch[parts.key].cast(pa.string()), "at": times(batch[parts.moment]), "kind": kinds})
        rows = rows.filter(pc.is_in(kinds, pa.array([parts.begins, parts.ends])))
        ends = pc.equal(rows["kind"], parts.ends).to_numpy()
        yield rows["key"].to_pylist(), rows["at"].to_numpy(), ends


def times(moments: Any) -> Any:
    """A column of moments as microseconds since 1970."""
    return moments.cast(_UTC).cast(pa.int64())


def _digested(keys: Sequence[str]) -> tuple[Heads, Heads]:
    """Both halves of the keys' BLAKE2b (RFC 7693) of 16 bytes, as for event ids (claims.py)."""
    digests = b"".join(hashlib.blake2b(key.encode(), digest_size=DIGEST_BYTES).digest() for key in keys)
    halves = np.frombuffer(digests, [("head", "<u8"), ("tail", "<u8")])
    return np.ascontiguousarray(halves["head"]), np.ascontiguousarray(halves["tail"])
