"""Clause to values that break it: for each rule of one value, candidates, near and far.

A row is given the field, the clause, a valid value, and a maker of further valid values; it may yield values that do
not break the clause, or break others too: `breakers` has each judged. Numbers are worked out in a wide context.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from contracts.compiler import rules
from contracts.compiler.model import Field
from contracts.compiler.types import INTEGER_RANGES, TYPES, decimal_parts
from producer.broken import times as broken_times
from producer.broken.bench import Bench, same_number
from producer.broken.members import too_bare, too_few, too_full, too_many, twice
from producer.broken.places import Key
from producer.schema.json_schema import FLOAT_LIMITS
from producer.values.makers import ABSENT
from producer.values.quantities import number, step

MOST_CHARACTERS = 1_000_000  # what is longer, no broker takes

Candidates = Callable[[Bench], Iterator[Any]]


def _missing(bench: Bench) -> Iterator[Any]:
    yield ABSENT
    yield None


_OTHER_TYPES: Mapping[str, tuple[Any, ...]] = {
    "string": (12345, True, {"text": "x"}),
    "integer": ("seven", 1.5, True, [], "7"),
    "number": ("12.5", False, {}),
    "boolean": ("true", 1, 0, []),
    "timestamp": ("yesterday", "2026-01-05T08:30:00", "2026-02-30T08:30:00Z", 1767601800, True),
    "date": ("31/12/2026", "2026-02-30", 20261231, {}),
    "time": ("noon", "24:00:00", 83000, ["08:30:00"]),
    "array": ("a list", {"0": "x"}, 3),
    "object": ("an object", [], 3, "{}"),
    "map": ("a map", [], 3, [["x", "y"]]),
}
rules.expect_rows(_OTHER_TYPES, frozenset(TYPES), "producer/broken/fields.py types")


def _wrong_type(bench: Bench) -> Iterator[Any]:
    """Other JSON types, what the stored form can't hold, and times that can't be read."""
    yield from _OTHER_TYPES[bench.field.type]
    storage = bench.field.storage
    if storage in INTEGER_RANGES:
        yield from (INTEGER_RANGES[storage][1] + 1, INTEGER_RANGES[storage][0] - 1)
    if parts := decimal_parts(storage):
        yield Decimal(1).scaleb(-parts[1] - 1)
        yield 10 ** (parts[0] - parts[1])
    if storage in FLOAT_LIMITS:
        yield from (FLOAT_LIMITS[storage], -FLOAT_LIMITS[storage])
    if bench.field.time_form and bench.field.clause("format") is None:
        yield from broken_times.misread(bench.field, bench.value)


def _unlisted(bench: Bench) -> Iterator[Any]:
    """Values beside those of the list, and what other lists of the field name."""
    yield from _OTHERS[bench.field.type](bench, [value for value in bench.clause.argument if value is not None])
    for clause in bench.field.clauses:
        if clause.rule in ("enum", "missingValues") and clause.id != bench.clause.id:
            yield from _written(bench.field, clause.argument)


def _other_texts(bench: Bench, values: list[Any]) -> Iterator[Any]:
    text = str(bench.value)
    yield from (f"{text}!!", f"{text}x", text.swapcase(), f"{text} ", f" {text}", text[:-1], "other", "")


def _other_numbers(bench: Bench, values: list[Any]) -> Iterator[Any]:
    listed = [value for value in values if isinstance(value, int | Decimal)] or [bench.value]
    for value in (max(listed), min(listed)):
        for steps in (-1, 1, 1000):
            yield from _near_number(bench.field, value, steps)


def _other_truths(bench: Bench, values: list[Any]) -> Iterator[Any]:
    yield from (True, False)


def _other_times(bench: Bench, values: list[Any]) -> Iterator[Any]:
    yield from broken_times.beside(bench.field, values[:3])


def _other_wholes(bench: Bench, values: list[Any]) -> Iterator[Any]:
    yield bench.value


_OTHERS: Mapping[str, Callable[[Bench, list[Any]], Iterator[Any]]] = {
    "string": _other_texts,
    "integer": _other_numbers,
    "number": _other_numbers,
    "boolean": _other_truths,
    "timestamp": _other_times,
    "date": _other_times,
    "time": _other_times,
    "array": _other_wholes,
    "object": _other_wholes,
    "map": _other_wholes,
}
rules.expect_rows(_OTHERS, frozenset(TYPES), "producer/broken/fields.py enum")


def _listed(bench: Bench) -> Iterator[Any]:
    """What counts as missing, in each way it can be written."""
    if None in bench.clause.argument:
        yield from _missing(bench)
    yield from _written(bench.field, bench.clause.argument)


def _written(field: Field, values: tuple[Any, ...]) -> Iterator[Any]:
    """Values of a contract as a payload writes them, in each way it can."""
    for value in values:
        if field.time_form:
            yield from () if value is None else broken_times.writings(field, value)
        elif value is not None:
            yield value
            yield from same_number(value)


def _too_short(bench: Bench) -> Iterator[Any]:
    if (least := bench.clause.argument) > 0:
        yield from (str(bench.value)[: least - 1], "x" * (least - 1), "")


def _too_long(bench: Bench) -> Iterator[Any]:
    most, text = bench.clause.argument, str(bench.value)
    if most < MOST_CHARACTERS:
        missing = most + 1 - len(text)
        yield from (text + text[-1:] * missing, text[:1] * missing + text, text + " x" * missing, "x" * (most + 1))
        yield "\U0001f600" * (most + 1)


def _mismatched(bench: Bench) -> Iterator[Any]:
    text = str(bench.value)
    yield from (text + "!", "!" + text, text[:-1] + "!", text + " ", "\u00e9" + text[1:], "?", "", text + "\n")
    yield from (text[:-1], text[1:], text + text, text.swapcase(), text[::-1], text[:1] + "!" + text[1:])
    yield from (letter + text[1:] for letter in "bB0")
    yield from (text[:-1] + letter for letter in "bB0")


def _misformatted(bench: Bench) -> Iterator[Any]:
    if bench.field.time_form:
        yield from broken_times.misread(bench.field, bench.value)
        return
    text = str(bench.value)
    yield from (text[:-1] + "!", text + " ", f"not {text}", text[:-1], "?", "-", text + "\n", "")


def _past(direction: int, inclusive: bool) -> Candidates:
    """Outside a bound: one step beyond an inclusive one, the bound itself of an exclusive one, and far out."""

    def candidates(bench: Bench) -> Iterator[Any]:
        bound = bench.clause.argument
        if bench.field.time_form:
            yield from broken_times.past(bench.field, bound, direction, inclusive)
            return
        yield from _near_number(bench.field, bound, direction if inclusive else 0)
        yield from _near_number(bench.field, bound, direction * 1000)

    return candidates


def _near_number(field: Field, bound: Any, steps: int) -> Iterator[Any]:
    size = step(field)
    yield number(field, Decimal(bound) + size * steps)
    for place in sorted({steps - 1, steps, steps + 1, 0}):
        yield number(field, (Decimal(bound) // size + place) * size)
    if field.storage in FLOAT_LIMITS:
        yield math.nextafter(float(bound), math.copysign(math.inf, steps)) if steps else float(bound)


def _between(bench: Bench) -> Iterator[Any]:
    size, value = Decimal(bench.clause.argument), Decimal(str(bench.value))
    for share in (Decimal("0.5"), Decimal("0.1"), Decimal("0.01")):
        yield value + size * share
    for other in (value + 1, value - 1):
        yield number(bench.field, other)


_CANDIDATES: Mapping[str, Candidates] = {
    "required": _missing,
    "nullValues": _missing,
    "type": _wrong_type,
    "format": _misformatted,
    "missingValues": _listed,
    "enum": _unlisted,
    "invalidValues": _mismatched,
    "minLength": _too_short,
    "maxLength": _too_long,
    "pattern": _mismatched,
    "minimum": _past(-1, True),
    "maximum": _past(1, True),
    "exclusiveMinimum": _past(-1, False),
    "exclusiveMaximum": _past(1, False),
    "multipleOf": _between,
    "minItems": too_few,
    "maxItems": too_many,
    "uniqueItems": twice,
    "minProperties": too_bare,
    "maxProperties": too_full,
}
rules.expect_rows(_CANDIDATES, rules.names("event"), "producer/broken/fields.py rules")


def candidates(bench: Bench, place: tuple[str | int, ...]) -> list[Any]:
    """What may be put at a place to break a clause: an item can't be absent, and a map's name is always a text."""
    made = list(_CANDIDATES[bench.clause.rule](bench))
    if isinstance(place[-1], Key):
        return [value for value in made if isinstance(value, str)]
    return [value for value in made if value is not ABSENT or isinstance(place[-1], str)]
