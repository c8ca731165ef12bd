"""What each peer writes is read back as one row a record."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.peers import outputs
from benchmarks.peers.outputs import Row


def write(path: Path, rows: list[dict[str, object]]) -> None:
    """One Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)


def test_mq_bridge(tmp_path: Path) -> None:
    """Accepted rows have no place; a rejected record's is in its message id, its reason may be the expression."""
    write(tmp_path / "accepted" / "1.parquet", [{"event_id": "a", "amount": 1.5}])
    (tmp_path / "rejected").mkdir()
    lines = [
        {"message_id": "00000000-0000-0003-0000-000000001309", "payload": 1, "metadata": {}},
        {
            "message_id": "00000000-0000-0000-0000-000000000002",
            "metadata": {"mq_bridge.dlq.error": "non-retryable error: no object"},
        },
    ]
    (tmp_path / "rejected" / "1.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert outputs.mq_bridge(tmp_path) == [
        Row(None, "accepted", "a", {"event_id": "a", "amount": 1.5}, None),
        Row((3, 0x1309), "rejected", None, None, "a clause of the expression"),
        Row((0, 2), "rejected", None, None, "no object"),
    ]


def test_quixstreams(tmp_path: Path) -> None:
    """All outcomes in one file."""
    nothing = {"event_id": None, "amount": None, "value": b"{}"}
    kept = {"event_id": "a", "amount": 1.5, "value": None}
    rows: list[dict[str, object]] = [
        {"partition": 1, "offset": 2, "outcome": "accepted", "reason": None, **kept},
        {"partition": 1, "offset": 3, "outcome": "rejected", "reason": "email", **nothing},
        {"partition": 1, "offset": 4, "outcome": "duplicate", "reason": None, **nothing},
    ]
    write(tmp_path / "rows" / "1-2.parquet", rows)
    assert outputs.quixstreams(tmp_path) == [
        Row((1, 2), "accepted", "a", {"event_id": "a", "amount": 1.5}, None),
        Row((1, 3), "rejected", None, None, "email"),
        Row((1, 4), "duplicate", None, None, None),
    ]


def test_benthos(tmp_path: Path) -> None:
    """Accepted and rejected rows apart."""
    write(tmp_path / "accepted" / "1.parquet", [{"partition": 0, "offset": 1, "event_id": "a", "amount": 1.5}])
    write(tmp_path / "rejected" / "1.parquet", [{"partition": 0, "offset": 2, "reason": "no", "value": b"{}"}])
    assert outputs.benthos(tmp_path) == [
        Row((0, 1), "accepted", "a", {"event_id": "a", "amount": 1.5}, None),
        Row((0, 2), "rejected", None, None, "no"),
    ]
