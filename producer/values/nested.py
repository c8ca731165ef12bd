"""Unique fields below the top of an event: where their values stand, and how each gets one that no other has.

Within objects a value is counted by its event; within arrays and maps, where an event has several, by a count of its
own. A map's names are left as they are drawn.
"""

from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from typing import Any

from contracts.compiler.model import Contract, Field

EACH = None
Steps = tuple[str | None, ...]
"""Names on the way to a value; EACH for every item of an array, and every value of a map."""


def unique_below(contract: Contract) -> Iterator[tuple[Steps, Field]]:
    """Each unique field below the top, and the way to it."""
    for field in contract.fields:
        yield from _below((field.name,), field)


def _below(steps: Steps, field: Field) -> Iterator[tuple[Steps, Field]]:
    parts = [(child.name, child) for child in field.properties]
    for name, child in (*parts, (EACH, field.items), (EACH, field.value)):
        if child is not None:
            if child.unique:
                yield (*steps, name), child
            yield from _below((*steps, name), child)


def counting(rows: list[tuple[Steps, Callable[[Random, int], Any]]]) -> Callable[[Any, Random, int], None]:
    """What puts counted values in the places of an event's drawn ones; places that are absent or null stay so."""
    counters = [count() if EACH in steps else None for steps, _ in rows]

    def put(value: Any, rng: Random, number: int) -> None:
        for (steps, make), counter in zip(rows, counters, strict=True):
            for holder, name in places(value, steps):
                holder[name] = make(rng, number if counter is None else next(counter))

    return put


def places(holder: Any, steps: Steps) -> Iterator[tuple[Any, Any]]:
    """Where the values that a way leads to stand: each as (holder, name or position), null ones left out."""
    names = list(holder if isinstance(holder, dict) else range(len(holder))) if steps[0] is EACH else [steps[0]]
    for name in names:
        below = holder.get(name) if isinstance(holder, dict) else holder[name]
        if below is None:
            continue
        if len(steps) == 1:
            yield holder, name
        elif isinstance(below, dict | list):
            yield from places(below, steps[1:])
