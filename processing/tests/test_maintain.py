"""Fewer files and the same rows, in a folder and in a bucket; nothing that somebody may still read is removed."""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.dataset as ds
import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from processing import discard, tables
from processing.maintain import Keeper, Order, Places, Step, maintain, places, plan
from processing.tests.ledgers import BEGAN, PRIORITY, ledger, row
from processing.turn import Turn, notes
from runtime import delta
from runtime.delta import dataset, open_table, row_commits
from runtime.store import Bucket, Location, delta_options
from runtime.tests.s3 import bucket

TICKETS = Catalogue(HOME).get("tickets")
COUNT = 9
ROWS = [
    row(f"0:{n}", "accepted" if n % 3 else "rejected", *([] if n % 3 else [PRIORITY]), batch=str(n))
    for n in range(COUNT)
]
WEEK = Order(168, {}, {})
NOW = replace(WEEK, keep_hours=0)
AGED = replace(NOW, before={"refused": BEGAN + timedelta(days=1)})


class Free:
    """A lease that nobody else wants."""

    def check(self) -> None:
        """Nothing is in the way."""


class Followers:
    """Derived tables that need nothing but to be told."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def keep(self, before: datetime) -> None:
        """Note it."""
        self.asked.append(f"keep {before:%Y-%m-%d}")

    def forget(self, before: Mapping[str, datetime]) -> Mapping[str, int]:
        """Nothing is there."""
        self.asked.append("forget")
        return dict.fromkeys(before, 0)

    def catch_up(self) -> None:
        """Note it."""
        self.asked.append("catch up")


@pytest.fixture(scope="module")
def store() -> Iterator[Bucket]:
    """One store for all tests of the module; each has a prefix of its own."""
    with pytest.MonkeyPatch.context() as patch, bucket(patch.setenv) as made:
        yield made


@pytest.fixture(params=["folder", "bucket"])
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    """A ledger with a file for each row, and a derived table, made from it and without rows."""
    if request.param == "folder":
        return made(tmp_path)
    return made(request.getfixturevalue("store") / tmp_path.name)


def made(folder: Any) -> Places:
    """The tables there."""
    from deltalake import write_deltalake

    ledger(folder, ROWS)
    tickets = folder / "tickets"
    tables.create_derived(tickets, TICKETS)
    turn = Turn.take(tickets)
    said = turn.properties(tables.note(tables.version(folder / "ledger"), TICKETS))
    write_deltalake(turn.table(), tables.derived_schema(TICKETS).empty_table(), mode="append", commit_properties=said)
    return places(folder, (tickets,))


def run(at: Places, order: Order, followers: Followers | None = None) -> dict[tuple[str, str], Step]:
    """What was done, by table and step."""
    keeper = Keeper(Free().check, lambda _: None, followers or Followers())
    return {(step.table, step.step): step for step in maintain(at, order, keeper)}


def rows(at: Location, version: int | None = None) -> list[dict[str, Any]]:
    """A table's rows, by offset."""
    frame = pl.read_delta(str(at), version=version, storage_options=delta_options(at))
    return frame.sort("offset").to_dicts()


def test_rows_stay_and_files_become_few(at: Places) -> None:
    """And the older files stay too, for whoever reads an older version."""
    before, version = rows(at.ledger), open_table(at.ledger).version()
    done = run(at, WEEK)
    assert done["ledger", "compact"].files == (COUNT, 1)
    assert done["ledger", "vacuum"].files == (COUNT + 1, COUNT + 1)
    assert done["ledger", "expire"].rows == 0
    assert len(open_table(at.ledger).file_uris()) == 1
    assert rows(at.ledger) == rows(at.ledger, version) == before


def test_files_that_nobody_needs_go(at: Places) -> None:
    """What a killed writer left is among them; what is told is what lies there."""
    before = rows(at.ledger)
    if isinstance(at.ledger, Path):
        (at.ledger / "part-left.snappy.parquet").write_bytes(b"half a file")
        for name in ("part-left.snappy.parquet", "part-gone.snappy.parquet"):
            (at.ledger / f".{name}.crc").write_bytes(b"crc")
    done = run(at, NOW)["ledger", "vacuum"]
    assert done.files is not None
    assert done.files[1] == 1
    assert done.files[0] >= COUNT + 1
    assert rows(at.ledger) == before
    if isinstance(at.ledger, Path):
        assert [path.suffix for path in at.ledger.iterdir() if path.is_file()] == [".parquet"]


def test_done_again_it_changes_nothing(at: Places) -> None:
    """No commit, no file: the log says for days which files went, and they are not removed again."""
    run(at, NOW)
    versions = {path: open_table(path).version() for path in at.all}
    again = run(at, NOW)
    assert {path: open_table(path).version() for path in at.all} == versions
    assert {step.files for step in again.values() if step.files} == {(1, 1), (0, 0)}


