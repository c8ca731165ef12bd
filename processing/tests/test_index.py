"""Who came first: the index says so whatever happened to it, and never more than the ledger holds."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from contracts.compiler.catalogue import HOME, Catalogue
from processing.claims import CLAIMS, FROM, claimed
from processing.errors import ProcessingError
from processing.index import Index
from processing.tables import create_ledger, version

CONTRACT = Catalogue(HOME).get("client_tickets.v1")
NOW = datetime(2026, 1, 5, tzinfo=UTC)
Claim = tuple[int, int, str, bytes]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """An empty ledger."""
    create_ledger(tmp_path / "ledger", CONTRACT)
    return tmp_path / "ledger"


def claims(*rows: Claim) -> pa.Table:
    """A batch's accepted records."""
    ids = pa.table([pa.array(column) for column in zip(*rows, strict=True)], FROM)
    return pa.Table.from_arrays(claimed(ids), schema=CLAIMS)


def append(ledger: Path, *rows: Claim, outcome: str = "accepted") -> None:
    """Add rows to the ledger as a batch does."""
    table = DeltaTable(ledger)
    schema = pa.schema(table.schema())
    given: dict[str, Any] = dict(zip(FROM, zip(*rows, strict=True), strict=True))
    given |= {"received_at": [NOW] * len(rows), "outcome": [outcome] * len(rows), "batch": ["1"] * len(rows)}
    columns = [pa.array(given.get(field.name, [None] * len(rows)), field.type) for field in schema]
    write_deltalake(table, pa.Table.from_arrays(columns, schema=schema), mode="append")


def firsts(index: Index, *rows: Claim) -> list[tuple[int, int, int, int, bool]]:
    """The twins among these claims."""
    return [tuple(row.values()) for row in index.settle(claims(*rows)).to_pylist()]


def test_within_a_batch_the_first_by_coordinates(tmp_path: Path, ledger: Path) -> None:
    """Of equal ids the first has it; the others are twins, with the same body or another."""
    with Index(tmp_path / "index", ledger) as index:
        found = firsts(index, (0, 1, "a", b"x"), (0, 2, "a", b"x"), (1, 0, "a", b"y"), (1, 1, "b", b"x"))
    assert found == [(0, 2, 0, 1, True), (1, 0, 0, 1, False)]


def test_across_batches_the_first_committed(tmp_path: Path, ledger: Path) -> None:
    """An id that the ledger holds belongs to that record, even if the new one has lower coordinates."""
    with Index(tmp_path / "index", ledger) as index:
        index.follow()
        rows = claims((1, 7, "a", b"x"))
        append(ledger, (1, 7, "a", b"x"))
        index.add(rows, index.settle(rows), 0, version(ledger))
        assert firsts(index, (0, 0, "a", b"x"), (0, 1, "b", b"x")) == [(0, 0, 1, 7, True)]
        assert firsts(index, (1, 7, "a", b"x")) == []


def test_a_batch_that_was_not_committed_leaves_nothing(tmp_path: Path, ledger: Path) -> None:
    """Settling claims nothing: only `add`, after the commit, does."""
    with Index(tmp_path / "index", ledger) as index:
        index.follow()
        firsts(index, (0, 1, "a", b"x"))
        assert firsts(index, (0, 2, "a", b"x")) == []


def test_twins_are_not_noted(tmp_path: Path, ledger: Path) -> None:
    """A conflict does not take the id over from the record that came first."""
    with Index(tmp_path / "index", ledger) as index:
        index.follow()
        rows = claims((0, 1, "a", b"x"), (0, 2, "a", b"y"))
        append(ledger, (0, 1, "a", b"x"))
        index.add(rows, index.settle(rows), 0, version(ledger))
        assert firsts(index, (0, 3, "a", b"y")) == [(0, 3, 0, 1, False)]


def test_many_batches_against_a_dict(tmp_path: Path, ledger: Path) -> None:
    """Twins lie anywhere in a batch, and whoever came first in one is still first many batches later."""
    random, held = Random(1), dict[str, tuple[int, int, bytes]]()
    with Index(tmp_path / "index", ledger) as index:
        index.follow()
        for number in range(8):
            batch = [
                (partition, offset, f"id-{random.randrange(900)}", random.choice((b"x", b"y")))
                for partition in (0, 1)
                for offset in range(100 * number, 100 * number + 100)
            ]
            wanted, new = [], []
            for partition, place, id_, body in batch:
                if id_ in held:
                    first, at, same = held[id_]
                    wanted.append((partition, place, first, at, same == body))
                else:
                    held[id_] = (partition, place, body)
                    new.append((partition, place, id_, body))
            rows, before = claims(*batch), version(ledger)
            twins = index.settle(rows)
            assert [tuple(row.values()) for row in twins.to_pylist()] == wanted
            append(ledger, *new)
            index.add(rows, twins, before, version(ledger))


