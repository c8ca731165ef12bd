"""Two versions to events: valid under the writer's closed contract, and drawn from what both contracts say.

Every clause of both contracts is aimed at, whatever the table of rules thinks of it: values just inside and just
outside its bound, listed values, texts of both patterns and the texts that tell these apart. What the writer may not
send is thrown away.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import localcontext
from random import Random
from typing import Any, NamedTuple

from cli.review.boundaries import inside, largest
from cli.review.readers import Record, Side
from contracts.compiler.diff import languages
from contracts.compiler.model import Clause, Contract, Field
from producer.broken.bench import Bench, Makers
from producer.broken.breakers import SAMPLE_US, WIDE
from producer.broken.fields import candidates
from producer.broken.places import Key, at, chains, present, replaced
from producer.errors import ProducerError
from producer.payloads import values
from producer.values.makers import ABSENT

START = datetime(2026, 1, 5, tzinfo=UTC)
GENERATED = 1_000
DRAWS = 6  # values of the other version's own maker, at each field
Value = dict[str, Any]


class Trial(NamedTuple):
    """One event to be replayed, and whether it stands on a boundary of one of the contracts."""

    record: Record
    boundary: bool


class Pool:
    """Events of one direction. `gaps` says, by path, where none could be made (`$`: too few at all)."""

    def __init__(self, writer: Side, reader: Side, seed: int) -> None:
        self.writer, self.reader = writer, reader
        self.gaps: dict[str, str] = {}
        self._rng = Random(f"{writer.contract.key}:{reader.contract.key}:{seed}")
        self._seed = seed
        self._makers = {id(writer): Makers(), id(reader): Makers()}

    def trials(self) -> Iterator[Trial]:
        """Generated events, then those of the boundaries; each valid under the writer's closed contract."""
        made: list[Value] = []
        try:
            made = list(values(_free(self.writer.contract), count=GENERATED, seed=self._seed, start=START))
        except ProducerError as error:
            self.gaps["$"] = f"fewer than {GENERATED} valid events can be made: {error}"
        yield from self._admitted(made, boundary=False)
        for name in self.writer.optional_headers:
            yield from self._admitted(made[:1], boundary=True, left_out=frozenset({name}))
        if made:
            yield from self._admitted(self._at_boundaries(made), boundary=True)

    def _admitted(
        self, events: Iterable[Value], *, boundary: bool, left_out: frozenset[str] = frozenset()
    ) -> Iterator[Trial]:
        for event in events:
            record = self.writer.record(event, left_out)
            if record is not None and self.writer.admits(record):
                yield Trial(record, boundary)

    def _at_boundaries(self, made: list[Value]) -> Iterator[Value]:
        yield from self._ends(made)
        others = {field.path: field for field in self.reader.contract.walk()}
        for path, chain in chains(self.writer.contract).items():
            base = self._rng.choice(made)
            with localcontext(WIDE):
                yield from self._around(base, chain, chain[-1], self.writer)
                if path in others:
                    yield from self._around(base, chain, others[path], self.reader)
                    yield from self._texts(base, chain, others[path])
            if chain[-1].required or len(chain) > 1:
                yield from self._without(base, chain)

    def _ends(self, made: list[Value]) -> Iterator[Value]:
        """Each optional field left out and null, all of them left out, and the events with the most members."""
        fields = self.writer.contract.fields
        bare = {field.name for field in fields if not field.required}
        for event in (max(made, key=len), made[0]):
            yield {name: value for name, value in event.items() if name not in bare}
            yield event
            for name in sorted(bare):
                yield {other: value for other, value in event.items() if other != name}
                yield {**event, name: None}
        yield from self._largest(made)

    def _largest(self, made: list[Value]) -> Iterator[Value]:
        """The largest event that can be put together, and one of just more bytes than the reader's topic takes."""
        limits = [
            side.contract.envelope.max_bytes if side.contract.envelope else 0 for side in (self.writer, self.reader)
        ]
        if limits[0] <= limits[1]:
            return
        whole = dict(made[0])
        for field in self.writer.contract.fields:
            value = largest(field, lambda part: self._draw(part, self.writer))
            if self._valid({**whole, field.name: value}):
                whole[field.name] = value
        yield whole
        for field in self.writer.contract.fields:
            bare = self.writer.record({**made[0], field.name: ""}) if field.type == "string" else None
            if bare is not None:
                yield {**made[0], field.name: "x" * (limits[1] + 1 - bare.size)}

    def _valid(self, event: Value) -> bool:
        record = self.writer.record(event)
        return record is not None and self.writer.admits(record)

    def _around(self, base: Value, chain: tuple[Field, ...], field: Field, side: Side) -> Iterator[Value]:
        """Values around every clause of a field, at its place; `field` is the writer's or the reader's."""
        try:
            whole, place = self._place(base, chain)
            value = at(whole, place) if field.type == chain[-1].type else self._draw(field, side)
            made: list[Any] = [self._draw(field, side) for _ in range(DRAWS)]
            made += list(inside(field, value, lambda part: self._draw(part, side)))
            for clause in field.clauses:
                made += self._outside(field, clause, value, place, side)
        except ProducerError as error:
            self.gaps[field.path] = str(error)
            return
        for candidate in made:
            yield from _put(whole, place, candidate)

    def _outside(self, field: Field, clause: Clause, value: Any, place: Any, side: Side) -> list[Any]:
        part = field.items or field
        another = (
            (lambda: (self._draw(field.key, side), self._draw(field.value, side)))
            if field.key and field.value
            else (lambda: self._draw(part, side))
        )
        try:
            return candidates(Bench(field, clause, value, another), place)
        except (ArithmeticError, TypeError, ValueError, AttributeError):
            return []  # a value of the other version's type: nothing near it can be worked out

    def _texts(self, base: Value, chain: tuple[Field, ...], other: Field) -> Iterator[Value]:
        """The texts that tell two patterns apart, where automata can say."""
        mine, theirs = _patterns(chain[-1]), _patterns(other)
        if mine == theirs or other.type != "string":
            return
        whole, place = self._place(base, chain)
        for one in mine or ("",):
            for two in theirs or ("",):
                try:
                    text = languages.beyond(one, two)
                except languages.Unknown:
                    continue
                if text is not None:
                    yield replaced(whole, place, text)

    def _without(self, base: Value, chain: tuple[Field, ...]) -> Iterator[Value]:
        whole, place = self._place(base, chain)
        yield from _put(whole, place, ABSENT)
        yield from _put(whole, place, None)

    def _place(self, base: Value, chain: tuple[Field, ...]) -> Any:
        return present(base, chain, lambda field: self._draw(field, self.writer), self._rng)

    def _draw(self, field: Field, side: Side) -> Any:
        return self._makers[id(side)].draw(field, self._rng, SAMPLE_US)


def _put(whole: Value, place: Any, value: Any) -> Iterator[Value]:
    """The event with a value at a place, if it can stand there: a map's key is text, and an item is never absent."""
    fits = isinstance(value, str) if isinstance(place[-1], Key) else value is not ABSENT or isinstance(place[-1], str)
    if fits:
        yield replaced(whole, place, value)


def _free(contract: Contract) -> Contract:
    """The contract without the life of its entities, which would keep fields out of most events."""
    return replace(contract, life_cycle=None)


def _patterns(field: Field) -> tuple[str, ...]:
    rules = ("pattern", "invalidValues")
    return tuple(
        clause.argument for clause in field.clauses if clause.rule in rules and isinstance(clause.argument, str)
    )


def samples(contract: Contract, seed: int, count: int = 50) -> tuple[Value, ...]:
    """A few valid events, for what a contract promises around them; none where none can be made."""
    try:
        return tuple(values(_free(contract), count=count, seed=seed, start=START))
    except ProducerError:
        return ()
