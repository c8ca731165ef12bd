"""Life cycle to blocks of changes: what `life_cycle` plays one change at a time, for thousands of entities at once.

The same states, delays and starts, drawn from another random source; all in the order of time. An entity's remaining
changes wait in arrays, so memory grows with the entities that are open at a time, and not with the count.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from contracts.compiler.model import LifeCycle
from producer import life_cycle
from producer.blocks.entropy import Entropy, Integers, scaled
from producer.life_cycle import DELAYS, SHORTEST_US, SQUEEZED_US, Course

BLOCK = 2048  # entities that start together
Objects = npt.NDArray[np.object_]
Remember = Callable[[int, Integers], Objects]


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes side by side: when each happens, the number of its state, and what its entity keeps."""

    moments: Integers
    states: Integers
    memories: Objects

    def __len__(self) -> int:
        return len(self.moments)

    def taken(self, rows: Any) -> "Changes":
        """Some of the changes: a slice, a mask or their places."""
        return Changes(self.moments[rows], self.states[rows], self.memories[rows])

    def with_more(self, other: "Changes") -> "Changes":
        """These changes and then others."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("moments", "states", "memories"))
        return Changes(*map(np.concatenate, pairs))


NOTHING = Changes(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, object))


class Walk:
    """A life cycle compiled for walking many entities through it; `states` gives each state its number."""

    def __init__(self, course: Course, states: list[str], entropy: Entropy) -> None:
        numbers = {state: number for number, state in enumerate(states)}
        bags = [[numbers[after] for after in course.bags.get(state, ())] for state in states]
        self._starts = np.array([numbers[state] for state in course.starts])
        self._sizes = np.array([len(bag) for bag in bags])
        self._offsets = np.cumsum(self._sizes) - self._sizes
        self._next = np.array([number for bag in bags for number in bag] or [0])
        self._delays_us = np.array(course.delays_us)
        self._entropy = entropy

    def changes(self, begins: Integers, end_us: int, memories: Objects) -> Changes:
        """Every change before the end of entities that begin at these moments; those of one entity in order."""
        if len(begins) == 0:
            return NOTHING
        alive, moments, steps = np.arange(len(begins)), begins, list[tuple[Integers, Integers, Integers]]()
        states = self._starts[self._entropy.below(len(self._starts), len(begins))]
        while len(alive):
            steps.append((moments, states, alive))
            chances, waits = self._entropy.raw(len(alive)), self._entropy.raw(len(alive))
            places = (waits >> np.uint64(32)).astype(np.int64) % DELAYS
            moments = moments + self._delays_us[places] + scaled(waits << np.uint64(32), SHORTEST_US)
            going = (self._sizes[states] > 0) & (moments < end_us)
            turns = (chances >> np.uint64(32)).astype(np.int64) * self._sizes[states] >> 32
            following = self._next[np.where(going, self._offsets[states] + turns, 0)]
            alive, moments, states = alive[going], moments[going], following[going]
        rows = np.concatenate([row for _, _, row in steps])
        return Changes(
            np.concatenate([row for row, _, _ in steps]), np.concatenate([row for _, row, _ in steps]), memories[rows]
        )


def blocks(
    cycle: LifeCycle, states: list[str], entropy: Entropy, count: int, start_us: int, span_us: int, remember: Remember
) -> Iterator[Changes]:
    """Exactly `count` changes in the order of time, filling [start, start + span), in blocks of uneven size.

    `remember(first, moments)` makes what the entities from number `first` on keep. Where the span ends before there
    are enough, new entities begin in what is left of it.
    """
    course, every_us = life_cycle.plan(cycle, count, span_us)
    walk, end_us, waiting, entity, last_us = Walk(course, states, entropy), start_us + span_us, NOTHING, 0, start_us
    while count:
        size = min(BLOCK, max(16, count))
        begins = start_us + (np.arange(entity, entity + size) * every_us).astype(np.int64)
        upcoming_us = start_us + int((entity + size) * every_us)
        begins = begins[begins < end_us]
        if len(begins) == 0 and len(waiting) == 0:
            begins, upcoming_us = _squeezed(last_us, end_us, size, count), end_us
        waiting = waiting.with_more(walk.changes(begins, end_us, remember(entity, begins)))
        entity += len(begins)
        due = waiting.moments < upcoming_us
        ready, waiting = waiting.taken(due), waiting.taken(~due)
        ready = ready.taken(np.argsort(ready.moments, kind="stable")[:count])
        count -= len(ready)
        if len(ready):
            last_us = int(ready.moments[-1])
            yield ready


def _squeezed(last_us: int, end_us: int, size: int, count: int) -> Integers:
    """Moments of entities that begin after the last change, as close as what is left of the span asks for."""
    every_us = min(SQUEEZED_US, (end_us - 1 - last_us) // (count + 1))
    return last_us + np.arange(1, size + 1) * every_us
