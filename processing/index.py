"""Accepted event ids to where each was first seen: what makes finding a duplicate cost the same at any table size.

One RocksDB entry per accepted event id: its coordinates and body hash. It is derived from the ledger and says which
version of it it holds, in the same write: after a crash it lacks the newest commits, takes what is missing from their
files, and is made anew where rows of the ledger changed otherwise. Local to the driver, wherever the tables are.
"""

import shutil
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from processing.claims import CLAIMS, TWINS
from processing.errors import ProcessingError
from processing.tables import CREATED, spares_ids
from processing.turn import notes
from runtime.delta import MAINTENANCE, files_of, open_table, row_commits
from runtime.progress import working
from runtime.store import Location

_PLACE = struct.Struct(">iq")  # partition, offset; the body hash follows
_STATE = b"\xff"  # no UTF-8 text starts so: never an event id
_CACHE_BYTES = 64 << 20
_ROWS = 100_000  # taken from the ledger at a time
_BLOOM_BITS = 10  # one look in a hundred at a file that lacks the id


class Index:
    """Who came first. Open it with the lease held, call `follow` before each batch and `add` after its commit."""

    def __init__(self, folder: Path, ledger: Location) -> None:
        self._folder = folder
        self._ledger = ledger
        self._db = _opened(folder)

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files. What could not be written (a full disk) is missing, and the next `follow` sees it."""
        with suppress(Exception):  # rocksdict has no class of its own, and what went wrong before is what to tell
            self._db.close()

    def follow(self) -> None:
        """Bring the index to the ledger's version: nothing to do, some files to read, or all of it."""

        table = open_table(self._ledger)
        newest = next(row_commits(table))[0]
        identity, held = str(table.metadata().id), self._state()
        if held == (identity, newest):
            return
        files = _added_since(table, held[1], self._ledger) if held and held[0] == identity else None
        if files is None:
            with working("indexing the event ids of the ledger") if newest > CREATED else nullcontext():
                self._renew(table)
        else:
            self._put(_accepted(files, self._ledger))
        self._say(identity, newest)

    def settle(self, claims: pa.Table) -> pa.Table:
        """The claims whose event id belongs to another record (TWINS): `same` where that has the same body.

        `claims` (CLAIMS) are the accepted records of one batch in order of their coordinates: among them the first of
        an id has it, unless the index knows an earlier one. A hit on a record's own coordinates is the record itself.
        """
        ids = claims["event_id"].cast(pa.binary()).to_pylist()
        known = {at: _read(held) for at, held in enumerate(self._known(ids)) if held is not None}
        within = _repeated(claims["event_id"])
        looked = sorted({*known, *within, *within.values()})
        chosen = claims.take(pa.array(looked, pa.int64()))
        columns = (chosen[name].to_pylist() for name in ("partition", "offset", "body_hash"))
        own = {at: ((partition, offset), hash_) for at, partition, offset, hash_ in zip(looked, *columns, strict=True)}
        twins: list[tuple[int, int, int, int, bool]] = []
        for at in sorted({*known, *within}):
            (place, hash_), first = own[at], known.get(at) or own[within[at]]
            if first[0] != place:
                twins.append((*place, *first[0], first[1] == hash_))
        found = zip(*twins, strict=True) if twins else ((),) * len(TWINS)
        return pa.table(dict(zip(TWINS.names, map(list, found), strict=True)), TWINS)

    def add(self, claims: pa.Table, twins: pa.Table, before: int, version: int) -> None:
        """Note who came first in a batch that is now the ledger's `version`; `before` is the version it followed.

        Where the index holds another version than `before`, nothing is noted: `follow` will.
        """
        state = self._state()
        if state is None or state[1] != before:
            return
        self._put([claims.filter(_others(claims, twins))])
        self._say(state[0], version)

    def _known(self, ids: list[bytes]) -> list[bytes | None]:
        found: list[bytes | None] = self._db[ids] if ids else []
        return found

    def _state(self) -> tuple[str, int] | None:
        said = self._db.get(_STATE)
        if said is None:
            return None
        identity, _, version = said.decode().rpartition(":")
        return identity, int(version)

    def _say(self, identity: str, version: int) -> None:
        self._db[_STATE] = f"{identity}:{version}".encode()

    def _put(self, batches: Iterable[pa.Table]) -> None:
        from rocksdict import WriteBatch

        for claims in batches:
            ids, hashes = claims["event_id"].cast(pa.binary()).to_pylist(), claims["body_hash"].to_pylist()
            places, wanted = _packed(claims), WriteBatch(raw_mode=True)
            for key, place, hash_ in zip(ids, places, hashes, strict=True):
                wanted.put(key, place + hash_)
            self._db.write(wanted)

    def _renew(self, table: Any) -> None:
        """Start empty: what an interrupted renewal wrote says no version, so it is not taken for whole."""
        self._db.close()
        shutil.rmtree(self._folder)
        self._db = _opened(self._folder)
        self._put(_accepted(table.file_uris(), self._ledger))


