"""Clause over many rows to batches: payloads, each valid by itself, that together break the clause, or keep them all.

A batch begins as drawn payloads; then one clause after the other has values exchanged until its number is one that is
wanted, with values that no other clause of the column counts differently where there are such. The nearest batch is
kept: what it breaks besides is counted, never assumed.
"""

from itertools import islice, product
from random import Random
from typing import Any, NamedTuple

from contracts.compiler.load import readable
from contracts.compiler.model import Clause, Contract
from producer.broken.bench import Makers
from producer.broken.breakers import SAMPLE_US
from producer.broken.counts import Metric, metrics
from producer.broken.exchange import Exchange
from producer.broken.places import Chain, present
from producer.event import encode
from producer.schema.check import Check
from producer.values.makers import ABSENT, optional

Row = dict[str, Any]
SIZE = 20
MOST_ROWS = 10_000
PATIENCE = 8  # rounds without progress
MOST_TRIED = 1000  # rows in all attempts, unless the first has more
WORSE = 6  # attempts without progress, once the aimed clause is broken
SMALL = 5  # rows: where a column has few values, they differ only in a small batch
SECOND_US = 1_000_000


class Batch(NamedTuple):
    """Payloads and the ids of all clauses over many rows that they break, the aimed one first; `values` is None where
    no such batch was found, with the `reason`.
    """

    values: list[Row] | None
    clauses: tuple[str, ...]
    reason: str


class _Attempt(NamedTuple):
    """Rows, whether they miss what was aimed at, and how many clauses are not as they are wanted."""

    missed: bool
    wrong: int
    rows: list[Row]

    @property
    def score(self) -> tuple[bool, int]:
        """Smaller is better."""
        return self.missed, self.wrong


