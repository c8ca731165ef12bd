"""What other people's readers find in the published files."""

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from exports.tests.lab import CLOCK, EMPTY, FULL, T0, TICKET, Lab, fill

# Each stored form side by side: field -> (polars, pandas with Arrow types, DuckDB's table, value)
TYPES: dict[str, tuple[Any, str, str, Any]] = {
    "id": (pl.Int64, "int64[pyarrow]", "BIGINT", 1),
    "small": (pl.Int8, "int8[pyarrow]", "TINYINT", -99),
    "short": (pl.Int16, "int16[pyarrow]", "SMALLINT", 30),
    "int": (pl.Int32, "int32[pyarrow]", "INTEGER", 1000),
    "byte": (pl.UInt8, "uint8[pyarrow]", "UTINYINT", 255),
    "word": (pl.UInt16, "uint16[pyarrow]", "USMALLINT", 65535),
    "dword": (pl.UInt32, "uint32[pyarrow]", "UINTEGER", 2**32 - 1),
    "qword": (pl.UInt64, "uint64[pyarrow]", "UBIGINT", 2**64 - 1),
    "single": (pl.Float32, "float[pyarrow]", "FLOAT", 0.5),
    "double": (pl.Float64, "double[pyarrow]", "DOUBLE", 0.07),
    "money": (pl.Decimal(12, 2), "decimal128(12, 2)[pyarrow]", "DECIMAL(12,2)", Decimal("0.15")),
    "wide": (
        pl.Decimal(38, 10),
        "decimal128(38, 10)[pyarrow]",
        "DECIMAL(38,10)",
        Decimal("1234567890123456789012345678.0123456789"),
    ),
    "vast": (pl.Decimal(38, 0), "decimal128(38, 0)[pyarrow]", "DECIMAL(38,0)", Decimal(1 - 10**38)),
    "huge": (pl.Decimal(38, 0), "decimal128(38, 0)[pyarrow]", "DECIMAL(38,0)", Decimal(10**38 - 2)),
    "flag": (pl.Boolean, "bool[pyarrow]", "BOOLEAN", True),
    "moment": (pl.Datetime("us", "UTC"), "timestamp[us, tz=UTC][pyarrow]", "TIMESTAMP WITH TIME ZONE", T0),
    "day": (pl.Date, "date32[day][pyarrow]", "DATE", date(2026, 1, 9)),
    "clock": (pl.Time, "time64[us][pyarrow]", "TIME", CLOCK),
    "text": (pl.String, "string[pyarrow]", "VARCHAR", "a😀b"),
    "labels": (pl.List(pl.String), "list<element: string not null>[pyarrow]", "VARCHAR[]", ["a", "b"]),
    "grid": (
        pl.List(pl.List(pl.UInt8)),
        "list<element: list<element: uint8>>[pyarrow]",
        "UTINYINT[][]",
        [[1, 9], [], None],
    ),
    "box": (
        pl.Struct({"price": pl.Decimal(30, 12), "at": pl.Datetime("us", "UTC"), "note": pl.String}),
        "struct<price: decimal128(30, 12), at: timestamp[us, tz=UTC], note: string>[pyarrow]",
        'STRUCT(price DECIMAL(30,12), "at" TIMESTAMP WITH TIME ZONE, note VARCHAR)',
        {"price": Decimal("0.000000000001"), "at": T0, "note": None},
    ),
    "names": (
        pl.Map(pl.String, pl.String),
        "map<string, string ('names')>[pyarrow]",
        "MAP(VARCHAR, VARCHAR)",
        {"fr": "oui", "a b": "é"},
    ),
    "prices": (
        pl.Map(pl.String, pl.Decimal(12, 2)),
        "map<string, decimal128(12, 2) ('prices')>[pyarrow]",
        "MAP(VARCHAR, DECIMAL(12,2))",
        {"low": Decimal("0.10"), 'q"t': None, "": Decimal("-1.00")},
    ),
    "shelves": (
        pl.List(pl.Map(pl.String, pl.UInt8)),
        "list<element: map<string, uint8 ('element')>>[pyarrow]",
        "MAP(VARCHAR, UTINYINT)[]",
        [{"a": 1, "b": None}, {}, None, {"b": 1}],
    ),
    "crate": (
        pl.Struct({"hours": pl.Map(pl.String, pl.List(pl.Time)), "count": pl.UInt64}),
        "struct<hours: map<string, list<element: time64[us]> ('hours')>, count: uint64>[pyarrow]",
        'STRUCT("hours" MAP(VARCHAR, TIME[]), count UBIGINT)',
        {"hours": {"mon": [CLOCK, None], "sun": None}, "count": 2**64 - 1},
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One published export of a row with every value and one with none."""
    lab = Lab(tmp_path_factory.mktemp("formats"), Path(__file__).parent / "contracts")
    fill(lab, EMPTY, FULL)
    return lab.workspace.root / str(lab.export("all_types")["path"])


@pytest.mark.parametrize("field", TYPES)
def test_types_are_the_contracts_in_every_reader(folder: Path, field: str) -> None:
    """polars, pandas and DuckDB read each column with the contract's exact type, value and null."""
    in_polars, in_pandas, in_duckdb, value = TYPES[field]
    parquet = folder / "all_types.parquet"
    column = pl.read_parquet(parquet)[field]
    assert column.dtype == in_polars
    assert column.to_list() == [value, 2 if field == "id" else None]
    assert str(pd.read_parquet(parquet, dtype_backend="pyarrow")[field].dtype) == in_pandas
    with duckdb.connect() as memory:
        memory.execute("SET TimeZone = 'UTC'")
        described = memory.execute(f"DESCRIBE SELECT \"{field}\" FROM '{parquet}'").fetchall()  # noqa: S608 - our file
        assert described[0][1] == in_duckdb
        assert memory.execute(f"SELECT \"{field}\" FROM '{parquet}'").fetchall()[0][0] == value  # noqa: S608
    with duckdb.connect(folder / "export.duckdb", read_only=True) as file:
        kinds = {row[0]: row[1] for row in file.execute("DESCRIBE all_types").fetchall()}
        assert kinds[field] == in_duckdb
        file.execute("SET TimeZone = 'UTC'")
        assert file.execute(f'SELECT "{field}" FROM all_types').fetchall()[0][0] == value  # noqa: S608


def test_required_columns_cannot_be_null(folder: Path) -> None:
    """A required field is non-nullable in Parquet and NOT NULL in DuckDB, an optional one is neither."""
    schema = pq.read_schema(folder / "all_types.parquet")
    assert not schema.field("id").nullable
    assert schema.field("small").nullable
    assert not schema.field("names").type.item_field.nullable
    assert schema.field("prices").type.item_field.nullable
    with duckdb.connect(folder / "export.duckdb", read_only=True) as file:
        nullable = {row[0]: row[2] for row in file.execute("DESCRIBE all_types").fetchall()}
    assert (nullable["id"], nullable["small"]) == ("NO", "YES")


def test_json_lines_are_exact(folder: Path) -> None:
    """JSON has decimals as exact numbers at any depth, ISO times with microseconds, and nesting intact."""
    first, second = (folder / "all_types.jsonl").read_text("utf-8").splitlines()
    row = json.loads(first, parse_float=Decimal)
    assert row["wide"] == Decimal("1234567890123456789012345678.0123456789")
    assert (row["money"], row["qword"]) == (Decimal("0.15"), 2**64 - 1)
    assert row["moment"] == "2026-01-05T08:30:00.123456Z"
    assert row["box"] == {"price": Decimal("0.000000000001"), "at": "2026-01-05T08:30:00.123456Z", "note": None}
    assert row["lines"][0] == {"sku": "A", "count": 1, "cost": Decimal("1.5000")}
    assert row["lines"][2] is None
    assert row["times"] == ["2026-01-05T08:30:00.123456Z"] * 2
    assert (row["vast"], row["huge"], row["clock"]) == (1 - 10**38, 10**38 - 2, "08:30:00.000001")
    assert row["names"] == {"fr": "oui", "a b": "é"}
    assert row["prices"] == {"low": Decimal("0.10"), 'q"t': None, "": -1}
    assert row["shelves"] == [{"a": 1, "b": None}, {}, None, {"b": 1}]
    assert row["crate"] == {"hours": {"mon": ["08:30:00.000001", None], "sun": None}, "count": 2**64 - 1}
    assert '"price":0.000000000001,' in first
    assert json.loads(second) == {name: (2 if name == "id" else None) for name in FULL}


def test_duckdb_tables_say_what_they_mean(lab: Lab) -> None:
    """Descriptions of the contract are comments of table and column."""
    lab.tickets()
    path = lab.workspace.root / lab.export(formats=("duckdb",))["path"] / "export.duckdb"
    with duckdb.connect(path, read_only=True) as file:
        tables = dict(file.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
        columns = dict(
            file.execute("SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'tickets'").fetchall()
        )
    assert set(tables) == {"tickets", "ticket_kpis", "rejected_events"}
    assert tables["tickets"] == lab.folder.get("tickets").description
    assert columns["ticket_id"] == "The ticket."


def test_refused_records_come_from_the_ledger(lab: Lab) -> None:
    """rejected_events holds every record that was not accepted, with columns named as its contract says."""
    lab.tickets()
    path = lab.workspace.root / lab.export(formats=("json",))["path"] / "rejected_events.jsonl"
    (row,) = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert (row["kafka_partition"], row["kafka_offset"], row["outcome"]) == (1, 7, "rejected")
    assert row["violations"][0]["clause"] == "client_tickets.v1/$/utf8"
    assert not any(name.startswith("raw_v") for name in row)


AWKWARD = [
    "plain",
    'quo"te, comma',
    "two\nlines",
    "carriage\r\nreturn",
    "lone\rreturn",
    "\u202eright to left שלום",
    "astral 😀 \U0001f9d1\u200d\U0001f4bb",
    "line\u2028separator",
    "control \x01 \x7f",
    "back\\slash",
    " outer spaces ",
    "",
    "null",
    "NULL",
]


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_survives(lab: Lab, text: str) -> None:
    """Quotes, line ends, right-to-left and astral characters come back from CSV and JSON as they were."""
    lab.tickets({**TICKET, "request": text})
    folder = lab.workspace.root / lab.export(formats=("csv", "json"))["path"]
    with (folder / "tickets.csv").open(encoding="utf-8", newline="") as file:
        assert [row["request"] for row in csv.DictReader(file, strict=True)] == [text]
    lines = (folder / "tickets.jsonl").read_bytes().split(b"\n")
    assert [json.loads(line)["request"] for line in lines if line] == [text]


def test_csv_is_rfc_4180(lab: Lab) -> None:
    """CSV has a header and CRLF; null is empty, empty text is quoted, nested values are JSON text."""
    lab.tickets({**TICKET, "request": "", "language": None, "amount": Decimal("-0.00")})
    content = (lab.workspace.root / lab.export(formats=("csv",))["path"] / "tickets.csv").read_bytes()
    header, row, rest = content.split(b"\r\n")
    assert rest == b""
    assert b"\n" not in header + row
    assert header.startswith(b"event_id,event_type,ticket_id")
    assert b'2026-01-05T08:30:00.123456Z,"",billing' in row
    assert b"0123456789abcdef0123456789abcdef,,,5," in row
    assert b'"[""vip"",""legal""]"' in row


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'=", "''@"])
def test_no_spreadsheet_runs_a_csv_cell(lab: Lab, start: str) -> None:
    """Text that a spreadsheet would run as a formula begins with an apostrophe; numbers do not."""
    lab.tickets({**TICKET, "request": f"{start}cmd|' /C calc'!A0"})
    path = lab.workspace.root / lab.export(formats=("csv",))["path"] / "tickets.csv"
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["request"] == f"'{start}cmd|' /C calc'!A0"
    assert row["amount"] == "12.50"


def test_negative_numbers_stay_numbers(all_types: Lab) -> None:
    """A minus sign of a number gets no apostrophe."""
    fill(all_types, FULL)
    path = all_types.workspace.root / all_types.export("all_types", ("csv",))["path"] / "all_types.csv"
    assert ",-99,30," in path.read_text("utf-8")


def test_old_times_keep_four_digits_of_year(all_types: Lab) -> None:
    """A date of year 1 is 0001-01-01 in text files."""
    fill(all_types, {**FULL, "day": date(1, 1, 1), "box": {"price": Decimal(1), "at": datetime(1, 1, 1, tzinfo=UTC)}})
    path = all_types.workspace.root / all_types.export("all_types", ("json",))["path"] / "all_types.jsonl"
    row = json.loads(path.read_text("utf-8"))
    assert (row["day"], row["box"]["at"]) == ("0001-01-01", "0001-01-01T00:00:00.000000Z")
