"""Rows of the accepted table as a job appends them, without a ledger behind them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from processing.tables import create_derived, create_ledger, note

if TYPE_CHECKING:
    from processing.derive import Derivation

_SAME = (
    (pa.types.is_string, ""),
    (pa.types.is_boolean, False),
    (pa.types.is_integer, 0),
    (pa.types.is_timestamp, datetime(2026, 1, 5, tzinfo=UTC)),
)


def create(derivation: "Derivation") -> None:
    """All tables, without rows."""
    create_ledger(derivation.ledger, derivation.source)
    for path, contract in derivation.derived.items():
        create_derived(path, contract)


def accept(derivation: "Derivation", ledger: int, rows: Sequence[Mapping[str, Any]], mode: Any = "append") -> None:
    """One commit of rows that say what matters; the rest is the same in each, null where it may be."""
    from deltalake import CommitProperties, DeltaTable, write_deltalake

    path = derivation.path(derivation.accepted)
    schema = pa.schema(DeltaTable(path).schema())
    said = {"userMetadata": json.dumps(note(ledger, derivation.accepted))}
    table = pa.Table.from_pylist([{f.name: row.get(f.name, _same(f)) for f in schema} for row in rows], schema)
    write_deltalake(path, table, mode=mode, commit_properties=CommitProperties(custom_metadata=said))


def _same(field: pa.Field) -> Any:
    return None if field.nullable else next(value for fits, value in _SAME if fits(field.type))
