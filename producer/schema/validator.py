"""JSON Schema to a validator that judges as contracts/README.md says: exact numbers, our formats, our `x-` words.

What differs from plain JSON Schema validation: values carry Decimal, so 7.0 is an integer and 0.07 a multiple of 0.01;
patterns end where ECMA-262 ends them; formats are asserted; times are read and compared as moments; an absent or
unnamed field is an error *at that field*, and so is a name that a map does not allow.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

from contracts.compiler import formats, temporal
from contracts.compiler.numbers import is_multiple
from contracts.compiler.patterns import compile_pattern
from contracts.compiler.temporal import ISO_DATE, ISO_TIMESTAMP, Moment, TimeForm
from producer.schema.json_schema import CLAUSES, FLOAT_LIMITS, STANDARD_FORMS, Schema

Errors = Iterator[ValidationError]
Keyword = Callable[[Any, Any, Any, Any], Errors]

read_as = functools.cache(temporal.reader)
_STANDARD = {STANDARD_FORMS[form.type, form.offset]: read_as(form) for form in (ISO_TIMESTAMP, ISO_DATE)}
_BOUNDS: Mapping[str, Callable[[str], Moment]] = {
    "timestamp": datetime.fromisoformat,
    "date-time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


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


def moment(schema: Schema, instance: Any) -> Moment | None:
    """A text read as its schema says; None where it is none, which `format` or `x-form` has refused already."""
    if not isinstance(instance, str):
        return None
    form = schema.get("x-form")
    return (read_as(TimeForm(**form)) if form else _STANDARD[schema["format"]])(instance)


def said(schema: Schema, text: str) -> Moment:
    """A moment that the schema itself names, in ISO 8601."""
    return _moment_of(schema["x-form"]["type"] if "x-form" in schema else schema["format"], text)


@functools.cache
def _moment_of(type_: str, text: str) -> Moment:
    return _BOUNDS[type_](text)


def compared_times(fails: Callable[[Any, Any], bool]) -> Keyword:
    """A bound on times."""

    def keyword(_: Any, bound: Any, instance: Any, schema: Schema) -> Errors:
        found = moment(schema, instance)
        if found is not None and fails(found, said(schema, bound)):
            yield ValidationError("out of bounds")

    return keyword


def among_times(wanted: bool) -> Keyword:
    """A list of the times that a value must be one of, or must not be one of."""

    def keyword(_: Any, texts: list[str], instance: Any, schema: Schema) -> Errors:
        found = moment(schema, instance)
        if found is not None and (found in [said(schema, text) for text in texts]) is not wanted:
            yield ValidationError("not listed" if wanted else "listed")

    return keyword


def _form(_: Any, __: Any, instance: Any, schema: Schema) -> Errors:
    if isinstance(instance, str) and moment(schema, instance) is None:
        yield ValidationError("another form")


def _format(_: Any, name: str, instance: Any, __: Any) -> Errors:
    if not isinstance(instance, str):
        return
    read = _STANDARD.get(name)
    if read(instance) is None if read else not formats.FORMATS[name](instance):
        yield ValidationError("another format")


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Errors:
    if isinstance(instance, str) and not compile_pattern(pattern).search(instance):
        yield ValidationError("no match")


def _multiple(_: Any, step: Any, instance: Any, __: Any) -> Errors:
    if is_number(None, instance) and not is_multiple(instance, exact(step)):
        yield ValidationError("not a multiple")


def _storage(_: Any, form: str, instance: Any, __: Any) -> Errors:
    if is_number(None, instance) and not -FLOAT_LIMITS[form] < instance < FLOAT_LIMITS[form]:
        yield ValidationError("overflows")


def _enum(_: Any, values: Any, instance: Any, __: Any) -> Errors:
    if canonical(instance) not in [canonical(value) for value in values]:
        yield ValidationError("not listed")


def _not(validator: Any, schema: Schema, instance: Any, _: Any) -> Errors:
    if next(validator.descend(instance, schema), None) is None:
        yield ValidationError("listed")


def _type(validator: Any, types: str | list[str], instance: Any, _: Any) -> Errors:
    if not any(validator.is_type(instance, name) for name in ([types] if isinstance(types, str) else types)):
        yield ValidationError("another type")


def _unique(_: Any, wanted: bool, instance: Any, __: Any) -> Errors:
    if wanted and isinstance(instance, list) and len(set(map(canonical, instance))) < len(instance):
        yield ValidationError("an item twice")


def _required(_: Any, names: list[str], instance: Any, schema: Schema) -> Errors:
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError("absent", path=[name], instance=None, schema=schema["properties"][name])


def _additional(validator: Any, allowed: Any, instance: Any, schema: Schema) -> Errors:
    """False closes an object, a schema is that of every value of a map."""
    if not isinstance(instance, dict):
        return
    if allowed is not False:
        for name, value in instance.items():
            yield from validator.descend(value, allowed, path=name)
        return
    for name in instance:
        if name not in schema["properties"]:
            yield ValidationError("unnamed", path=[name], instance=instance[name])


def _names(validator: Any, schema: Schema, instance: Any, _: Any) -> Errors:
    if isinstance(instance, dict):
        for name in instance:
            yield from validator.descend(name, schema, path=name)


FAILS: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": lt,
    "maximum": gt,
    "exclusiveMinimum": le,
    "exclusiveMaximum": ge,
}
KEYWORDS: Mapping[str, Keyword] = {
    **{name: compared(fails) for name, fails in FAILS.items()},
    **{f"x-{name}": compared_times(fails) for name, fails in FAILS.items()},
    "x-enum": among_times(True),
    "x-notEnum": among_times(False),
    "x-form": _form,
    "x-storage": _storage,
    "type": _type,
    "format": _format,
    "pattern": _pattern,
    "multipleOf": _multiple,
    "enum": _enum,
    "not": _not,
    "uniqueItems": _unique,
    "required": _required,
    "additionalProperties": _additional,
    "propertyNames": _names,
}
ExactValidator: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    KEYWORDS,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many({"number": is_number, "integer": is_integer}),
)


def broken_clauses(error: Any) -> tuple[str, ...]:
    """The ids of the clauses behind an error; none where a closed schema meets a field it does not name."""
    known, word = error.schema.get(CLAUSES, {}), error.validator
    if word == "required" or (word == "type" and error.instance is None and "null" in known):
        return tuple(known["null"])
    return () if word not in known else (known[word],)
