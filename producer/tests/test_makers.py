"""Drawn values: every type and clause the compiler knows, boundaries on purpose, clear errors where nothing fits."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contracts.compiler.model import Contract
from contracts.compiler.temporal import reader
from producer.errors import ProducerError
from producer.event import encode
from producer.payloads import values
from producer.schema.check import Check
from producer.values.fits import fits, key
from producer.values.vocabulary import WORDS

Compiled = Callable[..., Contract]
Property = dict[str, Any]
START = datetime(2026, 1, 5, tzinfo=UTC)


def quality(metric: str, **arguments: Any) -> list[dict[str, Any]]:
    """A quality rule that tolerates nothing."""
    return [{"metric": metric, "mustBe": 0, **({"arguments": arguments} if arguments else {})}]


def options(kind: str, **more: Any) -> Property:
    """A property of a type with logicalTypeOptions."""
    return {"logicalType": kind, "logicalTypeOptions": more}


TEXT: Property = {"logicalType": "string"}
PROPERTIES: dict[str, Property] = {
    "free text": TEXT,
    "lengths": options("string", minLength=17, maxLength=19),
    "alternatives": options("string", pattern="^(red|green|blue)(-[0-9]{2})?$"),
    "pattern and lengths": options("string", pattern="^[a-z]{2,20} [a-z ]+$", minLength=30, maxLength=40),
    "a pattern that is searched": options("string", pattern="[0-9]{3}", minLength=8),
    "email of 254": options("string", format="email", minLength=200),
    "format and pattern": options("string", format="hostname", pattern="^[a-z]"),
    "two patterns": options("string", pattern="^[a-z]{2,9}$") | {"quality": quality("invalidValues", pattern="o$")},
    "missing texts": TEXT | {"quality": quality("missingValues", missingValues=["n/a", "", None])},
    "enum less missing": TEXT
    | {"enum": [{"value": "a"}, {"value": "b"}], "quality": quality("missingValues", missingValues=["a"])},
    "two lists": TEXT
    | {"enum": [{"value": "a"}, {"value": "b"}], "quality": quality("invalidValues", validValues=["b", "c"])},
    "boolean": {"logicalType": "boolean"},
    "one boolean": {"logicalType": "boolean", "enum": [{"value": True}]},
    "boolean less one": {"logicalType": "boolean", "quality": quality("missingValues", missingValues=[True])},
    "i8": options("integer", format="i8"),
    "u64": options("integer", format="u64"),
    "i128": options("integer", format="i128", minimum=-(10**38) + 1, maximum=10**38 - 1),
    "u128": options("integer", format="u128", maximum=10**38 - 1),
    "multiples within bounds": options("integer", multipleOf=7, minimum=15, exclusiveMaximum=35),
    "multiples of a half": options("integer", multipleOf=1.5, minimum=1, maximum=20),
    "numbers less missing": options("integer", minimum=0, maximum=3)
    | {"quality": quality("missingValues", missingValues=[0, 1, 2])},
    "negative": options("integer", maximum=-5),
    "between floats": options("number", exclusiveMinimum=0.1, exclusiveMaximum=0.1000001),
    "one float": options("number", minimum=0.0005, maximum=0.0005),
    "float multiples": options("number", multipleOf=0.07, minimum=1, maximum=2),
    "f32": options("number", format="f32", exclusiveMinimum=0),
    "decimal": {"logicalType": "number", "physicalType": "decimal(38,10)"},
    "decimal multiples": options("number", multipleOf=0.125, minimum=-1) | {"physicalType": "decimal(9,2)"},
    "timestamp": {"logicalType": "timestamp"},
    "timestamp far off": options("timestamp", minimum="2031-01-01T00:00:00Z", maximum="2031-01-02T00:00:00Z"),
    "local timestamp": options("timestamp", timezone=False, defaultTimezone="Europe/Paris"),
    "own timestamp": options("timestamp", format="dd/MM/uuuu HH:mm", defaultTimezone="America/New_York"),
    "own zoned timestamp": options("timestamp", format="uuuu-MM-dd'T'HH:mm[:ss]XXX"),
    "coarse bounds": options("timestamp", format="uuuu-MM-dd HH", minimum="2026-01-05 00", maximum="2026-01-05 01"),
    "listed timestamps": {"logicalType": "timestamp", "enum": [{"value": "2026-01-05T08:30:00Z"}]},
    "date": options("date", minimum="2026-01-07", exclusiveMaximum="2026-01-10"),
    "date after": options("date", exclusiveMinimum="2026-02-01", maximum="2026-02-03"),
    "timestamp between": options(
        "timestamp", exclusiveMinimum="2026-02-01T00:00:00Z", exclusiveMaximum="2026-02-01T00:00:00.000003Z"
    ),
    "own date": options("date", format="d.M.yy"),
    "date less missing": {"logicalType": "date", "quality": quality("missingValues", missingValues=["2026-01-06"])},
    "time": {"logicalType": "time"},
    "zoned time": options("time", timezone=True, minimum="08:00:00Z", exclusiveMaximum="08:00:02Z"),
    "own time": options("time", format="HHmmss.SSS"),
    "array": {"logicalType": "array", "items": options("integer", maximum=9)},
    "all that differ": options("array", uniqueItems=True, minItems=3, maxItems=3)
    | {"items": {"logicalType": "string", "required": True, "enum": [{"value": v} for v in "abc"]}},
    "booleans that differ": options("array", uniqueItems=True, minItems=2)
    | {"items": {"logicalType": "boolean", "required": True}},
    "objects that differ": options("array", uniqueItems=True, minItems=4)
    | {"items": {"logicalType": "object", "properties": [options("integer", maximum=9) | {"name": "n"}]}},
    "object": options("object", minProperties=2, maxProperties=2, required=["a"])
    | {"properties": [TEXT | {"name": name} for name in "abcd"]},
    "map": {"logicalType": "map", "map": {"key": TEXT, "value": {"logicalType": "integer"}}},
    "bounded map": options("map", minProperties=2, maxProperties=3)
    | {"map": {"key": options("string", pattern="^[a-z]{2}$"), "value": {"logicalType": "date"}}},
    "map of few keys": options("map", minProperties=3)
    | {"map": {"key": TEXT | {"enum": [{"value": v} for v in "abc"]}, "value": TEXT}},
    "map of maps": {
        "logicalType": "map",
        "map": {"key": TEXT, "value": {"logicalType": "map", "map": {"key": TEXT, "value": {"logicalType": "time"}}}},
    },
    "never null": TEXT | {"quality": quality("nullValues")},
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_every_value_is_valid(compiled: Compiled, name: str) -> None:
    """Whatever the contract asks of a field, what is drawn for it passes the closed check, required or optional."""
    contract = compiled(PROPERTIES[name] | {"name": "field"}, PROPERTIES[name] | {"name": "sure", "required": True})
    check = Check(contract, closed=True)
    made = list(values(contract, count=300, seed=1, start=START))
    assert not [found for value in made for found in check(encode(value))]
    assert len({key(value["sure"]) for value in made}) > 1 or name.startswith(("one ", "listed ", "enum ", "two lists",
        "boolean less", "numbers less", "all that", "booleans that"))  # fmt: skip


def drawn(contract: Contract, name: str, count: int = 600) -> list[Any]:
    """What is drawn for one field, absent ones aside."""
    return [value[name] for value in values(contract, count=count, seed=2, start=START) if name in value]


@pytest.mark.parametrize(
    ("property_", "wanted"),
    [
        (options("integer", minimum=3, maximum=90_000), {3, 90_000}),
        (options("integer", exclusiveMinimum=3, exclusiveMaximum=90_000, multipleOf=5), {5, 89_995}),
        (options("number", minimum=0.25, maximum=1e6), {0.25, 1e6}),
        (options("number", minimum=0) | {"physicalType": "decimal(9,2)"}, {Decimal("0.00"), Decimal("9999999.99")}),
        (options("integer", format="i32"), {2**31 - 1, -(2**31)}),
        (options("date", minimum="2026-01-01", maximum="2030-12-31"), {"2026-01-01", "2030-12-31"}),
        (options("time", minimum="08:00:00"), {"08:00:00", "23:59:59.999999"}),
        (options("date", exclusiveMinimum="2026-02-01", exclusiveMaximum="2026-02-09"), {"2026-02-02", "2026-02-08"}),
        (options("string", format="email", minLength=6, maxLength=254), None),
        ({"logicalType": "string", "enum": [{"value": f"v{n}"} for n in range(400)]}, {"v0", "v399"}),
    ],
)
def test_boundaries_are_drawn(compiled: Compiled, property_: Property, wanted: set[Any] | None) -> None:
    """The contract's own bounds are met on purpose, the ends of what is stored now and then."""
    seen = set(drawn(compiled(property_ | {"name": "field", "required": True}), "field", 3000))
    if wanted is None:
        assert {6, 254} <= {len(value) for value in seen}
    else:
        assert wanted <= seen


