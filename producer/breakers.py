"""Event to broken event: one that breaks a given clause of its contract, and where possible no other.

Every broken value is judged as a reader judges before it is used, so it is refused by the decoder too, not by closed
writers alone.
"""

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

from contracts.compiler.model import Clause, Contract, Field
from producer.broken_fields import CANDIDATES, Bench
from producer.broken_wholes import BROKEN, SHARED
from producer.check import Check
from producer.event import Event, encode, sealer
from producer.makers import ABSENT, maker
from producer.payloads import events
from producer.quantities import Maker, micros

SAMPLE_START = datetime(2026, 1, 5, tzinfo=UTC)
WHOLE = ("$", "@")


class Breaker:
    """Breaks events of one contract; compiled once, since makers and judge are."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._check = Check(contract, closed=False)
        self._fields = {field.path: field for field in contract.walk()}
        self._makers: dict[str, Maker] = {}
        self._seal = sealer(contract)
        sample = next(events(contract, count=1, seed=0, start=SAMPLE_START))
        self.clauses = tuple(
            clause for clause in contract.all_clauses() if self.break_clause(clause, sample, Random(0)) is not None
        )

    def break_clause(self, clause: Clause, event: Event, rng: Random) -> Event | None:
        """The event with one clause broken; None where no value can break it (another clause always comes first)."""
        if clause.path.startswith(WHOLE):
            return self._broken_whole(clause, event, rng)
        best, least = None, 0
        for candidate in self._candidates(clause, event, rng):
            broken = {finding.clause for finding in self._check(encode(candidate))}
            if clause.id in broken and (best is None or len(broken) < least):
                best, least = candidate, len(broken)
            if least == 1:
                break
        return None if best is None else self._sealed(best, event)

    def _broken_whole(self, clause: Clause, event: Event, rng: Random) -> Event:
        row = BROKEN.get(clause.rule) or SHARED[clause.rule]
        return rng.choice(list(row(self._contract, clause, event)))

    def _candidates(self, clause: Clause, event: Event, rng: Random) -> Iterator[dict[str, Any]]:
        """Copies of the event's value, each with another value in the clause's place.

        Those of required and type are equally good, so they take turns; the others come best first.
        """
        field, moment_us = self._fields[clause.path], micros(event.sent_at)
        value = copy.deepcopy(event.value)
        assert isinstance(value, dict)  # noqa: S101 - only valid events are broken
        holder, name = self._place(value, field, rng, moment_us)
        another = self._maker(field.items) if field.items else self._maker(field)
        bench = Bench(field, clause, copy.deepcopy(holder[name]), lambda: another(rng, moment_us))
        wrong = list(CANDIDATES[clause.rule](bench))
        if clause.rule in SHARED:
            rng.shuffle(wrong)
        for candidate in wrong:
            _put(holder, name, candidate)
            yield value

    def _place(self, value: dict[str, Any], field: Field, rng: Random, moment_us: int) -> tuple[Any, Any]:
        """Where the field stands in the value, made present with all its parents: (holder, name or position)."""
        name: Any = field.path.replace("[]", ".[]").split(".")[0]
        holder: Any = value
        here = self._fields[name]
        while True:
            if _absent(holder, name):
                _put(holder, name, self._maker(here)(rng, moment_us))
            if here.path == field.path:
                return holder, name
            holder = holder[name]
            here = next(row for row in _children(here) if _leads(row.path, field.path))
            if here.name == "[]":
                if not holder:
                    holder.append(self._maker(here)(rng, moment_us))
                name = 0
            else:
                name = here.name

    def _maker(self, field: Field) -> Maker:
        if field.path not in self._makers:
            self._makers[field.path] = maker(field)
        return self._makers[field.path]

    def _sealed(self, value: dict[str, Any], event: Event) -> Event:
        """Key and headers follow the value where it still has them as text, else they stay."""
        try:
            key, headers = self._seal(value)
        except (KeyError, AttributeError, UnicodeEncodeError):
            return event._replace(value=encode(value))
        whole = len(headers) == len(event.headers) and all(text not in (b"", b"null") for _, text in headers)
        kept = (key, headers) if whole and key not in (b"", b"null") else (event.key, event.headers)
        return event._replace(value=encode(value), key=kept[0], headers=kept[1])


def _children(field: Field) -> tuple[Field, ...]:
    return (*field.properties, *((field.items,) if field.items else ()))


def _leads(path: str, target: str) -> bool:
    return target == path or target.startswith((f"{path}.", f"{path}[]"))


def _absent(holder: Any, name: Any) -> bool:
    return holder.get(name) is None if isinstance(holder, dict) else holder[name] is None


def _put(holder: Any, name: Any, value: Any) -> None:
    if value is ABSENT:
        holder.pop(name, None)
    else:
        holder[name] = value


def breakable(contract: Contract) -> tuple[Clause, ...]:
    """The clauses that an event can be made to break, in the contract's order."""
    return Breaker(contract).clauses


def break_clause(contract: Contract, clause: Clause, event: Event, rng: Random) -> Event | None:
    """One event broken once; for many, keep a Breaker."""
    return Breaker(contract).break_clause(clause, event, rng)
