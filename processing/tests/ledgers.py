"""Ledgers made by hand, row by row, as the job makes them: for tests that need no Spark."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from deltalake import write_deltalake

from contracts.compiler.catalogue import HOME, Catalogue
from processing.tables import create_ledger, ledger_schema
from processing.turn import Turn
from runtime.store import Bucket

At = TypeVar("At", Path, Bucket)
SOURCE = Catalogue(HOME).get("client_tickets")
BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
PRIORITY, AMOUNT = f"{SOURCE.key}/priority/enum", f"{SOURCE.key}/amount/minimum"
EVENT = {field.name: None for field in SOURCE.fields} | {
    "event_id": "0b7c7c1e-52ae-4a1c-9d0f-5d4f6f0f6f11",
    "occurred_at": BEGAN,
    "amount": Decimal("12.50"),
    "tags": ["vip"],
    "attachments": [{"name": "a.pdf", "media_type": "application/pdf", "size_bytes": 7}],
}


def reasons(*clauses: str) -> list[dict[str, str]]:
    """Violations of these clauses."""
    return [{"clause": clause, "path": "$.x", "found": '"x"', "wanted": "another"} for clause in clauses]


def row(place: str, outcome: str, *clauses: str, producer: bytes | None = None, **more: Any) -> dict[str, Any]:
    """One ledger row at `partition:offset`, received that many minutes after BEGAN; accepted ones have the EVENT."""
    partition, offset = map(int, place.split(":"))
    made = {"partition": partition, "offset": offset, "received_at": BEGAN + timedelta(minutes=offset), "batch": "1"}
    if outcome == "accepted":
        return {**made, "outcome": outcome, "event": EVENT, "event_id": EVENT["event_id"], "body_hash": b"h", **more}
    headers = [{"key": "contract", "value": b"client_tickets"}]
    headers += [{"key": "producer", "value": producer}] if producer is not None else []
    raw = {"raw_key": b"k", "raw_value": b"secret bytes", "raw_bytes": 12, "raw_headers": headers}
    return {**made, "outcome": outcome, "violations": reasons(*clauses) or None, **raw, **more}


def ledger(tables: At, rows: Sequence[dict[str, Any]]) -> At:
    """The folder of tables, with a ledger of these rows: one more commit for each batch they name."""
    create_ledger(tables / "ledger", SOURCE)
    for batch in sorted({made["batch"] for made in rows}):
        turn = Turn.take(tables / "ledger")
        mine = pa.Table.from_pylist([made for made in rows if made["batch"] == batch], ledger_schema(SOURCE))
        write_deltalake(turn.table(), mine, mode="append", commit_properties=turn.properties({"batch": batch}))
    return tables
