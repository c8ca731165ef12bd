"""One payload against one contract, clause by clause, in the words of the contract."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cli.agreement.reference import json_text, texts, times
from contracts.compiler import patterns
from contracts.compiler.model import Clause, Contract, Field, Finding

ABSENT = object()
_FLOAT_LIMITS = {"f64": Fraction(2**1024 - 2**970), "f32": Fraction(2**128 - 2**103)}  # IEEE 754, half to even
_WIDTHS = {**{f"i{n}": (-(2 ** (n - 1)), 2 ** (n - 1) - 1) for n in (8, 16, 32, 64, 128)}}
_WIDTHS |= {f"u{n}": (0, 2**n - 1) for n in (8, 16, 32, 64, 128)}


def judge(contract: Contract, data: bytes) -> tuple[Finding, ...]:
    """Every clause the bytes break."""
    wholes = contract.wholes()
    try:
        value = json_text.read(data)
    except json_text.Refused as refused:
        return (_found(wholes[f"$/{refused.rule}"], "$", ABSENT, hidden=True),)
    if not isinstance(value, dict):
        return (_found(wholes["$/type"], "$", value, hidden=True),)
    return tuple(_members(contract.fields, value, "$", False))


def _members(fields: tuple[Field, ...], value: dict[str, Any], path: str, hidden: bool) -> Iterator[Finding]:
    for field in fields:
        yield from _field(field, value.get(field.name, ABSENT), f"{path}.{field.name}", hidden)


def _field(field: Field, value: Any, path: str, hidden: bool) -> Iterator[Finding]:
    hidden = field.masked if field.classification is not None else hidden
    if value is ABSENT or value is None:
        for clause in field.clauses:
            if clause.rule in ("required", "nullValues") or (
                clause.rule == "missingValues" and None in clause.argument
            ):
                yield _found(clause, path, value, hidden)
        return
    gate = _gate(field, value)
    if gate is not None:
        yield _found(gate, path, value, hidden)
        return
    for clause in field.clauses:
        if not _holds(field, clause, value):
            yield _found(clause, path, value, hidden)
    if field.type == "object":
        yield from _members(field.properties, value, path, hidden)
    if field.type == "array" and field.items is not None:
        for place, item in enumerate(value):
            yield from _field(field.items, item, f"{path}[{place}]", hidden)
    if field.type == "map" and field.key is not None and field.value is not None:
        for name, item in value.items():
            yield from _field(field.key, name, _member_path(path, name), hidden)
            yield from _field(field.value, item, _member_path(path, name), hidden)


def _member_path(path: str, name: str) -> str:
    plain = name.isascii() and name.isidentifier()
    return f"{path}.{name}" if plain else f"{path}[{json.dumps(name, ensure_ascii=False)}]"


def _gate(field: Field, value: Any) -> Clause | None:
    """The type or time format clause that a value breaks, below which nothing is judged."""
    type_ = next(clause for clause in field.clauses if clause.rule == "type")
    if not _has_type(field, value):
        return type_
    if field.time_form is not None and times.read(field.time_form, value) is None:
        return next((clause for clause in field.clauses if clause.rule == "format"), type_)
    return None


def _has_type(field: Field, value: Any) -> bool:
    if field.type in ("string", "date", "time", "timestamp"):
        return isinstance(value, str)
    if field.type == "boolean":
        return isinstance(value, bool)
    if field.type == "array":
        return isinstance(value, list)
    if field.type in ("object", "map"):
        return isinstance(value, dict)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    number = Fraction(value)
    if field.type == "integer":
        low, high = _WIDTHS[field.storage]
        return number.denominator == 1 and low <= number <= high
    return _fits(field, number)


def _fits(field: Field, number: Fraction) -> bool:
    """Whether the stored form of a number field can hold it."""
    if field.storage in _FLOAT_LIMITS:
        return abs(number) < _FLOAT_LIMITS[field.storage]
    precision, scale = map(int, field.storage.removeprefix("decimal(").rstrip(")").split(","))
    if abs(number) >= 10 ** (precision - scale):
        return False
    if (number * 10**scale).denominator == 1:
        return True
    steps = [clause.argument for clause in field.clauses if clause.rule == "multipleOf"]  # then it is this that breaks
    return any((Fraction(step) * 10**scale).denominator == 1 for step in steps)


def _holds(field: Field, clause: Clause, value: Any) -> bool:
    """Whether a value that is there and of its type keeps one clause."""
    rule, argument = clause.rule, clause.argument
    if rule in ("required", "nullValues", "type"):
        return True
    if rule == "format":
        return field.time_form is not None or texts.FORMATS[argument](value)
    if rule in ("pattern", "invalidValues"):
        return search(argument, value)
    if rule == "enum":
        return any(equal(field, listed, value) for listed in argument)
    if rule == "missingValues":
        return not any(equal(field, listed, value) for listed in argument)
    if rule in ("minLength", "minItems", "minProperties"):
        return bool(len(value) >= argument)
    if rule in ("maxLength", "maxItems", "maxProperties"):
        return bool(len(value) <= argument)
    if rule == "uniqueItems":
        return all(not _same(a, b) for place, a in enumerate(value) for b in value[place + 1 :])
    if rule == "multipleOf":
        return (Fraction(value) / Fraction(argument)).denominator == 1
    here, bound = _ordered(field, value), _ordered(field, argument)
    if rule == "minimum":
        return bool(here >= bound)
    if rule == "maximum":
        return bool(here <= bound)
    if rule == "exclusiveMinimum":
        return bool(here > bound)
    if rule == "exclusiveMaximum":
        return bool(here < bound)
    raise NotImplementedError(rule)


def search(pattern: str, text: str) -> bool:
    """Whether an ECMA-262 pattern is found in a text."""
    portable = patterns.portable(pattern)
    python = re.sub(r"\\.|\[(?:[^\]\\]|\\.)*\]|\$", lambda m: r"\Z" if m[0] == "$" else m[0], portable, flags=re.DOTALL)
    return re.search(python, text) is not None


def _ordered(field: Field, value: Any) -> Any:
    """A value as it is compared: a number exactly, a text of a time as its moment."""
    if isinstance(value, date | time | datetime):
        return value
    return times.read(field.time_form, value) if field.time_form is not None else Fraction(value)


def equal(field: Field, listed: Any, value: Any) -> bool:
    """Whether two values of a field are the same: moments as moments, the rest as JSON; null equals nothing."""
    if listed is None:
        return False
    if field.time_form is not None:
        return bool(_ordered(field, listed) == _ordered(field, value))
    return _same(listed, value)


def _same(a: Any, b: Any) -> bool:
    """JSON equality: 1 and 1.0 are one number, true is no number, members have no order."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | Decimal) and isinstance(b, int | Decimal):
        return Fraction(a) == Fraction(b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[name], b[name]) for name in a)
    return type(a) is type(b) and bool(a == b)


def _found(clause: Clause, path: str, value: Any, hidden: bool) -> Finding:
    shown = "absent" if value is ABSENT else "null" if value is None else type(value).__name__ if hidden else str(value)
    return Finding(clause.id, path, shown[:100], clause.wanted)
