"""Broken payloads: each clause of a value is broken, alone where that can be, and what follows is known."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contracts.compiler import rules
from contracts.compiler.load import load
from contracts.compiler.model import Clause, Contract
from contracts.compiler.types import INTEGER_RANGES, TYPES
from producer.broken.breakers import SAMPLE_US, Breaker, Broken, labels
from producer.event import Event, encode, sealer
from producer.schema.check import compile_check
from producer.values.makers import ABSENT, optional

EVERYTHING = load(Path(__file__).parent / "contracts" / "everything" / "v1.odcs.yaml")
BREAKER = Breaker(EVERYTHING)


def samples(contract: Contract, count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Valid payloads."""
    rng = Random(seed)
    draws = [(field.name, optional(field)) for field in contract.fields]
    for _ in range(count):
        yield {name: value for name, draw in draws if (value := draw(rng, SAMPLE_US)) is not ABSENT}


def clause(path: str, rule: str) -> Clause:
    """A clause of the contract by path and rule."""
    return next(row for row in EVERYTHING.all_clauses() if row.id == f"everything.v1/{path}/{rule}")


def broken(path: str, rule: str, times: int = 40) -> list[Broken]:
    """One clause broken many times."""
    values = list(samples(EVERYTHING, times))
    made = [BREAKER.break_payload(clause(path, rule), value, Random(place)) for place, value in enumerate(values)]
    return [row for row in made if row is not None]


def dicts(path: str, rule: str) -> list[dict[str, Any]]:
    """The payloads of one clause broken many times."""
    return [row.value for row in broken(path, rule) if isinstance(row.value, dict)]


def found(path: str, rule: str, name: str, times: int = 40) -> set[Any]:
    """What a member is where a clause is broken, over many times; ... where it is absent."""
    return {row.value.get(name, ...) for row in broken(path, rule, times) if isinstance(row.value, dict)}


def test_the_contract_has_every_type_and_rule() -> None:
    """The contract these tests run over has every type, stored form and rule of a value: a new one must join it."""
    fields = list(EVERYTHING.walk())
    assert {field.type for field in fields} == set(TYPES)
    assert {row.rule for field in fields for row in field.clauses} == rules.names("event")
    assert {field.storage for field in fields} >= {*INTEGER_RANGES, "f32", "f64"}


def test_every_clause_is_broken_and_named() -> None:
    """Every clause is broken in every payload, the judge names it, and says exactly what the label says.

    Left out are what no JSON can break: a name is always there and a text, and a bound at the very end of a type.
    """
    never = {
        f"everything.v1/{field.key.path}/{rule}"
        for field in EVERYTHING.walk()
        if field.key
        for rule in ("required", "type")
    } | {"everything.v1/i32/minimum"}
    assert {row.id for row in EVERYTHING.all_clauses()} - {row.id for row in BREAKER.clauses} == never
    check, rng = compile_check(EVERYTHING, closed=False), Random(2)
    for value in samples(EVERYTHING, 6):
        before = encode(value)
        for row in BREAKER.clauses:
            made = BREAKER.break_payload(row, value, rng)
            assert made is not None, row.id
            assert made.clauses[0] == row.id
            assert set(made.clauses) == {finding.clause for finding in check(encode(made.value))}
            assert encode(value) == before


def test_what_can_be_broken_alone_is() -> None:
    """A clause is broken alone unless another always breaks with it."""
    together = {
        "colour": {"required", "nullValues", "nullValues#2", "missingValues", "missingValues#2", "enum", "enum#2"}
        | {"invalidValues", "invalidValues#2"},
        "listed_at": {"enum", "missingValues#2"},
    }
    values = list(samples(EVERYTHING, 3))
    for row in BREAKER.clauses:
        if row.id.rsplit("/", 1)[1] in together.get(row.path, ()):
            continue
        made = (BREAKER.break_payload(row, value, Random(4)) for value in values)
        assert any(one is not None and one.clauses == (row.id,) for one in made), row.id


