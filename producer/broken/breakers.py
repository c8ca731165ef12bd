"""Payload to broken payload: one that breaks a given clause of its contract, and where possible no other.

Every broken value is judged as a reader judges before it is used, so it is refused by the decoder too, not by closed
writers alone. The judge also says what else it breaks: what follows from breaking one clause is known, not waived.
"""

from decimal import Context, localcontext
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

from contracts.compiler.load import readable
from contracts.compiler.model import Clause, Contract, Field
from contracts.compiler.strict_json import MAX_DIGITS
from producer.broken.bench import Bench, Makers
from producer.broken.fields import candidates
from producer.broken.places import at, chains, present, replaced
from producer.broken.wholes import ENVELOPE, VALUES
from producer.event import UNNAMED, Event, encode, sealer
from producer.schema.check import Check
from producer.values.makers import ABSENT, optional
from producer.values.quantities import micros

SAMPLE_US = 1_767_571_200_000_000  # 2026-01-05, for payloads that tell no time of their own
SAMPLES = 5
WIDE = Context(prec=3 * MAX_DIGITS)


class Broken(NamedTuple):
    """A payload that is no more valid: JSON, or bytes where a clause of the bytes is broken.

    `clauses` are the ids of all that it breaks: the one that was aimed at first, then what follows from it.
    """

    value: dict[str, Any] | bytes
    clauses: tuple[str, ...]


class Breaker:
    """Breaks payloads of one contract, with or without an envelope; compiled once, since makers and judge are.

    `producer` is as for `sealer`.
    """

    def __init__(self, contract: Contract, producer: str = UNNAMED) -> None:
        self._contract = readable(contract)
        self._check = Check(contract, closed=False)
        self._chains = chains(contract)
        self._makers = Makers()
        self._seal = sealer(contract, producer) if contract.envelope else None

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses that can be broken, in the contract's order; tried on a few payloads."""
        rng = Random(0)
        draws = [(field.name, optional(field)) for field in self._contract.fields]
        samples = [
            {name: value for name, draw in draws if (value := draw(rng, SAMPLE_US)) is not ABSENT}
            for _ in range(SAMPLES)
        ]
        return tuple(
            clause
            for clause in self._contract.all_clauses()
            if self.judges_envelope(clause) or any(self.break_payload(clause, sample, rng) for sample in samples)
        )

    def labels(self, value: bytes) -> tuple[str, ...]:
        """The ids of all clauses a payload breaks, in the contract's order; none for a valid one."""
        return tuple(dict.fromkeys(finding.clause for finding in self._check(value)))

    def break_payload(
        self, clause: Clause, value: dict[str, Any], rng: Random, moment_us: int = SAMPLE_US
    ) -> Broken | None:
        """A copy of a valid payload with one clause broken, alone where that can be; which way is drawn.

        None where no value can break it: another clause always comes first, or the envelope would have to be broken.
        """
        best: Broken | None = None
        for candidate in self._candidates(clause, value, rng, moment_us):
            labels = self.labels(encode(candidate))
            if clause.id in labels and (best is None or len(labels) < len(best.clauses)):
                best = Broken(candidate, (clause.id, *(label for label in labels if label != clause.id)))
            if best is not None and len(best.clauses) == 1:
                break
        return best

    def break_clause(self, clause: Clause, event: Event, rng: Random) -> Event | None:
        """The event with one clause of its value or its envelope broken; None as `break_payload` says."""
        if self.judges_envelope(clause):
            return rng.choice(list(ENVELOPE[clause.rule](self._contract, clause, event)))
        assert isinstance(event.value, dict)  # noqa: S101 - only valid events are broken
        broken = self.break_payload(clause, event.value, rng, micros(event.sent_at))
        return None if broken is None else self.carried(broken.value, event)

    def member_of(self, clause: Clause) -> str | None:
        """The member of the whole value that a clause judges; None where it judges all of it, or the envelope."""
        return self._chains[clause.path][0].name if clause.path in self._chains else None

    def carried(self, value: dict[str, Any] | bytes, event: Event) -> Event:
        """A broken value in the place of the event's."""
        if isinstance(value, bytes) or self._seal is None:
            return event._replace(value=value)
        return self._sealed(value, event)

    def judges_envelope(self, clause: Clause) -> bool:
        """Whether it judges key or headers; a field may be called `@timestamp`."""
        return clause.path.startswith("@") and clause.path not in self._chains

    def _candidates(self, clause: Clause, value: dict[str, Any], rng: Random, moment_us: int) -> list[Any]:
        """Payloads that may break the clause, in an order that is drawn."""
        if clause.path == "$":
            made: list[Any] = list(VALUES[clause.rule](clause, encode(value)))
        elif self.judges_envelope(clause):
            made = []
        else:
            chain = self._chains[clause.path]
            whole, place = present(value, chain, lambda field: self._makers.draw(field, rng, moment_us), rng)
            bench = Bench(chain[-1], clause, at(whole, place), lambda: self._another(chain[-1], rng, moment_us))
            with localcontext(WIDE):
                made = [replaced(whole, place, wrong) for wrong in candidates(bench, place)]
        rng.shuffle(made)
        return made

    def _another(self, field: Field, rng: Random, moment_us: int) -> Any:
        """One more part of an array or a map, or one more value of anything else."""
        if field.key and field.value:
            return tuple(self._makers.draw(part, rng, moment_us) for part in (field.key, field.value))
        return self._makers.draw(field.items or field, rng, moment_us)

    def _sealed(self, value: dict[str, Any], event: Event) -> Event:
        """Key and headers follow the value where it still has them as text, else they stay."""
        assert self._seal is not None  # noqa: S101 - events have an envelope
        try:
            key, headers = self._seal(value)
        except (KeyError, AttributeError, UnicodeEncodeError):
            return event._replace(value=encode(value))
        whole = len(headers) == len(event.headers) and all(text not in (b"", b"null") for _, text in headers)
        kept = (key, headers) if whole and key not in (b"", b"null") else (event.key, event.headers)
        return event._replace(value=encode(value), key=kept[0], headers=kept[1])


def breakable(contract: Contract) -> tuple[Clause, ...]:
    """The clauses that an event can be made to break, in the contract's order."""
    return Breaker(contract).clauses


def break_clause(contract: Contract, clause: Clause, event: Event, rng: Random) -> Event | None:
    """One event broken once; for many, keep a Breaker."""
    return Breaker(contract).break_clause(clause, event, rng)


def labels(contract: Contract, value: bytes) -> tuple[str, ...]:
    """The ids of all clauses one payload breaks; for many, keep a Breaker."""
    return Breaker(contract).labels(value)
