"""Hours that new rows touch are made anew and no others, and the aggregate is what it would be of all rows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Contract
from processing import aggregates, kpis, touched
from processing.derive import Derivation
from processing.erased import NOBODY
from processing.tables import ledger_version
from processing.tests.accepted import accept, create

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.jvm, pytest.mark.timeout(600)]
FOLDER = Catalogue(HOME)
SOURCE = FOLDER.get("client_tickets")
KPIS = FOLDER.get("ticket_kpis")
BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
KINDS = ("opened", "assigned", "resolved", "reopened")
Row = dict[str, Any]


class Lab:
    """The tables, and which hours of the aggregate were made with each version; None for all of them."""

    def __init__(self, spark: "SparkSession", folder: Path, patch: pytest.MonkeyPatch) -> None:
        outputs = tuple(FOLDER.outputs(SOURCE))
        self.spark = spark
        self.derivation = Derivation(SOURCE, (), outputs, (), folder / "tables", folder / "index", NOBODY)
        self.ledger, self.rows, self.made = 0, 0, list[set[int] | None]()
        create(self.derivation)
        patch.setattr(touched, "LARGE", 0)
        patch.setattr(touched, "_MOST", 2.0)
        patch.setattr(aggregates, "touched", self._looked)

    def _looked(self, *asked: Any) -> touched.Touched | None:
        found = touched.touched(*asked)
        since = int(BEGAN.timestamp()) // 3600
        self.made[-1] = None if found is None else {int(hour) - since for hour in found.hours}
        return found

    def row(self, ticket: int, hour: float, kind: str, priority: str = "low", **more: Any) -> Row:
        """An event of a ticket, so many hours after all began."""
        self.rows += 1
        return {
            "event_id": str(self.rows),
            "ticket_id": f"TCK-{ticket:08d}",
            "event_type": kind,
            "occurred_at": BEGAN + timedelta(hours=hour),
            "request_type": "billing",
            "priority": priority,
            "support_team": "billing",
            "target_hours": 4,
            **more,
        }

    def files(self, contract: Contract) -> set[Path]:
        """Those of its table."""
        at = self.derivation.path(contract)
        assert isinstance(at, Path)
        return set(at.glob("*.parquet"))

    def come(self, *rows: Row, mode: str = "append") -> set[int] | None:
        """Rows come; which hours are made. The aggregate is what all rows make it."""
        self.ledger += 1
        accept(self.derivation, self.ledger, rows, mode)
        return self.refresh()

    def refresh(self) -> set[int] | None:
        """The same without new rows."""
        self.made.append(None)
        assert aggregates.refresh(self.spark, self.derivation) == self.ledger
        at = self.derivation.path(KPIS)
        assert ledger_version(at) == self.ledger
        whole = self.spark.read.format("delta").load(str(self.derivation.path(self.derivation.accepted)))
        wanted = pl.from_arrow(aggregates._aggregated(KPIS, whole).toArrow())
        assert isinstance(wanted, pl.DataFrame)
        assert_frame_equal(pl.read_delta(str(at)), wanted, check_row_order=False, check_exact=True)
        return self.made[-1]


@pytest.fixture
def lab(spark: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """Tables that hold a ticket of hour 1, resolved in hour 5, and one of hour 3."""
    made = Lab(spark, tmp_path, monkeypatch)
    assert made.come(made.row(1, 1.5, "opened"), made.row(1, 5.25, "resolved"), made.row(2, 3, "opened")) is None
    yield made


def test_any_rows_in_any_order(lab: Lab) -> None:
    """Late, early, twice opened, resolved before they are opened: after each batch all is as if made of all rows."""
    random = Random(7)
    for _ in range(8):
        rows = [
            lab.row(random.randrange(6), random.randrange(-40, 400) / 8, random.choice(KINDS), satisfaction=score)
            for score in random.choices((None, 1, 2, 5), k=random.randrange(1, 9))
        ]
        assert lab.come(*rows) is not None


def test_only_what_is_touched(lab: Lab) -> None:
    """A row touches its hour; one that opens a ticket also the hours in which that was resolved."""
    assert lab.come(lab.row(2, 8.5, "resolved"), lab.row(2, 9, "assigned")) == {8, 9}
    assert lab.come(lab.row(2, 2, "opened")) == {2, 8}
    assert lab.come(lab.row(3, 30, "resolved")) == {30}
    assert lab.come(lab.row(3, 29.75, "opened")) == {29, 30}


def test_no_new_rows(lab: Lab) -> None:
    """A version of the ledger without accepted rows is noted, and no row is written."""
    files = lab.files(KPIS)
    assert lab.come() == set()
    assert lab.files(KPIS) == files


def test_rows_that_changed(lab: Lab) -> None:
    """Where the accepted rows were made anew, so are the aggregates, and what is known of tickets."""
    assert lab.come(lab.row(1, 5.25, "resolved"), mode="overwrite") is None
    assert lab.come(lab.row(1, 6, "resolved")) == {6}


def test_rows_that_changed_at_the_same_version_of_the_ledger(lab: Lab) -> None:
    """Accepted rows may be made anew (other reference data) with nothing new in the ledger: all hours are then, too."""
    accept(lab.derivation, lab.ledger, [lab.row(1, 4, "opened"), lab.row(1, 5.25, "resolved")], "overwrite")
    assert lab.come(lab.row(7, 30, "assigned")) is None


def test_another_definition(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that other code made are not kept."""
    lab.come(lab.row(4, 7, "opened"))
    assert lab.made[-1] == {7}
    mine = kpis.aggregation("ticket_kpis")
    other = kpis.Aggregation(mine.aggregate, mine.parts, "other")
    monkeypatch.setattr(aggregates, "aggregation", lambda _: other)
    assert lab.come(lab.row(4, 8, "resolved")) is None
    assert lab.come(lab.row(4, 9, "resolved")) == {9}


def test_an_index_that_is_gone_or_broken(lab: Lab) -> None:
    """It is made anew of the table."""
    lab.come(lab.row(2, 8.5, "resolved"))
    for file in lab.derivation.moments(KPIS).iterdir():
        file.write_bytes(b"nonsense")
    assert lab.come(lab.row(2, 2, "opened")) == {2, 8}


def test_most_of_the_table_is_as_good_as_all(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """So are few rows: all are gone through then."""
    monkeypatch.setattr(touched, "_MOST", 0.5)
    assert lab.come(*(lab.row(5, hour, "assigned") for hour in range(20))) is None
    monkeypatch.setattr(touched, "_MOST", 2.0)
    monkeypatch.setattr(touched, "LARGE", 1000)
    assert lab.come(lab.row(5, 21, "assigned")) is None


def test_files_that_have_nothing_of_the_hours_are_not_read(lab: Lab) -> None:
    """By the first and the last moment that the log says of each: they may even be gone."""
    lab.come(lab.row(6, 100, "opened"))
    for file in lab.files(lab.derivation.accepted):
        if pl.read_parquet(file)["occurred_at"].to_list()[-1] < BEGAN + timedelta(hours=50):
            file.unlink()
    lab.ledger += 1
    accept(lab.derivation, lab.ledger, [lab.row(6, 101, "resolved"), lab.row(7, 100, "assigned")])
    assert aggregates.refresh(lab.spark, lab.derivation) == lab.ledger
    made = pl.read_delta(str(lab.derivation.path(KPIS))).sort("hour")
    assert made["events"].to_list() == [1, 1, 1, 2, 1]
    assert made["median_hours_to_resolve"].to_list() == [None, None, 3.75, None, 1.0]
