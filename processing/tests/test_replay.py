"""What was refused, judged again in Spark: each record has one outcome, and the derived tables follow."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from deltalake import DeltaTable

from contracts.compiler.catalogue import HOME, Catalogue
from processing.erased import NOBODY
from processing.tables import create_derived, create_ledger, ledger_version, replace_derived, version
from processing.tests.carrying import Free, carry
from processing.tests.tickets import TICKET

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from processing.derive import Derivation

pytestmark = pytest.mark.jvm
KEY = b"k" * 32
V1, V2 = (Catalogue(HOME).get(f"client_tickets.v{major}") for major in (1, 2))
_TARGETS = Catalogue(HOME).get("support_targets")
TARGETS = ((_TARGETS, Catalogue(HOME).data_file(_TARGETS)),)
RECORD = (
    "partition int, offset bigint, timestamp timestamp, key binary, value binary, "
    "headers array<struct<key:string,value:binary>>"
)
EVENT = {name: value for name, value in TICKET.items() if name != "event_id"}
UNKNOWN = "client_tickets.v1/@version/known"


def record(offset: int, event: dict[str, Any], version_: str) -> tuple[Any, ...]:
    """A Kafka record of an event that says a version."""
    said = {"contract": "client_tickets", "contract_version": version_, "event_id": event["event_id"]}
    headers = [(name, text.encode()) for name, text in said.items()]
    at = datetime(2026, 1, 5, 8, 30, 1, tzinfo=UTC)
    return 0, offset, at, event["ticket_id"].encode(), json.dumps(event).encode(), headers


def identity(number: int) -> dict[str, Any]:
    """The event of a number."""
    return {**EVENT, "event_id": f"0b7c7c1e-52ae-4a1c-9d0f-{number:012d}"}


RECORDS = (
    (record(0, {**identity(0), "language": "fr"}, "1.0.0"), "accepted", "accepted"),
    (record(1, {**identity(0), "locale": "fr"}, "2.0.0"), "rejected", "duplicate"),
    (record(2, {**identity(0), "locale": "de"}, "2.0.0"), "rejected", "conflict"),
    (record(3, {**identity(1), "locale": "de"}, "2.0.0"), "rejected", "accepted"),
    (record(4, {**identity(1), "locale": "de"}, "2.0.0"), "rejected", "duplicate"),
    (record(5, {**identity(2), "channel": "fax"}, "1.0.0"), "rejected", "rejected"),
    (record(6, identity(3), "3.0.0"), "rejected", "rejected"),
)


@pytest.fixture(scope="module")
def before(spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory) -> "Derivation":
    """The tables of a job that knows version 1 alone, after one batch of all records."""
    from processing import derive, ledger

    made = derive.Derivation(
        V1, (), (), TARGETS, tmp_path_factory.mktemp("tables"), tmp_path_factory.mktemp("index"), NOBODY
    )
    ledger.prepare(spark)
    create_ledger(made.ledger, V1)
    create_derived(made.path(V1), V1)
    records = spark.createDataFrame([row for row, _, _ in RECORDS], RECORD)
    carry(made, records, KEY)
    assert [row["outcome"] for row in rows(made)] == [outcome for _, outcome, _ in RECORDS]
    replace_derived(made.path(V1), V1)  # as if killed right before its accepted rows were appended
    return made


def rows(derivation: "Derivation") -> list[dict[str, Any]]:
    """The ledger by offset."""
    return pl.scan_delta(derivation.ledger).sort("offset").collect().to_dicts()


def accepted(derivation: "Derivation") -> list[str]:
    """The ids of the accepted table."""
    return sorted(pl.scan_delta(derivation.path(derivation.accepted)).collect()["event_id"])


def test_each_record_is_judged_again_once_and_the_tables_follow(spark: "SparkSession", before: "Derivation") -> None:
    """First a dry run is refused on older tables; then one replay, a second that changes nothing, and the old batch
    run again after its crash, which doubles nothing.
    """
    from processing import derive
    from processing.errors import ProcessingError
    from processing.replay import replay

    after = derive.Derivation(V2, (V1,), (), TARGETS, before.tables, before.index, NOBODY)
    with pytest.raises(ProcessingError, match=r"not those of client_tickets\.v2 yet"):
        replay(spark, after, KEY, Free(), None, dry_run=True)

    done = replay(spark, after, KEY, Free(), UNKNOWN, dry_run=False)
    assert (done.examined, done.outcomes) == (5, {"accepted": 1, "conflict": 1, "duplicate": 2, "rejected": 1})
    found = rows(after)
    assert [row["outcome"] for row in found] == [outcome for _, _, outcome in RECORDS]
    assert [row["first_offset"] for row in found] == [None, 0, 0, None, 3, None, None]
    assert [row["raw_value"] is None for row in found] == [row["outcome"] == "accepted" for row in found]
    assert [row["contract_version"] for row in found] == ["1.0.0", *["2.0.0"] * 4, "1.0.0", "3.0.0"]
    assert {row["batch"] for row in found} == {"1"}
    changed = [row for row in found if row["history"] is not None]
    assert [row["offset"] for row in changed] == [1, 2, 3, 4, 6]
    for row in changed:
        [was] = row["history"]
        assert (was["outcome"], [v["clause"] for v in was["violations"]]) == ("rejected", [UNKNOWN])
    assert [v["clause"] for v in found[6]["violations"]] == ["client_tickets.v2/@version/known"]
    assert accepted(after) == [identity(0)["event_id"], identity(1)["event_id"]]

    at = DeltaTable(after.ledger).version()
    again = replay(spark, after, KEY, Free(), None, dry_run=False)
    assert (again.examined, again.outcomes, DeltaTable(after.ledger).version()) == (2, {}, at)

    derive.follow(spark, after, derive.read_references(spark, after, KEY))
    assert accepted(after) == [identity(0)["event_id"], identity(1)["event_id"]]
    assert ledger_version(after.path(V2)) == version(after.ledger)


def test_a_batch_after_a_crash_of_the_replay_still_carries_what_was_replayed(
    spark: "SparkSession", before: "Derivation"
) -> None:
    """Killed between ledger and derived tables: the next batch makes the accepted rows anew instead of appending."""
    from processing import derive

    after = derive.Derivation(V2, (V1,), (), TARGETS, before.tables, before.index, NOBODY)
    replace_derived(after.path(V2), V2)
    sent = spark.createDataFrame([record(7, {**identity(4), "locale": "en"}, "2.1.0")], RECORD)
    carry(after, sent, KEY)
    assert accepted(after) == [identity(number)["event_id"] for number in (0, 1, 4)]
