"""How far a ledger has come: as its newest commit says, or else as its rows show."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake

from contracts.compiler.catalogue import HOME, Catalogue
from processing.position import LOST, READ, Last, lost, newest, position, said
from processing.tables import create_ledger
from processing.turn import Turn

NOW = datetime(2026, 1, 5, 8, 30, 0, 123000, tzinfo=UTC)


def rows(*places: tuple[int, int]) -> pa.Table:
    """Rows at these coordinates, a second apart by offset."""
    held: dict[str, Any] = {
        "partition": pa.array([p for p, _ in places], pa.int32()),
        "offset": pa.array([o for _, o in places], pa.int64()),
        "received_at": pa.array([NOW + timedelta(seconds=o) for _, o in places], pa.timestamp("us", "UTC")),
    }
    return pa.table(held)


def append(ledger: Path, table: pa.Table, properties: CommitProperties | None) -> None:
    """Add rows to a ledger."""
    schema = pa.schema(DeltaTable(ledger).schema())
    words = {"outcome": "rejected", "batch": "1"}
    columns = [
        table[f.name] if f.name in table.column_names else pa.array([words.get(f.name)] * table.num_rows, f.type)
        for f in schema
    ]
    write_deltalake(ledger, pa.Table.from_arrays(columns, schema=schema), mode="append", commit_properties=properties)


def test_the_newest_commit_says_it(tmp_path: Path) -> None:
    """Also where a later commit, which read nothing, says nothing."""
    ledger = tmp_path / "ledger"
    create_ledger(ledger, Catalogue(HOME).get("client_tickets.v1"))
    assert position(ledger) == {}
    at = {0: Last(7, NOW), 3: Last(0, NOW + timedelta(days=1))}
    append(ledger, rows((0, 7), (3, 0)), Turn.take(ledger).properties({READ: said(at)}))
    append(ledger, rows((1, 99)), Turn.take(ledger).properties({}))
    assert position(ledger) == at


def test_a_ledger_from_before_commits_said_it(tmp_path: Path) -> None:
    """Then the rows themselves do."""
    ledger = tmp_path / "ledger"
    create_ledger(ledger, Catalogue(HOME).get("client_tickets.v1"))
    append(ledger, rows((0, 1), (0, 3), (0, 2), (2, 5)), None)
    assert position(ledger) == {0: Last(3, NOW + timedelta(seconds=3)), 2: Last(5, NOW + timedelta(seconds=5))}


def test_what_was_lost_stays_known(tmp_path: Path) -> None:
    """Every span that a run went on without, once, whichever commit says it."""
    ledger = tmp_path / "ledger"
    create_ledger(ledger, Catalogue(HOME).get("client_tickets.v1"))
    for span in ({0: (3, 4)}, {0: (3, 4), 1: (0, 9)}):
        append(ledger, rows((0, 5)), Turn.take(ledger).properties({LOST: span}))
    append(ledger, rows((0, 6)), Turn.take(ledger).properties({}))
    assert lost(ledger) == ((0, 3, 4), (1, 0, 9))


def test_nothing_read_is_nowhere() -> None:
    """Of no rows there is no newest."""
    assert newest(rows()) == {}
