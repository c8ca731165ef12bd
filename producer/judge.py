"""JSON Schema to a validator that judges as SEMANTICS.md says: exact numbers, our formats, our `x-` words.

What differs from plain JSON Schema validation: values carry Decimal, so 7.0 is an integer and 0.07 a multiple of 0.01;
patterns end where ECMA-262 ends them; formats are asserted; an absent or unnamed field is an error *at that field*.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

from contracts.compiler import formats
from contracts.compiler.numbers import is_multiple
from contracts.compiler.patterns import compile_pattern
from producer.json_schema import FLOAT_LIMITS, Schema

Errors = Iterator[ValidationError]
Keyword = Callable[[Any, Any, Any, Any], Errors]

FORMATS: Mapping[str, Callable[[str], bool]] = {
    **formats.FORMATS,
    "date-time": lambda text: formats.parse_timestamp(text, zoned=True) is not None,
    "date": lambda text: formats.parse_date(text) is not None,
}
pattern_of = functools.cache(compile_pattern)


def is_number(_: Any, value: Any) -> bool:
    """Whether a value read by strict_json is a JSON number."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def is_integer(checker: Any, value: Any) -> bool:
    """Whether a number has no fraction: 7.0 is an integer, as JSON Schema says."""
    if not is_number(checker, value):
        return False
    return isinstance(value, int) or value == value.to_integral_value()


def exact(number: int | float | Decimal) -> int | Decimal:
    """A schema's number as its text says it, not as binary floats hold it."""
    return Decimal(repr(number)) if isinstance(number, float) else number


def canonical(value: Any) -> Any:
    """A hashable stand-in that is equal where two JSON values are: 1 and 1.0 are, 1 and true are not."""
    if isinstance(value, dict):
        return ("object", frozenset((key, canonical(child)) for key, child in value.items()))
    if isinstance(value, list | tuple):
        return ("array", tuple(map(canonical, value)))
    if isinstance(value, bool):
        return ("boolean", value)
    return exact(value) if isinstance(value, float) else value


def compared(fails: Callable[[Any, Any], bool]) -> Keyword:
    """A bound on numbers, compared exactly."""

    def keyword(_: Any, bound: Any, instance: Any, __: Any) -> Errors:
        if is_number(None, instance) and fails(instance, exact(bound)):
            yield ValidationError("out of bounds")

    return keyword


def moment(text: str) -> datetime | str | None:
    """A time that can be compared: of a timestamp in UTC, or an ISO date's text, whose order is the dates' own."""
    return formats.parse_timestamp(text, zoned=True) or (text if formats.parse_date(text) else None)


def compared_times(fails: Callable[[Any, Any], bool]) -> Keyword:
    """A bound on timestamps or dates; silent on text that is none, which `format` has refused already."""

    def keyword(_: Any, bound: Any, instance: Any, __: Any) -> Errors:
        found = moment(instance) if isinstance(instance, str) else None
        if found is not None and fails(found, moment(bound)):
            yield ValidationError("out of bounds")

    return keyword


def _format(_: Any, name: str, instance: Any, __: Any) -> Errors:
    if isinstance(instance, str) and not FORMATS[name](instance):
        yield ValidationError("another format")


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Errors:
    if isinstance(instance, str) and not pattern_of(pattern).search(instance):
        yield ValidationError("no match")


def _multiple(_: Any, step: Any, instance: Any, __: Any) -> Errors:
    if is_number(None, instance) and not is_multiple(instance, exact(step)):
        yield ValidationError("not a multiple")


def _storage(_: Any, form: str, instance: Any, __: Any) -> Errors:
    if is_number(None, instance) and abs(instance) >= FLOAT_LIMITS[form]:
        yield ValidationError("overflows")


def _enum(_: Any, values: Any, instance: Any, __: Any) -> Errors:
    if canonical(instance) not in [canonical(value) for value in values]:
        yield ValidationError("not listed")


def _unique(_: Any, wanted: bool, instance: Any, __: Any) -> Errors:
    if wanted and isinstance(instance, list) and len(set(map(canonical, instance))) < len(instance):
        yield ValidationError("an item twice")


def _required(_: Any, names: list[str], instance: Any, __: Any) -> Errors:
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError("absent", path=[name])


def _additional(_: Any, allowed: Any, instance: Any, schema: Schema) -> Errors:
    if allowed is False and isinstance(instance, dict):
        for name in instance:
            if name not in schema["properties"]:
                yield ValidationError("unnamed", path=[name], instance=instance[name])


FAILS: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": lt,
    "maximum": gt,
    "exclusiveMinimum": le,
    "exclusiveMaximum": ge,
}
KEYWORDS: Mapping[str, Keyword] = {
    **{name: compared(fails) for name, fails in FAILS.items()},
    **{f"x-{name}": compared_times(fails) for name, fails in FAILS.items()},
    "x-storage": _storage,
    "format": _format,
    "pattern": _pattern,
    "multipleOf": _multiple,
    "enum": _enum,
    "uniqueItems": _unique,
    "required": _required,
    "additionalProperties": _additional,
}
ExactValidator: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    KEYWORDS,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many({"number": is_number, "integer": is_integer}),
)
