"""Contract to layout: which fields of an event are counted, which carry its moment, and which are drawn.

What must differ from event to event is counted: identities, unique fields, and of a combination that must not repeat
(a composite primary key) a field with very many values, or all its countable fields together, like wheels of a meter.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import gcd
from random import Random
from typing import Any

from contracts.compiler.model import Contract, Expectation, Field
from contracts.compiler.types import TEMPORAL
from producer.errors import ProducerError
from producer.values import moments
from producer.values.counted import Numbered, numbered
from producer.values.holders import optional
from producer.values.nested import EACH, Steps, unique_below
from producer.values.quantities import Maker
from producer.values.tolerances import Override, demanded, forbids_any
from producer.values.vocabulary import uuid4

GOLDEN = 0.618  # of all combinations is a leap that spreads neighbours
SEED_STRIDE = 7_919_993  # numbers apart that two seeds of one start begin to count
REMEDY = "Ask for fewer events, or widen the clauses of the field."


@dataclass(frozen=True, slots=True)
class Distinct:
    """A field whose value is made from the event's number. `counted` is None where values are random (uuid); `always`
    says that the field is never left out.
    """

    field: Field
    counted: Numbered | None
    base: int
    always: bool
    make: Maker


@dataclass(frozen=True, slots=True)
class Layout:
    """`contract` has what many clauses demand as clauses of each event. `time` is the field of the event's moment;
    two events' moments lie at least `apart_us` apart. `nested` is what is distinct below the top, `drawn` the top-level
    fields that are neither of the others.
    """

    contract: Contract
    time: Field | None
    apart_us: int
    distinct: tuple[Distinct, ...]
    nested: tuple[tuple[Steps, Maker], ...]
    drawn: tuple[Field, ...]
    overrides: tuple[Override, ...]


def layout(contract: Contract, count: int, base: int) -> Layout:
    """The layout of `count` events; ProducerError where so many can't differ as they must."""
    contract, overrides = demanded(contract, count)
    time = next((field for field in contract.fields if field.name == contract.event_time), None)
    time = time if time is not None and time.type in TEMPORAL else None
    taken = _taken(contract, time)
    alone = [distinct(field, base, count) for field in contract.fields if field.unique and field.path not in taken]
    together, apart_us = _together(contract, alone, taken, base, count)
    names = {row.field.path for row in (*alone, *together)} | taken
    drawn = tuple(field for field in contract.fields if field.path not in names)
    return Layout(
        contract, time, apart_us, (*alone, *together), tuple(_nested(contract, base, count)), drawn, overrides
    )


def base_number(seed: int, start: datetime) -> int:
    """Where counted values begin: other seeds, and other starts, count elsewhere."""
    digest = hashlib.sha256(start.isoformat().encode()).digest()
    return int.from_bytes(digest[:8], "big") + seed * SEED_STRIDE


def distinct(field: Field, base: int, count: int, always: bool = False) -> Distinct:
    """A field that is counted through from `base` on; ProducerError where it has fewer than `count` values.

    A unique field that is optional is left out as others are, unless it is `always` needed.
    """
    counted, always = numbered(field), always or field.primary_key or bool(field.null_clauses)
    make = _random if counted is None else _counted(field, counted, base, count)
    base = 0 if counted is None else base % counted[1]
    return Distinct(field, counted, base, always, make if always else optional(field, make))


def _random(rng: Random, _: int) -> str:
    return uuid4(rng)


def _counted(field: Field, counted: Numbered, base: int, count: int) -> Maker:
    place, capacity = counted
    if capacity < count:
        raise ProducerError(f"{count} values of '{field.path}' can't differ: there are only {capacity}", REMEDY)

    def draw(_: Random, number: int) -> Any:
        if number >= capacity:
            raise ProducerError(f"'{field.path}' has only {capacity} different values", REMEDY)
        return place((base + number) % capacity)

    return draw


def _nested(contract: Contract, base: int, count: int) -> Iterator[tuple[Steps, Maker]]:
    """What is distinct below the top. Below arrays and maps, where uuids differ anyhow, as far as it can be counted."""
    for steps, field in unique_below(contract):
        if EACH not in steps:
            yield steps, distinct(field, base, count, always=True).make
            continue
        try:
            counted = numbered(field)
        except ProducerError:
            continue
        if counted is not None or len(field.examples) > 1:
            yield steps, distinct(field, base, 1, always=True).make


def _taken(contract: Contract, time: Field | None) -> frozenset[str]:
    """Fields that an entity's life or the event's moment decides."""
    cycle = contract.life_cycle
    lived = () if cycle is None else (cycle.key, cycle.state, *cycle.constant)
    return frozenset({*lived, *(() if time is None else (time.path,))})


def _together(
    contract: Contract, alone: list[Distinct], taken: frozenset[str], base: int, count: int
) -> tuple[list[Distinct], int]:
    """What makes combinations differ that no field of theirs makes differ by itself, and how far moments must lie apart
    for it. ProducerError where that can't be, and a clause tolerates no repetition.
    """
    groups, made, apart_us = [frozenset({row.field.path}) for row in alone], list[Distinct](), 0
    for columns, must in _combinations(contract):
        if any(group <= columns for group in groups):
            continue
        carriers = _carriers(contract, columns - taken - {row.field.path for row in made}, base, count)
        made += carriers
        if carriers:
            groups.append(frozenset(row.field.path for row in carriers))
        elif contract.event_time in columns & taken:
            apart_us = max(apart_us, moments.width_us(contract.field(contract.event_time)))
        elif must:
            names = ", ".join(sorted(columns))
            raise ProducerError(f"{contract.key}: {count} events that differ in {names} can't be made", REMEDY)
    return made, apart_us


def _combinations(contract: Contract) -> Iterator[tuple[frozenset[str], bool]]:
    """Sets of columns that together must not repeat, and whether no repetition at all is tolerated."""
    for clause in contract.many:
        if clause.rule == "primaryKey":
            yield frozenset(clause.argument), True
        elif isinstance(clause.argument, Expectation) and clause.argument.columns and forbids_any(clause.argument):
            yield frozenset(clause.argument.columns), clause.argument.bound in (0, (0, 0))


def _carriers(contract: Contract, columns: frozenset[str], base: int, count: int) -> list[Distinct]:
    """The field among these columns that has values enough, else all of them together; none where they do not do."""
    found: list[tuple[Field, Numbered]] = []
    for field in contract.fields:
        if field.path not in columns:
            continue
        try:
            counted = numbered(field)
        except ProducerError:
            continue
        if counted is None or counted[1] >= max(count, 10**6):
            return [distinct(field, base, count, always=True)]
        found.append((field, counted))
    return list(_meter(found, base, count))


def _meter(found: list[tuple[Field, Numbered]], base: int, count: int) -> Iterator[Distinct]:
    """Several fields that together go through all their combinations, in leaps, so that each of them varies."""
    below, total = 1, 1
    for _, (_, capacity) in found:
        total *= capacity
    if total < count:
        return
    leap = next(leap for leap in range(int(total * GOLDEN), 2 * total + 2) if gcd(leap, total) == 1)
    for field, (place, capacity) in found:
        yield Distinct(field, None, 0, True, _wheel(place, base, leap, total, below, capacity))
        below *= capacity


def _wheel(place: Callable[[int], Any], base: int, leap: int, total: int, below: int, capacity: int) -> Maker:
    """One wheel of a meter of `total` readings: `below` of them turn it by one."""
    return lambda _, number: place((base + number) * leap % total // below % capacity)