def test_followers_are_computed() -> None:
    """What breaks along with a clause is in its label: the other null clauses, and a second list that is shorter."""
    for row in broken("colour", "nullValues"):
        assert set(row.clauses) == {
            f"everything.v1/colour/{rule}" for rule in ("required", "nullValues", "nullValues#2", "missingValues")
        }
    assert {row.clauses for row in broken("colour", "missingValues#2")} == {
        tuple(f"everything.v1/colour/{rule}" for rule in ("missingValues#2", *others))
        for others in [("enum", "enum#2", "invalidValues", "invalidValues#2")]
    }


def test_labels(tickets: Contract) -> None:
    """Any payload can be labelled: a valid one breaks nothing, one clause is named once however often it is broken."""
    value = next(samples(tickets, 1))
    assert labels(tickets, encode(value)) == ()
    value["tags"] = [1, 2]
    assert labels(tickets, encode(value)) == ("client_tickets.v1/tags[]/type",)


def test_absent_and_null() -> None:
    """A null clause is broken by an absent value and by a null; of an item only by a null."""
    for path, rule in (("code", "required"), ("colour", "nullValues"), ("slot", "missingValues")):
        assert found(path, rule, path) >= {None, ...}
    assert all(None in row["words"] for row in dicts("words[]", "nullValues"))


def test_listed_values() -> None:
    """What counts as missing is sent in each way it can be written, as the same number and as the same moment."""
    assert {str(row["dice"]) for row in dicts("dice", "missingValues")} == {"3", "3.0"}
    assert found("not_false", "missingValues", "not_false") == {False}
    assert found("agreed", "enum", "agreed") == {False}
    assert len(found("listed_at", "missingValues", "listed_at")) > 1
    assert found("holiday", "missingValues", "holiday") == {"20261225"}


@pytest.mark.parametrize(
    ("path", "rule", "near", "far"),
    [
        ("day", "minimum", "2020-02-28", "2017-06-04"),
        ("day", "maximum", "2031-01-01", "2033-09-26"),
        ("french_day", "exclusiveMinimum", "01/01/2020", "31/12/2019"),
        ("french_day", "exclusiveMaximum", "31/12/2030", "01/01/2031"),
        ("opens", "minimum", "07:59", "07:00"),
        ("opens", "exclusiveMaximum", "20:00", "21:00"),
        ("any_time", "exclusiveMinimum", "06:00:00", "05:59:59.999999"),
        ("any_time", "maximum", "22:30:00.000001", "23:30:00"),
        ("zoned_time", "maximum", "23:00:00.000001Z", "23:00:01Z"),
        ("at", "minimum", "2019-12-31T23:59:59.999999Z", "2017-04-06T00:00:00Z"),
        ("at", "exclusiveMaximum", "2029-12-31T22:00:00Z", "2030-01-01T03:30:00.001000+05:30"),
        ("paris_at", "minimum", "2020-06-30 23:59:59", "2020-06-30 23:00:00"),
        ("parts_at", "maximum", "2029-12-31T23:59:00.001Z", "2030-01-01T23:59:00.000Z"),
        ("any_at", "exclusiveMinimum", "2019-12-31T23:00:00Z", "2019-12-31T22:59:59.999999Z"),
        ("u8", "minimum", 0, 0),
        ("u8", "exclusiveMaximum", 252, 252),
        ("f32", "exclusiveMinimum", 0.0, -1.0),
        ("i128", "exclusiveMaximum", 10**38 - 1, 10**38 + 999),
        ("u128", "maximum", 10**38, 10**38 + 999),
        ("price", "minimum", Decimal("-0.05"), Decimal("-50.00")),
    ],
)
def test_just_outside_and_far_outside(path: str, rule: str, near: Any, far: Any) -> None:
    """Bounds are broken by the nearest value the field's form can write, and by ones farther out."""
    value, rng = next(samples(EVERYTHING, 1)), Random(8)
    many = [BREAKER.break_payload(clause(path, rule), value, rng) for _ in range(150)]
    values = {row.value[path] for row in many if row is not None and isinstance(row.value, dict)}
    assert {near, far} <= values


