"""The exported JSON Schema: valid, and meaning to any validator what the contract means, its written losses aside."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

from contracts.compiler import patterns
from contracts.compiler.load import load
from contracts.compiler.model import Clause, Contract
from contracts.compiler.types import decimal_parts
from producer.broken.breakers import SAMPLE_US, Breaker
from producer.event import encode
from producer.schema.json_schema import CLAUSES, FLOAT_LIMITS, json_schema
from producer.values.makers import ABSENT, optional

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent / "contracts"
ALL = sorted([*ROOT.glob("contracts/*/*.odcs.yaml"), *ROOT.glob("examples/contracts/*/*.odcs.yaml")])
EVERYTHING = load(HERE / "everything" / "v1.odcs.yaml")


def as_json(contract: Contract, closed: bool = False) -> dict[str, Any]:
    """The schema as another tool reads it."""
    made: dict[str, Any] = json.loads(json.dumps(json_schema(contract, closed=closed)))
    return made


def at(schema: dict[str, Any], *names: str) -> dict[str, Any]:
    """The schema of a field."""
    for name in names:
        schema = schema["properties"][name] if name in schema.get("properties", ()) else schema[name]
    return schema


def samples(contract: Contract, count: int) -> Iterator[dict[str, Any]]:
    """Valid payloads."""
    rng = Random(7)
    draws = [(field.name, optional(field)) for field in contract.fields]
    for _ in range(count):
        yield {name: value for name, draw in draws if (value := draw(rng, SAMPLE_US)) is not ABSENT}


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("file", [*ALL, *sorted(HERE.glob("*/*.yaml"))], ids=lambda file: file.parent.name)
def test_schema_is_valid_json_schema(file: Path, closed: bool) -> None:
    """The exported schema of every contract is JSON and keeps the rules of its metaschema."""
    schema = as_json(load(file), closed)
    Draft202012Validator.check_schema(schema)
    jsonschema_rs.validator_for(schema)


@pytest.mark.parametrize("closed", [False, True])
def test_plain_validators_take_valid_payloads(closed: bool) -> None:
    """Validators that know none of our extensions accept what is valid, open and closed, so outsiders can use it."""
    schema = as_json(EVERYTHING, closed)
    plain, rust = Draft202012Validator(schema), jsonschema_rs.validator_for(schema)
    for value in samples(EVERYTHING, 40):
        read = json.loads(encode(value))
        for field in EVERYTHING.fields:  # binary floats: the known loss of multipleOf
            if decimal_parts(field.storage):
                read.pop(field.name, None)
        read["address"] = None  # which holds a decimal too
        assert not list(plain.iter_errors(read))
        assert rust.is_valid(read)


def test_plain_validators_refuse_broken_payloads() -> None:
    """What breaks a clause is refused by a validator that knows no extension, but for the losses that are written."""
    breaker, rng = Breaker(EVERYTHING), Random(3)
    plain = jsonschema_rs.validator_for(as_json(EVERYTHING))
    value = next(samples(EVERYTHING, 1))
    for clause in (clause for clause in breaker.clauses if clause.path != "$" and not _is_lost(clause)):
        for _ in range(5):
            broken = breaker.break_payload(clause, value, rng)
            assert broken is not None
            assert not plain.is_valid(json.loads(encode(broken.value))), (clause.id, broken.value)


def _is_lost(clause: Clause) -> bool:
    """The losses json_schema.py's docstring names: times beyond their digits, formats, numbers as binary floats."""
    field = EVERYTHING.field(clause.path)
    if field.time_form:
        return clause.rule not in ("required", "nullValues")
    wide = field.storage in ("i128", "u128", "i64", "u64") or decimal_parts(field.storage) is not None
    return clause.rule == "format" or ((field.storage in FLOAT_LIMITS or wide) and clause.rule != "required")


def test_every_clause_stands_in_the_schema() -> None:
    """Each clause of a value is named by exactly the keywords that judge it; twins stand apart."""
    named = set(_named(json_schema(EVERYTHING)))
    expected = {clause.id for clause in EVERYTHING.all_clauses() if clause.path != "$" or clause.rule == "type"}
    assert named == expected
    colour = at(json_schema(EVERYTHING), "colour")
    assert colour["type"] == "string"
    assert colour[CLAUSES]["null"] == [
        f"everything.v1/colour/{rule}" for rule in ("required", "nullValues", "nullValues#2", "missingValues")
    ]
    assert (colour["pattern"], colour["not"]) == ("^[a-z]+$", {"enum": ["blue"]})
    assert colour["allOf"] == [
        {"not": {"enum": ["n/a"]}, CLAUSES: {"not": "everything.v1/colour/missingValues#2"}},
        {"enum": ["red", "green"], CLAUSES: {"enum": "everything.v1/colour/enum#2"}},
        {"pattern": "e", CLAUSES: {"pattern": "everything.v1/colour/invalidValues#2"}},
    ]


