"""Decoded rows to rows of the ledger: who came first decides, and what nobody will look at again is not kept."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from contracts.compiler.catalogue import HOME, Catalogue
from processing.claims import TWINS
from processing.erased import NOBODY
from processing.ledger import settled, worker
from processing.parcel import Packing, Summary, Writing, _Fetching, _opened, _shares, _slices, _summed
from processing.position import Last
from processing.tables import ledger_schema
from processing.tests.tickets import TICKET
from processing.versions import Versions
from runtime.store import Files

CONTRACT = Catalogue(HOME).get("client_tickets.v1")
NOW = datetime(2026, 1, 5, 8, 31, tzinfo=UTC)
HEADERS = pa.list_(pa.struct([("key", pa.string()), ("value", pa.binary())]))
IDS = [f"0b7c7c1e-52ae-4a1c-9d0f-5d4f6f0f6f1{number}" for number in range(5)]
BYTES = b'{"x":'


def sent(*rows: tuple[int, int, bytes | None]) -> pa.RecordBatch:
    """Kafka records as Spark hands them over: partition, offset, value."""
    names = ["partition", "offset", "received_at", "key", "value", "headers"]
    partitions, offsets, values = zip(*rows, strict=True)
    count = len(rows)
    key = TICKET["ticket_id"].encode()
    header = [
        {"key": "contract", "value": b"client_tickets"},
        {"key": "contract_version", "value": b"1.1.0"},
    ]
    made = []
    for value in values:
        event_id = json.loads(value)["event_id"].encode() if value and value != BYTES else b""
        made.append([*header, {"key": "event_id", "value": event_id}])
    return pa.RecordBatch.from_arrays(
        [
            pa.array(partitions, pa.int32()),
            pa.array(offsets, pa.int64()),
            pa.array([NOW] * count, pa.timestamp("us", tz="UTC")),
            pa.array([key] * count, pa.binary()),
            pa.array(values, pa.binary()),
            pa.array(made, HEADERS),
        ],
        names=names,
    )


def decoded(*rows: tuple[int, int, bytes | None]) -> pa.RecordBatch:
    """The same after a task has judged them."""
    [made] = worker(Versions(CONTRACT, ()), b"k" * 32, NOBODY)(iter([sent(*rows)]))
    return made


def event(number: int, request: str = "a request") -> bytes:
    """An event's bytes."""
    return json.dumps({**TICKET, "event_id": IDS[number], "request": request}).encode()


def twins(*rows: tuple[int, int, int, int, bool]) -> pa.Table:
    """What the index says."""
    return pa.table([list(column) for column in zip(*rows, strict=True)] or [[]] * 5, TWINS.names).cast(TWINS)


BATCH = ((0, 7, event(0)), (0, 8, event(1, "a secret")), (1, 8, event(2)), (1, 9, BYTES), (1, 10, None))


def test_a_twin_is_what_the_index_says() -> None:
    """By both coordinates, with those of the record that came first; all else stays as it was judged."""
    rows = settled(decoded(*BATCH), twins((0, 8, 3, 4, True), (1, 8, 0, 7, False), (5, 7, 0, 0, True)), "12", CONTRACT)
    assert rows.schema.equals(ledger_schema(CONTRACT))
    assert rows["outcome"].to_pylist() == ["accepted", "duplicate", "conflict", "rejected", "tombstone"]
    assert rows["first_partition"].to_pylist() == [None, 3, 0, None, None]
    assert rows["first_offset"].to_pylist() == [None, 4, 7, None, None]
    assert set(rows["batch"].to_pylist()) == {"12"}


def test_bytes_are_kept_of_what_somebody_may_look_at() -> None:
    """Not of accepted events; every record says its size."""
    rows = settled(decoded(*BATCH), twins((0, 8, 3, 4, True)), "1", CONTRACT)
    assert rows["raw_value"].to_pylist() == [None, event(1, "a secret"), None, BYTES, None]
    assert rows["raw_bytes"].to_pylist() == [None if value is None else len(value) for _, _, value in BATCH]
    assert [key is None for key in rows["raw_key"].to_pylist()] == [True, False, True, False, False]
    assert [sent is None for sent in rows["raw_headers"].to_pylist()] == [True, False, True, False, False]


