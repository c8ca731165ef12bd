"""The product made to break one promise, for a run: what a checker that never fires would let pass.

Each row wraps functions where they are looked up, as points.py does. `unlocked` and `own scratch` break none: they take
the lock away from the one writer, and what is promised must hold all the same.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa

from features.faults.clients import TOPIC
from features.faults.points import resolve
from runtime.delta import files_of

Function = Callable[..., Any]
Wrap = Callable[[Function], Function]
EVERY = 97  # of so many records one is hit


def install(name: str) -> None:
    """Break it, in this process; SystemExit where the product has no such function any more."""
    for module, function, wrap in SABOTAGES[name]:
        owner, attribute, original = resolve(module, function)
        setattr(owner, attribute, wrap(original))


def _nothing(_: Function) -> Function:
    return lambda *positional, **named: None


def _yes(_: Function) -> Function:
    return lambda *positional, **named: True


def _own(original: Function) -> Function:
    """A folder of this process's own, where the product has one for all runs."""
    return lambda *positional: original(*positional).with_name(f"{TOPIC}-{os.getpid()}")


def _second_is_empty(original: Function) -> Function:
    """The second batch is committed without its files: the offsets go on, the records are lost."""
    calls = count(1)

    def write(*positional: Any) -> Any:
        files = original(*positional)
        return files[:0] if next(calls) == 2 else files

    return write


def _second_is_doubled(original: Function) -> Function:
    """The second batch is committed once more, in other files and with a turn that is free: what a guard that is off
    lets happen.
    """
    calls = count(1)

    def append(turn: Any, files: Any, said: Any) -> Any:
        version = original(turn, files, said)
        if turn.path.name != "ledger" or next(calls) != 2:
            return version
        place = files_of(turn.path)
        for one in files:
            place.copy_file(one.path, f"again-{one.path}")
        again = [replace(one, path=f"again-{one.path}") for one in files]
        return original(type(turn).take(turn.path), again, said)

    return append


def _no_twins(original: Function) -> Function:
    return lambda index, claims: original(index, claims).slice(0, 0)


def _flipped(original: Function) -> Function:
    """Some accepted records are rejected for no reason: in the files, as tasks have written them."""

    def write(*positional: Any) -> Any:
        files = positional[-1]
        return [_with_flipped(one, files.opened()) for one in original(*positional)]

    return write


def _with_flipped(written: Any, place: Any) -> Any:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    rows = pq.read_table(written.path, filesystem=place)
    hit = pa.array([offset % EVERY == 0 for offset in rows["offset"].to_pylist()])
    hit = pc.and_(hit, pc.equal(rows["outcome"], "accepted"))
    outcome = pc.if_else(hit, "rejected", rows["outcome"])
    path = f"flipped-{written.path}"
    at = rows.schema.get_field_index("outcome")
    pq.write_table(rows.set_column(at, rows.schema.field(at), outcome), path, filesystem=place)
    return replace(written, path=path, size=place.get_file_info(path).size)


def _rows_doubled(original: Function) -> Function:
    def accepted(*positional: Any) -> Any:
        rows = original(*positional)
        return rows.union(rows.where(f"kafka_offset % {EVERY} = 0"))

    return accepted


def _rows_less(original: Function) -> Function:
    return lambda *positional: original(*positional).where(f"kafka_offset % {EVERY} <> 0")


def _on_time_only(original: Function) -> Function:
    return lambda contract, rows, *begun: original(contract, rows.where("NOT is_late"), *begun)


def _unstaged(_: Function) -> Function:
    """Files are written where readers look."""

    @contextmanager
    def staging(place: Any) -> Iterator[Path]:
        folder = place.home / "unstaged"
        folder.mkdir(parents=True)
        yield folder

    return staging


SABOTAGES: Mapping[str, tuple[tuple[str, str, Wrap], ...]] = {
    "unlocked": (
        ("runtime.file_lease", "try_lock", _yes),
        ("runtime.lease", "Lease.check", _nothing),
    ),
    "own scratch": (
        ("runtime.workspace", "Workspace.index", _own),
        ("runtime.workspace", "Workspace.checkpoint", _own),
    ),
    "batch skipped": (("processing.parcel", "write", _second_is_empty),),
    "batch committed twice": (("processing.turn", "Turn.append", _second_is_doubled),),
    "deduplication off": (("processing.index", "Index.settle", _no_twins),),
    "accepted flipped": (("processing.parcel", "write", _flipped),),
    "tickets twice": (("processing.derive", "accepted_rows", _rows_doubled),),
    "tickets missing": (("processing.derive", "accepted_rows", _rows_less),),
    "late events left out": (("processing.aggregates", "_aggregated", _on_time_only),),
    "export unstaged": (("exports.publish", "staging", _unstaged),),
}
