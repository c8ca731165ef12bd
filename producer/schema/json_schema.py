"""Contract to JSON Schema 2020-12: the same clauses, for anyone who reads or writes the topic with other tools.

Beside its keywords each schema says in `x-clauses` which clause a failing keyword breaks (`null`: an absent or null
value). What would stand twice, such as two patterns, stands in `allOf`.

Losses, where JSON Schema has no word for a clause:
- bounds and lists of times become `x-minimum`, `x-enum` and the like (ISO 8601 text), annotations to a plain validator;
- a time that is no `date-time` or `date` of JSON Schema has a `pattern` for its digits; that its day exists, and in
  which zone it is meant, says `x-form` (`contracts.compiler.temporal`), an annotation too;
- the range of f32 and f64 becomes `x-storage`: most validators read numbers as binary floats anyway;
- `format` is an annotation unless the validator is told to assert it;
- the clauses of bytes and envelope (`$/utf8`, `@key`) lie outside the value, those over many rows outside one event.
  Patterns are ECMA-262, whose `$` is the very end of the text: Python's and Java's also stands before a final newline.
`producer.schema.check` judges all of a value's clauses, `x-` words included.
"""

from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from contracts.compiler import patterns, rules, temporal
from contracts.compiler.jdk import NONE, REQUIRED
from contracts.compiler.model import Clause, Contract, Field
from contracts.compiler.numbers import decimal_limits
from contracts.compiler.temporal import TimeForm
from contracts.compiler.types import INTEGER_RANGES, TYPES

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
CLAUSES = "x-clauses"
NULL = "null"
STANDARD_FORMS: Mapping[tuple[str, str], str] = {
    ("timestamp", REQUIRED): "date-time",
    ("date", NONE): "date",
}
"""The format that JSON Schema has for an ISO 8601 form (type, offset)."""
FLOAT_LIMITS: Mapping[str, int] = {"f64": 2**1024 - 2**970, "f32": 2**128 - 2**103}
"""The least magnitude that rounds to infinity (IEEE 754, round half to even)."""


def json_schema(contract: Contract, *, closed: bool = False) -> Schema:
    """The schema of one event's value. Open, as readers are; `closed` refuses unnamed fields, as writers do."""
    whole = contract.wholes().get("$/type")
    return {
        "$schema": DIALECT,
        "title": contract.key,
        "description": contract.description,
        "type": "object",
        **({CLAUSES: {"type": whole.id}} if whole else {}),
        **_members(contract.fields, closed),
    }


def _members(fields: tuple[Field, ...], closed: bool) -> Schema:
    made: Schema = {"properties": {field.name: _field(field, closed) for field in fields}}
    if needed := [field.name for field in fields if field.null_clauses]:
        made["required"] = needed
    if closed:
        made["additionalProperties"] = False
    return made


def _field(field: Field, closed: bool) -> Schema:
    json_type, nulls = TYPES[field.type].json, [clause.id for clause in field.null_clauses]
    made: Schema = {"type": json_type if nulls else [json_type, "null"]}
    if field.description:
        made["description"] = field.description
    made[CLAUSES] = {NULL: nulls} if nulls else {}
    for clause in sorted(field.clauses, key=lambda clause: clause.rule == "type"):
        _add(made, field, clause)
    if field.properties:
        made |= _members(field.properties, closed)
    for word, part in (("items", field.items), ("propertyNames", field.key), ("additionalProperties", field.value)):
        if part is not None:
            made[word] = _field(part, closed)
    return made


def _add(made: Schema, field: Field, clause: Clause) -> None:
    """A clause's keywords among the field's, or in `allOf` where one of them stands there already.

    The type comes last, so that its range gives way to the contract's own bounds.
    """
    if clause.rule == "type":
        made[CLAUSES]["type"] = clause.id
    words = _RULES[clause.rule](field, clause)
    ids = dict.fromkeys(words, clause.id)
    if made.keys().isdisjoint(words):
        made |= words
        made[CLAUSES] |= ids
        return
    if field.time_form:  # a time is read before it is compared
        read, gate = _form(field.time_form), field.clause("format") or field.clause("type")
        words, ids = read | words, dict.fromkeys(read, gate.id if gate else clause.id) | ids
    made.setdefault("allOf", []).append({**words, CLAUSES: ids})


def _said_elsewhere(field: Field, clause: Clause) -> Schema:
    """A null clause stands in the parent's list of `required`, and in the type, which then has no null."""
    return {}


def _stored(field: Field, clause: Clause) -> Schema:
    """What the stored form can hold, as far as plain words reach."""
    if field.time_form:
        return _form(field.time_form) if field.time_form.pattern is None else {}
    if field.storage in INTEGER_RANGES:
        low, high = INTEGER_RANGES[field.storage]
        return {"minimum": low, "maximum": high}
    if limits := decimal_limits(field):
        before, after = limits
        digits: Schema = {"exclusiveMinimum": -(10**before), "exclusiveMaximum": 10**before}
        return digits if after is None else digits | {"multipleOf": plain(Decimal(1).scaleb(-after))}
    return {"x-storage": field.storage} if field.storage in FLOAT_LIMITS else {}


def _form(form: TimeForm) -> Schema:
    """How a time is written: JSON Schema's own words for the two ISO 8601 forms it knows."""
    if form.pattern is None and (form.type, form.offset) in STANDARD_FORMS:
        return {"format": STANDARD_FORMS[form.type, form.offset]}
    said = {"type": form.type, "pattern": form.pattern, "offset": form.offset, "zone": form.zone}
    return {"pattern": temporal.portable(form), "x-form": said}


def _formatted(field: Field, clause: Clause) -> Schema:
    return _form(field.time_form) if field.time_form else _same(field, clause)


def _same(field: Field, clause: Clause) -> Schema:
    return {clause.rule: plain(clause.argument)}


def _bound(field: Field, clause: Clause) -> Schema:
    return {f"x-{clause.rule}" if field.time_form else clause.rule: plain(clause.argument)}


def _listed(field: Field, clause: Clause) -> Schema:
    """One of some values; null is among them where it is allowed, since no list speaks of it."""
    values = [plain(value) for value in clause.argument if value is not None]
    if field.time_form:
        return {"x-enum": values}
    return {"enum": values if field.null_clauses else [*values, None]}


def _unlisted(field: Field, clause: Clause) -> Schema:
    values = [plain(value) for value in clause.argument if value is not None]
    if not values:
        return {}
    return {"x-notEnum": values} if field.time_form else {"not": {"enum": values}}


def _pattern(field: Field, clause: Clause) -> Schema:
    return {"pattern": patterns.portable(clause.argument)}


_RULES: Mapping[str, Callable[[Field, Clause], Schema]] = {
    "required": _said_elsewhere,
    "nullValues": _said_elsewhere,
    "type": _stored,
    "format": _formatted,
    "missingValues": _unlisted,
    "enum": _listed,
    "invalidValues": _pattern,
    "minLength": _same,
    "maxLength": _same,
    "pattern": _pattern,
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
rules.expect_rows(_RULES, rules.names("event"), "producer/schema/json_schema.py rules")


def plain(value: Any) -> Any:
    """A clause's argument as JSON writes it: a Decimal came from a float's text, so its float has the same text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return value
