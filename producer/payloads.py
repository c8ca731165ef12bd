"""Contract to events: valid ones, the same for the same seed and start, in the order they are sent.

Nothing but the seeded source is random, and ids are made here, before the first send: after a time-out a record may or
may not be in the topic, and only an id made beforehand lets the reader tell.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from contracts.compiler.model import Contract, Field, LifeCycle
from producer import life_cycle
from producer.blocks.layout import Distinct, Layout, base_number, distinct, layout
from producer.event import UNNAMED, Event, sealer
from producer.values import moments
from producer.values.fits import fits
from producer.values.holders import ABSENT
from producer.values.makers import maker, optional
from producer.values.nested import counting
from producer.values.quantities import EPOCH, Maker, micros
from producer.values.tolerances import overridden

SPAN = timedelta(days=7)
LAG_US = (50_000, 5_000_000)  # from the change to the send
SHARE_ONLY = 0.6  # an optional field that occurs in some states is present there
Value = dict[str, Any]
Stream = Iterator[tuple[int, Value]]


def events(
    contract: Contract, *, count: int, seed: int, start: datetime, span: timedelta = SPAN, producer: str = UNNAMED
) -> Iterator[Event]:
    """`count` valid events that happen in [start, start + span); memory does not grow with `count`.

    `producer` is as for `sealer`. ProducerError where the contract gives no way to make a field, with the field's name,
    or describes no topic.
    """
    seal, rng, sent_us = sealer(contract, producer), source(contract, seed, start), 0
    least, width = LAG_US[0], LAG_US[1] - LAG_US[0]
    for moment_us, value in _stream(contract, count, seed, start, span, rng):
        sent_us = max(sent_us, moment_us + least + int(rng.random() * width))
        key, headers = seal(value)
        yield Event(value, key, headers, EPOCH + timedelta(microseconds=sent_us))


def values(contract: Contract, *, count: int, seed: int, start: datetime, span: timedelta = SPAN) -> Iterator[Value]:
    """`count` valid values of any contract, a topic's or not, with or without an event time or a primary key.

    What must differ differs, combinations too; clauses over many rows hold for exactly these `count` values, as far as
    `tolerances` says. ProducerError where the contract gives no way to make a field, or too few different values.
    """
    for _, value in timed_values(contract, count=count, seed=seed, start=start, span=span):
        yield value


def timed_values(contract: Contract, *, count: int, seed: int, start: datetime, span: timedelta = SPAN) -> Stream:
    """The same values, each with its moment in microseconds since 1970."""
    return _stream(contract, count, seed, start, span, source(contract, seed, start))


def source(contract: Contract, seed: int, start: datetime, use: str = "") -> Random:
    """The random source of a run; `use` tells several apart."""
    return Random(f"{contract.key}:{seed}:{start.isoformat()}{use}")


def _stream(contract: Contract, count: int, seed: int, start: datetime, span: timedelta, rng: Random) -> Stream:
    """Values with their moments, in the order of these."""
    base = base_number(seed, start)
    plan = layout(contract, count, base)
    place = (rng, micros(start), span // timedelta(microseconds=1), count)
    made = (
        _independent(plan, *place) if contract.life_cycle is None else _living(plan, base, contract.life_cycle, *place)
    )
    if not plan.overrides:
        yield from made
        return
    for number, (moment_us, value) in enumerate(made):
        overridden(plan.overrides, value, rng, number, moment_us)
        yield moment_us, value


def _independent(plan: Layout, rng: Random, start_us: int, span_us: int, count: int) -> Stream:
    """Events that know nothing of each other, spread evenly with some jitter."""
    identity, finish = _identity(plan), counting(list(plan.nested))
    draws = _named([(field, optional(field)) for field in plan.drawn])
    moment_us = start_us - plan.apart_us
    for number in range(count):
        moment_us = max(moment_us + plan.apart_us, start_us + int(span_us * (number + rng.random()) / count))
        value = identity(rng, number, moment_us)
        value.update(_drawn(draws, rng, moment_us))
        finish(value, rng, number)
        yield moment_us, value


def _living(plan: Layout, base: int, cycle: LifeCycle, rng: Random, start_us: int, span_us: int, count: int) -> Stream:
    """Events of entities that live: constant fields are drawn once, others at each change."""
    constant = _named(constants(plan, cycle))
    by_state = {state: _named(fresh(plan, cycle, state)) for state in states(cycle)}
    keys, identity, finish = entity_keys(plan, cycle, base), _identity(plan), counting(list(plan.nested))

    def remember(entity: int, moment_us: int) -> Value:
        return {cycle.key: keys.make(rng, entity), **_drawn(constant, rng, moment_us)}

    last_us = start_us - plan.apart_us
    timeline = life_cycle.changes(cycle, rng, count, start_us, span_us, remember)
    for number, (moment_us, _, state, memory) in enumerate(timeline):
        last_us = max(moment_us, last_us + plan.apart_us) if plan.apart_us else moment_us
        value = identity(rng, number, last_us)
        value[cycle.state] = state
        value.update(memory)
        if draws := by_state[state]:
            value.update(_drawn(draws, rng, last_us))
        finish(value, rng, number)
        yield last_us, value


def _identity(plan: Layout) -> Callable[[Random, int, int], Value]:
    """What every event has of its own: what is counted at the top, and its time."""
    rows = [(row.field.name, row.make) for row in plan.distinct]
    time_name, write = (plan.time.name, at_time(plan.time)) if plan.time else ("", None)

    def make(rng: Random, number: int, moment_us: int) -> Value:
        value = _drawn(rows, rng, number)
        if write is not None:
            value[time_name] = write(rng, moment_us)
        return value

    return make


def at_time(field: Field) -> Maker:
    """The event's own moment as its time field writes it; another of its values where its clauses forbid that one."""
    write, holds, other = moments.of_event(field), fits(field), maker(field)
    judged = {clause.rule for clause in field.clauses} - {"required", "nullValues", "type", "format"}
    if not judged:
        return lambda _, moment_us: write(moment_us)
    return lambda rng, moment_us: text if holds(text := write(moment_us)) else other(rng, moment_us)


