"""Column to values: valid values of one field, and which of the clauses over many rows count them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import localcontext
from random import Random
from typing import Any

from contracts.compiler.model import Clause, Contract
from producer.broken import times as broken_times
from producer.broken.bench import Bench, Makers
from producer.broken.breakers import SAMPLE_US, WIDE
from producer.broken.counts import Metric, identity
from producer.broken.fields import candidates
from producer.broken.places import Chain, Key, Place, present, replaced
from producer.errors import ProducerError
from producer.event import encode
from producer.schema.check import Check
from producer.values.makers import ABSENT, maker

DRAWS = 40
Signature = frozenset[str]


@dataclass(frozen=True, slots=True)
class Option:
    """One valid value (None for null), the ids of the clauses that count it, and what it is compared by."""

    value: Any
    counted: Signature
    key: Any


class Column:
    """The valid values of one field that clauses over many rows look at."""

    def __init__(self, contract: Contract, chain: Chain, metrics: Sequence[Metric], check: Check) -> None:
        self._field, self._chain, self._check = chain[-1], chain, check
        self._counts = [(metric.clause.id, metric.counts) for metric in metrics if metric.counts]
        self._make = maker(self._field)
        rng = Random(chain[-1].path)
        self._sample, self._place = _sample(contract, chain, rng)
        self.null_cut = self._null_cut()
        self.options = tuple(self._options(metrics, rng))

    def option(self, value: Any) -> Option:
        """What there is to know of a value, which may be null."""
        counted = frozenset(id_ for id_, counts in self._counts if counts(value))
        return Option(value, counted, identity(self._field, value))

    def near(self, here: Signature, rng: Random) -> list[Signature]:
        """By which clauses its values are counted: those counted most alike first."""
        known = sorted({option.counted for option in self.options}, key=sorted)
        rng.shuffle(known)
        return sorted(known, key=lambda counted: len(counted ^ here))

    def like(self, wanted: Signature, used: set[Any], rng: Random) -> Option | None:
        """A value that is counted by these clauses and by no other, and not used yet; else one that is used."""
        known = [option for option in self.options if option.counted == wanted]
        fresh = [option for option in known if option.key not in used]
        if not fresh:
            drawn = (self.option(self._make(rng, SAMPLE_US + rng.randrange(10**12))) for _ in range(DRAWS))
            fresh = [option for option in drawn if option.counted == wanted and option.key not in used]
        fresh = fresh or known
        return rng.choice(fresh) if fresh else None

    def _options(self, metrics: Sequence[Metric], rng: Random) -> Iterator[Option]:
        seen = set()
        for value in filter(self._is_valid, self._values(metrics, rng)):
            option = self.option(value)
            if option.key not in seen:
                seen.add(option.key)
                yield option
        if self.null_cut is not None:
            yield self.option(None)

    def _null_cut(self) -> int | None:
        """How many steps up from the field null has to stand: 0 for a null itself; None where it can't be null."""
        for cut in range(len(self._chain)):
            if cut and self._chain[-cut] not in self._chain[-cut - 1].properties:
                return None
            if self._is_valid(None, cut):
                return cut
        return None

    def _values(self, metrics: Sequence[Metric], rng: Random) -> Iterator[Any]:
        """Drawn values, null, those that clauses list, and those that the breakers know beside them."""
        drawn = [self._make(rng, SAMPLE_US + rng.randrange(10**12)) for _ in range(DRAWS)]
        yield from drawn
        for metric in metrics:
            for clause in _as_of_one_value(metric):
                narrow = replace(self._field, clauses=(*self._field.clauses, clause))
                try:
                    make = maker(narrow)
                    yield from (make(rng, SAMPLE_US) for _ in range(DRAWS))
                except ProducerError:
                    pass  # no value keeps it beside the field's own clauses, or no way to make one is known
                for value in drawn[:3]:
                    bench = Bench(self._field, clause, value, lambda: self._make(rng, SAMPLE_US))
                    with localcontext(WIDE):
                        yield from candidates(bench, self._place)
                yield from self._listed(clause)

    def _listed(self, clause: Clause) -> Iterator[Any]:
        for value in clause.argument if isinstance(clause.argument, tuple) else ():
            if value is not None:
                yield next(broken_times.writings(self._field, value)) if self._field.time_form else value

    def _is_valid(self, value: Any, cut: int = 0) -> bool:
        place = self._place[: len(self._place) - cut]
        if value is ABSENT or (isinstance(place[-1], Key) and not isinstance(value, str)):
            return False
        return not self._check(encode(replaced(self._sample, place, value)))


def _as_of_one_value(metric: Metric) -> Iterator[Clause]:
    """The clause of one value that says what a clause over many rows counts."""
    said = metric.clause
    if metric.expected.values is not None:
        rule = "missingValues" if said.rule == "missingValues" else "enum"
        yield Clause(said.id, said.path, rule, metric.expected.values, said.wanted)
    if metric.expected.pattern is not None:
        yield Clause(said.id, said.path, "invalidValues", metric.expected.pattern, said.wanted)


def _sample(contract: Contract, chain: Chain, rng: Random) -> tuple[Any, Place]:
    """A payload that has what it needs and the field, and one of the field's places."""
    makers = Makers()
    whole = {field.name: makers.draw(field, rng, SAMPLE_US) for field in contract.fields if field.null_clauses}
    return present(whole, chain, lambda field: makers.draw(field, rng, SAMPLE_US), rng)