def _opened(folder: Path) -> Any:
    """The database; one that can't be read is made anew. ProcessingError where another process has it open."""
    try:
        return _database(folder)
    except Exception as error:
        if "lock" in str(error).lower():
            raise ProcessingError(
                f"the index {folder} is in use by another process", "Make sure that only one job runs, then try again."
            ) from error
        shutil.rmtree(folder, ignore_errors=True)
        return _database(folder)


def _database(folder: Path) -> Any:
    from rocksdict import BlockBasedOptions, Cache, Options, Rdict

    folder.mkdir(parents=True, exist_ok=True)
    options, blocks = Options(raw_mode=True), BlockBasedOptions()
    blocks.set_bloom_filter(_BLOOM_BITS, False)
    blocks.set_block_cache(Cache(_CACHE_BYTES))
    options.set_block_based_table_factory(blocks)
    options.set_keep_log_file_num(2)
    options.create_if_missing(True)
    return Rdict(str(folder), options)


def _repeated(ids: pa.ChunkedArray) -> dict[int, int]:
    """Rows whose id an earlier row has, each with the first row that has it."""
    codes = ids.combine_chunks().dictionary_encode().indices.to_numpy()
    rows = np.arange(len(codes))
    first = np.empty(int(codes.max(initial=-1)) + 1, rows.dtype)
    first[codes[::-1]] = rows[::-1]  # of equal codes the last one stays, which is the first row's
    again = np.nonzero(first[codes] != rows)[0]
    return dict(zip(again.tolist(), first[codes[again]].tolist(), strict=True))


def _packed(claims: pa.Table) -> list[bytes]:
    """_PLACE of each row."""
    held = np.empty(claims.num_rows, np.dtype([("partition", ">i4"), ("offset", ">i8")]))
    held["partition"], held["offset"] = claims["partition"].to_numpy(), claims["offset"].to_numpy()
    whole = held.tobytes()
    return [whole[at : at + _PLACE.size] for at in range(0, len(whole), _PLACE.size)]


def _others(claims: pa.Table, twins: pa.Table) -> pa.Array:
    """Which claims are not among the twins."""
    partitions, offsets = claims["partition"].to_numpy(), claims["offset"].to_numpy()
    kept = np.ones(len(offsets), np.bool_)
    for partition in twins["partition"].unique().to_pylist():
        here = np.nonzero(partitions == partition)[0]
        again = twins["offset"].filter(pc.equal(twins["partition"], partition)).to_numpy()
        kept[here] = ~np.isin(offsets[here], again)
    return pa.array(kept)


def _read(known: bytes) -> tuple[tuple[int, int], bytes]:
    partition, offset = _PLACE.unpack_from(known)
    return (partition, offset), known[_PLACE.size :]


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
    for batch in rows.to_batches(columns=[*CLAIMS.names, "outcome"], batch_size=_ROWS, use_threads=False):
        accepted = pc.equal(batch["outcome"].cast(pa.string()), "accepted")
        yield pa.Table.from_batches([batch]).select(CLAIMS.names).cast(CLAIMS).filter(accepted)
