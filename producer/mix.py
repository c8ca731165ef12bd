"""Contract to the traffic of a bad day: valid events, some broken, some sent twice, some late, as many as asked.

Counts are exact, and which events they hit is drawn by the seed. Broken events take the contract's clauses in turn, so
that enough of them break every clause. All are in the order of their record timestamps.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import NamedTuple

from contracts.compiler.model import Clause, Contract
from producer.broken.breakers import Breaker
from producer.errors import ProducerError
from producer.event import UNNAMED, Event, Headers, encode
from producer.payloads import SPAN, events

LATENESS = (timedelta(minutes=10), timedelta(hours=5))  # beyond what the contract still calls in time
AGAIN = (timedelta(seconds=1), timedelta(minutes=30))  # from a send to its repetition
NEVER = timedelta(0)


class Sending(NamedTuple):
    """One record and what it is: `kind` is valid, invalid or duplicate; `clause` the id that an invalid one breaks."""

    value: bytes
    key: bytes
    headers: Headers
    sent_at: datetime
    kind: str
    late: bool
    clause: str | None


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of all events is invalid, sent twice or late: from 0 to 1 each."""

    invalid: Decimal
    duplicates: Decimal
    late: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """The exact counts. `valid` events are sent once first; `late` are some of them, `duplicates` repeat some."""

    valid: int
    invalid: int
    duplicates: int
    late: int


def plan(contract: Contract, count: int, shares: Shares) -> Plan:
    """Shares to counts, rounded half up; ProducerError where they do not fit into each other."""
    invalid, duplicates, late = (
        int((share * count).to_integral_value(ROUND_HALF_UP))
        for share in (shares.invalid, shares.duplicates, shares.late)
    )
    valid = count - invalid - duplicates
    if valid < max(duplicates, late, 0):
        raise ProducerError(
            f"of {count} events {invalid} invalid and {duplicates} duplicate leave {max(valid, 0)} valid ones, "
            f"too few to repeat {duplicates} and delay {late} of them",
            "Ask for smaller shares.",
        )
    if late and contract.late_after is None:
        raise ProducerError(f"{contract.key} does not say when an event is late", "Leave out --late, or set lateAfter.")
    return Plan(valid, invalid, duplicates, late)


def span_of(contract: Contract) -> timedelta:
    """How long the traffic lasts: a week, or half of what the topic keeps, so that nothing expires while it is read."""
    return min(SPAN, contract.envelope.retention / 2) if contract.envelope else SPAN


def mixed(
    contract: Contract, count: int, seed: int, start: datetime, counts: Plan, producer: str = UNNAMED
) -> Iterator[Sending]:
    """`count` sendings in the order of their timestamps, all in [start, start + span_of(contract)).

    Values are defined by seed, start and counts alone; `producer` is as for `sealer`.
    """
    tail, once = (contract.late_after or NEVER) + LATENESS[1] + AGAIN[1], count - counts.duplicates
    span = max(span_of(contract) - tail, tail)
    source = events(contract, count=once, seed=seed, start=start, span=span, producer=producer)
    rng = Random(f"{contract.key}:{seed}:{start.isoformat()}:mix")
    broken = _Broken(Breaker(contract, producer), rng) if counts.invalid else None
    return _in_order(_sendings(contract, source, once, counts, broken, rng))


def _sendings(
    contract: Contract, source: Iterator[Event], count: int, counts: Plan, broken: "_Broken | None", rng: Random
) -> Iterator[tuple[datetime, Sending]]:
    """Each event with the moment the stream has reached; what is sent later than that is put back in order."""
    left_invalid, left_late, left_twice, left_valid = counts.invalid, counts.late, counts.duplicates, counts.valid
    for number, event in enumerate(source):
        if broken and rng.random() * (count - number) < left_invalid:
            left_invalid -= 1
            yield event.sent_at, broken.sending(event)
            continue
        late, twice = (rng.random() * left_valid < left for left in (left_late, left_twice))
        left_late, left_twice, left_valid = left_late - late, left_twice - twice, left_valid - 1
        sent_at = event.sent_at + (contract.late_after or NEVER) + _between(rng, *LATENESS) if late else event.sent_at
        yield event.sent_at, Sending(encode(event.value), event.key, event.headers, sent_at, "valid", late, None)
        if twice:
            yield event.sent_at, _again(event, sent_at + _between(rng, *AGAIN), rng)


class _Broken:
    """Breaks one clause after the other, in an order drawn once."""

    def __init__(self, breaker: Breaker, rng: Random) -> None:
        self._breaker = breaker
        self._clauses: list[Clause] = list(self._breaker.clauses)
        self._rng = rng
        self._turn = 0
        rng.shuffle(self._clauses)

    def sending(self, event: Event) -> Sending:
        """The event with the next clause broken that this event can break."""
        for _ in self._clauses:
            clause = self._clauses[self._turn % len(self._clauses)]
            self._turn += 1
            made = self._breaker.break_clause(clause, event, self._rng)
            if made is not None:
                return Sending(encode(made.value), made.key, made.headers, event.sent_at, "invalid", False, clause.id)
        raise ProducerError("no clause of the contract can be broken", "Leave out --invalid.")


def _again(event: Event, sent_at: datetime, rng: Random) -> Sending:
    """The same event once more: the same bytes, or the same value with its members in another order."""
    value = event.value
    if isinstance(value, dict) and rng.random() < 0.5:
        names = list(value)
        rng.shuffle(names)
        value = {name: value[name] for name in names}
    return Sending(encode(value), event.key, event.headers, sent_at, "duplicate", False, None)


def _between(rng: Random, least: timedelta, most: timedelta) -> timedelta:
    return least + (most - least) * rng.random()


def _in_order(sendings: Iterator[tuple[datetime, Sending]]) -> Iterator[Sending]:
    """Sort by record timestamp, holding back only what is sent later than the stream has reached."""
    held: list[tuple[datetime, int, Sending]] = []
    for number, (reached, sending) in enumerate(sendings):
        while held and held[0][0] < reached:
            yield heapq.heappop(held)[2]
        if sending.sent_at <= reached:
            yield sending
        else:
            heapq.heappush(held, (sending.sent_at, number, sending))
    while held:
        yield heapq.heappop(held)[2]
