"""Refused records to `discarded`: given up for good, with a reason, in one commit of the ledger and without Spark.

A discarded record keeps its coordinates, size and violations; what it was goes into its history. Its raw bytes go,
since nobody will replay it: out of the ledger at once, out of the table's older files when these are removed.

Who discarded why stands in the table `discards`, one row per discard; its `at` is the moment in the records' history.
The reason is written first, so a kill in between leaves a reason that no record names, never a record without one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from processing import quarantine, tables
from processing.audit import open_ledger
from processing.errors import ProcessingError
from processing.lease import Lease
from processing.quarantine import DISCARDS, Which
from processing.tables import DISCARDED
from processing.turn import OvertakenError, Turn
from runtime.delta import dataset, open_table
from runtime.store import Location, delta_options

DISCARDABLE = ("rejected", "conflict")
ROWS = 16_384  # in memory at a time
NAMED = 5  # coordinates that an error names
_PLACES = pa.schema([("partition", pa.int32()), ("offset", pa.int64())])
_FOUND = '"partition", "offset", outcome, batch'
Found = tuple[int, int, str | None, str | None]  # as _FOUND; the last two are None where there is no such record
_DISCARDS = pa.schema(
    [
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False, metadata={"comment": "When; in the history too."}),
        pa.field("by", pa.string(), nullable=False, metadata={"comment": "The user of the operating system."}),
        pa.field("reason", pa.string(), nullable=False, metadata={"comment": "Why, in that person's words."}),
        pa.field("records", pa.int64(), nullable=False, metadata={"comment": "How many records."}),
    ]
)
_RAW = ("raw_key", "raw_value", "raw_headers")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a discard would change: `places` (partition, offset), in the micro-batches `batches`, `outcomes` by count.

    `already` were discarded before and stay as they are. `turn` was taken, then `version` seen, before the ledger was
    read.
    """

    turn: Turn
    version: int
    places: frozenset[tuple[int, int]]
    batches: tuple[str, ...]
    outcomes: Mapping[str, int]
    already: int


@dataclass(frozen=True, slots=True)
class Note:
    """Who discards, and why."""

    by: str
    reason: str


def plan(folder: Location, places: tuple[tuple[int, int], ...]) -> Plan:
    """The records at these coordinates; ProcessingError where one is not there, or is nothing to be discarded.

    `folder` is that of one input contract's tables.
    """
    turn, version = _turn(folder)
    db = open_ledger(turn.path)
    columns = zip(*dict.fromkeys(places), strict=True)
    db.register("wanted", pa.table(dict(zip(_PLACES.names, map(list, columns), strict=True)), _PLACES))
    found = db.execute(
        f'SELECT {_FOUND} FROM wanted LEFT JOIN ledger USING ("partition", "offset") ORDER BY 1, 2'  # noqa: S608
    ).fetchall()
    _refuse(found)
    return _plan(turn, version, found)


def plan_for(folder: Location, header: str, which: Which) -> Plan:
    """The rejected records and conflicts among those that are `which`, maybe none; `header` names the producer."""
    turn, version = _turn(folder)
    db = quarantine.opened(folder, header)
    query = f"SELECT {_FOUND} FROM refused WHERE {quarantine.condition(which)}"  # noqa: S608
    return _plan(turn, version, db.execute(query, which.given()).fetchall())


def carry_out(planned: Plan, note: Note, lease: Lease) -> datetime | None:
    """Discard what is planned, in one commit; the moment that the history names. None, and no commit, for no records.

    OvertakenError where somebody else has committed since the plan.
    """
    if not planned.places:
        return None
    at = datetime.now(UTC)
    lease.check()
    said = {"at": at, "by": note.by, "reason": note.reason, "records": len(planned.places)}
    _say(planned.turn.path.parent / DISCARDS, said)
    lease.check()
    _commit(planned, at)
    planned.turn.confirm()
    return at


def _turn(folder: Location) -> tuple[Turn, int]:
    ledger = folder / "ledger"
    open_ledger(ledger).close()  # says what to do where there is none
    return Turn.take(ledger), open_table(ledger).version()


