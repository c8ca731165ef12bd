"""What a peer wrote, as rows: one a record that it kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

Place = tuple[int, int]


@dataclass(frozen=True)
class Row:
    """A record that a peer kept. `place` (partition, offset) is None where its files don't say; values by field.

    `outcome` is accepted, rejected or duplicate; `values` are of accepted rows, `reason` may be of rejected ones.
    """

    place: Place | None
    outcome: str
    event_id: str | None
    values: dict[str, Any] | None
    reason: str | None


def mq_bridge(folder: Path) -> list[Row]:
    """Accepted rows carry no place; of rejected ones it is the message id (partition and offset, 64 bits each)."""
    rows = [Row(None, "accepted", values["event_id"], values, None) for values in _parquet(folder / "accepted")]
    for path in sorted((folder / "rejected").glob("*.jsonl")):
        for line in path.read_text().splitlines():
            kept = json.loads(line)
            number = int(kept["message_id"].replace("-", ""), 16)
            error = kept["metadata"].get("mq_bridge.dlq.error")
            reason = "a clause of the expression" if error is None else error.removeprefix("non-retryable error: ")
            rows.append(Row((number >> 64, number & (1 << 64) - 1), "rejected", None, None, reason))
    return rows


def quixstreams(folder: Path) -> list[Row]:
    """All outcomes in one file a batch."""
    rows = []
    for row in _parquet(folder / "rows"):
        place, outcome, reason = (row.pop("partition"), row.pop("offset")), row.pop("outcome"), row.pop("reason")
        row.pop("value")  # of refused records
        held = row if outcome == "accepted" else None
        rows.append(Row(place, outcome, row["event_id"], held, reason))
    return rows


def benthos(folder: Path) -> list[Row]:
    """Accepted and rejected rows apart; duplicates are nowhere."""
    rows = []
    for row in _parquet(folder / "accepted"):
        place = (row.pop("partition"), row.pop("offset"))
        rows.append(Row(place, "accepted", row["event_id"], row, None))
    for row in _parquet(folder / "rejected"):
        rows.append(Row((row["partition"], row["offset"]), "rejected", None, None, row["reason"]))
    return rows


def _parquet(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.parquet")):
        yield from pq.read_table(path).to_pylist()