def states(cycle: LifeCycle) -> list[str]:
    """Every state, in the contract's order."""
    named = (*cycle.start, *cycle.transitions, *(state for after in cycle.transitions.values() for state in after))
    return list(dict.fromkeys(named))


def entity_keys(plan: Layout, cycle: LifeCycle, base: int) -> Distinct:
    """The key of the n-th entity."""
    return distinct(plan.contract.field(cycle.key), base, 1, always=True)


def constants(plan: Layout, cycle: LifeCycle) -> list[tuple[Field, Maker]]:
    """What is drawn once for an entity, a unique field too: its life is one, however many events it has."""
    return [(field, optional(field)) for field in plan.contract.fields if field.name in set(cycle.constant)]


def fresh(plan: Layout, cycle: LifeCycle, state: str) -> list[tuple[Field, Maker]]:
    """What is drawn anew at each change into a state."""
    return [
        (field, _sometimes(field) if field.name in cycle.only else optional(field))
        for field in plan.drawn
        if state in cycle.only.get(field.name, (state,))
    ]


def _sometimes(field: Field) -> Maker:
    make = maker(field)
    if field.null_clauses:
        return make
    return lambda rng, moment_us: make(rng, moment_us) if rng.random() < SHARE_ONLY else ABSENT


def _named(draws: list[tuple[Field, Maker]]) -> list[tuple[str, Maker]]:
    return [(field.name, make) for field, make in draws]


def _drawn(draws: list[tuple[str, Maker]], rng: Random, place: int) -> Value:
    """What some makers draw, for a moment or for the number of an event; what is absent is left out."""
    return {name: value for name, make in draws if (value := make(rng, place)) is not ABSENT}
