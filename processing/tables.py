"""Contract to Delta tables: what the ledger and the derived tables hold, created before the first batch.

Everything of one input contract lies below `<data>/tables/<contract>/`: `ledger`, and one folder per derived table.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from contracts.compiler.model import Contract
from processing.columns import arrow_type, quoted, spark_type
from processing.turn import notes
from runtime.delta import is_table, open_table, row_commits
from runtime.store import Location, delta_options

REASONS = "array<struct<clause:string,path:string,found:string,wanted:string>>"
CREATED = 0  # the version of a table that was made and never written to
DISCARDED = "discarded"  # the outcome, and the word in a commit's notes that says it changed refused records alone
EXPIRED = "expired"  # the word in a commit's notes that names the kinds of rows whose values went after their time
KEPT = ".kept"  # behind an aggregate table's name: its rows that can't be computed any more
_REASON = pa.struct([pa.field(name, pa.string()) for name in ("clause", "path", "found", "wanted")])
_BEFORE = pa.struct(
    [
        pa.field("at", pa.timestamp("us", tz="UTC")),
        pa.field("outcome", pa.string()),
        pa.field("violations", pa.list_(_REASON)),
    ]
)
_HEADER = pa.struct([pa.field("key", pa.string()), pa.field("value", pa.binary())])
_ARROW: Mapping[str, pa.DataType] = {
    "int": pa.int32(),
    "bigint": pa.int64(),
    "string": pa.string(),
    "binary": pa.binary(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    REASONS: pa.list_(_REASON),
    "array<struct<key:string,value:binary>>": pa.list_(_HEADER),
    f"array<struct<at:timestamp,outcome:string,violations:{REASONS}>>": pa.list_(_BEFORE),
}

# The ledger's own columns, in order: name -> (Spark type, meaning). `event` follows, made from the contract.
LEDGER: Mapping[str, tuple[str, str]] = {
    "partition": ("int NOT NULL", "Partition of the record."),
    "offset": ("bigint NOT NULL", "Offset of the record; (partition, offset) is the ledger's key."),
    "received_at": ("timestamp NOT NULL", "The broker's timestamp, UTC."),
    "outcome": ("string NOT NULL", "The one current outcome; see README.md."),
    "event_id": ("string", "Identity of the event as text, null where it could not be read."),
    "contract_version": ("string", "Version the record says it was written with."),
    "body_hash": ("binary", "Equal for equal decoded values; null unless the event could be decoded."),
    "is_late": ("boolean", "Event time is more than lateAfter before received_at; null unless decoded."),
    "is_early": ("boolean", "Event time is more than earlyAfter after received_at; null unless decoded."),
    "unknown_fields": ("string", "JSON object of fields the contract does not name, null without any."),
    "violations": (
        REASONS,
        "Every clause broken, each at the first of its places; null unless rejected, or discarded after that.",
    ),
    "first_partition": ("int", "Of a duplicate or conflict: partition of the event that came first."),
    "first_offset": ("bigint", "Of a duplicate or conflict: offset of the event that came first."),
    "raw_key": ("binary", "Key as received; null where nobody will look at it again: accepted, discarded, erased."),
    "raw_value": ("binary", "Value as received; null where the key is, and for a tombstone."),
    "raw_headers": (
        "array<struct<key:string,value:binary>>",
        "Headers as received; null where the key is.",
    ),
    "raw_bytes": ("bigint", "Size of the value as received."),
    "batch": ("string NOT NULL", "Which micro-batch committed the row."),
    "history": (
        f"array<struct<at:timestamp,outcome:string,violations:{REASONS}>>",
        "What the record was before, oldest first: until when, its outcome and reasons; null if it never changed.",
    ),
    "expired_at": ("timestamp", "When its values were removed, the contract's time for them being over; else null."),
}
_WRITTEN_AS = "contract"  # in the event column's metadata, so that rows and what they are change in one commit
_CHECKPOINT = "10"  # commits; deltalake's own default, 100, would have each batch read up to as many files
_STATISTICS = ("partition", "offset", "received_at", "batch")  # no value of an event ends up in the Delta log


@dataclass(frozen=True, slots=True)
class Layout:
    """A table's columns, and those of which the Delta log says the least and the greatest value of each file."""

    schema: pa.Schema
    statistics: tuple[str, ...]


def spares_accepted(said: Mapping[str, Any]) -> bool:
    """Whether a commit with these notes changed no accepted row."""
    return DISCARDED in said or (EXPIRED in said and "accepted" not in said[EXPIRED])


def spares_ids(said: Mapping[str, Any]) -> bool:
    """Whether a commit with these notes left every accepted row's event id and body hash where they were."""
    return DISCARDED in said or EXPIRED in said


def accepted_contract(source: Contract, outputs: tuple[Contract, ...]) -> Contract:
    """The contract of the accepted rows: an output contract, or the input's own where there is none."""
    return next((output for output in outputs if output.rows == "accepted"), source)


def event_columns(source: Contract) -> str:
    """The ledger's `event` column: the typed value of an accepted event, null otherwise."""
    return f"struct<{','.join(f'{quoted(field.name)}:{spark_type(field)}' for field in source.fields)}>"


