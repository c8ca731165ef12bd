"""Clauses over many rows to what generated events must do, so that a set of them keeps the contract.

Where none of the counted rows will do (nothing null, nothing repeated), a clause becomes one of every event. Where some
are wanted, as few as hold are spread evenly over the events, by number: exact for any count. What is only tried is
to keep several such clauses of one field; fields below arrays and maps are only ever kept free of what is counted, and
repetitions are avoided only where the field can be counted through.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import Any

from contracts.compiler.model import Clause, Contract, Expectation, Field
from contracts.compiler.quality import OPERATORS
from contracts.compiler.temporal import writer
from producer.errors import ProducerError
from producer.values.counted import numbered
from producer.values.edges import choice
from producer.values.fits import fits, key
from producer.values.makers import maker
from producer.values.quantities import number

DRAWS = 1000  # for a value that is invalid
Value = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Override:
    """What some events have in place of a drawn value; `make` is given the value that was drawn."""

    path: tuple[str, ...]
    chosen: Callable[[int], bool]
    make: Callable[[Random, int, Any], Any]


def demanded(contract: Contract, count: int) -> tuple[Contract, tuple[Override, ...]]:
    """The contract with what no event may break for the sake of many, and what some events must have."""
    fields = {field.path: field for field in contract.walk()}
    strict, overrides = dict[str, Field](), list[Override]()
    for clause in contract.row_clauses():
        if isinstance(clause.argument, Expectation) and clause.path in fields:
            wanted = _wanted(clause.argument, count)
            field = strict.get(clause.path, fields[clause.path])
            strict[clause.path] = _strict(field, clause, count)
            if wanted and "[]" not in clause.path and not _in_map(contract, clause.path):
                overrides.append(_override(fields[clause.path], clause, wanted, count, len(overrides)))
    return replace(contract, fields=tuple(_rebuilt(field, strict) for field in contract.fields)), tuple(overrides)


def forbids_any(expectation: Expectation) -> bool:
    """Whether a number of 0 keeps the clause."""
    return OPERATORS[expectation.operator].holds(Fraction(0), expectation.bound)


def _wanted(expectation: Expectation, count: int) -> int:
    """The least number of rows that keeps the clause; 0 where none does."""
    holds = OPERATORS[expectation.operator].holds
    ends = expectation.bound if isinstance(expectation.bound, tuple) else (expectation.bound,)
    scale = Fraction(count, 100) if expectation.unit == "percent" else Fraction(1)
    near = {int(Fraction(end) * scale) + move for end in ends for move in (-1, 0, 1, 2)} | {0, 1}
    for rows in sorted(near):
        number_ = Fraction(100 * rows, count) if expectation.unit == "percent" else Fraction(rows)
        if 0 <= rows <= count and holds(number_, expectation.bound):
            return rows
    return 0


def _strict(field: Field, clause: Clause, count: int) -> Field:
    """The field as if nothing were tolerated; events that must differ from that are overridden afterwards."""
    expectation: Expectation = clause.argument
    if clause.rule == "duplicateValues":
        never = expectation.bound in (0, (0, 0)) and forbids_any(expectation)
        return replace(field, unique=True) if never or _countable(field, count) else field
    rule, argument = clause.rule, expectation.values or expectation.pattern
    if rule == "invalidValues" and expectation.values is not None:
        rule = "enum"
    return replace(field, clauses=(*field.clauses, Clause(f"{clause.id}:strict", field.path, rule, argument, "")))


def _countable(field: Field, count: int) -> bool:
    try:
        found = numbered(field)
    except ProducerError:
        return False
    return found is None or found[1] >= count


def _rebuilt(field: Field, strict: Mapping[str, Field]) -> Field:
    """The tree of a field with the fields at some paths replaced."""
    made = strict.get(field.path, field)
    return replace(
        made,
        properties=tuple(_rebuilt(part, strict) for part in field.properties),
        items=field.items and _rebuilt(field.items, strict),
        key=field.key and _rebuilt(field.key, strict),
        value=field.value and _rebuilt(field.value, strict),
    )


def _in_map(contract: Contract, path: str) -> bool:
    maps = [field.path for field in contract.walk() if field.key is not None]
    return any(path.startswith(f"{map_}.") for map_ in maps)


def _override(field: Field, clause: Clause, wanted: int, count: int, shift: int) -> Override:
    make = _OVERRIDES[clause.rule](field, clause.argument)
    wanted += clause.rule == "duplicateValues"  # the first of them repeats nothing
    return Override(tuple(field.path.split(".")), spread(min(wanted, count), count, shift), make)


def spread(rows: int, count: int, shift: int) -> Callable[[int], bool]:
    """Whether an event is one of `rows` that lie evenly among `count`; another `shift`, others of them."""

    def chosen(number_: int) -> bool:
        place = (number_ + shift) % count
        return (place + 1) * rows // count > place * rows // count

    return chosen


def _null(_: Field, __: Expectation) -> Callable[[Random, int, Any], Any]:
    return lambda *_: None


def _missing(field: Field, expectation: Expectation) -> Callable[[Random, int, Any], Any]:
    draw = choice(list(_written(field, expectation.values or ())))
    return lambda rng, moment_us, _: draw(rng, moment_us)


def _written(field: Field, values: tuple[Any, ...]) -> Iterator[Any]:
    write = None if field.time_form is None else writer(field.time_form)
    for value in values:
        if value is None or write is None:
            yield number(field, value) if key(value)[0] == "number" else value
        else:
            yield write(value)


def _invalid(field: Field, expectation: Expectation) -> Callable[[Random, int, Any], Any]:
    """Another value of the field that the clause counts; the drawn one where none is found."""
    clause = Clause("", field.path, "invalidValues", expectation, "")
    valid, make = fits(_strict(field, clause, 0)), maker(field)

    def draw(rng: Random, moment_us: int, drawn: Any) -> Any:
        made = (make(rng, moment_us) for _ in range(DRAWS))
        return next((value for value in made if not valid(value)), drawn)

    return draw


def _repeated(_: Field, __: Expectation) -> Callable[[Random, int, Any], Any]:
    """The first value that was drawn, again and again."""
    first: list[Any] = []

    def draw(_: Random, __: int, drawn: Any) -> Any:
        if not first:
            first.append(drawn)
        return first[0]

    return draw


_OVERRIDES: Mapping[str, Callable[[Field, Expectation], Callable[[Random, int, Any], Any]]] = {
    "nullValues": _null,
    "missingValues": _missing,
    "invalidValues": _invalid,
    "duplicateValues": _repeated,
}


def overridden(overrides: tuple[Override, ...], value: Value, rng: Random, number_: int, moment_us: int) -> None:
    """Change what an event must have, where the objects above it are there."""
    for override in overrides:
        if not override.chosen(number_):
            continue
        holder: Any = value
        for name in override.path[:-1]:
            holder = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(holder, dict):
            holder[override.path[-1]] = override.make(rng, moment_us, holder.get(override.path[-1]))
