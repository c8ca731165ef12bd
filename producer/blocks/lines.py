"""Contract to JSON lines, fast: the same events as `payloads` draws, made in blocks and never as dictionaries.

What differs from `payloads.events` and `payloads.values` of the same seed: other draws of the same kind, so other
values; members stand in another order (counted ones, the time, constant ones, the rest), the same in each line; within
a run, values of a field that knows no moment repeat out of a pool of a few thousand that is renewed as the run goes on.
Each line is one that `payloads` could have made; lives, order in time, boundary values and exact counts are the same.

Contracts whose clauses over many rows ask for some null, invalid or repeated values, or for combinations and nested
fields that differ, take the general way, which is some ten times slower.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import numpy as np

from contracts.compiler.model import Contract, Field, LifeCycle
from producer import payloads
from producer.blocks import timeline
from producer.blocks.entropy import Entropy, Integers
from producer.blocks.fixed_width import Cell, Table, counted_cell, pattern_cell, time_cell
from producer.blocks.fragments import Column, Pieces, Rows, Single, Source, columns_of, interleaved, joined, member
from producer.blocks.layout import Distinct, Layout, base_number, layout
from producer.event import encode
from producer.payloads import SPAN
from producer.values.makers import optional
from producer.values.quantities import DAY_US, Maker, micros

LINES = 4096  # of a chunk at most
READY, A_DAY = 1024, 256  # values of a field that are made before the first line, and for each day, at most
FEWEST = 16


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring lines as `pieces`, of which each line has one of each column, and their moments in microseconds.

    `places` says of some fields where in each line their texts stand, without quotes and unescaped; the same in all
    blocks of a run.
    """

    pieces: Sequence[Pieces]
    moments: Integers
    places: Mapping[str, slice]

    def lines(self) -> list[bytes]:
        """Each line without its line break."""
        *first, lines = self.pieces
        for pieces in reversed(first):
            lines = [piece + rest for piece, rest in zip(pieces, lines, strict=True)]
        return list(lines)

    def text(self) -> bytes:
        """All lines, each ended by a line break."""
        many = len(self.moments)
        return interleaved([*self.pieces, [b"\n"] * many], many)


def lines(contract: Contract, *, count: int, seed: int, start: datetime, span: timedelta = SPAN) -> Iterator[bytes]:
    """`count` valid values of any contract, each as one JSON document without a line break, in the order of time.

    Seed, start, span and count define every byte. ProducerError as `payloads.values`.
    """
    for block in blocks(contract, count=count, seed=seed, start=start, span=span):
        yield from block.lines()


def chunks(contract: Contract, *, count: int, seed: int, start: datetime, span: timedelta = SPAN) -> Iterator[bytes]:
    """The same lines in blocks of at most LINES, each line ended by a line break; memory does not grow with `count`."""
    for block in blocks(contract, count=count, seed=seed, start=start, span=span):
        yield block.text()


def blocks(contract: Contract, *, count: int, seed: int, start: datetime, span: timedelta = SPAN) -> Iterator[Block]:
    """The same blocks, with what is known of their lines."""
    plan = layout(contract, count, base_number(seed, start))
    if plan.overrides or plan.apart_us or plan.nested:
        return _plain(payloads.timed_values(contract, count=count, seed=seed, start=start, span=span))
    return _Press(plan, count, seed, start, span).blocks()


def _plain(values: payloads.Stream) -> Iterator[Block]:
    """Values encoded one by one."""
    while taken := list(islice(values, LINES)):
        moments = np.array([moment_us for moment_us, _ in taken], dtype=np.int64)
        yield Block([[encode(value) for _, value in taken]], moments, {})