def test_times_that_cannot_be_read() -> None:
    """A time is misread in many ways: impossible days, another form of the same moment, no offset, something behind."""
    texts = found("french_day", "format", "french_day", times=150)
    assert any(text.startswith("30/02/") for text in texts)
    assert any(text[4:5] == "-" for text in texts)
    assert any(text.endswith((" ", "x", "\n")) for text in texts)
    stamps = {text for text in found("at", "type", "at", times=150) if isinstance(text, str)}
    assert any("-02-30T" in text for text in stamps)
    assert any(text and text[-1].isdigit() and "T" in text and "+" not in text[10:] for text in stamps)
    assert {text[-1:] for text in found("plain_at", "type", "plain_at") if isinstance(text, str)} >= {"Z"}
    assert not {type(value) for value in found("paris_at", "type", "paris_at")} & {str}


def test_maps() -> None:
    """Names and values of maps are broken where one stands, or in a map that is made; other members stay."""
    names = [row["labels"] for row in dicts("labels.key", "pattern")]
    assert all(any(not re.fullmatch("[a-z]{2}", name) for name in labels) for labels in names)
    assert any(any(re.fullmatch("[a-z]{2}", name) for name in labels) for labels in names)
    assert all(None in row["labels"].values() for row in dicts("labels.value", "required"))
    assert {len(row["labels"]) for row in dicts("labels", "maxProperties")} == {5}
    assert {len(row["labels"]) for row in dicts("labels", "minProperties")} == {0}
    assert broken("readings.value.key.value", "minimum")
    assert broken("maps[].value", "required")


def test_members_that_must_be_there_stay() -> None:
    """An object is left with too few members by dropping those that may be absent, in whatever order they stand."""
    value = next(samples(EVERYTHING, 1)) | {"lines": [{"count": 1, "note": "x", "sku": "ABC"}]}
    row = clause("lines[]", "minProperties")
    for seed in range(20):
        made = BREAKER.break_payload(row, value, Random(seed))
        assert made is not None
        assert made.clauses == (row.id,)


def test_equal_items() -> None:
    """Items are repeated as they are and, for numbers, in another writing of the same."""
    repeated = [row.value["numbers"] for row in broken("numbers", "uniqueItems", 60) if isinstance(row.value, dict)]
    assert any(isinstance(item, Decimal) for items in repeated for item in items)
    assert any(not any(isinstance(item, Decimal) for item in items) for items in repeated)


def test_bytes_of_an_empty_object() -> None:
    """Clauses of the bytes are broken in an object without members too, and each breaks alone."""
    for row in EVERYTHING.clauses:
        made = BREAKER.break_payload(row, {}, Random(1))
        assert made is not None
        assert made.clauses == (row.id,)


def test_clauses_of_the_envelope_are_not_of_a_payload(tickets: Contract) -> None:
    """A payload cannot break what key and headers must be; an event can."""
    envelope = [row for row in tickets.clauses if row.path.startswith("@")]
    breaker, value = Breaker(tickets), next(samples(tickets, 1))
    assert envelope
    assert all(breaker.break_payload(row, value, Random(1)) is None for row in envelope)
    assert set(envelope) <= set(breaker.clauses)


def test_a_field_may_be_called_as_the_envelope_is(tmp_path: Path) -> None:
    """`@timestamp`, as many logs call it, is a member of the value, and is broken there."""
    example = Path(__file__).parents[2] / "examples" / "contracts" / "app_logs" / "v1.odcs.yaml"
    file = tmp_path / "app_logs" / "v1.odcs.yaml"
    file.parent.mkdir()
    file.write_text(example.read_text("utf-8").replace("logged_at", "'@timestamp'"), "utf-8")
    logs = load(file)
    breaker = Breaker(logs)
    value = next(samples(logs, 1))
    event = Event(value, *sealer(logs)(value), datetime(2026, 1, 5, tzinfo=UTC))
    mine = [row for row in breaker.clauses if row.path == "@timestamp"]
    assert {row.rule for row in mine} >= {"required", "type"}
    for row in mine:
        other = breaker.break_clause(row, event, Random(1))
        assert other is not None
        assert other.value != value


def test_the_same_source_breaks_alike() -> None:
    """What is drawn comes from the given source alone: the same seed gives the same payload."""
    value = next(samples(EVERYTHING, 1))
    for row in BREAKER.clauses:
        one, other = (BREAKER.break_payload(row, value, Random(9)) for _ in range(2))
        assert one is not None
        assert other is not None
        assert (encode(one.value), one.clauses) == (encode(other.value), other.clauses)
