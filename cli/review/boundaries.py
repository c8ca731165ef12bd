"""Field to its boundary values: those that stand just on a bound, a length, a list, the range of a stored form."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from contracts.compiler import rules
from contracts.compiler.model import Clause, Field
from contracts.compiler.types import INTEGER_RANGES, TYPES, decimal_parts
from producer.broken import times
from producer.event import encode
from producer.values import moments, quantities
from producer.values.fits import fits
from producer.values.fits import key as identity
from producer.values.quantities import number, step

MOST = 2_000  # items or characters made to stand on a bound; what is longer says nothing more
DRAWS = 20
Draw = Callable[[Field], Any]
Bound = Callable[[Field, Clause, Any, Draw], Iterator[Any]]


def inside(field: Field, value: Any, draw: Draw) -> Iterator[Any]:
    """Values on every boundary of a field, as a payload writes them; some may break another clause of it.

    `value` is a valid one (None: none at hand), `draw` makes valid values of a field.
    """
    yield from _ENDS[field.type](field)
    for clause in field.clauses:
        yield from _BOUNDS[clause.rule](field, clause, value, draw)


def largest(field: Field, draw: Draw) -> Any:
    """The value of a field that takes the most bytes, as far as its bounds and a few draws say."""
    if field.properties:
        return {child.name: largest(child, draw) for child in field.properties}
    most = field.clause("maxItems")
    if field.items is not None and most is not None and field.clause("uniqueItems") is None:
        return [largest(field.items, draw)] * min(most.argument, MOST)
    holds = fits(field)
    drawn = [draw(field) for _ in range(DRAWS)]
    known = [value for value in inside(field, drawn[0], draw) if _holds(holds, value)]
    return max((*drawn, *known), key=lambda value: len(encode(value)))


def _holds(holds: Callable[[Any], bool], value: Any) -> bool:
    try:
        return holds(value)
    except (TypeError, AttributeError):
        return False  # of another type than the field's


def _nothing(*_: Any) -> Iterator[Any]:
    yield from ()


def _numbers(field: Field) -> Iterator[Any]:
    for values in quantities.ends(field):
        yield from values
    if field.storage in INTEGER_RANGES:
        yield from INTEGER_RANGES[field.storage]
    if parts := decimal_parts(field.storage):
        largest = Decimal(10 ** parts[0] - 1).scaleb(-parts[1])
        yield from (largest, -largest, Decimal(1).scaleb(-parts[1]))
    yield from (0, 1, -1)
    if field.type == "number":
        yield from (Decimal("0.1"), Decimal("0.5"), Decimal("1234567.891"))


def _moments(field: Field) -> Iterator[Any]:
    for values in moments.ends(field):
        yield from values
    yield from ("2026-01-05T08:30:00Z", "2026-03-29T02:30:00", "2026-01-05", "08:30:00", "01/02/2026")


def _texts(_: Field) -> Iterator[Any]:
    yield from ("", " ", "a", "A", "0", "\u00e9", "\U0001f600", "2026-01-05", "2026-01-05T08:30:00Z", "12", "true")


_ENDS: Mapping[str, Callable[[Field], Iterator[Any]]] = {
    "string": _texts,
    "integer": _numbers,
    "number": _numbers,
    "boolean": lambda _: iter((True, False)),
    "timestamp": _moments,
    "date": _moments,
    "time": _moments,
    "array": lambda _: iter(([],)),
    "object": lambda _: iter(({},)),
    "map": lambda _: iter(({},)),
}
rules.expect_rows(_ENDS, frozenset(TYPES), "cli/review/boundaries.py types")


def _listed(field: Field, clause: Clause, _: Any, __: Draw) -> Iterator[Any]:
    for value in clause.argument:
        if field.time_form is None:
            yield value
        elif value is not None:
            yield from times.writings(field, value)


def _around(field: Field, clause: Clause, _: Any, __: Draw) -> Iterator[Any]:
    if field.time_form:
        for direction in (-1, 1):
            yield from times.past(field, clause.argument, direction, True)
        yield from times.writings(field, clause.argument)
        return
    for steps in (-1, 0, 1):
        yield number(field, Decimal(clause.argument) + step(field) * steps)


def _multiples(field: Field, clause: Clause, _: Any, __: Draw) -> Iterator[Any]:
    for times_ in (0, 1, -1, 2, 3, 7, 10):
        yield number(field, Decimal(str(clause.argument)) * times_)


def _of_length(field: Field, clause: Clause, value: Any, draw: Draw) -> Iterator[Any]:
    length = min(clause.argument, MOST * 100)
    text = str(value) if isinstance(value, str) and value else "x"
    yield (text * (length // len(text) + 1))[:length]
    yield "x" * length
    if length <= MOST:
        yield "\U0001f600" * length


def _of_items(field: Field, clause: Clause, value: Any, draw: Draw) -> Iterator[Any]:
    if field.items is None or clause.argument > MOST:
        return
    items: dict[Any, Any] = {}
    for _ in range(clause.argument * 20):
        if len(items) >= clause.argument:
            break
        item = draw(field.items)
        items.setdefault(identity(item), item)
    drawn = list(items.values())
    yield drawn
    if drawn and len(drawn) < clause.argument:
        yield (drawn * clause.argument)[: clause.argument]


def _twice(field: Field, clause: Clause, value: Any, draw: Draw) -> Iterator[Any]:
    if field.items is not None:
        item = draw(field.items)
        yield [item, item]


def _of_members(field: Field, clause: Clause, value: Any, draw: Draw) -> Iterator[Any]:
    if field.key is not None and field.value is not None:
        made = {draw(field.key): draw(field.value) for _ in range(min(clause.argument, MOST) * 5)}
        yield dict(list(made.items())[: clause.argument])
    elif isinstance(value, dict):
        yield dict(list(value.items())[: clause.argument])
        yield {child.name: draw(child) for child in field.properties[: clause.argument]}


_BOUNDS: Mapping[str, Bound] = {
    "required": _nothing,
    "nullValues": _nothing,
    "type": _nothing,
    "format": _nothing,
    "missingValues": _listed,
    "enum": _listed,
    "invalidValues": _nothing,
    "minLength": _of_length,
    "maxLength": _of_length,
    "pattern": _nothing,
    "minimum": _around,
    "maximum": _around,
    "exclusiveMinimum": _around,
    "exclusiveMaximum": _around,
    "multipleOf": _multiples,
    "minItems": _of_items,
    "maxItems": _of_items,
    "uniqueItems": _twice,
    "minProperties": _of_members,
    "maxProperties": _of_members,
}
rules.expect_rows(_BOUNDS, rules.names("event"), "cli/review/boundaries.py rules")