class _Press:
    """One run: the random sources of its columns, and how they become lines."""

    def __init__(self, plan: Layout, count: int, seed: int, start: datetime, span: timedelta) -> None:
        self._plan, self._count, self._base = plan, count, base_number(seed, start)
        self._start_us, self._span_us = micros(start), span // timedelta(microseconds=1)
        self._rng = payloads.source(plan.contract, seed, start, ":lines")
        self._entropy = Entropy(f"{plan.contract.key}:{seed}:{start.isoformat()}")
        days = self._span_us // DAY_US + 1
        ready, a_day = (min(most, max(FEWEST, rows)) for most, rows in ((READY, count), (A_DAY, count // days)))
        self._source = Source(self._rng, self._entropy, ready, a_day)

    def blocks(self) -> Iterator[Block]:
        """Every line, in blocks."""
        cycle = self._plan.contract.life_cycle
        return self._independent() if cycle is None else self._living(cycle)

    def _independent(self) -> Iterator[Block]:
        """Rows that know nothing of each other, spread evenly with some jitter."""
        cells, singles = self._identity()
        more, drawn = self._cells([(field, optional(field)) for field in self._plan.drawn])
        table, columns = _table([*cells, *more], b"{"), [*singles, *self._columns(drawn)]
        for first in range(0, self._count, LINES):
            many = min(LINES, self._count - first)
            jitter = self._entropy.fractions(many)
            moments = (np.arange(first, first + many) + jitter) * (self._span_us / self._count)
            rows = Rows(first, self._start_us + moments.astype(np.int64))
            yield Block(_pressed(table, [column(rows) for column in columns], rows), rows.moments, _places(table))

    def _living(self, cycle: LifeCycle) -> Iterator[Block]:
        """Rows of entities that live: what is constant is made once for each, the rest at each change."""
        plan, states = self._plan, payloads.states(cycle)
        cells, singles = self._identity()
        table, first = _table(cells, b"{"), 0
        memories = self._memories(cycle)
        places = _places(table, *([] if singles else memories[:1]))
        tails = [self._columns(payloads.fresh(plan, cycle, state), member(cycle.state)(state)) for state in states]

        def remember(entity: int, moments: Integers) -> timeline.Objects:
            return np.array(_texts(memories, Rows(entity, moments)), dtype=object)

        place = (self._count, self._start_us, self._span_us)
        for changes in timeline.blocks(cycle, states, self._entropy, *place, remember):
            for start in range(0, len(changes), LINES):
                taken = changes.taken(slice(start, start + LINES))
                rows = Rows(first, taken.moments)
                pieces = [*(column(rows) for column in singles), taken.memories.tolist(), _by_state(tails, taken)]
                yield Block(_pressed(table, pieces, rows), rows.moments, places)
                first += len(rows)

    def _memories(self, cycle: LifeCycle) -> list[Column]:
        """What an entity keeps: its key and its constant fields."""
        key = payloads.entity_keys(self._plan, cycle, self._base)
        cell = counted_cell(key, self._entropy)
        cells, drawn = self._cells(payloads.constants(self._plan, cycle))
        table = _table([*([cell] if cell else []), *cells], b",")
        return [*([table] if table else []), *([] if cell else [self._single(key)]), *self._columns(drawn)]

    def _identity(self) -> tuple[list[Cell], list[Column]]:
        """What is counted, and the moment: as cells of a table where they are of one width."""
        cells, singles = list[Cell](), list[Column]()
        for row in self._plan.distinct:
            cell = counted_cell(row, self._entropy)
            cells += [cell] if cell else []
            singles += [] if cell else [self._single(row)]
        time = self._plan.time
        if time is not None:
            cell = time_cell(time)
            cells += [cell] if cell else []
            singles += [] if cell else [self._moment(time)]
        return cells, singles

    def _single(self, row: Distinct) -> Column:
        write = member(row.field.name)
        return Single(lambda number, _: write(row.make(self._rng, number)))

    def _moment(self, field: Field) -> Column:
        make, write = payloads.at_time(field), member(field.name)
        return Single(lambda _, moment_us: write(make(self._rng, moment_us)))

    def _cells(self, draws: list[tuple[Field, Maker]]) -> tuple[list[Cell], list[tuple[Field, Maker]]]:
        """Drawn fields as cells, and those that are none."""
        made = [(pattern_cell(field, self._entropy), field, make) for field, make in draws]
        return [cell for cell, *_ in made if cell], [(field, make) for cell, field, make in made if cell is None]

    def _columns(self, draws: list[tuple[Field, Maker]], head: bytes = b"") -> list[Column]:
        return columns_of(draws, self._source, head)


def _table(cells: list[Cell], lead: bytes) -> Table | None:
    return Table(cells, lead) if cells else None


def _places(*columns: Column | None) -> Mapping[str, slice]:
    """Where fields stand in lines that begin with these columns, as far as they are of one width."""
    places, begin = dict[str, slice](), 0
    for column in columns:
        if not isinstance(column, Table):
            break
        places |= {name: slice(begin + at.start, begin + at.stop) for name, at in column.places.items()}
        begin += column.width
    return places


def _texts(columns: list[Column], rows: Rows) -> Pieces:
    """The pieces of all columns as one for each row."""
    return joined([column(rows) for column in columns], len(rows))


def _by_state(columns: list[list[Column]], changes: timeline.Changes) -> Pieces:
    """What is drawn at each change, by the columns of its state."""
    made = np.empty(len(changes), dtype=object)
    for state, own in enumerate(columns):
        places = np.flatnonzero(changes.states == state)
        if len(places):
            made[places] = np.array(_texts(own, Rows(0, changes.moments[places])), dtype=object)
    return list(made.tolist())


def _pressed(table: Table | None, pieces: Sequence[Pieces], rows: Rows) -> Sequence[Pieces]:
    """The lines of some rows, in pieces; without a table nothing is sure to be there, so the first comma is cut off."""
    ends = [b"}"] * len(rows)
    if table is not None:
        return [table(rows), *pieces, ends]
    texts = joined(pieces, len(rows)) if pieces else [b""] * len(rows)
    return [[b"{"] * len(rows), [text[1:] for text in texts], ends]