def _refuse(found: list[Found]) -> None:
    """ProcessingError that names what cannot be discarded."""
    strangers = [f"{p}:{o}" for p, o, outcome, _ in found if outcome is None]
    others = [f"{p}:{o} is {outcome}" for p, o, outcome, _ in found if outcome not in (None, DISCARDED, *DISCARDABLE)]
    if strangers:
        raise ProcessingError(
            f"the ledger has no record {_some(strangers)}", "Nothing was changed. See `tickets quarantine list`."
        )
    if others:
        raise ProcessingError(
            f"only rejected records and conflicts can be discarded, and {_some(others)}",
            "Nothing was changed. Leave these out.",
        )


def _some(words: list[str]) -> str:
    return ", ".join(words[:NAMED]) + (f" and {len(words) - NAMED} more" if len(words) > NAMED else "")


def _plan(turn: Turn, version: int, found: list[Found]) -> Plan:
    rows = [row for row in found if row[2] in DISCARDABLE]
    return Plan(
        turn=turn,
        version=version,
        places=frozenset((row[0], row[1]) for row in rows),
        batches=tuple(sorted({str(row[3]) for row in rows})),
        outcomes=dict(sorted(Counter(str(row[2]) for row in rows).items())),
        already=sum(row[2] == DISCARDED for row in found),
    )


def _say(path: Location, row: dict[str, Any]) -> None:
    from deltalake import write_deltalake

    statistics = {"delta.dataSkippingStatsColumns": "at"}  # no reason ends up in the Delta log
    write_deltalake(
        str(path),
        pa.Table.from_pylist([row], _DISCARDS),
        mode="append",
        configuration=statistics,
        storage_options=delta_options(path),
    )


def _commit(planned: Plan, at: datetime) -> None:
    """The batches of the records anew, in one commit.

    Not by deltalake's MERGE, UPDATE or DELETE: these write texts as Arrow's string views, and then no reader that
    filters through Arrow can read the table (it has no comparison of views).
    """
    from deltalake import write_deltalake
    from deltalake.exceptions import CommitFailedError

    turn = planned.turn
    table = open_table(turn.path, planned.version)  # the commit fails if the table has moved on since
    schema = tables.held_schema(turn.path)
    mine = ds.field("batch").isin(planned.batches)
    rows = dataset(table, turn.path).scanner(filter=mine, batch_size=ROWS, use_threads=False)
    made = pa.RecordBatchReader.from_batches(schema, _made(rows.to_batches(), planned, at, schema))
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in planned.batches)
    said = turn.properties({DISCARDED: len(planned.places)})
    try:
        write_deltalake(table, made, mode="overwrite", predicate=f"batch IN ({names})", commit_properties=said)
    except CommitFailedError as error:
        raise OvertakenError(
            f"the table {turn.path.name} was written by somebody else meanwhile",
            "Nothing was discarded. Make sure that only one job runs, then start it again.",
        ) from error


def _made(
    batches: Iterator[pa.RecordBatch], planned: Plan, at: datetime, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Each batch of rows as it will be, what is discarded apart from the rest."""
    for batch in batches:
        places = zip(batch.column("partition").to_pylist(), batch.column("offset").to_pylist(), strict=True)
        chosen = pa.array([place in planned.places for place in places], pa.bool_())
        for rows in (batch.filter(pc.invert(chosen)), _discarded(batch.filter(chosen), at)):
            if rows.num_rows:
                yield rows.select(schema.names).cast(schema)


def _discarded(rows: pa.RecordBatch, at: datetime) -> pa.RecordBatch:
    """Rows with the outcome discarded, without raw bytes, what they were in their history."""
    was = zip(*(rows.column(name).to_pylist() for name in ("history", "outcome", "violations")), strict=True)
    history = [[*(h or ()), {"at": at, "outcome": outcome, "violations": v}] for h, outcome, v in was]
    columns = {name: rows.column(name) for name in rows.schema.names}
    columns |= {name: pa.nulls(rows.num_rows, columns[name].type) for name in _RAW}
    columns["outcome"] = pa.array([DISCARDED] * rows.num_rows, pa.string())
    columns["history"] = pa.array(history, columns["history"].type)
    return pa.RecordBatch.from_pydict(columns)