def _named(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == CLAUSES:
                for ids in value.values():
                    yield from [ids] if isinstance(ids, str) else ids
            else:
                yield from _named(value)
    if isinstance(schema, list):
        for value in schema:
            yield from _named(value)


def test_times() -> None:
    """What JSON Schema has a format for is that format; other forms are a pattern, and a word of ours."""
    schema = json_schema(EVERYTHING)
    assert (at(schema, "at")["format"], at(schema, "day")["format"]) == ("date-time", "date")
    assert at(schema, "at")["x-minimum"] == "2020-01-01T00:00:00+00:00"
    paris = at(schema, "paris_at")
    assert paris["x-form"] == {
        "type": "timestamp",
        "pattern": "yyyy-MM-dd HH:mm:ss",
        "offset": "none",
        "zone": "Europe/Paris",
    }
    assert jsonschema_rs.validator_for(paris).is_valid("2026-01-05 08:30:00")
    assert not jsonschema_rs.validator_for(paris).is_valid("2026-01-05T08:30:00")
    assert at(schema, "opens")["x-exclusiveMaximum"] == "20:00:00"
    listed = at(schema, "listed_at")
    assert listed["x-enum"] == [
        "2026-01-05T08:30:00+00:00",
        "2026-01-05T09:30:00.500000+00:00",
        "2026-02-01T00:00:00+00:00",
    ]
    assert listed["x-notEnum"] == ["2026-02-01T00:00:00+00:00"]
    assert [sorted(row) for row in listed["allOf"]] == [
        ["format", "x-clauses", "x-enum"],
        ["format", "x-clauses", "x-notEnum"],
    ]


def test_maps_and_closed_objects() -> None:
    """A map has a schema for its names and one for its values; closed are objects at every level, and never a map."""
    schema = json_schema(EVERYTHING, closed=True)
    labels = at(schema, "labels")
    assert (labels["minProperties"], labels["maxProperties"]) == (1, 4)
    assert labels["propertyNames"]["pattern"] == "^[a-z]{2}$"
    assert labels["additionalProperties"]["maxLength"] == 20
    reading = at(schema, "readings", "additionalProperties")
    assert reading["additionalProperties"] is False
    assert reading["required"] == ["value"]
    assert at(schema, "lines", "items")["additionalProperties"] is False
    assert schema["additionalProperties"] is False
    assert "additionalProperties" not in at(json_schema(EVERYTHING), "lines", "items")


def test_nulls() -> None:
    """Null is allowed by type and list alike where no clause forbids it, and by neither where one does."""
    schema = json_schema(EVERYTHING)
    assert (at(schema, "agreed")["type"], at(schema, "agreed")["enum"]) == (["boolean", "null"], [True, None])
    assert at(schema, "only_null_is_missing")["type"] == "string"
    assert "not" not in at(schema, "only_null_is_missing")
    required = [field.name for field in EVERYTHING.fields if field.null_clauses]
    assert schema["required"] == required
    assert at(schema, "words", "items")["type"] == "string"


@pytest.mark.parametrize("pattern", [r"^\w+\s\d$", r"a.b", r"^\x41\u00e9[\d.]*$", r"[^\s]{2}", r"\-\/\.", r"\t\n"])
def test_exported_patterns_stay_as_they_are(pattern: str) -> None:
    """What is exported is already written as every engine reads it: to export it again changes nothing."""
    exported = patterns.portable(pattern)
    assert patterns.portable(exported) == exported


def test_wide_integers() -> None:
    """The range of the stored form stands beside the contract's own bounds, apart where both name the same end."""
    schema = json_schema(EVERYTHING)
    u128, u16 = at(schema, "u128"), at(schema, "u16")
    assert (u128["maximum"], u128["allOf"][0]["maximum"]) == (10**38 - 1, 2**128 - 1)
    assert u128["allOf"][0][CLAUSES] == {"minimum": "everything.v1/u128/type", "maximum": "everything.v1/u128/type"}
    assert (u16["minimum"], u16["maximum"], u16[CLAUSES]["maximum"]) == (0, 65535, "everything.v1/u16/type")