class Batcher:
    """Makes batches of one contract; compiled once."""

    def __init__(self, contract: Contract) -> None:
        self._contract = readable(contract)
        self._check = Check(contract, closed=False)
        self._metrics = metrics(contract)
        self._draws = [(field.name, optional(field)) for field in contract.fields]
        chains = {chain[-1].path: chain for metric in self._metrics for chain in metric.columns}
        self._nested = tuple(chain for chain in chains.values() if len(chain) > 1)
        self._makers = Makers()
        self._exchange = Exchange(contract, chains.values(), self._metrics, self._check)

    def break_batch(self, clause: Clause, rng: Random, size: int = SIZE) -> Batch:
        """About `size` payloads that break the clause, and no other where that can be."""
        metric = next(metric for metric in self._metrics if metric.clause.id == clause.id)
        if metric.counts and metric.holds(0, 1) and not self._exchange.counts_any(metric):
            return Batch(None, (), f"no valid value of {clause.path} is one that {clause.id} counts")
        return self._batch({clause.id}, rng, size)

    def keep_batch(self, rng: Random, size: int = SIZE) -> Batch:
        """About `size` payloads that keep every clause over many rows."""
        return self._batch(set(), rng, size)

    def _batch(self, aimed: set[str], rng: Random, size: int) -> Batch:
        """The best batch of a few sizes, tried until one is as wanted, or other sizes make no difference."""
        best: _Attempt | None = None
        worse = tried = 0
        for count, near in product(self._sizes(size, aimed), (False, True)):
            if best is not None and (tried > MOST_TRIED or (not best.missed and worse == WORSE)):
                break
            tried += count
            attempt = self._attempt(count, aimed, near, rng)
            best, worse = (attempt, 0) if best is None or attempt.score < best.score else (best, worse + 1)
            if best.score == (False, 0):
                break
        if best is None:
            return Batch(None, (), f"no batch of at most {MOST_ROWS} rows has the number of rows that is wanted")
        return self._told(best.rows, aimed)

    def _attempt(self, count: int, aimed: set[str], near: bool, rng: Random) -> "_Attempt":
        """Rows of one number, exchanged until nothing is wrong or nothing gets better.

        `near` breaks a clause just outside what it wants, which spares other clauses; else anywhere outside.
        """
        rows, stale = self._rows(count, rng), 0
        best = _Attempt(True, len(self._metrics) + 1, rows)
        while stale < PATIENCE:
            wrong = [metric for metric in self._metrics if metric.kept(rows) is (metric.clause.id in aimed)]
            here = _Attempt(any(metric.clause.id in aimed for metric in wrong), len(wrong), list(rows))
            best, stale = (here, 0) if here.score < best.score else (best, stale + 1)
            movable = [metric for metric in wrong if metric.columns]
            if not movable:
                break
            self._move(rng.choice(movable), rows, aimed, near, rng)
        return best

    def _told(self, rows: list[Row], aimed: set[str]) -> Batch:
        broken = [metric.clause for metric in self._metrics if not metric.kept(rows)]
        missed = [clause.id for clause in broken] if not aimed else aimed - {clause.id for clause in broken}
        if missed:
            words = "breaks" if aimed else "keeps"
            return Batch(None, (), f"no batch of valid payloads was found that {words} {', '.join(sorted(missed))}")
        ids = sorted((clause.id for clause in broken), key=lambda id_: id_ not in aimed)
        return Batch(rows, tuple(ids), "")

    def _sizes(self, size: int, aimed: set[str]) -> list[int]:
        """Numbers of rows at which the clauses can be as they are wanted, the nearest to `size` first."""
        counts = {size, *range(13), 20, 25, 50, 100, 200, 1000}
        for metric in self._metrics:
            ends = metric.expected.bound
            for end in ends if isinstance(ends, tuple) else (ends,):
                counts |= {int(end) + step for step in (-1, 0, 1, 2)} if not metric.columns else set()
                counts |= {count for count in range(1, 201) if (count * end) % 100 == 0}
        possible = sorted((count for count in counts if 0 <= count <= MOST_ROWS), key=lambda count: abs(count - size))
        fitting = {count: self._misfits(count, aimed) for count in possible}
        ranked = [count for count in possible if fitting[count] == min(fitting.values())]
        return [*ranked[:2], *(count for count in ranked[2:] if count <= SMALL), *ranked[2 :: len(ranked) // 4 + 1]]

    def _misfits(self, count: int, aimed: set[str]) -> tuple[bool, int]:
        """Whether the aimed clause cannot be broken by so many rows, and how many of the others cannot be kept."""
        unfit = set()
        for metric in self._metrics:
            keep, id_ = metric.clause.id not in aimed, metric.clause.id
            if not metric.columns and metric.holds(count, count) is not keep:
                unfit.add(id_)
            if metric.columns and all(_is_of_row(chain) for chain in metric.columns) and not metric.goals(count, keep):
                unfit.add(id_)
        return bool(unfit & aimed), len(unfit)

    def _rows(self, count: int, rng: Random) -> list[Row]:
        return [self._row(rng, SAMPLE_US + number * SECOND_US) for number in range(count)]

    def _row(self, rng: Random, moment_us: int) -> Row:
        """A valid payload, with the places that clauses look at where it can have them."""
        made = {name: value for name, draw in self._draws if (value := draw(rng, moment_us)) is not ABSENT}
        fuller = made
        for chain in self._nested:
            fuller, _ = present(fuller, chain, lambda field: self._makers.draw(field, rng, moment_us), rng)
        return made if fuller is made or self._check(encode(fuller)) else fuller

    def _move(self, metric: Metric, rows: list[Row], aimed: set[str], near: bool, rng: Random) -> None:
        """Exchange values until the clause has a number that is wanted, or nothing more can be exchanged."""
        number, total = metric.number(rows)
        keep = metric.clause.id not in aimed
        goals = metric.goals(total, keep)
        if goals:
            goal = min(goals, key=lambda goal: abs(goal - number)) if keep or near else rng.choice(goals)
            for _ in islice(self._exchange.toward(metric, rows, goal > number, rng), abs(goal - number)):
                pass


def _is_of_row(chain: Chain) -> bool:
    """Whether a row has one value of the field: it lies in objects alone."""
    return all(field.items is None and field.key is None for field in chain[:-1])


def break_batch(contract: Contract, clause: Clause, rng: Random, size: int = SIZE) -> Batch:
    """One batch that breaks a clause over many rows; for many, keep a Batcher."""
    return Batcher(contract).break_batch(clause, rng, size)


def keep_batch(contract: Contract, rng: Random, size: int = SIZE) -> Batch:
    """One batch that keeps every clause over many rows; for many, keep a Batcher."""
    return Batcher(contract).keep_batch(rng, size)
