"""Values of any contract, a topic's or not: valid, different where they must be, and together within tolerances."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.compiler.load import load
from contracts.compiler.model import Contract
from producer.blocks.lines import lines
from producer.errors import ProducerError
from producer.event import encode
from producer.payloads import events, values
from producer.schema.check import Check

Compiled = Callable[..., Contract]
START = datetime(2026, 1, 5, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
LOCAL = {"format": "uuuu-MM-dd HH:mm", "defaultTimezone": "Europe/Paris"}
ALL = sorted(path for folder in ("contracts", "examples/contracts") for path in (ROOT / folder).glob("*/v*.odcs.yaml"))


def text(name: str, **more: Any) -> dict[str, Any]:
    """A required text property."""
    return {"name": name, "logicalType": "string", "required": True, **more}


def rows(contract: Contract, count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Values of a contract."""
    return list(values(contract, count=count, seed=seed, start=START))


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.parent.name)
def test_any_contract_has_values(path: Path) -> None:
    """Topics, outputs and reference data: each of our contracts has valid values, and so have its lines."""
    contract = load(path)
    check = Check(contract, closed=True)
    made = [encode(value) for value in rows(contract, 24)]
    made += lines(contract, count=24, seed=1, start=START)
    assert len(made) == 48
    assert not [found for value in made for found in check(value)]


def test_events_are_sealed_values(contract: Contract, start: datetime) -> None:
    """What is sent is what `values` yields, as long as nobody else draws: the first event is the first value."""
    event = next(events(contract, count=5, seed=3, start=start))
    assert event.value == next(values(contract, count=5, seed=3, start=start))


def test_seed_decides(tickets: Contract) -> None:
    """The same seed gives the same values, another seed gives others."""
    assert rows(tickets, 30) == rows(tickets, 30)
    assert not {encode(row) for row in rows(tickets, 30)} & {encode(row) for row in rows(tickets, 30, seed=2)}


@pytest.mark.parametrize(
    "property_",
    [
        text("key", logicalTypeOptions={"format": "uuid"}, examples=["a", "b"]),
        text("key", logicalTypeOptions={"format": "email", "maxLength": 40}),
        text("key", logicalTypeOptions={"pattern": "^[A-Z]{2}-[0-9]+$", "maxLength": 12}),
        text("key", logicalTypeOptions={"maxLength": 4}),
        {"name": "key", "logicalType": "integer", "logicalTypeOptions": {"minimum": 5, "maximum": 900}},
        {"name": "key", "logicalType": "number", "physicalType": "decimal(5,2)"},
        {"name": "key", "logicalType": "date"},
        {"name": "key", "logicalType": "time", "logicalTypeOptions": {"format": "HH:mm"}},
        {"name": "key", "logicalType": "timestamp", "logicalTypeOptions": LOCAL},
    ],
    ids=lambda property_: f"{property_['logicalType']} {property_.get('logicalTypeOptions', '')}",
)  # fmt: skip
@pytest.mark.parametrize("rule", ["primaryKey", "unique"])
def test_unique_fields_differ(compiled: Compiled, property_: dict[str, Any], rule: str) -> None:
    """A primary key or a unique field of any countable type never repeats."""
    contract = compiled(property_ | {rule: True, "required": True}, text("other"))
    check = Check(contract, closed=True)
    made = rows(contract, 800)
    assert len({str(row["key"]) for row in made}) == 800
    assert not [found for row in made for found in check(encode(row))]


def test_unique_local_times_differ(compiled: Compiled) -> None:
    """Counted local times differ over the hour that comes twice, since they lie further apart than it is long."""
    bounds = {"minimum": "2026-10-24 00:00", "maximum": "2026-10-27 00:00"}
    field = {"name": "at", "logicalType": "timestamp", "unique": True, "required": True}
    contract = compiled(field | {"logicalTypeOptions": LOCAL | bounds})
    assert len({row["at"] for row in rows(contract, 37)}) == 37
    with pytest.raises(ProducerError, match="there are only 37"):
        rows(contract, 38)


