"""Every type through Spark and Delta, by the job's own steps: what the decoder stores is what a reader finds."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contracts.compiler.catalogue import Catalogue
from processing.columns import arrow_type
from processing.decode import Decoder
from processing.erased import NOBODY
from processing.tables import create_derived, create_ledger, ledger_version, version
from processing.tests.carrying import carry

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from processing.derive import Derivation

pytestmark = pytest.mark.jvm
KEY = b"k" * 32
CONTRACT = Catalogue(Path(__file__).parent / "contracts").get("every_type")
RECEIVED = datetime(2026, 1, 5, 8, 30, 1, tzinfo=UTC)
RECORD = "partition int, offset bigint, timestamp timestamp, key binary, value binary"
HEADERS = "headers array<struct<key:string,value:binary>>"

# Members of accepted events, beside what is required: usual values, the ends of each range, nothing at all.
ACCEPTED: tuple[str, ...] = (
    """
    "email":"ada@example.com", "flag":true, "n_i8":1, "n_i16":2, "n_i32":3, "n_i64":4, "n_i128":5, "n_u8":6,
    "n_u16":7, "n_u32":8, "n_u64":9, "n_u128":10, "n_f32":0.1, "n_f64":0.1, "price":12.07, "share":0.5,
    "stamp_any":"2026-01-05T08:30:00.123456", "stamp_zoned":"05/01/2026 09:30:00.250+01:00",
    "stamp_local":"2026-07-05 10:30", "day":"2026-01-05", "day_local":"5.1.2026", "clock":"08:30:00.000001",
    "clock_zoned":"00:30:00+01:00", "clock_local":"0830", "words":["b","a","b"], "point":{"x":-1.5,"a-b":"12:00:00"},
    "labels":{"fr":"été","":"🙂"}, "owners":{"ada@example.com":1,"bob@example.com":2},
    "shelves":{"top":[{"size":18446744073709551615,"at":"2026-01-05T08:30:00Z"}],"low":[]},
    "grids":[{"a":{"b":0.5,"c":-9999.9},"d":{}},{}],
    "tree":{"branch":{"leaves":["2026-01-05","2024-02-29"],"clocks":{"noon":"12:00:00Z","night":"23:59:59.999999"}}}
    """,
    """
    "flag":false, "n_i8":-128, "n_i16":-32768, "n_i32":-2147483648, "n_i64":-9223372036854775808,
    "n_i128":-99999999999999999999999999999999999999, "n_u8":0, "n_u16":0, "n_u32":0, "n_u64":0, "n_u128":0,
    "n_f32":-3.4028234663852886e38, "n_f64":-1.7976931348623157e308, "price":-9999999999.99,
    "share":-0.99999999999999999999999999999999999999, "stamp_any":"0001-01-01T00:00:00",
    "stamp_local":"1900-01-01 00:00", "day":"0001-01-01", "day_local":"1.1.1582", "clock":"00:00:00",
    "labels":{}, "words":[], "grids":[]
    """,
    """
    "n_i8":127, "n_i16":32767, "n_i32":2147483647, "n_i64":9223372036854775807,
    "n_i128":99999999999999999999999999999999999999, "n_u8":255, "n_u16":65535, "n_u32":4294967295,
    "n_u64":18446744073709551615, "n_u128":99999999999999999999999999999999999999, "n_f32":1e-45, "n_f64":5e-324,
    "price":9999999999.99, "share":1e-38, "stamp_any":"9999-12-31T23:59:59.999999", "day":"9999-12-31",
    "day_local":"31.12.9999", "clock":"23:59:59.999999", "labels":{"a":null}, "words":["\\u0000"],
    "shelves":{"a":null,"b":[null,{"size":0}]}, "grids":[null,{"a":null},{"a":{"b":null}}],
    "tree":{"branch":{"leaves":[null],"clocks":{"x":null}}}, "unknown":{"kept":1}
    """,
    '"tree":{"branch":null}',
    '"tree":null',
)


def payload(number: int, members: str) -> bytes:
    """An event of what is required and these members."""
    return f'{{"event_id":"e{number}","happened_at":"2026-01-05T08:30:00Z",{members}}}'.encode()


def otherwise(members: str) -> str:
    """The same members in another order, with other words for the same values."""
    parts = reversed([part.strip() for part in members.replace(",\n", ", ").split(", ")])
    text = ",".join(parts).replace('"n_i8":1,', '"n_i8":1.0,').replace('"clock_zoned":"00:30:00+01:00"', LATE)
    return text.replace('"fr":"été","":"🙂"', '"":"🙂","fr":"\\u00e9t\\u00e9"')


LATE = '"clock_zoned":"23:30:00Z"'
VALUES = [payload(number, members) for number, members in enumerate(ACCEPTED)]
OTHERS = (  # after the accepted ones: the outcome of each
    (payload(0, otherwise(ACCEPTED[0])), "duplicate"),
    (payload(1, '"labels":{"a":"b"}'), "conflict"),
    (payload(9, '"owners":{"ada@example.com":"x"}'), "rejected"),
)


@pytest.fixture(scope="module", params=["here", "elsewhere"])
def derivation(
    request: pytest.FixtureRequest, spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory
) -> "Derivation":
    """The tables after one micro-batch of all values, made as the job makes them on one machine and on a cluster."""
    from processing import derive, ledger

    made = derive.Derivation(
        CONTRACT, (), (), (), tmp_path_factory.mktemp("tables"), tmp_path_factory.mktemp("index"), NOBODY
    )
    ledger.prepare(spark)
    create_ledger(made.ledger, CONTRACT)
    create_derived(made.path(made.accepted), made.accepted)
    sent = [*VALUES, *(value for value, _ in OTHERS)]
    rows: list[tuple[Any, ...]] = [(0, offset, RECEIVED, key_of(value), value, []) for offset, value in enumerate(sent)]
    records = spark.createDataFrame(rows, f"{RECORD}, {HEADERS}")
    parcels = tmp_path_factory.mktemp("scratch") / "parcels" if request.param == "here" else None
    carry(made, records, KEY, parcels=parcels)
    assert parcels is None or not parcels.exists()
    return made


def key_of(value: bytes) -> bytes:
    """The record key that belongs to a value."""
    return value[13 : value.index(b'"', 13)]


def expected() -> list[dict[str, Any]]:
    """What the decoder stores for each accepted value, by field."""
    decoder = Decoder(CONTRACT, KEY)
    names = [field.name for field in CONTRACT.fields]
    rows = [decoder.stored(value) for value in VALUES]
    return [dict(zip(names, row, strict=True)) for row in rows if row is not None]


def found(rows: Any) -> list[dict[str, Any]]:
    """Rows of an Arrow table, maps as dicts."""
    made: list[dict[str, Any]] = rows.to_pylist(maps_as_pydicts="strict")
    return made


def test_every_value_arrives_in_the_ledger(spark: "SparkSession", derivation: "Derivation") -> None:
    """Spark reads from the ledger what the decoder stored, in every type and at the ends of its range."""
    rows = spark.read.format("delta").load(str(derivation.ledger)).where("outcome = 'accepted'").orderBy("offset")
    assert len(expected()) == len(VALUES)
    assert found(rows.select("event.*").toArrow()) == expected()


def test_every_other_outcome_is_as_it_should_be(spark: "SparkSession", derivation: "Derivation") -> None:
    """An equal value in another order and other words is a duplicate, another value a conflict."""
    rows = spark.read.format("delta").load(str(derivation.ledger)).orderBy("offset")
    rows = rows.select("outcome", "unknown_fields", "violations").collect()
    assert [row.outcome for row in rows] == ["accepted"] * len(VALUES) + [outcome for _, outcome in OTHERS]
    assert [row.unknown_fields for row in rows[:3]] == [None, None, '{"unknown": {"kept": 1}}']
    [reason] = rows[-1].violations
    assert reason.clause == "every_type.v1/owners.value/type"
    assert "ada" not in reason.path


def test_every_value_arrives_in_the_accepted_table(derivation: "Derivation") -> None:
    """A reader without Spark finds the same values, in columns of the contract's types."""
    from deltalake import DeltaTable

    path = derivation.path(derivation.accepted)
    table = DeltaTable(path).to_pyarrow_table()
    assert sorted(found(table), key=lambda row: str(row["event_id"])) == expected()
    assert ledger_version(path) == version(derivation.ledger)
    assert {name: table.schema.field(name).type for name in table.schema.names} == {
        field.name: arrow_type(field) for field in CONTRACT.fields
    }


def test_the_accepted_table_can_be_made_anew(spark: "SparkSession", derivation: "Derivation") -> None:
    """Rebuilt from the ledger it is the same, so maps survive being rewritten."""
    from processing import derive

    derive.rebuild_accepted(spark, derivation, {})
    rows = spark.read.format("delta").load(str(derivation.path(derivation.accepted))).orderBy("event_id")
    assert found(rows.toArrow()) == expected()


def test_rows_can_be_made_without_a_decoder_task(spark: "SparkSession") -> None:
    """Stored values are what createDataFrame takes for the contract's schema."""
    from processing.tables import event_columns

    rows = [tuple(row.values()) for row in expected()]
    schema = event_columns(CONTRACT).removeprefix("struct<").removesuffix(">")
    assert found(spark.createDataFrame(rows, schema).toArrow()) == expected()
