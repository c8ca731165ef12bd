"""Contract to JSON Schema 2020-12: the same clauses, for anyone who reads or writes the topic with other tools.

Losses, where JSON Schema has no word for a clause:
- bounds of timestamps and dates become `x-minimum` and the like (ISO 8601 text), annotations to a plain validator;
- the range of f32 and f64 becomes `x-storage`: most validators read numbers as binary floats anyway;
- `format` is an annotation unless the validator is told to assert it; the ranges that belong to a stored form stand
  in `allOf`, so that breaking them is told apart from breaking the contract's own bounds;
- the clauses of bytes and envelope (`$/utf8`, `@key`) lie outside the value. Patterns are ECMA-262, whose `$` is the
  very end of the text: Python's and Java's `$` also stands before a final newline.
`producer.check` judges all of it, `x-` words included.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from contracts.compiler import rules
from contracts.compiler.model import Clause, Contract, Field
from contracts.compiler.numbers import decimal_limits
from contracts.compiler.types import INTEGER_RANGES, TYPES

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
FLOAT_LIMITS: Mapping[str, int] = {"f64": 2**1024 - 2**970, "f32": 2**128 - 2**103}
"""The least magnitude that rounds to infinity (IEEE 754, round half to even)."""

_TYPES: Mapping[str, Schema] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "timestamp": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "array": {"type": "array"},
    "object": {"type": "object"},
}
rules.expect_rows(_TYPES, frozenset(TYPES), "producer/json_schema.py types")


def json_schema(contract: Contract, *, closed: bool = False) -> Schema:
    """The schema of one event's value. Open, as readers are; `closed` refuses unnamed fields, as writers do."""
    return {
        "$schema": DIALECT,
        "title": contract.key,
        "description": contract.description,
        "type": "object",
        **_members(contract.fields, closed),
    }


def _members(fields: tuple[Field, ...], closed: bool) -> Schema:
    made: Schema = {"properties": {field.name: _field(field, closed) for field in fields}}
    if required := [field.name for field in fields if field.required]:
        made["required"] = required
    if closed:
        made["additionalProperties"] = False
    return made


def _field(field: Field, closed: bool) -> Schema:
    made = dict(_TYPES[field.type])
    if not field.required:
        made["type"] = [made["type"], "null"]
    if field.description:
        made["description"] = field.description
    for clause in field.clauses:
        made |= _RULES[clause.rule](field, clause)
    if field.properties:
        made |= _members(field.properties, closed)
    if field.items:
        made["items"] = _field(field.items, closed)
    return made


def _said_elsewhere(field: Field, clause: Clause) -> Schema:
    """`required` stands in the parent's list, and in the type, which then has no null."""
    return {}


def _stored(field: Field, clause: Clause) -> Schema:
    """What the stored form can hold, as far as plain words reach."""
    if field.storage in INTEGER_RANGES:
        low, high = INTEGER_RANGES[field.storage]
        return {"allOf": [{"minimum": low, "maximum": high}]}
    if limits := decimal_limits(field):
        before, after = limits
        digits: Schema = {"exclusiveMinimum": -(10**before), "exclusiveMaximum": 10**before}
        if after is not None:
            digits["multipleOf"] = plain(Decimal(1).scaleb(-after))
        return {"allOf": [digits]}
    return {"x-storage": field.storage} if field.storage in FLOAT_LIMITS else {}


def _same(field: Field, clause: Clause) -> Schema:
    return {clause.rule: plain(clause.argument)}


def _bound(field: Field, clause: Clause) -> Schema:
    prefix = "x-" if isinstance(clause.argument, date) else ""
    return {prefix + clause.rule: plain(clause.argument)}


def _enum(field: Field, clause: Clause) -> Schema:
    values = [plain(value) for value in clause.argument]
    return {"enum": values if field.required else [*values, None]}


_RULES: Mapping[str, Callable[[Field, Clause], Schema]] = {
    "required": _said_elsewhere,
    "type": _stored,
    "enum": _enum,
    "minLength": _same,
    "maxLength": _same,
    "pattern": _same,
    "format": _same,
    "minimum": _bound,
    "maximum": _bound,
    "exclusiveMinimum": _bound,
    "exclusiveMaximum": _bound,
    "multipleOf": _same,
    "minItems": _same,
    "maxItems": _same,
    "uniqueItems": _same,
    "minProperties": _same,
    "maxProperties": _same,
}
rules.expect_rows(_RULES, rules.names("event"), "producer/json_schema.py rules")


def plain(value: Any) -> Any:
    """A clause's argument as JSON writes it: a Decimal came from a float's text, so its float has the same text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
