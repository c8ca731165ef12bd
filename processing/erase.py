"""Ledger to the same ledger without the erased persons: their rows keep coordinates and size, in one Delta commit.

Batch by batch, so that memory does not grow with the ledger. A run that is killed leaves the ledger as it was, and the
list of the erased says that it is unfinished. What a commit replaces lies in older files until `vacuum` removes them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from contracts.compiler.model import Contract
from processing import tables
from processing.erased import ErasedList
from processing.errors import ProcessingError
from processing.traces import Traces, subject_of
from processing.turn import Turn, notes
from runtime.delta import dataset, is_table, open_table, remove_unused, row_commits, tables_below
from runtime.store import Location

if TYPE_CHECKING:
    from deltalake import DeltaTable

ERASED = "erased"  # the outcome, and the word in a commit's notes
_KEPT = ("partition", "offset", "received_at", "raw_bytes", "batch")
_RAW = ("raw_value", "raw_key", "raw_headers")
_SAID = ("event_id", "contract_version", "unknown_fields", "violations", "history")
_READ = ("partition", "offset", "received_at", "outcome", *_RAW, *_SAID)
_BY_EVENT = ("duplicate", "conflict")  # judged by their event alone, as when they were read

_NO_REASON = "(named an erased person)"

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of the sought persons that the ledger holds: how many by outcome, and when the newest reached the broker."""

    places: frozenset[Place]
    outcomes: Mapping[str, int]
    newest: datetime | None


NOTHING = Found(frozenset(), {}, None)


def survey(ledger: Location, contracts: tuple[Contract, ...], key: bytes, sought: ErasedList) -> Found:
    """What the ledger holds of the sought, and changes nothing; `contracts` are the majors, the newest first."""

    if not is_table(ledger):
        return NOTHING
    return _survey(open_table(ledger), ledger, contracts, key, sought)


def sweep(
    ledger: Location, contracts: tuple[Contract, ...], key: bytes, sought: ErasedList, check: Callable[[], None]
) -> Found:
    """Make every row of the sought an erased one, in one commit; none where there is no such row.

    `check` raises where this process may not write. OvertakenError, and nothing written, where another has written.
    """
    from deltalake import write_deltalake
    from deltalake.exceptions import CommitFailedError

    if not is_table(ledger):
        return NOTHING
    turn = Turn.take(ledger)
    table = turn.table()
    found = _survey(table, ledger, contracts, key, sought)
    if not found.places:
        return found
    rows = dataset(table, ledger).scanner(use_threads=False).to_batches()
    schema = pa.schema(table.schema())
    batches = pa.RecordBatchReader.from_batches(schema, _swept(rows, schema, found.places))
    check()
    said = turn.properties({ERASED: len(found.places)})
    try:
        write_deltalake(table, batches, mode="overwrite", commit_properties=said)
    except CommitFailedError:
        turn.confirm()
        raise
    turn.confirm()
    return found


def swept_at(ledger: Location) -> tuple[int, datetime] | None:
    """Version and moment of the newest erasure, else of the newest commit of rows; None where there is no ledger."""

    if not is_table(ledger):
        return None
    commits = list(row_commits(open_table(ledger)))
    version, commit = next((row for row in commits if ERASED in notes(row[1])), commits[0])
    return version, datetime.fromtimestamp(commit["timestamp"] / 1000, UTC)


def vacuum(folder: Location, check: Callable[[], None]) -> tuple[Location, ...]:
    """Remove every file of the tables in a folder that their newest version does not need; the tables.

    Older versions can't be read afterwards, and a reader that is in the middle of one fails.
    """

    found = tables_below(folder)
    for path in found:
        check()
        remove_unused(path, 0)
    return found


def without_names(discards: Location, traces: Traces, check: Callable[[], None]) -> int:
    """Replace, in the table of discards, reasons that name one of the sought; how many. People wrote them."""
    from deltalake import write_deltalake

    if not is_table(discards):
        return 0
    table = open_table(discards)
    rows = dataset(table, discards).to_table()
    named = [traces.in_text(reason) for reason in rows["reason"].to_pylist()]
    if any(named):
        reasons = [_NO_REASON if hit else said for hit, said in zip(named, rows["reason"].to_pylist(), strict=True)]
        place = rows.schema.get_field_index("reason")
        check()
        made = rows.set_column(place, rows.schema.field(place), pa.array(reasons, rows["reason"].type))
        write_deltalake(table, made, mode="overwrite")
    return sum(named)