def test_combinations_differ(compiled: Compiled) -> None:
    """Of a composite key the combination differs, though each field of it repeats."""
    listed = {"logicalType": "string", "primaryKey": True, "required": True}
    contract = compiled(
        listed | {"name": "shop", "enum": [{"value": f"s{n}"} for n in range(10)]},
        listed | {"name": "size", "enum": [{"value": v} for v in "SML"]},
        {"name": "day", "logicalType": "date", "primaryKey": True, "required": True,
         "logicalTypeOptions": {"minimum": "2026-01-05", "maximum": "2026-01-24"}},
    )  # fmt: skip
    made = rows(contract, 600)
    assert len({(row["shop"], row["size"], row["day"]) for row in made}) == 600
    assert len({row["shop"] for row in made}) == 10
    with pytest.raises(ProducerError, match="601 events that differ in day, shop, size can't be made"):
        rows(contract, 601)


def test_too_few_values(compiled: Compiled) -> None:
    """More events than a key has values is an error before the first of them, with the key's name."""
    contract = compiled(text("code", primaryKey=True, logicalTypeOptions={"pattern": "^[ab][0-9]$"}))
    assert len({row["code"] for row in rows(contract, 20)}) == 20
    with pytest.raises(ProducerError, match="21 values of 'code' can't differ: there are only 20"):
        next(values(contract, count=21, seed=1, start=START))


def test_keys_beside_the_event_time(compiled: Compiled) -> None:
    """A combination that nothing but the event time makes differ has moments that lie apart, as wide as their text."""
    contract = compiled(
        text("sensor", primaryKey=True, enum=[{"value": "a"}]),
        {"name": "at", "logicalType": "timestamp", "required": True, "primaryKey": True,
         "logicalTypeOptions": {"format": "uuuu-MM-dd'T'HH:mm:ssXXX"}},
        customProperties=[{"property": "eventTime", "value": "at"}],
    )  # fmt: skip
    made = [row["at"] for row in values(contract, count=500, seed=1, start=START, span=timedelta(seconds=100))]
    assert made == sorted(set(made))


def test_nested_unique_fields_differ(compiled: Compiled) -> None:
    """A unique field within an object differs wherever the object is there."""
    place = {"name": "place", "logicalType": "object"}
    contract = compiled(place | {"properties": [text("code", unique=True, logicalTypeOptions={"maxLength": 6})]})
    codes = [row["place"]["code"] for row in rows(contract, 300) if row.get("place")]
    assert len(set(codes)) == len(codes) > 200


def test_unique_fields_below_arrays_and_maps_differ(compiled: Compiled) -> None:
    """Among all items of all events, and all values of all maps, a unique field never repeats."""
    sku = {"logicalType": "object", "properties": [text("sku", unique=True, logicalTypeOptions={"maxLength": 9})]}
    key, number = {"logicalType": "string"}, {"logicalType": "integer", "unique": True}
    contract = compiled(
        {"name": "lines", "logicalType": "array", "items": sku},
        {"name": "seats", "logicalType": "map", "map": {"key": key, "value": number}},
        {"name": "codes", "logicalType": "array", "items": number},
    )
    made = rows(contract, 300)
    skus = [item["sku"] for row in made for item in row.get("lines") or () if item]
    seats = [seat for row in made for seat in (row.get("seats") or {}).values() if seat is not None]
    codes = [code for row in made for code in row.get("codes") or () if code is not None]
    for found in (skus, seats, codes):
        assert len(set(found)) == len(found) > 250


def test_unique_fields_may_be_absent(compiled: Compiled) -> None:
    """A unique field that is optional is left out and null now and then; a key is not."""
    word = {"logicalType": "string", "logicalTypeOptions": {"maxLength": 12}}
    contract = compiled(word | {"name": "a", "unique": True}, word | {"name": "b", "primaryKey": True})
    for made in (rows(contract, 300), [json.loads(line) for line in lines(contract, count=300, seed=1, start=START)]):
        assert {0} < {1 + (row["a"] is None) if "a" in row else 0 for row in made} == {0, 1, 2}
        assert len({row["b"] for row in made}) == 300


