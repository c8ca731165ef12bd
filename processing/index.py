"""Accepted event ids to where each was first seen: what makes finding a duplicate cost the same at any table size.

Of each accepted event id its digest, coordinates and body hash, in sorted runs (runs.py); a file `state.json` names the
runs and the version of the ledger that they hold, and is replaced in one step. After a crash the index lacks the newest
commits, takes what is missing from their files, and is made anew where rows of the ledger changed otherwise. Local to
the driver, wherever the tables are.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from processing import runs
from processing.claims import CLAIMS, DIGEST_BYTES, FROM, TWINS, claimed
from processing.errors import ProcessingError
from processing.runs import ROW, Run
from processing.tables import CREATED, spares_ids
from processing.turn import notes
from runtime.delta import MAINTENANCE, files_of, open_table, row_commits
from runtime.files import try_lock, write_atomically
from runtime.progress import working
from runtime.store import Location

_STATE, _LOCK = "state.json", "lock"
_ROWS = 100_000  # taken from the ledger at a time

Place = tuple[int, int]  # partition, offset


@dataclass(frozen=True, slots=True)
class _State:
    """Which ledger, by Delta's id of it, at which version; None for what is of no version yet."""

    ledger: str | None
    version: int | None
    runs: tuple[Run, ...]


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
        self._folder = folder
        self._ledger = ledger
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder / _LOCK)
        self._state = _read(folder)
        self._tidy()

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._lock)

    def follow(self) -> None:
        """Bring the index to the ledger's version: nothing to do, some files to read, or all of it."""

        table = open_table(self._ledger)
        newest = next(row_commits(table))[0]
        identity, state = str(table.metadata().id), self._state
        if (state.ledger, state.version) == (identity, newest):
            return
        known = state.ledger == identity and state.version is not None
        files = _added_since(table, state.version or CREATED, self._ledger) if known else None
        if files is None:
            with working("indexing the event ids of the ledger") if newest > CREATED else nullcontext():
                held = self._with((), _accepted(table.file_uris(), self._ledger))
        else:
            held = self._with(state.runs, _accepted(files, self._ledger))
        self._say(_State(identity, newest, held))

    def settle(self, claims: pa.Table) -> pa.Table:
        """The claims whose event id belongs to another record (TWINS): `same` where that has the same body.

        `claims` (CLAIMS) are the accepted records of one batch in order of their coordinates: among them the first of
        an id has it, unless the index knows an earlier one. A hit on a record's own coordinates is the record itself.
        """
        batch = _Batch.of(claims)
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
        if self._state.version != before:
            return
        held = self._with(self._state.runs, [claims.filter(_others(claims, twins))])
        self._say(_State(self._state.ledger, version, held))

    def _known(self, batch: _Batch) -> dict[int, Any]:
        """Rows of a batch whose digest is in the index, with what is there."""
        heads, tails = batch.heads[batch.order], batch.rows["tail"][batch.order]
        known: dict[int, Any] = {}
        for run in self._state.runs:
            at, rows = run.find(heads, tails)
            known |= zip(batch.order[at].tolist(), rows, strict=True)
        return known

    def _with(self, held: Sequence[Run], claims: Iterable[pa.Table]) -> tuple[Run, ...]:
        """The runs and what these claims add; `_say` makes them the index's."""
        kept = list(held)
        for some in claims:
            if some.num_rows:
                batch = _Batch.of(some)
                kept = runs.merged([*kept, runs.write(self._folder, batch.heads, batch.rows)])
        return tuple(kept)

    def _say(self, state: _State) -> None:
        said = {"ledger": state.ledger, "version": state.version, "runs": {run.name: run.rows for run in state.runs}}
        write_atomically(self._folder / _STATE, json.dumps(said))
        self._state = state
        self._tidy()

    def _tidy(self) -> None:
        """Remove what no state names: runs that were merged, or left by a crash."""
        kept = {path for run in self._state.runs for path in run.files} | {self._folder / _STATE, self._folder / _LOCK}
        for path in self._folder.iterdir():
            if path not in kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _locked(path: Path) -> int:
    """The open lock; ProcessingError where another process has it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    if not try_lock(handle):
        os.close(handle)
        raise ProcessingError(
            f"the index {path.parent} is in use by another process", "Make sure that only one job runs, then try again."
        )
    return handle


def _read(folder: Path) -> _State:
    """What the folder holds; where it is not whole, nothing: the ledger is what counts."""
    try:
        said = json.loads((folder / _STATE).read_bytes())
        held = tuple(Run(folder, str(name), int(rows)) for name, rows in said["runs"].items())
        state = _State(str(said["ledger"]), int(said["version"]), held)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return _State(None, None, ())
    return state if all(run.whole for run in held) else _State(None, None, ())


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


def _others(claims: pa.Table, twins: pa.Table) -> pa.Array:
    """Which claims are not among the twins."""
    partitions, offsets = claims["partition"].to_numpy(), claims["offset"].to_numpy()
    kept = np.ones(len(offsets), np.bool_)
    for partition in twins["partition"].unique().to_pylist():
        here = np.nonzero(partitions == partition)[0]
        again = twins["offset"].filter(pc.equal(twins["partition"], partition)).to_numpy()
        kept[here] = ~np.isin(offsets[here], again)
    return pa.array(kept)


def _added_since(table: Any, version: int, path: Location) -> list[str] | None:
    """The files that are new since a version; None where accepted rows may have changed, or it can't be told."""
    from deltalake.exceptions import DeltaError

    for at, commit in row_commits(table):
        if at <= version:
            break
        if not appends(commit) and not spares_ids(notes(commit)):
            return None
    else:
        return None
    try:
        before = open_table(path, version).file_uris()
    except DeltaError:
        return None  # its log entries are gone
    return sorted(set(table.file_uris()) - set(before))


def appends(commit: Mapping[str, Any]) -> bool:
    """Whether a commit only added rows."""
    parameters = commit.get("operationParameters", {})
    return commit.get("operation") in MAINTENANCE or (
        commit.get("operation") == "WRITE" and parameters.get("mode") == "Append"
    )


def _accepted(files: list[str], ledger: Location) -> Iterator[pa.Table]:
    """What files of the ledger hold of accepted rows. Filtered here: Arrow can't compare the string views that Delta's
    own UPDATE writes.
    """
    import pyarrow.dataset as ds

    if not files:
        return
    inside = [unquote(file).removeprefix("file://").removeprefix(f"{ledger}/") for file in files]
    rows = ds.dataset(inside, format="parquet", filesystem=files_of(ledger))
    for batch in rows.to_batches(columns=[*FROM, "outcome"], batch_size=_ROWS, use_threads=False):
        plain = {"event_id": pa.string(), "body_hash": pa.binary()}  # not the views of them
        columns = [batch[name].cast(plain.get(name, batch[name].type)) for name in FROM]
        accepted = pc.equal(batch["outcome"].cast(pa.string()), "accepted")
        kept = pa.table(columns, FROM).filter(accepted)
        yield pa.Table.from_arrays(claimed(kept), schema=CLAIMS)
