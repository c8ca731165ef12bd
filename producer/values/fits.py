"""Field to predicate: whether a drawn value keeps every clause of its own field (what lies below it is not looked at).

Makers use it to leave out what a second clause forbids; `producer.schema.check` judges whether bytes keep a contract.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from contracts.compiler import formats, rules
from contracts.compiler.model import Field
from contracts.compiler.numbers import is_multiple
from contracts.compiler.patterns import compile_pattern
from contracts.compiler.temporal import reader

Holds = Callable[[Any], bool]
_FAR = 10**400


def _any(_: Any) -> Holds | None:
    """A clause that makers keep by their own make: the type, what is below, presence."""
    return None


def _listed(values: tuple[Any, ...]) -> Holds:
    keys = {key(value) for value in values}
    return lambda value: key(value) in keys


def _unlisted(values: tuple[Any, ...]) -> Holds:
    keys = {key(value) for value in values}
    return lambda value: key(value) not in keys


def _matches(pattern: str) -> Holds:
    search = compile_pattern(pattern).search
    return lambda value: search(value) is not None


def _formatted(name: str) -> Holds | None:
    """A text's format; that of a number is part of its type, and that of a time its own writing."""
    return formats.FORMATS.get(name)


def _compared(holds: Callable[[Any, Any], bool]) -> Callable[[Any], Holds]:
    return lambda bound: lambda value: holds(value, bound)


_RULES: Mapping[str, Callable[[Any], Holds | None]] = {
    "required": _any,
    "nullValues": _any,
    "type": _any,
    "format": _formatted,
    "missingValues": _unlisted,
    "enum": _listed,
    "invalidValues": _matches,
    "minLength": lambda least: lambda value: len(value) >= least,
    "maxLength": lambda most: lambda value: len(value) <= most,
    "pattern": _matches,
    "minimum": _compared(ge),
    "maximum": _compared(le),
    "exclusiveMinimum": _compared(gt),
    "exclusiveMaximum": _compared(lt),
    "multipleOf": lambda unit: lambda value: is_multiple(value, unit),
    "minItems": _any,
    "maxItems": _any,
    "uniqueItems": _any,
    "minProperties": _any,
    "maxProperties": _any,
}
rules.expect_rows(_RULES, rules.names("event"), "producer/values/fits.py")


def fits(field: Field) -> Holds:
    """The predicate of one field on values as they are written (a moment is its text); null never fits."""
    tests = tuple(test for clause in field.clauses if (test := _RULES[clause.rule](clause.argument)) is not None)
    typed = _typed(field)

    def holds(value: Any) -> bool:
        made = typed(value)
        return made is not None and all(test(made) for test in tests)

    return holds


def _typed(field: Field) -> Callable[[Any], Any]:
    """A written value as clauses compare it: a moment, a number without binary rounding, else as it is."""
    if field.time_form is not None:
        read = reader(field.time_form)
        return lambda value: read(value) if isinstance(value, str) else None
    if field.type == "number":
        return lambda value: _exact(value) if abs(value) < _FAR else None
    return lambda value: value


def _exact(value: Any) -> Any:
    return Decimal(repr(value)) if isinstance(value, float) else value


def key(value: Any) -> tuple[str, Any]:
    """What two JSON values have in common exactly if they are equal: 1 is 1.0, and true is not 1."""
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, int | float | Decimal):
        return "number", Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if isinstance(value, list | tuple):
        return "array", tuple(map(key, value))
    if isinstance(value, dict):
        return "object", frozenset((name, key(below)) for name, below in value.items())
    return "moment" if isinstance(value, datetime | date | time) else "text", value