@pytest.mark.parametrize("pattern", [None, "^[a-z -]+", "^[A-Za-z]*$"])
def test_exact_lengths_are_drawn(compiled: Compiled, pattern: str | None) -> None:
    """The shortest and the longest text are met, counted in code points; none is longer."""
    more = {} if pattern is None else {"pattern": pattern}
    made = drawn(compiled(options("string", minLength=4, maxLength=700, **more) | {"name": "word"}), "word", 2000)
    lengths = {len(text) for text in made if text is not None}
    assert {4, 700} <= lengths
    assert max(lengths) == 700
    if pattern is None:
        assert any(len(text) == 700 and len(text.encode("utf-16-le")) > 1400 for text in made if text)


def test_texts_with_examples_stay_readable(tickets: Contract) -> None:
    """Where the contract gives examples, other texts are rare: in less than one of a hundred."""
    made = drawn(tickets, "request", 5000)
    odd = [text for text in made if text not in tickets.field("request").examples]
    assert 0 < len(odd) < 0.01 * len(made)
    assert {1, 2000} <= {len(text) for text in odd}


def test_sizes_are_drawn(compiled: Compiled) -> None:
    """Arrays and maps are met empty and full, optional fields absent and null, and so are values within them."""
    items = {"items": {"logicalType": "integer"}}
    contract = compiled(
        options("array", maxItems=9) | items | {"name": "list"},
        options("array", minItems=2, maxItems=12) | items | {"name": "some", "required": True},
        options("map", maxProperties=8) | {"name": "map", "map": {"key": TEXT, "value": TEXT}},
    )
    made = list(values(contract, count=1000, seed=1, start=START))
    lists, maps = ([value[name] for value in made if value.get(name) is not None] for name in ("list", "map"))
    assert {0, 9} <= {len(value) for value in lists}
    assert {0, 8} <= {len(value) for value in maps}
    assert {2, 12} <= {len(value["some"]) for value in made}
    assert any("list" not in value for value in made)
    assert any(value.get("map", 0) is None for value in made)
    assert any(None in value for value in lists)
    assert any(None in value.values() for value in maps)


