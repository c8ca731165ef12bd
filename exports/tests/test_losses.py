"""Every type through every sink and back: what comes back is what went in, but for the losses that are listed."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from contracts.compiler.load import compile_document
from contracts.compiler.model import Contract
from contracts.compiler.types import TYPES
from exports.columns import EXACT, dtype
from exports.places import as_json
from exports.sinks import SINKS
from exports.sinks.losses import LOSSES

INTEGERS = ("i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64")
MAP = {"logicalType": "map", "map": {"key": {"logicalType": "string"}, "value": {"logicalType": "integer"}}}
PROPERTIES: Mapping[str, Mapping[str, Any]] = {
    "string": {"logicalType": "string"},
    "boolean": {"logicalType": "boolean"},
    **{name: {"logicalType": "integer", "logicalTypeOptions": {"format": name}} for name in INTEGERS},
    "i128": {"logicalType": "integer", "logicalTypeOptions": {"format": "i128", "minimum": -9, "maximum": 10**38 - 1}},
    "u128": {"logicalType": "integer", "logicalTypeOptions": {"format": "u128", "maximum": 10**38 - 1}},
    **{name: {"logicalType": "number", "logicalTypeOptions": {"format": name}} for name in ("f32", "f64")},
    "decimal": {"logicalType": "number", "physicalType": "decimal(38,19)"},
    "timestamp": {"logicalType": "timestamp"},
    "date": {"logicalType": "date"},
    "time": {"logicalType": "time"},
    "array": {"logicalType": "array", "items": {"logicalType": "string"}},
    "object": {
        "logicalType": "object",
        "properties": [{"name": "a", "logicalType": "string"}, {"name": "b", "logicalType": "integer"}],
    },
    "map": MAP,
}
VALUES: Mapping[str, list[Any]] = {
    "string": ["=1+1", 'a "😀",\r\nb', ""],
    "boolean": [True, False, True],
    **{name: [0, 100, 2 ** (int(name[1:]) - (name[0] == "i")) - 1] for name in INTEGERS},
    "i128": [Decimal(-9), Decimal(0), Decimal(10**38 - 1)],
    "u128": [Decimal(1), Decimal(0), Decimal(10**38 - 1)],
    "f32": [0.10000000149011612, -0.0, 3.4028234663852886e38],
    "f64": [0.1, -5e-324, 1.7976931348623157e308],
    "decimal": [Decimal(1).scaleb(-19), Decimal("-0.07"), Decimal("9999999999999999999.9999999999999999999")],
    "timestamp": [
        datetime(2026, 1, 5, 8, 30, 0, 1, UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
    ],
    "date": [date(2026, 1, 5), date(1, 1, 1), date(9999, 12, 31)],
    "time": [time(8, 30, 0, 1), time(0), time(23, 59, 59, 999999)],
    "array": [["a", None], [], [""]],
    "object": [{"a": "x", "b": 1}, {"a": None, "b": None}, {"a": "", "b": 2**53 + 1}],
    "map": [[{"key": "fr", "value": 1}, {"key": 'a "b', "value": None}], [], [{"key": "", "value": 2}]],
}


def _contract(kind: str) -> Contract:
    return compile_document(
        {
            "apiVersion": "v3.2.0",
            "kind": "DataContract",
            "id": "one",
            "name": "one",
            "version": "1.0.0",
            "status": "draft",
            "schema": [
                {
                    "name": "one",
                    "logicalType": "object",
                    "properties": [{"name": "v", **PROPERTIES[kind]}, {"name": "row", "logicalType": "integer"}],
                }
            ],
        },
        "one/v1.odcs.yaml",
    )


def _frame(kind: str) -> pl.DataFrame:
    values = [*VALUES[kind], None]
    column = pl.Series("v", values, dtype=dtype(_contract(kind).fields[0]))
    return pl.DataFrame([column, pl.Series("row", range(len(values)), dtype=pl.Int64)])


def _from_duckdb(path: Path) -> pl.DataFrame:
    with duckdb.connect(path, read_only=True) as file:
        file.execute("SET TimeZone = 'UTC'")
        return pl.DataFrame(file.sql("SELECT * FROM one").to_arrow_table())


READERS: Mapping[str, Callable[[Path], pl.DataFrame]] = {
    "json": pl.read_ndjson,
    "csv": pl.read_csv,
    "parquet": pl.read_parquet,
    "duckdb": _from_duckdb,
}
CASES = [(sink, kind) for sink in SINKS for kind in PROPERTIES]


@pytest.mark.parametrize(("sink", "kind"), CASES)
def test_a_reader_without_the_contract_loses_what_is_listed(sink: str, kind: str, tmp_path: Path) -> None:
    """A file read back by polars (DuckDB's by DuckDB) has the very types and values, or the loss is listed."""
    contract, frame = _contract(kind), _frame(kind)
    read = READERS[sink](SINKS[sink](contract, frame, tmp_path))["v"]
    if isinstance(read.dtype, pl.Map):
        read = read.cast(dtype(contract.fields[0]))
    lost = read.dtype != frame["v"].dtype or read.to_list() != frame["v"].to_list()
    assert lost == any(loss.sink == sink and kind in loss.types for loss in LOSSES)


def _json_lines(path: Path) -> Iterator[Any]:
    for line in path.read_text("utf-8").splitlines():
        yield json.loads(line, parse_float=Decimal)["v"]


def _csv_cells(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            yield row["v"]


def _written(value: Any) -> Any:
    """A time as its text; anything else as it is."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
    return value.isoformat(timespec="microseconds") if isinstance(value, time) else str(value)


@pytest.mark.parametrize("kind", PROPERTIES)
def test_with_the_contract_every_value_comes_back_from_text(kind: str, tmp_path: Path) -> None:
    """JSON numbers have every digit, times are ISO 8601, maps objects; CSV says the same as text."""
    contract, frame = _contract(kind), _frame(kind)
    field = contract.fields[0]
    nested = field.type in ("array", "object", "map")
    sent = [as_json(field, value) for value in frame["v"]]
    texts = [_written(value) if field.time_form else value for value in sent[:-1]]
    lines = list(_json_lines(SINKS["json"](contract, frame, tmp_path)))
    cells = list(_csv_cells(SINKS["csv"](contract, frame, tmp_path)))
    assert lines.pop() is None
    assert cells.pop() == ""
    if field.storage in ("f32", "f64"):
        assert pl.Series(list(map(float, lines)), dtype=dtype(field)).to_list() == sent[:-1]
        assert pl.Series(list(map(float, cells)), dtype=dtype(field)).to_list() == sent[:-1]
    elif field.type in ("integer", "number"):
        assert list(map(Decimal, lines)) == list(map(Decimal, cells)) == list(map(Decimal, texts))
    else:
        assert lines == texts
        plain = [cell.removeprefix("'") for cell in cells]
        assert [json.loads(cell) if nested or kind == "boolean" else cell for cell in plain] == texts


def test_every_stored_form_is_tried() -> None:
    """A new type can't be left out here, nor a loss name what does not exist."""
    nested = {"array", "object", "map"}
    assert PROPERTIES.keys() == VALUES.keys() == EXACT.plain.keys() | {"decimal"} | nested
    assert {storage for row in TYPES.values() for storage in row.storages} == PROPERTIES.keys()
    assert READERS.keys() == SINKS.keys() >= {loss.sink for loss in LOSSES}
    assert {kind for loss in LOSSES for kind in loss.types} <= PROPERTIES.keys()
    assert all(loss.what and loss.why for loss in LOSSES)
