"""All that is done to tables without Spark, done to tables in a bucket."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from processing import discard, erase, index, position, quarantine, tables
from processing.audit import missing_offsets, open_ledger, whole
from processing.erased import ErasedList
from processing.quarantine import Which
from processing.tests.ledgers import PRIORITY, ledger, row
from processing.turn import OvertakenError, Turn
from runtime.delta import is_table, open_table, tables_below
from runtime.lease import Lease
from runtime.store import Bucket
from runtime.tests.s3 import bucket

KEY = b"k" * 32
CONTRACT = Catalogue(HOME).get("client_tickets")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """Tables of one contract with a few rows."""
    with bucket(monkeypatch.setenv) as made:
        rows = (row("0:0", "accepted"), row("0:1", "rejected", PRIORITY), row("0:2", "tombstone", batch="2"))
        yield ledger(made / "deep" / "client_tickets", rows)


def test_it_is_read(folder: Bucket, tmp_path: Path) -> None:
    """Ledger, quarantine, position, index and what is missing."""
    assert [at.name for at in tables_below(folder)] == ["ledger"]
    assert not is_table(folder / "tickets")
    assert open_ledger(folder / "ledger").execute("SELECT count(*) FROM ledger").fetchone() == (3,)
    assert pl.scan_delta(open_table(folder / "ledger")).select("outcome").collect().height == 3  # by our options
    assert missing_offsets(folder / "ledger", whole({0: (0, 5)})) == ((0, 3), (0, 4))
    assert position.position(folder / "ledger")[0].offset == 2
    rows = quarantine.refused(folder, "producer", Which(None, None, None, None, None), 10)
    assert [(r["partition"], r["offset"]) for r in rows] == [(0, 2), (0, 1)]
    with index.Index(tmp_path / "index", folder / "ledger") as made:
        made.follow()


def test_it_is_written(folder: Bucket) -> None:
    """A record is discarded, another swept away, older files removed; two writers of one turn do not both write."""
    with Lease.acquire(folder / ".lease", "discard") as lease:
        discard.carry_out(discard.plan(folder, ((0, 1),)), discard.Note("ada", "no use"), lease)
        late = discard.plan_for(folder, "producer", Which(None, "rejected", None, None, None))
        assert late.places == frozenset()
        stale = discard.Plan(Turn.take(folder / "ledger"), 0, frozenset({(0, 0)}), ("1",), {}, 0)
        with pytest.raises(OvertakenError):
            discard.carry_out(stale, discard.Note("bob", "too late"), lease)
        erase.sweep(folder / "ledger", (CONTRACT,), KEY, ErasedList.of(["CLI-1"], KEY), lease.check)
        assert {at.name for at in erase.vacuum(folder, lease.check)} == {"ledger", "discards"}
    db = open_ledger(folder / "ledger")
    assert db.execute('SELECT outcome FROM ledger ORDER BY "offset"').fetchall() == [
        ("accepted",),
        ("discarded",),
        ("tombstone",),
    ]


def test_a_derived_table(folder: Bucket) -> None:
    """Is made where it is missing, in the contract's shape."""
    contract = Catalogue(HOME).get("tickets")
    tables.create_derived(folder / "tickets", contract)
    assert tables.ledger_version(folder / "tickets") == tables.CREATED
    assert tables.held_schema(folder / "tickets").names == [field.name for field in contract.fields]