def test_what_is_never_null_is_there(compiled: Compiled) -> None:
    """nullValues, and missingValues that list null, keep a field as present as `required` does."""
    contract = compiled(
        TEXT | {"name": "a", "quality": quality("nullValues")},
        TEXT | {"name": "b", "quality": quality("missingValues", missingValues=[None, "x"])},
    )
    made = list(values(contract, count=300, seed=1, start=START))
    assert all(value[name] is not None for value in made for name in "ab")


def test_no_local_time_is_skipped(compiled: Compiled) -> None:
    """Around the hour that comes never, and the one that comes twice, each local text is read back as a moment."""
    field = options("timestamp", format="uuuu-MM-dd HH:mm:ss", defaultTimezone="Europe/Paris")
    contract = compiled(field | {"name": "at", "required": True})
    read = reader(contract.field("at").time_form)  # type: ignore[arg-type]
    for day in (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)):
        for value in values(contract, count=200, seed=1, start=day, span=day.replace(hour=3) - day):
            moment = read(value["at"])
            assert isinstance(moment, datetime)
            local = datetime.fromisoformat(value["at"]).replace(tzinfo=ZoneInfo("Europe/Paris"))
            assert local.astimezone(UTC) == moment


@pytest.mark.parametrize(
    ("name", "options_", "wanted"),
    [
        ("billing_city", {}, "Lyon"),
        ("countryCode", {"pattern": "^[A-Z]{2}$"}, "FR"),
        ("contact_phone", {"maxLength": 20}, "+1 202 555 0100"),
        ("currency", {"minLength": 3, "maxLength": 3}, "EUR"),
        ("Status", {"maxLength": 12}, "active"),
    ],
)
def test_names_suggest_values(compiled: Compiled, name: str, options_: Property, wanted: str) -> None:
    """A field's name says what such a field commonly holds, as far as its clauses allow."""
    assert wanted in drawn(compiled(options("string", **options_) | {"name": name}), name, 3000)


