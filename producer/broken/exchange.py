"""Rows to nearly the same rows: one value after the other exchanged, so that a clause counts one more or one less.

Each step of a generator here changes `rows` in place by one row and moves the clause's number by one; every changed
row is still valid by itself.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

from contracts.compiler.model import Contract
from producer.broken.bench import Makers
from producer.broken.breakers import SAMPLE_US
from producer.broken.columns import Column
from producer.broken.counts import Metric, identity
from producer.broken.places import Chain, Key, Place, at, cells, replaced
from producer.event import encode
from producer.schema.check import Check
from producer.values.makers import ABSENT

Rows = list[dict[str, Any]]


class _Spot(NamedTuple):
    """What repeats or not: one value, or several columns of one row. `key` is None where one of them is null."""

    row: int
    places: tuple[Place, ...]
    values: tuple[Any, ...]
    key: Hashable


class Exchange:
    """Knows the valid values of the columns that clauses over many rows look at."""

    def __init__(self, contract: Contract, chains: Iterable[Chain], metrics: Sequence[Metric], check: Check) -> None:
        self._check, self._makers = check, Makers()
        self._columns = {
            chain[-1].path: Column(contract, chain, [one for one in metrics if chain in one.columns], check)
            for chain in chains
        }

    def counts_any(self, metric: Metric) -> bool:
        """Whether a clause that counts values counts any valid one."""
        ids = (option.counted for option in self._columns[metric.columns[0][-1].path].options)
        return any(metric.clause.id in counted for counted in ids)

    def toward(self, metric: Metric, rows: Rows, more: bool, rng: Random) -> Iterator[None]:
        """One step of one more, or one less; it ends where nothing is left to exchange."""
        if not metric.repeats:
            yield from self._counted(metric, rows, more, rng)
        elif more:
            yield from self._repeated(metric, rows, rng)
        else:
            yield from self._distinct(metric, rows, rng)

    def _counted(self, metric: Metric, rows: Rows, more: bool, rng: Random) -> Iterator[None]:
        assert metric.counts is not None  # noqa: S101 - the others count repetitions or rows
        chain = metric.columns[0]
        column, spots = self._columns[chain[-1].path], _spots(metric, rows, rng)
        used = {spot.key for spot in spots}
        for spot in spots:
            if metric.counts(spot.values[0]) is more:
                continue
            here = column.option(spot.values[0]).counted
            for wanted in column.near(here, rng):
                option = column.like(wanted, used, rng) if (metric.clause.id in wanted) is more else None
                if option is not None and self._put(metric, rows, spot, (option.value,), rng):
                    used.add(option.key)
                    yield
                    break

    def _repeated(self, metric: Metric, rows: Rows, rng: Random) -> Iterator[None]:
        """A value that stands once, or a null, becomes that of another place, if possible one that is counted alike."""
        spots = _spots(metric, rows, rng)
        times = Counter(spot.key for spot in spots)
        for spot in spots:
            if spot.key is not None and times[spot.key] > 1:
                continue
            others = [one for one in spots if one.key not in (None, spot.key) and times[one.key]]
            alike = self._counted_by(metric, spot)
            others.sort(key=lambda one: (self._counted_by(metric, one) != alike, one.row == spot.row))
            for other in others[:3]:
                if self._put(metric, rows, spot, other.values, rng):
                    times[spot.key] -= 1
                    times[other.key] += 1
                    yield
                    break

    def _distinct(self, metric: Metric, rows: Rows, rng: Random) -> Iterator[None]:
        """A value that stands several times becomes one that stands nowhere."""
        spots = _spots(metric, rows, rng)
        times = Counter(spot.key for spot in spots)
        for spot in spots:
            if spot.key is None or times[spot.key] < 2:
                continue
            for values, key in self._fresh(metric, spot, times, rng):
                if self._put(metric, rows, spot, values, rng):
                    times[spot.key] -= 1
                    times[key] += 1
                    yield
                    break

    def _fresh(
        self, metric: Metric, spot: _Spot, times: Counter[Hashable], rng: Random
    ) -> Iterator[tuple[tuple[Any, ...], Hashable]]:
        """Values for a spot that together stand nowhere, and their key; one column is exchanged."""
        taken = {key for key, number in times.items() if number > 0}
        for number in rng.sample(range(len(metric.columns)), len(metric.columns)):
            chain, value = metric.columns[number], spot.values[number]
            column = self._columns[chain[-1].path]
            used = taken if len(metric.columns) == 1 else {identity(chain[-1], value)}
            for counted in column.near(column.option(value).counted, rng):
                option = column.like(counted, used, rng)
                if option is not None:
                    values = (*spot.values[:number], option.value, *spot.values[number + 1 :])
                    key = _key(metric, values)
                    if key is None or key not in taken:
                        yield values, key

    def _counted_by(self, metric: Metric, spot: _Spot) -> list[frozenset[str]]:
        chains = zip(metric.columns, spot.values, strict=True)
        return [self._columns[chain[-1].path].option(value).counted for chain, value in chains]

    def _put(self, metric: Metric, rows: Rows, spot: _Spot, values: tuple[Any, ...], rng: Random) -> bool:
        """Whether a row is valid with these values at the spot's places; then it has them."""
        row = rows[spot.row]
        for chain, place, value in zip(metric.columns, spot.places, values, strict=True):
            cut, step = self._columns[chain[-1].path].null_cut, place[-1]
            if value is None:
                if cut is None:
                    return False
                place = place[: len(place) - cut]
                value = ABSENT if isinstance(place[-1], str) and rng.random() < 0.5 else None
            elif isinstance(step, Key) and value != step and value in at(row, place[:-1]):
                return False
            row = replaced(self._filled(row, chain, place, rng), place, value)
        if self._check(encode(row)):
            return False
        rows[spot.row] = row
        return True

    def _filled(self, row: Any, chain: Chain, place: Place, rng: Random) -> Any:
        """The row with the objects above a place."""
        for end in range(1, len(place)):
            if at(row, place[:end]) is None:
                row = replaced(row, place[:end], self._makers.draw(chain[end - 1], rng, SAMPLE_US))
        return row


def _spots(metric: Metric, rows: Rows, rng: Random) -> list[_Spot]:
    """Every place that a clause looks at, in an order that is drawn."""
    made: list[_Spot] = []
    for number, row in enumerate(rows):
        found = [list(cells(row, chain)) for chain in metric.columns]
        for columns in [tuple(column[0] for column in found)] if len(found) > 1 else [(cell,) for cell in found[0]]:
            values = tuple(value for _, value in columns)
            made.append(_Spot(number, tuple(place for place, _ in columns), values, _key(metric, values)))
    rng.shuffle(made)
    return made


def _key(metric: Metric, values: tuple[Any, ...]) -> Hashable:
    """What must not repeat; None where one of the values is null."""
    keys = tuple(identity(chain[-1], value) for chain, value in zip(metric.columns, values, strict=True))
    return None if None in keys else keys if len(keys) > 1 else keys[0]
