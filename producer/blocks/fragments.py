"""Fields to JSON fragments in blocks: for each field a column that makes `,"name":value` of thousands of rows at once.

Everything comes from the makers, encoded ahead where that may be: what knows no moment is drawn into a pool that is
renewed as the run goes on; what knows the day alone, into one pool a day. Texts of one width (a uuid, a counted key,
digits, the moment) are written side by side into a table of bytes. Any other field is drawn row by row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import Any, Protocol

import numpy as np

from contracts.compiler import rules
from contracts.compiler.model import Field
from contracts.compiler.types import TEMPORAL
from producer.blocks.entropy import Entropy, Integers
from producer.event import encode
from producer.values.holders import ABSENT
from producer.values.quantities import DAY_US, Maker

POOL = 4096  # values of a field that are ready at a time
GROWN = 32  # rows for each value that a pool grows by, until it is full
RENEWED = 8  # values that are new in each block from then on
FEW, TRIALS = 40, 256  # different values, of so many drawn, of a field that shares a pool with others
Pieces = Sequence[bytes]
FREE, DAILY, MOMENT = "free", "daily", "moment"
_REACH: Mapping[str, str] = {"date": DAILY, "time": FREE, "timestamp": MOMENT}
"""What a value of a type is drawn near to."""
rules.expect_rows(_REACH, TEMPORAL, "producer/blocks/fragments.py")


@dataclass(frozen=True, slots=True)
class Rows:
    """Neighbouring rows: the number of the first, and the moment of each."""

    first: int
    moments: Integers

    def __len__(self) -> int:
        return len(self.moments)


@dataclass(frozen=True, slots=True)
class Source:
    """What columns draw from, and how many values of a field are made ready: at first, and for one day."""

    rng: Random
    entropy: Entropy
    ready: int
    a_day: int


class Column(Protocol):
    """Makes one piece of bytes for each of some rows; empty where a field is absent."""

    def __call__(self, rows: Rows) -> Pieces:
        """The pieces, in the order of the rows."""


def member(name: str) -> Callable[[Any], bytes]:
    """What writes a value as one member of an object, with the comma before it; empty for ABSENT."""
    lead = b",%b:" % encode(name)
    return lambda value: b"" if value is ABSENT else lead + encode(value)


class Pool:
    """Pieces that know no moment: one of those that are ready, again and again."""

    def __init__(self, draw: Callable[[], bytes], size: int, entropy: Entropy) -> None:
        self._draw, self._entropy, self._turn = draw, entropy, 0
        self._ready = np.empty(POOL, dtype=object)
        self._size = 0
        self._grow(min(size, POOL))

    def __call__(self, rows: Rows) -> Pieces:
        """One of the pieces for each row; some are new each time."""
        pieces = self._ready[self._entropy.below(self._size, len(rows))].tolist()
        self._grow(len(rows) // GROWN if self._size < POOL else RENEWED)
        return list(pieces)

    def _grow(self, many: int) -> None:
        for _ in range(many):
            self._ready[self._turn] = self._draw()
            self._turn = (self._turn + 1) % POOL
        self._size = min(POOL, self._size + many)


class Daily:
    """Pieces that know their day: one of those that are ready for it. Days that are over are forgotten."""

    def __init__(self, draw: Callable[[int], bytes], a_day: int, entropy: Entropy) -> None:
        self._draw, self._a_day, self._entropy = draw, a_day, entropy
        self._days: dict[int, list[bytes]] = {}

    def __call__(self, rows: Rows) -> Pieces:
        """One of the pieces of its day for each row."""
        days, places = np.unique(rows.moments // DAY_US, return_inverse=True)
        known = [self._of(int(day)) for day in days]
        self._days = dict(zip(map(int, days), known, strict=True))
        ready = np.array(list(chain.from_iterable(known)), dtype=object)
        return list(ready[places * self._a_day + self._entropy.below(self._a_day, len(rows))])

    def _of(self, day: int) -> list[bytes]:
        return self._days.get(day) or [self._draw(day * DAY_US) for _ in range(self._a_day)]


class Single:
    """Pieces that know their number or their moment: each made by itself."""

    def __init__(self, draw: Callable[[int, int], bytes]) -> None:
        self._draw = draw

    def __call__(self, rows: Rows) -> Pieces:
        """The piece of each row's number and moment."""
        return list(map(self._draw, range(rows.first, rows.first + len(rows)), rows.moments.tolist()))


def joined(columns: Sequence[Pieces], many: int) -> Pieces:
    """The pieces of each row as one. No piece holds a line break: JSON writes it as an escape."""
    if len(columns) == 1:
        return columns[0]
    return interleaved([*columns, [b"\n"] * many], many).split(b"\n")[:many]


def interleaved(columns: Sequence[Pieces], many: int) -> bytes:
    """All pieces, row by row."""
    parts = [b""] * (many * len(columns))
    for place, pieces in enumerate(columns):
        parts[place :: len(columns)] = pieces
    return b"".join(parts)


def columns_of(draws: Iterable[tuple[Field, Maker]], source: Source, head: bytes = b"") -> list[Column]:
    """The columns of drawn fields; those with few different values share pools, so that one look-up draws them all.

    `head` stands before the pieces of the shared pool.
    """
    made: list[Column] = []
    few, ways, rng, entropy = [_nothing(head)], 1, source.rng, source.entropy
    for field, make in draws:
        reach = _reach(field)
        if reach == MOMENT:
            made.append(Single(_at_moment(field, make, rng)))
        elif reach == DAILY:
            made.append(Daily(_of_day(field, make, rng), source.a_day, entropy))
        else:
            draw = _free(field, make, rng)
            found = len({draw() for _ in range(TRIALS)})
            if found > FEW or ways * found > POOL:
                made.append(Pool(draw, source.ready, entropy))
            else:
                few, ways = [*few, draw], ways * found
    if len(few) > 1:
        return [*made, Pool(_together(few), source.ready, entropy)]
    return [*made, _constant(head)] if head else made


def _constant(piece: bytes) -> Column:
    return lambda rows: [piece] * len(rows)


def _reach(field: Field) -> str:
    """What a field's values are drawn near to: the most exact of what it is made of."""
    found = {_REACH[below.type] for below in field.walk() if below.time_form is not None}
    return MOMENT if MOMENT in found else DAILY if DAILY in found else FREE


def _nothing(head: bytes) -> Callable[[], bytes]:
    return lambda: head


def _together(draws: list[Callable[[], bytes]]) -> Callable[[], bytes]:
    return lambda: b"".join([draw() for draw in draws])


def _free(field: Field, make: Maker, rng: Random) -> Callable[[], bytes]:
    write = member(field.name)
    return lambda: write(make(rng, 0))


def _of_day(field: Field, make: Maker, rng: Random) -> Callable[[int], bytes]:
    write = member(field.name)
    return lambda moment_us: write(make(rng, moment_us))


def _at_moment(field: Field, make: Maker, rng: Random) -> Callable[[int, int], bytes]:
    write = member(field.name)
    return lambda _, moment_us: write(make(rng, moment_us))
