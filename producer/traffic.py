"""Contract to the traffic of a bad day: valid events, some broken, some sent twice, some late, as many as asked.

Counts are exact, and which events they hit is drawn by the seed. Broken events take the contract's clauses in turn, so
that enough of them break every clause. All are in the order of their record timestamps, and made in blocks: only what
is broken, repeated or late is looked at by itself.
"""

import heapq
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import repeat
from operator import itemgetter
from random import Random
from typing import Any, NamedTuple

import numpy as np

from contracts.compiler.model import Clause, Contract
from producer.blocks.entropy import Entropy
from producer.blocks.lines import blocks
from producer.blocks.spread import Spread
from producer.broken.breakers import Breaker
from producer.broken.reuse import Reuser
from producer.errors import ProducerError
from producer.event import EPOCH, UNNAMED, Event, Headers, LineSeal, encode, line_sealer
from producer.payloads import LAG_US
from producer.plan import Plan, span_of

LATENESS = (timedelta(minutes=10), timedelta(hours=5))  # beyond what the contract still calls in time
AGAIN = (timedelta(seconds=1), timedelta(minutes=30))  # from a send to its repetition
NEVER, MICROSECOND = timedelta(0), timedelta(microseconds=1)


class Odd(NamedTuple):
    """What a record is: `kind` valid, invalid or duplicate; `clause` the id of the one that an invalid record breaks.

    `own` are its key and headers where `Traffic.seal` does not make them of the value.
    """

    kind: str
    late: bool
    clause: str | None
    own: tuple[bytes, Headers] | None


USUAL = Odd("valid", False, None, None)
Row = tuple[int, bytes, Odd | None]  # when it is sent, in microseconds since 1970; its value; None for what is usual


class Traffic(NamedTuple):
    """Records side by side, in the order of their timestamps: `sent_us` are microseconds since 1970.

    `odd` tells by place, in order, what those are that are not USUAL. `seal` makes key and headers of
    values that have none of their own.
    """

    values: list[bytes]
    sent_us: list[int]
    odd: Mapping[int, Odd]
    seal: LineSeal


def traffic(
    contract: Contract, count: int, seed: int, start: datetime, counts: Plan, producer: str = UNNAMED
) -> Iterator[Traffic]:
    """`count` records in the order of their timestamps, all in [start, start + span_of(contract)).

    Values are defined by seed, start and counts alone; `producer` is as for `sealer`. ProducerError where the contract
    gives no way to make a field, with the field's name, or describes no topic.
    """
    tail, once = (contract.late_after or NEVER) + LATENESS[1] + AGAIN[1], count - counts.duplicates
    span, name = max(span_of(contract) - tail, tail), f"{contract.key}:{seed}:{start.isoformat()}:mix"
    entropy, reached_us, width_us = Entropy(name), 0, LAG_US[1] - LAG_US[0]
    mixer = _Mixer(contract, once, counts, Random(name), producer)
    for block in blocks(contract, count=once, seed=seed, start=start, span=span):
        due_us = block.moments + LAG_US[0] + entropy.below(width_us, len(block.moments))
        due_us[0] = max(due_us[0], reached_us)
        sent_us = np.maximum.accumulate(due_us).tolist()
        reached_us = sent_us[-1]
        yield mixer.mixed(block.lines(), sent_us, line_sealer(contract, producer, block.places))
    if counts.late or counts.duplicates:
        yield mixer.rest(line_sealer(contract, producer))


