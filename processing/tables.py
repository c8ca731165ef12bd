"""Contract to Delta tables: what the ledger and the derived tables hold, created before the first batch.

Everything of one input contract lies below `<data>/tables/<contract>/`: `ledger`, and one folder per derived table.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from contracts.compiler.model import Contract
from processing.columns import arrow_type, quoted, spark_type

CREATED = 0  # the version of a table that was made and never written to
_REASON = pa.struct([pa.field(name, pa.string()) for name in ("clause", "path", "found", "wanted")])
_HEADER = pa.struct([pa.field("key", pa.string()), pa.field("value", pa.binary())])
_ARROW: Mapping[str, pa.DataType] = {
    "int": pa.int32(),
    "bigint": pa.int64(),
    "string": pa.string(),
    "binary": pa.binary(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "array<struct<clause:string,path:string,found:string,wanted:string>>": pa.list_(_REASON),
    "array<struct<key:string,value:binary>>": pa.list_(_HEADER),
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
        "array<struct<clause:string,path:string,found:string,wanted:string>>",
        "Every clause broken; null unless rejected.",
    ),
    "first_partition": ("int", "Of a duplicate or conflict: partition of the event that came first."),
    "first_offset": ("bigint", "Of a duplicate or conflict: offset of the event that came first."),
    "raw_key": ("binary", "Key as received; null for an accepted event."),
    "raw_value": ("binary", "Value as received; null for an accepted event and for a tombstone."),
    "raw_headers": (
        "array<struct<key:string,value:binary>>",
        "Headers as received; null for an accepted event.",
    ),
    "raw_bytes": ("bigint", "Size of the value as received."),
    "batch": ("string NOT NULL", "Which micro-batch committed the row."),
}
_STATISTICS = "partition,offset,received_at,batch"  # no value of an event ends up in the Delta log


def accepted_contract(source: Contract, outputs: tuple[Contract, ...]) -> Contract:
    """The contract of the accepted rows: an output contract, or the input's own where there is none."""
    return next((output for output in outputs if output.rows == "accepted"), source)


def event_columns(source: Contract) -> str:
    """The ledger's `event` column: the typed value of an accepted event, null otherwise."""
    return f"struct<{','.join(f'{quoted(field.name)}:{spark_type(field)}' for field in source.fields)}>"


def create_ledger(path: Path, source: Contract) -> None:
    """Create the ledger where it is missing."""
    columns = [
        pa.field(
            name,
            _ARROW[type_.removesuffix(" NOT NULL")],
            nullable="NOT NULL" not in type_,
            metadata={"comment": text},
        )
        for name, (type_, text) in LEDGER.items()
    ]
    event = pa.struct([pa.field(field.name, arrow_type(field)) for field in source.fields])
    _create(path, [*columns, pa.field("event", event)], _STATISTICS, {})


def create_derived(path: Path, contract: Contract) -> None:
    """Create a derived table where it is missing, with exactly its contract's columns."""
    columns = [
        pa.field(
            field.name,
            arrow_type(field),
            nullable=not field.required,
            metadata={"comment": field.description},
        )
        for field in contract.fields
    ]
    _create(
        path,
        columns,
        ",".join(field.name for field in contract.fields if field.type == "timestamp"),
        {"userMetadata": note(CREATED)},
    )


def _create(path: Path, columns: list[Any], statistics: str, said: dict[str, str]) -> None:
    """Through deltalake, not Spark: milliseconds instead of seconds, and the same table."""
    import pyarrow as pa
    from deltalake import CommitProperties, DeltaTable, Schema

    if DeltaTable.is_deltatable(str(path)):
        return
    settings = {"delta.dataSkippingStatsColumns": statistics}
    schema = Schema.from_arrow(pa.schema(columns))
    DeltaTable.create(
        str(path),
        schema,
        mode="ignore",
        configuration=settings,
        commit_properties=CommitProperties(custom_metadata=said),
    )


def version(path: Path) -> int:
    """The table's latest version."""
    from deltalake import DeltaTable

    return int(DeltaTable(path, without_files=True).version())


def ledger_version(path: Path) -> int | None:
    """The ledger version a derived table was last brought to, None where it never was."""
    from deltalake import DeltaTable

    noted = DeltaTable(path, without_files=True).history(1)[0].get("userMetadata")
    return int(json.loads(noted)["ledger_version"]) if noted else None


def note(ledger: int) -> str:
    """What a derived table's commit says about the ledger it came from (Delta's userMetadata)."""
    return json.dumps({"ledger_version": ledger})