def test_names_suggest_ranges(compiled: Compiled) -> None:
    """Quantities are small and prices are no millions, but for the ends of what is stored."""
    contract = compiled(
        {"name": "quantity", "logicalType": "integer", "required": True},
        {"name": "unitPrice", "logicalType": "number", "physicalType": "decimal(8,2)", "required": True},
    )
    usual = [value for value in drawn(contract, "quantity") if 1 <= value <= 20]
    assert len(usual) > 580
    prices = drawn(contract, "unitPrice")
    assert sum(1 <= price <= 500 for price in prices) > 580
    assert all(price.as_tuple().exponent == -2 for price in prices)


def test_keys_of_a_map(compiled: Compiled) -> None:
    """A map's names come from the examples of its key, else they are words."""
    key_of = {"key": TEXT | {"examples": ["fr", "en", "de", "nl", "it"]}, "value": TEXT}
    contract = compiled(
        {"name": "labels", "logicalType": "map", "map": key_of},
        {"name": "notes", "logicalType": "map", "map": {"key": TEXT, "value": TEXT}},
    )
    names = {name for value in drawn(contract, "labels") if value for name in value}
    assert set(key_of["key"]["examples"]) <= names
    plain = {name for value in drawn(contract, "notes") if value for name in value}
    assert set(WORDS) <= plain


@pytest.mark.parametrize(
    ("property_", "message"),
    [
        (
            options("array", uniqueItems=True, minItems=4)
            | {"items": {"logicalType": "string", "required": True, "enum": [{"value": v} for v in "abc"]}},
            "4 different items are wanted, and there are 3",
        ),
        (options("array", minItems=3, maxItems=2) | {"items": TEXT}, "at least 3 members and at most 2"),
        (
            options("map", minProperties=3)
            | {"map": {"key": TEXT | {"enum": [{"value": "a"}]}, "value": TEXT}},
            "3 different keys are wanted, and there are 1",
        ),
        (options("object", minProperties=2) | {"properties": [TEXT | {"name": "a"}]}, "it wants 2 to 1 members, of 1"),
        (options("integer", minimum=4, maximum=3), "its bounds leave no number"),
        (options("integer", multipleOf=10, minimum=1, maximum=9), "its bounds leave no number"),
        (options("string", pattern="^[a-z]{3}$", minLength=4), "no text is known"),
        (options("string", format="ipv4", minLength=40), "no text is known"),
        (options("date", minimum="2026-01-02", maximum="2026-01-01"), "its bounds leave no moment"),
        ({"logicalType": "string", "enum": [{"value": "a"}], "quality": quality("missingValues", missingValues=["a"])},
         "no value of its enum"),
        ({"logicalType": "boolean", "quality": quality("missingValues", missingValues=[True, False])},
         "neither true nor false"),
    ],
)  # fmt: skip
def test_what_nobody_can_make_is_named(compiled: Compiled, property_: Property, message: str) -> None:
    """A field without any value is an error that names it, says why, and says what to do; before the first event."""
    with pytest.raises(ProducerError, match=f"'odd' can't be generated: .*{message}") as raised:
        next(values(compiled(property_ | {"name": "odd"}), count=1, seed=1, start=START))
    assert raised.value.remedy


def test_fits_compares_as_json_does(compiled: Compiled) -> None:
    """1 is 1.0 and not true; a moment is its text's, whatever the offset."""
    contract = compiled(
        {"name": "n", "logicalType": "number", "enum": [{"value": 1}]},
        {"name": "t", "logicalType": "timestamp", "enum": [{"value": "2026-01-05T08:30:00Z"}]},
    )
    number, moment = (fits(field) for field in contract.fields)
    assert number(1.0)
    assert number(Decimal("1.00"))
    assert not number(1.5)
    assert moment("2026-01-05T09:30:00+01:00")
    assert not moment("2026-01-05T08:30:01Z")
    assert key(True) != key(1)
