"""Rule to predicate: how the decoder judges each clause on one typed value. Keys as in contracts/compiler/rules.py.

A typed value is what `values.READ` gives: a moment for a date, time or timestamp, the JSON value for the rest.
"""

import functools
import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

from contracts.compiler import rules
from contracts.compiler.formats import FORMATS
from contracts.compiler.numbers import is_multiple
from contracts.compiler.patterns import compile_pattern

Predicate = Callable[[Any], bool]
MEMORY, SHORT = 4096, 100  # texts that one pattern remembers, and characters of the longest of them


def _pattern(argument: str) -> Predicate:
    """Whether a text matches. What does not run in Python's own engine costs microseconds a call, and texts repeat."""
    searcher = compile_pattern(argument)
    search = searcher.search
    if isinstance(searcher, re.Pattern):
        return lambda value: search(value) is not None
    known = functools.lru_cache(MEMORY)(lambda value: search(value) is not None)
    return lambda value: known(value) if len(value) <= SHORT else search(value) is not None


def _among(argument: tuple[Any, ...]) -> Predicate:
    """Whether a value is listed, as JSON compares; a listed None means nothing, since nulls are judged before."""
    listed = [value for value in argument if value is not None]
    if all(isinstance(value, str | date | time) for value in listed):  # no list of these holds what equals a number
        return frozenset(listed).__contains__
    allowed = frozenset(map(canonical, listed))
    return lambda value: canonical(value) in allowed


def _not_among(argument: tuple[Any, ...]) -> Predicate:
    among = _among(argument)
    return lambda value: not among(value)


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
    "nullValues": lambda _: lambda value: value is not None,
    "type": lambda _: lambda value: value is not None,
    "enum": _among,
    "missingValues": _not_among,
    "invalidValues": _pattern,
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
