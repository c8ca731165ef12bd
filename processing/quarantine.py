"""Ledger to what was not accepted: lists, counts and one record in full, without Spark.

What is shown of personal and confidential fields was masked by the decoder; raw bytes only where asked for. Times are
UTC. Texts are as they were sent: whoever prints them must see to control characters.
"""

import base64
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from processing.audit import open_ledger, view
from processing.errors import ProcessingError
from runtime.delta import is_table
from runtime.store import Location

OUTCOMES = ("rejected", "duplicate", "conflict", "tombstone", "discarded", "erased")
"""Every outcome but accepted."""
DISCARDS = "discards"  # the table beside the ledger that holds the reasons (discard.py)

_REFUSED = """
CREATE TEMP VIEW refused AS SELECT *,
    coalesce(contract_version, '(not said)') AS version,
    CASE WHEN raw_headers IS NULL THEN '(not kept)'
         ELSE coalesce(nullif(coalesce(TRY(decode(sent)), CAST(sent AS VARCHAR)), ''), '(not said)') END AS producer,
    CASE WHEN outcome IN ('rejected', 'discarded') THEN list_transform(violations, lambda v: v.clause)
         ELSE [] END AS clauses
FROM (
    SELECT *, list_filter(raw_headers, lambda h: h.key = {header})[-1].value AS sent
    FROM ledger WHERE outcome <> 'accepted'
)
"""
_COLUMNS = (
    '"partition", "offset", received_at, outcome, event_id, contract_version, violations, first_partition, '
    "first_offset, raw_bytes, history, expired_at"
)
_CONDITIONS: Mapping[str, str] = {
    "clause": "list_contains(clauses, $clause)",
    "outcome": "outcome = $outcome",
    "producer": "producer = $producer",
    "version": "(version = $version OR starts_with(version, $version || '.'))",
    "since": "received_at >= $since",
}
BY: Mapping[str, str] = {
    "clause": "unnest(CASE WHEN outcome = 'rejected' AND len(clauses) > 0 THEN clauses ELSE [outcome] END)",
    "producer": "producer",
    "version": "version",
}
"""What the records can be counted by; by clause, other outcomes than rejected stand under their own names."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which of the records that were not accepted; None for any.

    `version` 2 is every 2.x too; `producer` is the text of the header, or as `Group` names its absence; `since` is
    compared with the broker's timestamp.
    """

    clause: str | None
    outcome: str | None
    producer: str | None
    version: str | None
    since: datetime | None

    def given(self) -> dict[str, Any]:
        """The conditions that are set."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Group:
    """Records with the same keys, in the order that was asked for; fewer keys: whatever the others are.

    A record that breaks two clauses is in two groups, so groups can have more records together than the group above.
    A producer is `(not said)` where the header is absent, `(not kept)` where the headers are gone.
    """

    keys: tuple[str, ...]
    records: int
    first_seen: datetime
    last_seen: datetime
    example: str


@dataclass(frozen=True, slots=True)
class Counted:
    """`records` are all in the ledger, `groups` those that were not accepted: each before those below it, the largest
    first; the first has no keys and is all of them. No groups where all were accepted.
    """

    records: int
    groups: tuple[Group, ...]


def refused(tables: Location, header: str, which: Which, limit: int) -> list[dict[str, Any]]:
    """The newest records that were not accepted first, one dict per record.

    `tables` is the folder of one input contract's tables, `header` the record header that names the producer. A
    discarded record says under `discarded` when, by whom and why.
    """
    rows = _rows(
        opened(tables, header),
        f"SELECT {_COLUMNS}, producer FROM refused WHERE {condition(which)} "  # noqa: S608 - constant text
        'ORDER BY received_at DESC, "partition", "offset" DESC LIMIT $limit',
        {**which.given(), "limit": limit},
    )
    return _with_reasons(tables, rows)


def counted(tables: Location, header: str, by: tuple[str, ...]) -> Counted:
    """How many records were not accepted, grouped by names of BY, one within the other."""
    db = opened(tables, header)
    names = ", ".join(by)
    values = ", ".join(f"{BY[name]} AS {name}" for name in by)
    rows = db.execute(
        f"""
        SELECT {names}, count(DISTINCT (p, o)), min(received_at), max(received_at), arg_max(p || ':' || o, received_at)
        FROM (SELECT "partition" AS p, "offset" AS o, received_at, {values} FROM refused)
        GROUP BY ROLLUP ({names})
        """  # noqa: S608 - names of BY
    ).fetchall()
    groups = [Group(tuple(key for key in row[:-4] if key is not None), *row[-4:]) for row in rows if row[-4]]
    total: int = db.execute("SELECT count(*) FROM ledger").fetchone()[0]
    return Counted(total, _nested(groups))


def _nested(groups: list[Group]) -> tuple[Group, ...]:
    """Each group before those below it, the largest first, then by name."""
    size = defaultdict(int, {group.keys: group.records for group in groups})

    def place(group: Group) -> list[tuple[int, str]]:
        above = (group.keys[: depth + 1] for depth in range(len(group.keys)))
        return [(-size[keys], keys[-1]) for keys in above]

    return tuple(sorted(groups, key=place))


def one(tables: Location, partition: int, offset: int, with_raw: bool) -> dict[str, Any]:
    """One record in full, an accepted one too; its raw bytes as base64 only if asked.

    ProcessingError where the ledger lacks it. `raw_kept` says whether there are raw bytes.
    """
    columns = f"{_COLUMNS}, raw_value IS NOT NULL AS raw_kept" + (", raw_key, raw_value" if with_raw else "")
    query = f'SELECT {columns} FROM ledger WHERE "partition" = $partition AND "offset" = $offset'  # noqa: S608
    rows = _rows(_utc(open_ledger(tables / "ledger")), query, {"partition": partition, "offset": offset})
    if not rows:
        raise ProcessingError(f"the ledger has no record {partition}:{offset}", "See `tickets quarantine list`.")
    for name in ("raw_key", "raw_value"):
        if rows[0].get(name) is not None:
            rows[0][name] = base64.b64encode(rows[0][name]).decode()
    return _with_reasons(tables, rows)[0]


def opened(tables: Location, header: str) -> Any:
    """A duckdb connection with the views `ledger` and `refused`; ProcessingError where there is no ledger."""
    db = _utc(open_ledger(tables / "ledger"))
    quoted = header.replace("'", "''")
    db.execute(_REFUSED.format(header=f"'{quoted}'"))
    return db


def _utc(db: Any) -> Any:
    db.execute("SET TimeZone = 'UTC'")
    return db


def condition(which: Which) -> str:
    """The SQL that chooses from `refused`; its parameters are `which.given()`."""
    return " AND ".join(["true", *(_CONDITIONS[name] for name in which.given())])


def _with_reasons(tables: Location, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, discarded ones with when, by whom and why: found by the moment that their history names."""
    said = _discards(tables) if any(row["history"] for row in rows) else {}
    for row in rows:
        found = [said[before["at"]] for before in row["history"] or () if before["at"] in said]
        row |= {"discarded": found[-1]} if found else {}
    return rows


def _discards(tables: Location) -> dict[datetime, dict[str, Any]]:
    if not is_table(tables / DISCARDS):
        return {}
    db = _utc(view(None, DISCARDS, tables / DISCARDS))
    rows = _rows(db, 'SELECT "at", "by", reason FROM discards', {})
    return {row["at"]: row for row in rows}


def _rows(db: Any, query: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    result = db.execute(query, arguments)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