def behind(ledger: Location, derived: Iterable[Location]) -> bool:
    """Whether a derived table was made from another version of the ledger."""
    if not is_table(ledger) or tables.version(ledger) == tables.CREATED:
        return False
    newest = tables.version(ledger)
    return any(not is_table(path) or tables.ledger_version(path) != newest for path in derived)


def _survey(
    table: "DeltaTable", path: Location, contracts: tuple[Contract, ...], key: bytes, sought: ErasedList
) -> Found:
    import pyarrow.dataset as ds

    written = _written(table, contracts)
    traces = Traces((written, *(other for other in contracts if other is not written)), key, sought)
    columns = {name: ds.field(name) for name in _READ}
    columns["subject"] = ds.field("event", subject_of(written).name)
    places: set[Place] = set()
    outcomes: Counter[str] = Counter()
    newest: datetime | None = None
    for batch in dataset(table, path).scanner(columns=columns, use_threads=False).to_batches():
        for row in _theirs(batch, traces):
            places.add((row["partition"], row["offset"]))
            outcomes[row["outcome"]] += 1
            newest = max(newest or row["received_at"], row["received_at"])
    return Found(frozenset(places), dict(sorted(outcomes.items())), newest)


def _written(table: "DeltaTable", contracts: tuple[Contract, ...]) -> Contract:
    """The major whose values the ledger's events are."""
    said = tables.written_as(pa.schema(table.schema()))
    for contract in contracts:
        if said in (None, contract.key):
            return contract
    known = ", ".join(contract.key for contract in contracts)
    raise ProcessingError(
        f"the tables hold events as {said}, and only {known} are known", "Name the contracts that wrote them."
    )


def _theirs(batch: pa.RecordBatch, traces: Traces) -> Iterator[dict[str, Any]]:
    """A batch's rows of the sought: accepted ones by their event's field, others by what is left of the record."""
    import pyarrow.compute as pc

    accepted = pc.equal(batch["outcome"], "accepted")
    named = [value for value in pc.unique(batch["subject"]).to_pylist() if traces.stored(value)]
    theirs = pc.and_(accepted, pc.is_in(batch["subject"], pa.array(named, batch["subject"].type)))
    wanted = ["partition", "offset", "received_at", "outcome"]
    yield from batch.select(wanted).filter(theirs).to_pylist()
    for row in batch.filter(pc.and_not(pc.invert(accepted), pc.equal(batch["outcome"], ERASED))).to_pylist():
        if _names(row, traces):
            yield row


def _names(row: Mapping[str, Any], traces: Traces) -> bool:
    value, headers = row["raw_value"], [(one["key"], one["value"]) for one in row["raw_headers"] or ()]
    if value is not None and row["outcome"] in _BY_EVENT:
        return traces.in_value(value)
    if traces.in_record(value, row["raw_key"], headers):
        return True
    return value is None and any(map(traces.in_text, _strings([row[name] for name in _SAID])))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from _strings(below)


def _swept(rows: Iterable[pa.RecordBatch], schema: pa.Schema, places: frozenset[Place]) -> Iterator[pa.RecordBatch]:
    """Every row again, those at `places` as erased ones."""
    at = datetime.now(UTC)
    for batch in rows:
        pairs = zip(batch["partition"].to_pylist(), batch["offset"].to_pylist(), strict=True)
        theirs = pa.array([pair in places for pair in pairs], pa.bool_())
        if theirs.true_count == 0:
            yield _in_schema(batch, schema)
            continue
        yield _in_schema(batch.filter(pa.compute.invert(theirs)), schema)
        yield _erased(batch.filter(theirs), schema, at)


def _in_schema(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [batch.column(field.name).cast(field.type) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _erased(batch: pa.RecordBatch, schema: pa.Schema, at: datetime) -> pa.RecordBatch:
    """What stays of rows: where and when they were received, how long, and what outcomes they had."""
    made = {name: batch.column(name) for name in _KEPT}
    made["outcome"] = pa.array([ERASED] * batch.num_rows, pa.string())
    before = zip(batch["history"].to_pylist(), batch["outcome"].to_pylist(), strict=True)
    history = [[*_bare(earlier), {"at": at, "outcome": was, "violations": None}] for earlier, was in before]
    made["history"] = pa.array(history, schema.field("history").type)
    columns = [
        made[field.name].cast(field.type) if field.name in made else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _bare(history: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    return [{**entry, "violations": None} for entry in history or ()]