def ledger_schema(source: Contract) -> pa.Schema:
    """The ledger's columns; `event` says in its metadata whose major its values are."""
    event = pa.struct([pa.field(field.name, arrow_type(field)) for field in source.fields])
    return pa.schema([*ledger_columns(), pa.field("event", event, metadata={_WRITTEN_AS: source.key})])


def ledger_ddl(source: Contract) -> str:
    """The ledger's columns as Spark reads them from its files, all of which may be null there."""
    own = (f"{quoted(name)} {type_.removesuffix(' NOT NULL')}" for name, (type_, _) in LEDGER.items())
    return ", ".join((*own, f"event {event_columns(source)}"))


def ledger_columns() -> list[pa.Field]:
    """The ledger's own columns, all but `event`."""
    return [
        pa.field(
            name,
            _ARROW[type_.removesuffix(" NOT NULL")],
            nullable="NOT NULL" not in type_,
            metadata={"comment": text},
        )
        for name, (type_, text) in LEDGER.items()
    ]


def written_as(held: pa.Schema) -> str | None:
    """The contract (`name.vN`) whose values a ledger's events are; None where the ledger does not say."""
    found = (held.field("event").metadata or {}).get(_WRITTEN_AS.encode())
    return None if found is None else str(found.decode())


def derived_schema(contract: Contract) -> pa.Schema:
    """A derived table's columns: exactly its contract's."""
    return pa.schema(
        pa.field(
            field.name,
            arrow_type(field),
            nullable=not field.required,
            metadata={"comment": field.description},
        )
        for field in contract.fields
    )


def ledger_layout(source: Contract) -> Layout:
    """What a file of the ledger is."""
    return Layout(ledger_schema(source), _STATISTICS)


def derived_ddl(contract: Contract) -> str:
    """A derived table's columns as Spark reads them from its files."""
    return ", ".join(f"{quoted(field.name)} {spark_type(field)}" for field in contract.fields)


def derived_layout(contract: Contract) -> Layout:
    """What a file of a derived table is; of moments alone there are statistics."""
    moments = tuple(field.name for field in contract.fields if field.type == "timestamp")
    return Layout(derived_schema(contract), moments)


def create_ledger(path: Location, source: Contract) -> None:
    """Create the ledger where it is missing."""
    _create(path, ledger_layout(source), {}, "ignore")


def create_derived(path: Location, contract: Contract) -> None:
    """Create a derived table where it is missing, with exactly its contract's columns."""
    _create(path, derived_layout(contract), {"userMetadata": json.dumps(note(CREATED, contract))}, "ignore")


def replace_derived(path: Location, contract: Contract) -> None:
    """A derived table's columns as its contract has them now, and no rows: it is to be made anew from the ledger.

    One commit; the versions before it keep their columns and rows.
    """
    said = {"userMetadata": json.dumps({"contract": contract.key})}
    _create(path, derived_layout(contract), said, "overwrite")


def _create(path: Location, layout: Layout, said: dict[str, str], mode: Literal["ignore", "overwrite"]) -> None:
    """Through deltalake, not Spark: milliseconds instead of seconds, and the same table."""
    from deltalake import CommitProperties, DeltaTable, Schema

    if mode == "ignore" and is_table(path):
        return
    DeltaTable.create(
        str(path),
        Schema.from_arrow(layout.schema),
        mode=mode,
        configuration={
            "delta.dataSkippingStatsColumns": ",".join(layout.statistics),
            "delta.checkpointInterval": _CHECKPOINT,
        },
        commit_properties=CommitProperties(custom_metadata=said),
        storage_options=delta_options(path),
    )


def complete_ledger(path: Location) -> None:
    """Add what a ledger made by an older version lacks of the ledger's own columns, null in every row."""
    from deltalake import Schema

    held = set(held_schema(path).names)
    own = [column for column in ledger_columns() if column.name not in held]
    if own:
        columns: list[Any] = list(Schema.from_arrow(pa.schema(own)).fields)
        open_table(path).alter.add_columns(columns)


def held_schema(path: Location) -> pa.Schema:
    """The columns a table has now."""

    return pa.schema(open_table(path).schema())


def version(path: Location) -> int:
    """The table's latest version that changed rows; commits that change none (columns added, files compacted) do not
    count.
    """

    return next(row_commits(open_table(path)))[0]


def ledger_version(path: Location, version: int | None = None) -> int | None:
    """The ledger version a derived table was last brought to (at a version of its own), None where it never was."""
    found = noted(path, version).get("ledger_version")
    return None if found is None else int(found)


def made_by(path: Location) -> str | None:
    """The contract (`name.vN`) that a derived table was last written by; None where it does not say."""
    return noted(path).get("contract")


def noted(path: Location, version: int | None = None) -> dict[str, Any]:
    """What a derived table's newest commit of rows says (`note`, maybe more), at a version of its own or now."""
    return notes(next(row_commits(open_table(path, version)))[1])


def note(ledger: int, contract: Contract) -> dict[str, Any]:
    """What a derived table's commit says about the ledger it came from and its contract (see turn.notes)."""
    return {"ledger_version": ledger, "contract": contract.key}