def test_only_accepted_events_have_values() -> None:
    """Of a duplicate's event nothing is left, not in the buffers either."""
    rows = settled(decoded(*BATCH), twins((0, 8, 3, 4, True)), "1", CONTRACT)
    assert [held and held["request"] for held in rows["event"].to_pylist()] == [
        "a request",
        None,
        "a request",
        None,
        None,
    ]

    assert b"a secret" not in rows["event"].field("request").buffers()[2].to_pybytes()


def test_without_twins_and_without_rows() -> None:
    """Nothing is settled then; the shape is the same."""
    rows = settled(decoded(*BATCH), twins(), "1", CONTRACT)
    assert rows["outcome"].to_pylist() == ["accepted", "accepted", "accepted", "rejected", "tombstone"]
    none = settled(decoded(*BATCH).slice(0, 0), twins((0, 8, 3, 4, True)), "1", CONTRACT)
    assert (none.num_rows, none.schema) == (0, ledger_schema(CONTRACT))


def test_a_summary_says_all_the_driver_needs() -> None:
    """Claims of accepted records only; everything else is counted; the newest by offset, not by place."""
    rows = (*BATCH, (0, 2, event(3)))
    found = Summary.of([_summed(part, CONTRACT) for part in (decoded(*rows[:3]), decoded(*rows[3:]))])
    digests = [blake2b(IDS[number].encode(), digest_size=16).digest() for number in (3, 0, 1, 2)]
    assert found.claims["id_digest"].to_pylist() == digests  # by coordinates
    assert found.delays_s.to_pylist() == [60.0] * 4
    assert found.outcomes == {"accepted": 4, "rejected": 1, "tombstone": 1}
    assert found.clauses == {"client_tickets.v1/$/json": 1}
    assert found.newest == {0: Last(8, NOW), 1: Last(10, NOW)}
    assert found.records == 6
    assert Summary.of([]).records == 0


def test_large_rows_are_parted() -> None:
    """No parcel is much larger than the bound, no row is lost or cut, and their order stays."""
    many = pa.RecordBatch.from_arrays([pa.array([b"x" * 9_000_000] * 9, pa.binary()), pa.array(range(9))], ["raw", "n"])
    parts = list(_slices(many))
    assert max(part.num_rows for part in parts) * 9_000_000 <= 32 << 20
    assert [number for part in parts for number in part["n"].to_pylist()] == list(range(9))
    assert [part.num_rows for part in _slices(many.slice(0, 1))] == [1]
    assert list(_slices(many.slice(0, 0))) == []


def test_rows_in_files_are_written_as_those_that_spark_keeps(tmp_path: Path) -> None:
    """The same summaries and the same rows, each once, in their order."""
    sends = [sent(*BATCH), sent((0, 2, event(3))), sent((1, 11, event(4)), (1, 12, None))]
    versions, writing = Versions(CONTRACT, ()), Writing(CONTRACT, twins((0, 8, 3, 4, True)), "1", Files.of(tmp_path))
    folder = tmp_path / "parcels"
    folder.mkdir()
    kept = pa.Table.from_batches(Packing(versions, b"k" * 32, NOBODY)(iter(sends)))
    left = pa.Table.from_batches(Packing(versions, b"k" * 32, NOBODY, str(folder))(iter(sends)))
    summaries = [[_opened(one) for one in held["summary"].to_pylist()] for held in (left, kept)]
    assert summaries[0] == summaries[1]
    fetching = _Fetching(writing, _shares([path.decode() for path in left["rows"].to_pylist()], 2))
    numbers = (pa.RecordBatch.from_pydict({"id": [number]}) for number in range(2))
    assert rows_of(tmp_path, writing(iter(kept.to_batches()))) == rows_of(tmp_path, fetching(numbers))


def rows_of(folder: Path, written: Iterator[pa.RecordBatch]) -> list[dict[str, Any]]:
    """What is in the files that tasks have written."""
    paths = [path for part in written for path in part["path"].to_pylist()]
    return [row for path in paths for row in pq.read_table(folder / path).to_pylist()]


def test_shares_are_nearly_equal_and_none_is_empty() -> None:
    """Every path in one share, in order."""
    paths = [str(number) for number in range(7)]
    for most in range(1, 10):
        found = _shares(paths, most)
        assert [one for share in found for one in share] == paths
        sizes = [len(share) for share in found]
        assert len(sizes) <= most
        assert max(sizes) - min(sizes) <= 1
        assert min(sizes) > 0
    assert _shares([], 2) == ()
