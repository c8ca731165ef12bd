"""Rule to predicate: how the decoder judges each clause on one typed value. Keys as in contracts/compiler/rules.py."""

from collections.abc import Callable, Mapping
from typing import Any

from contracts.compiler import rules
from contracts.compiler.formats import FORMATS
from contracts.compiler.numbers import is_multiple
from contracts.compiler.patterns import compile_pattern

Predicate = Callable[[Any], bool]


def _pattern(argument: str) -> Predicate:
    search = compile_pattern(argument).search
    return lambda value: search(value) is not None


def _enum(argument: tuple[Any, ...]) -> Predicate:
    allowed = frozenset(argument)
    return allowed.__contains__


def canonical(value: Any) -> Any:
    """A hashable form in which JSON-equal values are equal and `true` is not 1."""
    if isinstance(value, dict):
        return ("object", tuple(sorted((key, canonical(item)) for key, item in value.items())))
    if isinstance(value, list):
        return ("array", tuple(map(canonical, value)))
    return (type(value).__name__, value) if isinstance(value, bool | str | None) else ("number", value)


def _no_twin(value: list[Any]) -> bool:
    return len({canonical(item) for item in value}) == len(value)


CHECKS: Mapping[str, Callable[[Any], Predicate]] = {
    "required": lambda _: lambda value: value is not None,
    "type": lambda _: lambda value: value is not None,
    "enum": _enum,
    "minLength": lambda bound: lambda value: len(value) >= bound,
    "maxLength": lambda bound: lambda value: len(value) <= bound,
    "pattern": _pattern,
    "format": lambda name: FORMATS[name],
    "minimum": lambda bound: lambda value: bool(value >= bound),
    "maximum": lambda bound: lambda value: bool(value <= bound),
    "exclusiveMinimum": lambda bound: lambda value: bool(value > bound),
    "exclusiveMaximum": lambda bound: lambda value: bool(value < bound),
    "multipleOf": lambda step: lambda value: is_multiple(value, step),
    "minItems": lambda bound: lambda value: len(value) >= bound,
    "maxItems": lambda bound: lambda value: len(value) <= bound,
    "uniqueItems": lambda _: _no_twin,
    "minProperties": lambda bound: lambda value: len(value) >= bound,
    "maxProperties": lambda bound: lambda value: len(value) <= bound,
}
rules.expect_rows(CHECKS, rules.names("event"), "processing.checks.CHECKS")