class _Mixer:
    """Breaks, delays and repeats some of the lines that pass, and puts in order what is sent later than others."""

    def __init__(self, contract: Contract, once: int, counts: Plan, rng: Random, producer: str) -> None:
        self._broken = _Broken(Breaker(contract, producer), rng) if counts.invalid else None
        self._late_after, self._rng, self._number = contract.late_after or NEVER, rng, 0
        self._invalid = Spread(counts.invalid, once, rng)
        self._late, self._twice = (Spread(hits, counts.valid, rng) for hits in (counts.late, counts.duplicates))
        self._held: list[tuple[int, int, Row]] = []

    def mixed(self, lines: list[bytes], sent_us: list[int], seal: LineSeal) -> Traffic:
        """What is sent up to the last of these moments; the rest is held back."""
        changed = self._changed(lines, sent_us, seal)
        due = self._due(sent_us[-1])
        if not changed and not due:
            return Traffic(lines, sent_us, {}, seal)
        rows: list[Row | None] = list(zip(sent_us, lines, repeat(None)))
        for place, row in changed.items():
            rows[place] = row
        return _in_order([row for row in rows if row is not None] + due, seal)

    def rest(self, seal: LineSeal) -> Traffic:
        """What is still held back at the end."""
        return _in_order(self._due(sys.maxsize), seal)

    def _changed(self, lines: list[bytes], sent_us: list[int], seal: LineSeal) -> dict[int, Row | None]:
        """By place what is sent instead of a line in its time; None where that is nothing, since it is late."""
        changed: dict[int, Row | None] = {}
        for place in self._invalid.among(len(lines)):
            assert self._broken is not None  # noqa: S101 - no place is drawn without
            changed[place] = self._broken.row(lines[place], sent_us[place], seal)
        good = [place for place in range(len(lines)) if place not in changed] if changed else range(len(lines))
        late = {good[number] for number in self._late.among(len(good))}
        twice = {good[number] for number in self._twice.among(len(good))}
        for place in sorted(late | twice):
            at_us, line = sent_us[place], lines[place]
            if place in late:
                at_us += self._late_after // MICROSECOND + _between(self._rng, *LATENESS)
                changed[place] = None
                self._hold(at_us, line, Odd("valid", True, None, None))
            if place in twice:
                at_us += _between(self._rng, *AGAIN)
                self._hold(at_us, _again(line, self._rng), Odd("duplicate", False, None, seal(line)))
        return changed

    def _hold(self, sent_us: int, value: bytes, odd: Odd) -> None:
        heapq.heappush(self._held, (sent_us, self._number, (sent_us, value, odd)))
        self._number += 1

    def _due(self, reached_us: int) -> list[Row]:
        """What was held back until a moment, in order."""
        due = list[Row]()
        while self._held and self._held[0][0] < reached_us:
            due.append(heapq.heappop(self._held)[2])
        return due


def _in_order(rows: list[Row], seal: LineSeal) -> Traffic:
    """Rows by the time they are sent."""
    rows.sort(key=itemgetter(0))
    odd = {place: row[2] for place, row in enumerate(rows) if row[2] is not None}
    return Traffic([row[1] for row in rows], [row[0] for row in rows], odd, seal)


class _Broken:
    """Breaks one clause after the other, in an order drawn once."""

    def __init__(self, breaker: Breaker, rng: Random) -> None:
        self._breaker = Reuser(breaker)
        self._clauses: list[Clause] = list(breaker.clauses)
        self._rng = rng
        self._turn = 0
        rng.shuffle(self._clauses)

    def row(self, line: bytes, sent_us: int, seal: LineSeal) -> Row:
        """The event of a line with the next clause broken that this event can break."""
        event = Event(_value(line), *seal(line), EPOCH + timedelta(microseconds=sent_us))
        for _ in self._clauses:
            clause = self._clauses[self._turn % len(self._clauses)]
            self._turn += 1
            made = self._breaker.break_clause(clause, event, self._rng)
            if made is not None:
                return sent_us, encode(made.value), Odd("invalid", False, clause.id, (made.key, made.headers))
        raise ProducerError("no clause of the contract can be broken", "Leave out --invalid.")


def _again(line: bytes, rng: Random) -> bytes:
    """The same event once more: the same bytes, or the same value with its members in another order."""
    if rng.random() < 0.5:
        return line
    members = list(_value(line).items())
    rng.shuffle(members)
    return encode(dict(members))


def _value(line: bytes) -> dict[str, Any]:
    """The value of a line, as it was before it was encoded: numbers with a point are Decimals."""
    value: dict[str, Any] = json.loads(line, parse_float=Decimal)
    return value


def _between(rng: Random, least: timedelta, most: timedelta) -> int:
    """Microseconds from `least` up to, but not including, `most`."""
    return rng.randrange(least // MICROSECOND, most // MICROSECOND)
