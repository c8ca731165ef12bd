"""Contract to events: valid ones, the same for the same seed and start, in the order they are sent.

Nothing but the seeded source is random, and ids are made here, before the first send: after a time-out a record may or
may not be in the topic, and only an id made beforehand lets the reader tell.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from contracts.compiler.model import Contract, Field, LifeCycle
from producer import life_cycle
from producer.event import Event, sealer
from producer.makers import ABSENT, maker, numbered, optional
from producer.quantities import EPOCH, Maker, iso, micros

SPAN = timedelta(days=7)
LAG_US = (50_000, 5_000_000)  # from the change to the send
SEED_STRIDE = 7_919_993  # numbers apart that two seeds of one start begin to count
SHARE_ONLY = 0.6  # an optional field that occurs in some states is present there
Value = dict[str, Any]
Distinct = Callable[[Random, int], Any]


def events(contract: Contract, *, count: int, seed: int, start: datetime, span: timedelta = SPAN) -> Iterator[Event]:
    """`count` valid events that happen in [start, start + span); memory does not grow with `count`.

    ProducerError where the contract gives no way to make a field, with the field's name.
    """
    rng = Random(f"{contract.key}:{seed}:{start.isoformat()}")
    place = (micros(start), span // timedelta(microseconds=1), count)
    source = _independent if contract.life_cycle is None else _living
    seal, sent_us = sealer(contract), 0
    least, width = LAG_US[0], LAG_US[1] - LAG_US[0]
    for moment_us, value in source(contract, rng, base_number(seed, start), *place):
        sent_us = max(sent_us, moment_us + least + int(rng.random() * width))
        key, headers = seal(value)
        yield Event(value, key, headers, EPOCH + timedelta(microseconds=sent_us))


def base_number(seed: int, start: datetime) -> int:
    """Where counted keys begin: other seeds, and other starts, count elsewhere."""
    digest = hashlib.sha256(start.isoformat().encode()).digest()
    return int.from_bytes(digest[:8], "big") + seed * SEED_STRIDE


def distinct(field: Field, base: int) -> Distinct:
    """A maker of values that differ from number to number, counted where the field can be counted."""
    counted = numbered(field)
    if counted is None:
        make = maker(field)
        return lambda rng, _: make(rng, 0)
    place, capacity = counted
    return lambda _, number: place((base + number) % capacity)


def _independent(
    contract: Contract, rng: Random, base: int, start_us: int, span_us: int, count: int
) -> Iterator[tuple[int, Value]]:
    """Events that know nothing of each other, spread evenly with some jitter."""
    special = {contract.event_id, contract.event_time}
    identity = _identity(contract, base)
    draws = [(field.name, optional(field)) for field in contract.fields if field.name not in special]
    for number in range(count):
        moment_us = start_us + int(span_us * (number + rng.random()) / count)
        value = identity(rng, number, moment_us)
        value.update(_drawn(draws, rng, moment_us))
        yield moment_us, value


def _living(
    contract: Contract, rng: Random, base: int, start_us: int, span_us: int, count: int
) -> Iterator[tuple[int, Value]]:
    """Events of entities that live: constant fields are drawn once, others at each change."""
    cycle = contract.life_cycle
    assert cycle is not None  # noqa: S101 - chosen by the caller for contracts that have one
    special = {contract.event_id, contract.event_time, cycle.key, cycle.state}
    others = [field for field in contract.fields if field.name not in special]
    constant = [(field.name, optional(field)) for field in others if field.name in cycle.constant]
    by_state = {state: _of_state(cycle, others, state) for state in _states(cycle)}
    keys, identity = distinct(contract.field(cycle.key), base), _identity(contract, base)

    def remember(entity: int, moment_us: int) -> Value:
        return {cycle.key: keys(rng, entity), **_drawn(constant, rng, moment_us)}

    timeline = life_cycle.changes(cycle, rng, count, start_us, span_us, remember)
    for number, (moment_us, _, state, memory) in enumerate(timeline):
        value = identity(rng, number, moment_us)
        value[cycle.state] = state
        value.update(memory)
        if draws := by_state[state]:
            value.update(_drawn(draws, rng, moment_us))
        yield moment_us, value


def _identity(contract: Contract, base: int) -> Callable[[Random, int, int], Value]:
    """What every event has of its own: its id and its time."""
    id_name, time_name = contract.event_id, contract.event_time
    ids = distinct(contract.field(id_name), base) if id_name else None

    def make(rng: Random, number: int, moment_us: int) -> Value:
        value: Value = {id_name: ids(rng, number)} if ids and id_name else {}
        if time_name:
            value[time_name] = iso(moment_us)
        return value

    return make


def _states(cycle: LifeCycle) -> set[str]:
    return {*cycle.start, *cycle.transitions, *(state for after in cycle.transitions.values() for state in after)}


def _of_state(cycle: LifeCycle, fields: list[Field], state: str) -> list[tuple[str, Maker]]:
    """What is drawn anew at each change into a state."""
    fresh = [field for field in fields if field.name not in cycle.constant]
    return [
        (field.name, _sometimes(field) if field.name in cycle.only else optional(field))
        for field in fresh
        if state in cycle.only.get(field.name, (state,))
    ]


def _sometimes(field: Field) -> Maker:
    make = maker(field)
    if field.required:
        return make
    return lambda rng, moment_us: make(rng, moment_us) if rng.random() < SHARE_ONLY else ABSENT


def _drawn(draws: list[tuple[str, Maker]], rng: Random, moment_us: int) -> Value:
    return {name: value for name, make in draws if (value := make(rng, moment_us)) is not ABSENT}