def test_a_crash_between_ledger_and_index(tmp_path: Path, ledger: Path) -> None:
    """What the ledger has more, the next `follow` takes from the files that were added."""
    with Index(tmp_path / "index", ledger) as index:
        append(ledger, (0, 1, "a", b"x"))
        index.follow()
    append(ledger, (0, 2, "b", b"x"))
    append(ledger, (0, 3, "c", b"x"), outcome="rejected")
    with Index(tmp_path / "index", ledger) as index:
        index.follow()
        assert firsts(index, (0, 9, "a", b"x"), (0, 10, "b", b"y"), (0, 11, "c", b"x")) == [
            (0, 9, 0, 1, True),
            (0, 10, 0, 2, False),
        ]


def test_rows_that_changed(tmp_path: Path, ledger: Path) -> None:
    """After a commit that is no append the index is made anew: an id that nobody holds any more is free."""
    append(ledger, (0, 1, "a", b"x"), (0, 2, "b", b"x"))
    with Index(tmp_path / "index", ledger) as index:
        index.follow()
        DeltaTable(ledger).update(updates={"outcome": "'erased'", "event_id": "NULL"}, predicate='"offset" = 1')
        index.follow()
        assert firsts(index, (0, 9, "a", b"x"), (0, 10, "b", b"x")) == [(0, 10, 0, 2, True)]


def test_another_ledger_in_the_same_place(tmp_path: Path, ledger: Path) -> None:
    """A ledger that was removed and made anew shares nothing with the index but its path."""
    import shutil

    append(ledger, (0, 1, "a", b"x"))
    with Index(tmp_path / "index", ledger) as index:
        index.follow()
    shutil.rmtree(ledger)
    create_ledger(ledger, CONTRACT)
    append(ledger, (0, 1, "b", b"x"))
    with Index(tmp_path / "index", ledger) as index:
        index.follow()
        assert firsts(index, (0, 9, "a", b"x"), (0, 10, "b", b"x")) == [(0, 10, 0, 1, True)]


@pytest.mark.parametrize("content", [b"", b"nonsense" * 20])
@pytest.mark.parametrize("name", ["state.json", ".heads", ".held"])
def test_a_broken_index_is_made_anew(tmp_path: Path, ledger: Path, name: str, content: bytes) -> None:
    """Whichever of its files is overwritten with nonsense or emptied, the ledger is what counts."""
    append(ledger, *((0, n, f"id-{n}", b"x") for n in range(500)))
    with Index(tmp_path / "index", ledger) as index:
        index.follow()
    broken = [file for file in (tmp_path / "index").iterdir() if name in file.name]
    assert broken
    for file in broken:
        file.write_bytes(content)
    with Index(tmp_path / "index", ledger) as index:
        index.follow()
        assert firsts(index, *((1, n, f"id-{n}", b"x") for n in range(500))) == [(1, n, 0, n, True) for n in range(500)]


def test_one_process_at_a_time(tmp_path: Path, ledger: Path) -> None:
    """A second one is refused, and the first is not harmed."""
    with Index(tmp_path / "index", ledger) as index:
        index.follow()
        with pytest.raises(ProcessingError, match="in use by another process"):
            Index(tmp_path / "index", ledger)
        assert firsts(index, (0, 1, "a", b"x")) == []


def test_ids_of_any_text(tmp_path: Path, ledger: Path) -> None:
    """Ids that are long, empty, or look like the index's own words are ids like any other."""
    ids = ["", "\xff", "\0", "é" * 300, "é" * 300 + "x", "😀", "2"]
    append(ledger, *((0, n, text, b"x") for n, text in enumerate(ids)))
    with Index(tmp_path / "index", ledger) as index:
        index.follow()
        again = [(1, n, text, b"x") for n, text in enumerate(ids)]
        assert firsts(index, *again, (2, 0, "new", b"x")) == [(1, n, 0, n, True) for n in range(len(ids))]
