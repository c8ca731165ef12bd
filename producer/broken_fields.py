"""Clause to values that break it: for each rule of one value, candidates, those likely to break it alone first.

A row is given the field, the clause, a valid value, and a maker of further valid values; it may yield values that do
not break the clause, or break others too: `breakers` has each judged and takes the best.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from contracts.compiler import rules
from contracts.compiler.model import Clause, Field
from contracts.compiler.types import INTEGER_RANGES, TYPES, decimal_parts
from producer.json_schema import FLOAT_LIMITS
from producer.makers import ABSENT
from producer.quantities import iso, micros, number, step

OTHER_NAME = "not_in_the_contract"


@dataclass(frozen=True, slots=True)
class Bench:
    """What a breaker works on: the field, its clause, a valid value of it, and a source of more of them."""

    field: Field
    clause: Clause
    value: Any
    another: Callable[[], Any]


Candidates = Callable[[Bench], Iterator[Any]]


def _missing(bench: Bench) -> Iterator[Any]:
    if bench.field.name != "[]":
        yield ABSENT
    yield None


_OTHER_TYPES: Mapping[str, tuple[Any, ...]] = {
    "string": (12345, True, {"text": "x"}),
    "integer": ("seven", 1.5, True, []),
    "number": ("12.5", False, {}),
    "boolean": ("true", 1),
    "timestamp": ("yesterday", "2026-01-05T08:30:00", "2026-02-30T08:30:00Z", 1767601800),
    "date": ("31/12/2026", "2026-02-30", 20261231),
    "array": ("a list", {"0": "x"}, 3),
    "object": ("an object", [], 3),
}
rules.expect_rows(_OTHER_TYPES, frozenset(TYPES), "producer/broken_fields.py types")


def _wrong_type(bench: Bench) -> Iterator[Any]:
    """Other JSON types first, then what the stored form can't hold."""
    yield from _OTHER_TYPES[bench.field.type]
    storage = bench.field.storage
    if storage in INTEGER_RANGES:
        yield from (INTEGER_RANGES[storage][1] + 1, INTEGER_RANGES[storage][0] - 1)
    if parts := decimal_parts(storage):
        yield Decimal(1).scaleb(-parts[1] - 1)
        yield 10 ** (parts[0] - parts[1])
    if storage in FLOAT_LIMITS:
        yield FLOAT_LIMITS[storage]


def _unlisted(bench: Bench) -> Iterator[Any]:
    values = bench.clause.argument
    if isinstance(values[0], str):
        yield from (f"{bench.value}!!", f"{bench.value}x", str(bench.value).swapcase(), "other", "")
    else:
        yield from (max(values) + 1, min(values) - 1)


def _too_short(bench: Bench) -> Iterator[Any]:
    if (least := bench.clause.argument) > 0:
        yield from (str(bench.value)[: least - 1], "x" * (least - 1))


def _too_long(bench: Bench) -> Iterator[Any]:
    most, text = bench.clause.argument, str(bench.value)
    missing = most + 1 - len(text)
    yield from (text + text[-1:] * missing, text[:1] * missing + text, text + " x" * missing, "x" * (most + 1))


def _mismatched(bench: Bench) -> Iterator[Any]:
    text = str(bench.value)
    yield from (text + "!", "!" + text, text[:-1] + "!", text + " ", "\u00e9" + text[1:], "?", "", text + "\n")


def _misformatted(bench: Bench) -> Iterator[Any]:
    text = str(bench.value)
    yield from (text[:-1] + "!", text + " ", f"not {text}", text[:-1], "?", "-")


def _past(direction: int, inclusive: bool) -> Candidates:
    """Just outside a bound: one step beyond an inclusive one, the bound itself of an exclusive one."""

    def candidates(bench: Bench) -> Iterator[Any]:
        bound = bench.clause.argument
        yield from _NEAR[bench.field.type](bench.field, bound, direction if inclusive else 0)
        yield from _NEAR[bench.field.type](bench.field, bound, direction * 1000)

    return candidates


def _near_number(field: Field, bound: Any, steps: int) -> Iterator[Any]:
    size = step(field)
    yield number(field, Decimal(bound) + size * steps)
    yield number(field, (Decimal(bound) // size + steps) * size)


def _near_time(_: Field, bound: datetime, steps: int) -> Iterator[Any]:
    yield iso(micros(bound.astimezone(UTC)) + steps)


def _near_date(_: Field, bound: Any, steps: int) -> Iterator[Any]:
    yield (bound + timedelta(days=steps)).isoformat()


_NEAR: Mapping[str, Callable[[Field, Any, int], Iterator[Any]]] = {
    "integer": _near_number,
    "number": _near_number,
    "timestamp": _near_time,
    "date": _near_date,
}


def _between(bench: Bench) -> Iterator[Any]:
    size = Decimal(bench.clause.argument)
    for share in (Decimal("0.5"), Decimal("0.1"), Decimal("0.01")):
        yield Decimal(str(bench.value)) + size * share
    yield from (Decimal(str(bench.value)) + 1, Decimal(str(bench.value)) - 1)


def _too_few(bench: Bench) -> Iterator[Any]:
    if (least := bench.clause.argument) > 0:
        yield list(bench.value)[: least - 1]


def _too_many(bench: Bench) -> Iterator[Any]:
    wanted = bench.clause.argument + 1
    made, seen = list(bench.value), {_text(item) for item in bench.value}
    while len(made) < wanted:
        item = bench.another()
        if _text(item) in seen and isinstance(item, str):
            item = f"{item[: max(1, len(item) - 4)]}{len(made)}"
        seen.add(_text(item))
        made.append(item)
    yield made


def _twice(bench: Bench) -> Iterator[Any]:
    items = list(bench.value) or [bench.another()]
    yield [*items, items[0]]
    yield [items[0], items[0]]


def _too_bare(bench: Bench) -> Iterator[Any]:
    needed = [field.name for field in bench.field.properties if field.required]
    names = [*needed, *(name for name in bench.value if name not in needed)]
    yield {name: bench.value[name] for name in names[: max(0, bench.clause.argument - 1)] if name in bench.value}


def _too_full(bench: Bench) -> Iterator[Any]:
    made = dict(bench.value)
    for place in range(bench.clause.argument + 1 - len(made)):
        made[f"{OTHER_NAME}_{place}"] = place
    yield made


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


CANDIDATES: Mapping[str, Candidates] = {
    "required": _missing,
    "type": _wrong_type,
    "enum": _unlisted,
    "minLength": _too_short,
    "maxLength": _too_long,
    "pattern": _mismatched,
    "format": _misformatted,
    "minimum": _past(-1, True),
    "maximum": _past(1, True),
    "exclusiveMinimum": _past(-1, False),
    "exclusiveMaximum": _past(1, False),
    "multipleOf": _between,
    "minItems": _too_few,
    "maxItems": _too_many,
    "uniqueItems": _twice,
    "minProperties": _too_bare,
    "maxProperties": _too_full,
}
rules.expect_rows(CANDIDATES, rules.names("event"), "producer/broken_fields.py rules")