def test_it_counts_as_no_version_of_the_rows(at: Places) -> None:
    """Exports and derived tables find the same version, and the newest commit of rows says what it said."""
    before, said = tables.version(at.ledger), notes(next(row_commits(open_table(at.ledger)))[1])
    run(at, NOW)
    assert tables.version(at.ledger) == before
    assert notes(next(row_commits(open_table(at.ledger)))[1]) == said


def test_the_log_has_no_value_of_an_event(at: Places) -> None:
    """Compaction keeps statistics of coordinates and times only, and Arrow can compare the texts it wrote."""
    run(at, NOW)
    added = open_table(at.ledger).get_add_actions(flatten=True)
    names = {name.removeprefix("min.") for name in added.schema.names if name.startswith("min.")}
    assert names == {"partition", "offset", "received_at", "batch"}
    wanted = ds.field("outcome") == "rejected"
    assert dataset(open_table(at.ledger), at.ledger).count_rows(filter=wanted) == COUNT // 3


def test_a_compacted_ledger_is_still_written_to(at: Places) -> None:
    """A record in it is discarded, and the others stay readable for Arrow."""
    run(at, NOW)
    folder = at.ledger.parent
    discard.carry_out(discard.plan(folder, ((0, 3),)), discard.Note("ada", "no use"), Free())
    wanted = ds.field("outcome") == "rejected"
    assert dataset(open_table(at.ledger), at.ledger).count_rows(filter=wanted) == COUNT // 3 - 1
    assert ("discards", "vacuum") in run(at, NOW)


def test_what_it_says_beforehand_is_what_it_does(at: Places) -> None:
    """And saying it changes nothing."""
    versions = {path: open_table(path).version() for path in at.all}
    said = {(step.table, step.step): step for step in plan(at, replace(AGED, keep_hours=168))}
    assert {path: open_table(path).version() for path in at.all} == versions
    done = run(at, replace(AGED, keep_hours=168))
    assert said["ledger", "expire"] == done["ledger", "expire"]
    assert said["ledger", "expire"].rows == COUNT // 3
    for mine in (said, done):
        compacted = mine["ledger", "compact"].files
        assert compacted is not None
        assert compacted[1] == 1


def test_bytes_that_expired_are_in_no_file(at: Places) -> None:
    """Once older files are removed; derived tables follow, and nothing is kept that need not be."""
    followers = Followers()
    assert run(at, AGED, followers)["ledger", "expire"].rows == COUNT // 3
    assert followers.asked == ["catch up", "forget"]
    if isinstance(at.ledger, Path):
        assert not any(b"secret bytes" in path.read_bytes() for path in at.ledger.rglob("*.parquet"))
    assert [r["expired_at"] is None for r in rows(at.ledger)] == [bool(n % 3) for n in range(COUNT)]


def test_aggregates_are_kept_before_their_events_expire(at: Places) -> None:
    """From the midnight before which events go."""
    followers = Followers()
    late = BEGAN + timedelta(days=1, hours=3)
    run(at, replace(NOW, before={"accepted": late}, aggregates={"ticket_kpis": late}), followers)
    assert followers.asked == [f"keep {late:%Y-%m-%d}", "catch up", "forget"]


def test_what_tells_may_break_it_off(at: Places) -> None:
    """Between two steps; what was done is done, and the tables are whole."""
    before = rows(at.ledger)

    class EndError(Exception):
        """Enough."""

    def tell(step: str) -> None:
        if step == "vacuum ledger":
            raise EndError

    with pytest.raises(EndError):
        list(maintain(at, NOW, Keeper(Free().check, tell, Followers())))
    assert rows(at.ledger) == before
    assert len(open_table(at.ledger).file_uris()) == 1


def test_without_the_lease_nothing_is_done(at: Places) -> None:
    """Each step asks first."""

    def lost() -> None:
        raise PermissionError

    version = open_table(at.ledger).version()
    with pytest.raises(PermissionError):
        list(maintain(at, NOW, Keeper(lost, lambda _: None, Followers())))
    assert open_table(at.ledger).version() == version


def test_a_month_without_events_costs_no_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that is old stays: the newest commit of rows says where the job goes on."""
    at = made(tmp_path)
    old = time.time() - 40 * 86_400
    for log in (tmp_path / "ledger").glob("_delta_log/*.json"):
        os.utime(log, (old, old))
    monkeypatch.setattr(delta, "_YOUNG_S", 0.0)  # commits say their own time, which is now
    before = tables.version(at.ledger)
    run(at, NOW)
    assert tables.version(at.ledger) == before
    assert open_table(at.ledger).metadata().configuration["delta.enableExpiredLogCleanup"] == "true"
