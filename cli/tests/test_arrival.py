"""KPIs do not depend on how events arrive: in which order, how often, in how many batches."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.compiler.catalogue import HOME, Catalogue
from processing.erased import NOBODY
from processing.tables import create_derived, create_ledger
from processing.tests.carrying import carry
from producer.mix import Shares, mixed, plan

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from processing.derive import Derivation

pytestmark = [pytest.mark.jvm, pytest.mark.timeout(600)]
KEY = b"k" * 32
START = datetime(2026, 1, 5, tzinfo=UTC)
CATALOGUE = Catalogue(HOME)
CONTRACT = CATALOGUE.get("client_tickets.v2")
RECORD = (
    "partition int, offset bigint, timestamp timestamp, key binary, value binary, "
    "headers array<struct<key:string,value:binary>>"
)
Record = tuple[datetime, bytes, bytes, list[tuple[str, bytes]]]
Batches = list[list[Record]]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:
    """One session for the module."""
    from processing import ledger
    from runtime.engine import Engine
    from runtime.spark import close_session, open_session

    session = open_session(
        "test", scratch=tmp_path_factory.mktemp("spark"), on=Engine("local[2]", None, {}), short=True
    )
    ledger.prepare(session)
    yield session
    close_session(session)


def traffic() -> list[Record]:
    """Some hundred events of many tickets in the order of time: late ones, future ones, twins, and broken ones."""
    counts = plan(CONTRACT, 400, Shares(Decimal("0.05"), Decimal("0.05"), Decimal("0.1")))
    sent = [(s.sent_at, s.key, s.value, s.headers) for s in mixed(CONTRACT, 400, 7, START, counts)]
    early = [(at - timedelta(hours=2), key, value, headers) for at, key, value, headers in sent[::40]]
    return [record for number, record in enumerate(sent) if number % 40] + early  # those reach the broker too soon


def shuffled(seed: int) -> Callable[[list[Record]], list[Record]]:
    """Another order of the same records."""

    def change(records: list[Record]) -> list[Record]:
        return Random(seed).sample(records, len(records))

    return change


def repeated(records: list[Record]) -> list[Record]:
    """Every record up to four times, anywhere."""
    rng = Random(5)
    return shuffled(6)([record for record in records for _ in range(rng.randint(1, 4))])


def split(records: list[Record], pieces: int) -> Batches:
    """Batches of unequal size."""
    cuts = sorted(Random(pieces).sample(range(1, len(records)), pieces - 1))
    return [records[a:b] for a, b in zip([0, *cuts], [*cuts, len(records)], strict=True)]


WAYS: dict[str, Callable[[list[Record]], Batches]] = {
    "as sent": lambda records: [records],
    "backwards": lambda records: split(records[::-1], 2),
    "shuffled": lambda records: split(shuffled(1)(records), 4),
    "shuffled otherwise": lambda records: split(shuffled(2)(records), 3),
    "repeated": lambda records: split(repeated(records), 3),
}


def arrived(spark: "SparkSession", batches: Batches, folder: Path, *, each: bool = False) -> "Derivation":
    """Tables that were made from batches; offsets as the broker would have given them. KPIs after the last batch, or
    after each.
    """
    from processing.derive import Derivation

    references = tuple((CATALOGUE.get(key), CATALOGUE.data_file(CATALOGUE.get(key))) for key in CONTRACT.references)
    outputs = tuple(CATALOGUE.outputs(CONTRACT))
    older = CATALOGUE.older(CONTRACT)
    made = Derivation(CONTRACT, older, outputs, references, folder / "tables", folder / "index", NOBODY)
    create_ledger(made.ledger, CONTRACT)
    for path, contract in made.derived.items():
        create_derived(path, contract)
    offsets = [0, 0, 0, 0]
    for number, batch in enumerate(batches):
        rows: list[tuple[Any, ...]] = []
        for at, key, value, headers in batch:
            place = sum(key) % 4
            rows.append((place, offsets[place], at, key, value, headers))
            offsets[place] += 1
        carry(made, spark.createDataFrame(rows, RECORD), KEY, aggregate=each or number == len(batches) - 1)
    return made


def kpis(made: "Derivation") -> pl.DataFrame:
    """The KPI table, by what names a row."""
    frame = pl.read_delta(str(made.tables / "ticket_kpis"))
    return frame.sort("hour", "request_type", "priority", "support_team")


@pytest.fixture(scope="module")
def usual(spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The KPIs of the events as they were sent, in one batch."""
    return kpis(arrived(spark, WAYS["as sent"](traffic()), tmp_path_factory.mktemp("usual")))


@pytest.mark.parametrize("way", [way for way in WAYS if way != "as sent"])
def test_kpis_do_not_depend_on_arrival(spark: "SparkSession", usual: pl.DataFrame, tmp_path: Path, way: str) -> None:
    """The same events give the same counts, and the rest to 1e-9."""
    found = kpis(arrived(spark, WAYS[way](traffic()), tmp_path))
    assert usual["events"].sum() > 300
    assert usual["resolved_without_opened"].sum() > 0 or usual["resolved"].sum() > 0
    assert_frame_equal(found, usual, rel_tol=0, abs_tol=1e-9)


@pytest.mark.parametrize("way", [way for way in WAYS if way != "as sent"])
def test_nor_on_when_they_are_made(
    spark: "SparkSession", usual: pl.DataFrame, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made after each batch, of the hours that it touches alone, they are the same."""
    from processing import touched

    monkeypatch.setattr(touched, "LARGE", 0)
    monkeypatch.setattr(touched, "_MOST", 2.0)
    made = arrived(spark, WAYS[way](traffic()), tmp_path, each=True)
    assert made.moments(CATALOGUE.get("ticket_kpis")).is_dir()
    assert_frame_equal(kpis(made), usual, rel_tol=0, abs_tol=1e-9)


def test_what_is_late_or_early_counts(spark: "SparkSession", usual: pl.DataFrame, tmp_path: Path) -> None:
    """Leaving late and future events out would give other KPIs: the comparison can fail."""
    made = arrived(spark, [traffic()], tmp_path)
    flagged = pl.read_delta(str(made.ledger)).filter(pl.col("is_late") | pl.col("is_early"))
    assert flagged["is_late"].sum() > 10
    assert flagged["is_early"].sum() > 5
    on_time = [record for record in traffic() if record[3] and not _is_flagged(record, flagged)]
    without = kpis(arrived(spark, [on_time], tmp_path / "without"))
    assert without["events"].sum() < usual["events"].sum()


def _is_flagged(record: Record, flagged: pl.DataFrame) -> bool:
    return dict(record[3]).get("event_id", b"").decode() in flagged["event_id"].to_list()
