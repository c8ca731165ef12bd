"""Every type's stored form, side by side."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.types import TYPES, decimal_parts
from processing.columns import arrow_type, ddl, spark_type
from processing.decode import Decoder
from processing.values import pseudonym

KEY = b"k" * 32
CONTRACT = Catalogue(Path(__file__).parent / "contracts").get("every_type")
DECODER = Decoder(CONTRACT, KEY)
ADA = pseudonym("ada@example.com", KEY)
STAMP, MOMENT = pa.timestamp("us", tz="UTC"), datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
NINES = 10**38 - 1
SIZED = pa.struct([("size", pa.decimal128(20, 0)), ("at", STAMP)])

# field, Spark type, Arrow type, JSON text, stored value
ROWS: tuple[tuple[str, str, pa.DataType, str, Any], ...] = (
    ("event_id", "string", pa.string(), '"\\u00e9\\ud83d\\ude42"', "é🙂"),
    ("email", "string", pa.string(), '"ada@example.com"', ADA),
    ("flag", "boolean", pa.bool_(), "true", True),
    ("n_i8", "tinyint", pa.int8(), "-128", -128),
    ("n_i16", "smallint", pa.int16(), "3.2767e4", 32767),
    ("n_i32", "int", pa.int32(), "7.0", 7),
    ("n_i64", "bigint", pa.int64(), "-9223372036854775808", -(2**63)),
    ("n_i128", "decimal(38,0)", pa.decimal128(38, 0), f"-{NINES}", Decimal(-NINES)),
    ("n_u8", "smallint", pa.int16(), "255", 255),
    ("n_u16", "int", pa.int32(), "65535", 65535),
    ("n_u32", "bigint", pa.int64(), "4294967295", 2**32 - 1),
    ("n_u64", "decimal(20,0)", pa.decimal128(20, 0), "18446744073709551615", Decimal(2**64 - 1)),
    ("n_u128", "decimal(38,0)", pa.decimal128(38, 0), "1e37", Decimal(10**37)),
    ("n_f32", "float", pa.float32(), "0.1", 0.10000000149011612),
    ("n_f64", "double", pa.float64(), "0.1", 0.1),
    ("price", "decimal(12,2)", pa.decimal128(12, 2), "-0.7e1", Decimal("-7.00")),
    ("share", "decimal(38,38)", pa.decimal128(38, 38), "1e-38", Decimal("1e-38")),
    ("happened_at", "timestamp", STAMP, '"2026-01-05T10:30:00+02:00"', MOMENT),
    ("stamp_any", "timestamp", STAMP, '"2026-01-05T08:30:00.000001"', MOMENT.replace(microsecond=1)),
    ("stamp_zoned", "timestamp", STAMP, '"05/01/2026 09:30:00.250+01:00"', MOMENT.replace(microsecond=250_000)),
    ("stamp_local", "timestamp", STAMP, '"2026-01-05 09:30"', MOMENT),
    ("day", "date", pa.date32(), '"2026-01-05"', date(2026, 1, 5)),
    ("day_local", "date", pa.date32(), '"5.1.2026"', date(2026, 1, 5)),
    ("clock", "bigint", pa.int64(), '"23:59:59.999999"', 86_399_999_999),
    ("clock_zoned", "bigint", pa.int64(), '"00:30:00+01:00"', 84_600_000_000),
    ("clock_local", "bigint", pa.int64(), '"0001"', 60_000_000),
    ("words", "array<string>", pa.list_(pa.string()), '["b","a"]', ["b", "a"]),
    (
        "point",
        "struct<`x`:double,`a-b`:bigint>",
        pa.struct([("x", pa.float64()), ("a-b", pa.int64())]),
        '{"x":1}',
        {"x": 1.0, "a-b": None},
    ),
    ("labels", "map<string,string>", pa.map_(pa.string(), pa.string()), '{"b":null,"":"x"}', {"": "x", "b": None}),
    ("owners", "map<string,bigint>", pa.map_(pa.string(), pa.int64()), '{"ada@example.com":1.0}', {ADA: 1}),
    (
        "shelves",
        "map<string,array<struct<`size`:decimal(20,0),`at`:timestamp>>>",
        pa.map_(pa.string(), pa.list_(SIZED)),
        '{"top":[{"at":"2026-01-05T08:30:00Z","size":7.0},null]}',
        {"top": [{"size": Decimal(7), "at": MOMENT}, None]},
    ),
    (
        "grids",
        "array<map<string,map<string,decimal(5,1)>>>",
        pa.list_(pa.map_(pa.string(), pa.map_(pa.string(), pa.decimal128(5, 1)))),
        '[{"a":{"b":0.5},"c":null},null]',
        [{"a": {"b": Decimal("0.5")}, "c": None}, None],
    ),
    (
        "tree",
        "struct<`branch`:struct<`leaves`:array<date>,`clocks`:map<string,bigint>>>",
        pa.struct(
            [
                (
                    "branch",
                    pa.struct([("leaves", pa.list_(pa.date32())), ("clocks", pa.map_(pa.string(), pa.int64()))]),
                )
            ]
        ),
        '{"branch":{"leaves":["2026-01-05"],"clocks":{"noon":"12:00:00Z"}}}',
        {"branch": {"leaves": [date(2026, 1, 5)], "clocks": {"noon": 43_200_000_000}}},
    ),
)


def payload(field: str, text: str) -> bytes:
    """An event of what is required and this field."""
    members = {"event_id": '"e"', "happened_at": '"2026-01-05T08:30:00Z"'} | {field: text}
    return ("{" + ",".join(f'"{name}":{value}' for name, value in members.items()) + "}").encode()


@pytest.mark.parametrize(("path", "spark", "arrow", "text", "stored"), ROWS, ids=[row[0] for row in ROWS])
def test_each_type_has_one_stored_form(path: str, spark: str, arrow: pa.DataType, text: str, stored: Any) -> None:
    """Spark and Arrow agree on what a column is, and Arrow takes what the decoder stores without changing it."""
    field = CONTRACT.field(path)
    assert (spark_type(field), arrow_type(field)) == (spark, arrow)
    made = DECODER.stored(payload(path, text))
    assert made is not None
    value = made[CONTRACT.fields.index(field)]
    assert (value, type(value)) == (stored, type(stored))
    assert pa.array([value], arrow)[0].as_py(maps_as_pydicts="strict") == stored


def test_the_table_has_every_type_and_stored_form() -> None:
    """A new type or stored form must be shown here."""
    shown = [field for path, *_ in ROWS for field in CONTRACT.field(path).walk()]
    assert {field.type for field in shown} == set(TYPES)
    forms = {"decimal" if decimal_parts(field.storage) else field.storage for field in shown}
    assert forms == {form for row in TYPES.values() for form in row.storages}


def test_required_fields_are_not_null() -> None:
    """What the contract requires, the table requires; of items and members Spark SQL can't say it."""
    tickets = Catalogue(HOME).get("client_tickets")
    assert ddl(tickets.field("ticket_id")) == "`ticket_id` string NOT NULL"
    assert ddl(tickets.field("due_on")) == "`due_on` date"
    assert ddl(CONTRACT.field("words")) == "`words` array<string>"
    assert CONTRACT.field("words[]").required
