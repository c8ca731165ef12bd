"""Ledger to what was refused: lists, counts and one record in full, without Spark.

What is shown of personal and confidential fields was masked by the decoder; raw bytes only where asked for.
"""

import base64
from pathlib import Path
from typing import Any

from processing.audit import open_ledger
from processing.errors import ProcessingError

_COLUMNS = (
    '"partition", "offset", received_at, outcome, event_id, contract_version, violations, first_partition, '
    "first_offset, raw_bytes"
)

_BY_CLAUSE = """
SELECT reason, count(*) FROM (
    SELECT DISTINCT "partition", "offset", unnest(
        CASE WHEN outcome = 'rejected' THEN list_transform(violations, lambda v: v.clause) ELSE [outcome] END
    ) AS reason
    FROM ledger WHERE outcome <> 'accepted'
) GROUP BY 1 ORDER BY 2 DESC, 1
"""


def refused(ledger: Path, limit: int, clause: str | None) -> list[dict[str, Any]]:
    """The newest refused records first, optionally those that break one clause; one dict per record."""
    query = f"SELECT {_COLUMNS} FROM ledger WHERE outcome <> 'accepted'"  # noqa: S608 - constant text
    if clause:
        query += " AND list_contains(list_transform(violations, lambda v: v.clause), ?)"
    query += ' ORDER BY received_at DESC, "partition", "offset" DESC LIMIT ?'
    return _rows(open_ledger(ledger), query, [*([clause] if clause else []), limit])


def by_clause(ledger: Path) -> list[tuple[str, int]]:
    """(clause, records that break it), most frequent first; other outcomes under their own names."""
    rows: list[tuple[str, int]] = open_ledger(ledger).execute(_BY_CLAUSE).fetchall()
    return rows


def one(ledger: Path, partition: int, offset: int, with_raw: bool) -> dict[str, Any]:
    """One record in full; its raw bytes as base64 only if asked. ProcessingError where the ledger lacks it."""
    columns = _COLUMNS + (", raw_key, raw_value" if with_raw else "")
    query = f'SELECT {columns} FROM ledger WHERE "partition" = ? AND "offset" = ?'  # noqa: S608 - constant text
    rows = _rows(open_ledger(ledger), query, [partition, offset])
    if not rows:
        raise ProcessingError(f"the ledger has no record {partition}:{offset}", "See `tickets quarantine list`.")
    row = rows[0]
    for name in ("raw_key", "raw_value"):
        if row.get(name) is not None:
            row[name] = base64.b64encode(row[name]).decode()
    return row


def _rows(db: Any, query: str, arguments: list[Any]) -> list[dict[str, Any]]:
    result = db.execute(query, arguments)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