def test_event_time_keeps_its_clauses(compiled: Compiled) -> None:
    """The event's own moment is written in the field's form and brought within its bounds."""
    at = {"format": "dd.MM.uuuu HH:mm:ss", "defaultTimezone": "Europe/Paris", "minimum": "07.01.2026 00:00:00"}
    contract = compiled(
        {"name": "at", "logicalType": "timestamp", "required": True, "logicalTypeOptions": at},
        customProperties=[{"property": "eventTime", "value": "at"}],
    )
    made = [row["at"] for row in rows(contract, 300)]
    assert made[0] == "07.01.2026 00:00:00"
    assert made[-1].startswith(("11.01.2026", "12.01.2026 00"))


def test_a_listed_event_time_is_one_of_the_list(compiled: Compiled) -> None:
    """Where the event's own moment is not allowed, another value of the field stands there."""
    listed = {"2026-01-05T08:30:00Z", "2026-01-06T08:30:00Z"}
    contract = compiled(
        {"name": "at", "logicalType": "timestamp", "required": True, "enum": [{"value": v} for v in sorted(listed)]},
        customProperties=[{"property": "eventTime", "value": "at"}],
    )
    assert {row["at"] for row in rows(contract, 100)} == listed
    assert {json.loads(line)["at"] for line in lines(contract, count=100, seed=1, start=START)} == listed


def rule(metric: str, **more: Any) -> dict[str, Any]:
    """A quality rule."""
    return {"metric": metric, **more}


@pytest.mark.parametrize(
    ("rule_", "counted", "numbers"),
    [
        (rule("nullValues", mustBeLessThan=5, unit="percent"), None, {0}),
        (rule("nullValues", mustBeGreaterOrEqualTo=30, unit="percent"), None, {60}),
        (rule("nullValues", mustBe=7), None, {7}),
        (rule("nullValues", mustBeBetween=[3, 9]), None, {3}),
        (rule("missingValues", mustBe=4, arguments={"missingValues": ["n/a"]}), "n/a", {4}),
        (rule("missingValues", mustBeLessThan=4, arguments={"missingValues": ["n/a"]}), "n/a", {0}),
    ],
)
def test_tolerances_are_kept(compiled: Compiled, rule_: dict[str, Any], counted: Any, numbers: set[int]) -> None:
    """Of many values, no more are null or count as missing than are tolerated, and no fewer than are asked for."""
    contract = compiled(text("word") | {"required": False, "quality": [rule_]})
    assert sum(row.get("word") == counted for row in rows(contract, 200)) in numbers
    made = list(lines(contract, count=200, seed=1, start=START))
    assert sum(json.loads(line).get("word") == counted for line in made) in numbers


def test_invalid_and_repeated_values_are_kept(compiled: Compiled) -> None:
    """Tolerated invalid values do not occur, wanted ones do; what may not repeat is counted through."""
    valid = {"validValues": ["a", "b"]}
    contract = compiled(
        text("mostly", quality=[rule("invalidValues", mustBeLessThan=5, unit="percent", arguments=valid)]),
        text("rarely", quality=[rule("invalidValues", mustBeGreaterThan=80, unit="percent", arguments=valid)]),
        text("apart", logicalTypeOptions={"maxLength": 9}, quality=[rule("duplicateValues", mustBeLessThan=1)]),
        text("again", quality=[rule("duplicateValues", mustBeGreaterThan=10)]),
    )
    made = rows(contract, 100)
    assert {row["mostly"] for row in made} == {"a", "b"}
    assert sum(row["rarely"] not in ("a", "b") for row in made) == 81
    assert len({row["apart"] for row in made}) == 100
    assert Counter(row["again"] for row in made).most_common(1)[0][1] == 12


def test_tolerances_of_the_schema(compiled: Compiled) -> None:
    """Combinations that hardly may repeat do not."""
    day = {"name": "day", "logicalType": "date", "required": True}
    shop = {
        "name": "shop",
        "logicalType": "integer",
        "required": True,
        "logicalTypeOptions": {"minimum": 1, "maximum": 9},
    }
    arguments = {"properties": ["day", "shop"]}
    contract = compiled(day, shop, quality=[rule("duplicateValues", mustBeLessThan=2, arguments=arguments)])
    made = rows(contract, 500)
    assert len({(row["day"], row["shop"]) for row in made}) == 500
