"""Tickets whose time is over go, and the KPIs they are a part of stay as they were, whatever is made anew."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from processing.audit import audit, whole
from processing.erased import NOBODY
from processing.maintain import Keeper, Order, Step, maintain, places
from processing.tables import create_derived, create_ledger, ledger_version, version
from processing.tests.carrying import Free, carry
from processing.tests.tickets import TICKET
from processing.upkeep import Upkeep

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from processing.derive import Derivation

pytestmark = pytest.mark.jvm
KEY = b"k" * 32
FOLDER = Catalogue(HOME)
SOURCE = FOLDER.get("client_tickets")
BEGAN = datetime(2023, 1, 2, 8, 10, tzinfo=UTC)
RECORD = (
    "partition int, offset bigint, timestamp timestamp, key binary, value binary, "
    "headers array<struct<key:string,value:binary>>"
)


class Lab:
    """Tables, and what happens to them one after the other."""

    def __init__(self, spark: "SparkSession", derivation: "Derivation") -> None:
        self.spark, self.derivation, self.offset = spark, derivation, 0

    def event(self, number: int, ticket: int, day: int, kind: str = "opened", **more: Any) -> tuple[Any, ...]:
        """A record of an event of that day, which reaches the broker now, or on the day `late`."""
        at, late = BEGAN + timedelta(days=day), more.pop("late", day)
        own = {"event_id": f"0b7c7c1e-52ae-4a1c-9d0f-{number:012d}", "ticket_id": f"TCK-{ticket:08d}"}
        event = {**TICKET, **own, "event_type": kind, "occurred_at": at.isoformat(), **more}
        said = {"contract": "client_tickets", "contract_version": "2.0.0", "event_id": own["event_id"]}
        headers = [(name, text.encode()) for name, text in said.items()]
        received = BEGAN + timedelta(days=late, minutes=1)
        self.offset += 1
        return 0, self.offset - 1, received, own["ticket_id"].encode(), json.dumps(event).encode(), headers

    def carry(self, *records: tuple[Any, ...]) -> None:
        """One batch of a job."""
        carry(self.derivation, self.spark.createDataFrame(list(records), RECORD), KEY, aggregate=True)

    def maintain(self, tickets: int, kpis: int) -> dict[tuple[str, str], Step]:
        """With tickets before that day gone, and KPIs before the other."""
        aggregates = {"ticket_kpis": (BEGAN + timedelta(days=kpis)).replace(hour=0, minute=0)}
        order = Order(0, {"accepted": BEGAN + timedelta(days=tickets)}, aggregates)
        at = places(self.derivation.tables, tuple(self.derivation.derived))
        keeper = Keeper(Free().check, lambda _: None, Upkeep(lambda: self.spark, self.derivation, KEY))
        done = {(step.table, step.step): step for step in maintain(at, order, keeper)}
        self.is_sound()
        return done

    def is_sound(self) -> None:
        """The audit finds nothing, and all tables are of one version."""
        tables = self.derivation
        found = audit(
            tables.ledger, tables.path(tables.accepted), "event_id", whole({0: (0, self.offset)}), frozenset()
        )
        assert (found.ok, found.offsets) == (True, self.offset), found
        assert {ledger_version(at) for at in tables.derived} == {version(tables.ledger)}

    def tickets(self) -> list[int]:
        """The last digits of the event ids."""
        frame = pl.read_delta(str(self.derivation.path(self.derivation.accepted)))
        return sorted(int(str(one)[-12:]) for one in frame["event_id"])

    def kpis(self) -> dict[tuple[int, str], dict[str, Any]]:
        """The rows, by day and priority."""
        frame = pl.read_delta(str(self.derivation.tables / "ticket_kpis"))
        rows = {((row["hour"] - BEGAN.replace(minute=0)).days, row["priority"]): row for row in frame.to_dicts()}
        assert len(rows) == frame.height
        return rows


@pytest.fixture(scope="module", params=["of all rows", "of touched hours"])
def lab(
    spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Lab]:
    """A ticket of day 0 that is resolved on day 5, others of day 5 and 6; then what was of day 0 has expired. KPIs are
    made of all rows, as always of so few, or as of many.
    """
    from processing import derive, ledger, touched

    targets = FOLDER.get("support_targets")
    made = derive.Derivation(
        SOURCE,
        FOLDER.older(SOURCE),
        tuple(FOLDER.outputs(SOURCE)),
        ((targets, FOLDER.data_file(targets)),),
        tmp_path_factory.mktemp("tables"),
        tmp_path_factory.mktemp("index"),
        NOBODY,
    )
    ledger.prepare(spark)
    create_ledger(made.ledger, SOURCE)
    for path, contract in made.derived.items():
        create_derived(path, contract)
    lab = Lab(spark, made)
    lab.carry(
        lab.event(0, 1, 0),
        lab.event(1, 1, 5, "resolved", satisfaction=4),
        lab.event(2, 2, 5),
        lab.event(3, 3, 6, priority="bad"),
        lab.event(4, 3, 6),
    )
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "of touched hours":
            patch.setattr(touched, "LARGE", 0)
            patch.setattr(touched, "_MOST", 2.0)
        yield lab


def test_what_expires_is_missing_nowhere_else(lab: Lab) -> None:
    """The ticket of day 0 goes from the tickets alone; its hour stays, and the hour that counts how long it took."""
    before = lab.kpis()
    assert before[5, "low"]["median_hours_to_resolve"] == 120.0
    done = lab.maintain(tickets=1, kpis=-9)
    assert done["ledger", "expire"].rows == 1
    assert lab.tickets() == [1, 2, 4]
    assert lab.kpis() == before
    again = lab.maintain(tickets=1, kpis=-9)
    assert again["ledger", "expire"].rows == 0
    kept = pl.read_delta(str(lab.derivation.tables / "ticket_kpis.kept"))
    assert sorted((hour - BEGAN.replace(minute=0)).days for hour in kept["hour"]) == [0, 5]


def test_what_comes_later_counts_where_it_can(lab: Lab) -> None:
    """An event of a kept hour and group is a ticket, not a KPI; of another group or hour it is both; the expired event
    sent again is a duplicate.
    """
    before = lab.kpis()
    lab.carry(
        lab.event(5, 9, 0, late=7),
        lab.event(6, 9, 0, priority="high", late=7),
        lab.event(7, 9, 6, late=7),
        lab.event(0, 1, 0, late=7),
    )
    lab.is_sound()
    after = lab.kpis()
    assert lab.tickets() == [1, 2, 4, 5, 6, 7]
    assert {place: row["events"] for place, row in after.items()} == {
        (0, "low"): 1,
        (0, "high"): 1,
        (5, "low"): 2,
        (6, "low"): 2,
    }
    assert {place: after[place] for place in ((0, "low"), (5, "low"))} == {
        place: before[place] for place in ((0, "low"), (5, "low"))
    }


def test_nothing_comes_back_when_tables_are_made_anew(lab: Lab) -> None:
    """Neither a ticket nor another KPI, from a ledger that was compacted."""
    from processing import aggregates, derive

    tickets, kpis = lab.tickets(), lab.kpis()
    derive.rebuild_accepted(lab.spark, lab.derivation, derive.read_references(lab.spark, lab.derivation, KEY))
    aggregates.refresh(lab.spark, lab.derivation, anew=True)
    assert (lab.tickets(), lab.kpis()) == (tickets, kpis)


def test_an_hour_whose_time_is_over_does_not_come_back(lab: Lab) -> None:
    """Be it kept or computed, and however late an event of it arrives."""
    done = lab.maintain(tickets=1, kpis=3)
    assert done["ticket_kpis", "expire"].rows == 2
    assert set(lab.kpis()) == {(5, "low"), (6, "low")}
    assert pl.read_delta(str(lab.derivation.tables / "ticket_kpis.kept")).height == 1
    lab.carry(lab.event(8, 9, 1, late=8))
    assert lab.tickets()[-1] == 8
    assert set(lab.kpis()) == {(5, "low"), (6, "low")}
    assert lab.maintain(tickets=1, kpis=3)["ticket_kpis", "expire"].rows == 0
