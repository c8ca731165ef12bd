"""Life cycle to changes: entities that start, move through their states, and interleave in the order of time.

Each step is drawn from `transitions`; the first state listed is the usual one. Delays are log-normal around four hours,
from a minute to five days. Waiting entities are held in a heap: from OPEN_LIMIT entities at a time on, delays shrink
instead of the heap growing, so that memory stays bounded for any count.
"""

import heapq
from collections.abc import Callable, Iterator
from math import log, sqrt
from random import Random
from typing import Any, NamedTuple

from contracts.compiler.model import LifeCycle

MEDIAN_US = 4 * 3_600_000_000
SIGMA = 1.2
SHORTEST_US, LONGEST_US = 60_000_000, 5 * 86_400_000_000
SQUEEZED_US = 1_000  # between events that no longer fit the span
USUAL = 3  # a state listed first is this much likelier than the next
OPEN_LIMIT = 50_000
DELAYS = 4096
TRIALS, TRIAL_STEPS = 300, 200


class Change(NamedTuple):
    """One entity reaching one state: `entity` counts from 0, `memory` is the entity's own, made at its start."""

    moment_us: int
    entity: int
    state: str
    memory: Any


class Course:
    """The states and delays of one life cycle, compiled for drawing.

    `starts` may come first; `bags` holds what follows a state, what is usual several times; `delays_us` are DELAYS
    delays made beforehand, of which one is drawn and some microseconds up to SHORTEST_US are added.
    """

    def __init__(self, cycle: LifeCycle, pace: float) -> None:
        self.starts = cycle.start
        self.bags = {state: _weighted(after) for state, after in cycle.transitions.items()}
        drawn = Random(0)
        self.delays_us = [
            min(max(int(drawn.lognormvariate(log(MEDIAN_US), SIGMA) * pace), SHORTEST_US), LONGEST_US)
            for _ in range(DELAYS)
        ]

    def first(self, rng: Random) -> str:
        """A state to start with."""
        return self.starts[int(rng.random() * len(self.starts))]

    def after(self, state: str, rng: Random) -> str | None:
        """The next state, or None where there is none."""
        bag = self.bags.get(state)
        return bag[int(rng.random() * len(bag))] if bag else None

    def delay_us(self, rng: Random) -> int:
        """How long the next change takes: one of DELAYS made beforehand, with some microseconds of its own."""
        chance = rng.random() * DELAYS
        place = int(chance)
        return self.delays_us[place] + int((chance - place) * SHORTEST_US)


def _weighted(states: tuple[str, ...]) -> tuple[str, ...]:
    most = len(states) - 1
    return tuple(state for place, state in enumerate(states) for _ in range(USUAL ** (most - place)))


def changes(
    cycle: LifeCycle, rng: Random, count: int, start_us: int, span_us: int, remember: Callable[[int, int], Any]
) -> Iterator[Change]:
    """Exactly `count` changes in the order of time, filling [start, start + span).

    `remember(entity, moment)` makes an entity's memory when it starts. Entities that are still on their way at the end
    stay so, as real ones do.
    """
    course, every_us = plan(cycle, count, span_us)
    waiting: list[tuple[int, int, str, Any]] = []
    end_us, entity, moment = start_us + span_us, 0, start_us
    for _ in range(count):
        upcoming = start_us + int(entity * every_us)
        begins = not waiting or upcoming <= waiting[0][0]
        if min(upcoming, waiting[0][0] if waiting else upcoming) >= end_us:
            begins, upcoming = True, moment + SQUEEZED_US
        if begins:
            moment, number, state, memory = upcoming, entity, course.first(rng), remember(entity, upcoming)
            entity += 1
        else:
            moment, number, state, memory = heapq.heappop(waiting)
        yield Change(moment, number, state, memory)
        following = course.after(state, rng)
        if following is not None:
            heapq.heappush(waiting, (moment + course.delay_us(rng), number, following, memory))


def plan(cycle: LifeCycle, count: int, span_us: int) -> tuple[Course, float]:
    """The course, and how far apart entities start so that the events of all of them fill the span."""
    course, pace, count = Course(cycle, 1.0), 1.0, max(count, 1)
    events, open_us = _trial(course, span_us)
    concurrent = count / events * open_us / span_us
    if concurrent > OPEN_LIMIT:
        pace = OPEN_LIMIT / concurrent
        course = Course(cycle, pace)
        events, _ = _trial(course, span_us)
    margin = 1.03 + 1 / sqrt(count)
    return course, span_us * events / (count * margin)


def _trial(course: Course, span_us: int) -> tuple[float, float]:
    """Mean events of an entity within the span, and mean time it stays open, by replaying some; always the same."""
    rng, events, open_us = Random(0), 0, 0
    for trial in range(TRIALS):
        began = moment = span_us * trial // TRIALS
        state: str | None = course.first(rng)
        for _ in range(TRIAL_STEPS):
            if state is None or moment >= span_us:
                break
            events += 1
            state = course.after(state, rng)
            moment += course.delay_us(rng) if state is not None else 0
        open_us += min(moment, span_us) - began
    return events / TRIALS, open_us / TRIALS
