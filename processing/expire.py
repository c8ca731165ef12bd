"""Ledger to the same ledger without what its contracts no longer keep: rows stay, values go, in one commit per kind.

A refused record loses its bytes, ids and reasons; an accepted one its event. Coordinates, time, outcome, size and the
ids of broken clauses stay, so that every offset still has its outcome; an accepted row keeps event id and body hash
too, so that the same event sent again is still a duplicate. Age is the broker's timestamp, counted in whole UTC days,
so that a table is rewritten once a day at most, however often one asks.

No more is rewritten than the time between the oldest and the newest row that is due. What is replaced lies in older
files until these are removed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from processing.tables import EXPIRED
from processing.turn import OvertakenError, Turn
from runtime.delta import dataset, open_table
from runtime.store import Location

if TYPE_CHECKING:
    from deltalake import DeltaTable

GONE = "(expired)"  # what stands for the path, the value and the wish of a reason
REFUSED, ACCEPTED = "refused", "accepted"
_ROWS = 16_384  # in memory at a time
_TEXTS = ("event_id", "contract_version", "body_hash", "unknown_fields", "raw_key", "raw_value", "raw_headers")
# What a kind of rows loses; reasons are cut down apart.
_LOSES: Mapping[str, tuple[str, ...]] = {REFUSED: _TEXTS, ACCEPTED: ("event", "unknown_fields")}
_BARE = ("accepted", "erased")  # outcomes of which nothing of what was refused is kept


@dataclass(frozen=True, slots=True)
class Due:
    """Rows of a kind whose time is over: how many, and when the first and the last of them were received."""

    kind: str
    rows: int
    first: datetime
    last: datetime


def due(ledger: Location, before: Mapping[str, datetime]) -> tuple[Due, ...]:
    """What is due; `before` says for a kind before which UTC midnight its rows must have been received."""
    table = open_table(ledger)
    found = (_due(table, ledger, kind, midnight(moment)) for kind, moment in before.items())
    return tuple(one for one in found if one is not None)


def midnight(moment: datetime) -> datetime:
    """The begin of its UTC day."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def expire(ledger: Location, one: Due, check: Callable[[], None]) -> None:
    """Take the values of the rows that are due, in one commit; OvertakenError where somebody else wrote meanwhile.

    `check` raises where this process may not write.
    """
    from deltalake import write_deltalake
    from deltalake.exceptions import CommitFailedError

    turn = Turn.take(ledger)
    table = turn.table()
    schema = pa.schema(table.schema())
    rows = dataset(table, ledger).scanner(filter=_between(one), batch_size=_ROWS, use_threads=False)
    made = pa.RecordBatchReader.from_batches(schema, _made(rows.to_batches(), one, schema))
    check()
    window = f"received_at >= '{one.first.isoformat()}' AND received_at <= '{one.last.isoformat()}'"
    said = turn.properties({EXPIRED: {one.kind: one.rows}})
    try:
        write_deltalake(table, made, mode="overwrite", predicate=window, commit_properties=said)
    except CommitFailedError as error:
        raise OvertakenError(
            f"the table {ledger.name} was written by somebody else meanwhile",
            "Nothing expired. Make sure that only one job runs, then start it again.",
        ) from error
    turn.confirm()


def _due(table: "DeltaTable", ledger: Location, kind: str, before: datetime) -> Due | None:
    import pyarrow.dataset as ds

    there = [name for name in ("received_at", "outcome", "expired_at") if name in pa.schema(table.schema()).names]
    rows = dataset(table, ledger).scanner(columns=there, filter=ds.field("received_at") < before, use_threads=False)
    count, first, last = 0, None, None
    for batch in rows.to_batches():
        times = batch["received_at"].filter(_chosen(batch, kind))
        if len(times):
            ends = pc.min_max(times).as_py()
            first, last = min(first or ends["min"], ends["min"]), max(last or ends["max"], ends["max"])
            count += len(times)
    return None if first is None or last is None else Due(kind, count, first, last)


def _chosen(batch: pa.RecordBatch, kind: str) -> pa.Array:
    """Which rows are of the kind and not expired yet."""
    if kind == ACCEPTED:
        mine = pc.equal(batch["outcome"], "accepted")
    else:
        mine = pc.invert(pc.is_in(batch["outcome"], pa.array(_BARE, batch["outcome"].type)))
    return pc.and_(mine, pc.is_null(batch["expired_at"])) if "expired_at" in batch.schema.names else mine


def _between(one: Due) -> Any:
    import pyarrow.dataset as ds

    return (ds.field("received_at") >= one.first) & (ds.field("received_at") <= one.last)


def _made(batches: Iterator[pa.RecordBatch], one: Due, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Every row of the time again, those of the kind without what they lose."""
    at = pa.scalar(datetime.now(UTC), pa.timestamp("us", tz="UTC"))
    for batch in batches:
        chosen = _chosen(batch, one.kind)
        for rows in (batch.filter(pc.invert(chosen)), _bare(batch.filter(chosen), _LOSES[one.kind], at)):
            if rows.num_rows:
                yield rows.select(schema.names).cast(schema)


def _bare(rows: pa.RecordBatch, loses: tuple[str, ...], at: pa.Scalar) -> pa.RecordBatch:
    columns = {name: rows.column(name) for name in rows.schema.names}
    columns |= {name: pa.nulls(rows.num_rows, columns[name].type) for name in loses}
    columns["expired_at"] = pa.repeat(at, rows.num_rows)
    reasons = [_clauses(found) for found in columns["violations"].to_pylist()]
    columns["violations"] = pa.array(reasons, columns["violations"].type)
    history = [_history(found) for found in columns["history"].to_pylist()]
    columns["history"] = pa.array(history, columns["history"].type)
    return pa.RecordBatch.from_pydict(columns)


def _clauses(reasons: list[dict[str, str]] | None) -> list[dict[str, str]] | None:
    """Each clause that was broken, once, without where, what was found, and what was wanted."""
    clauses = dict.fromkeys(reason["clause"] for reason in reasons or ())
    return [{"clause": clause, "path": GONE, "found": GONE, "wanted": GONE} for clause in clauses] or None


def _history(entries: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    return entries and [{**entry, "violations": _clauses(entry["violations"])} for entry in entries]
