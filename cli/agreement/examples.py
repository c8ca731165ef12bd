"""Contract to labelled payloads: valid ones, ones that break a clause, and ones that are merely odd."""

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from contracts.compiler.model import Clause, Contract
from producer.broken.breakers import Breaker
from producer.event import encode
from producer.payloads import values

START = datetime(2026, 1, 5, tzinfo=UTC)
ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2**31,
    2**63,
    2**64,
    10**38,
    7.5,
    Decimal("7.0"),
    Decimal("1e30"),
    Decimal("0.001"),
    Decimal("1e-30"),
    "",
    " ",
    "7",
    "true",
    "2026-02-30",
    "2026-01-05T08:30:00",
    "2026-01-05T08:30:00Z",
    "24:00:00",
    "\U0001f600",
    "a\n",
    [],
    [None],
    [1, 1.0],
    {},
    {"": None},
    {"key": 1, "a b": "x"},
)


class Example(NamedTuple):
    """One payload: `aimed` is the clause it was made to break, None for a valid (`sort` valid) or odd one."""

    sort: str
    payload: bytes
    aimed: Clause | None


def examples(contract: Contract, rng: Random, valid: int, odd: int) -> Iterator[Example]:
    """Some valid payloads, one that breaks each clause, some odd ones; the same for the same source.

    ProducerError where no value of the contract can be made.
    """
    made = list(values(contract, count=valid, seed=rng.randrange(2**31), start=START))
    yield from (Example("valid", encode(value), None) for value in made)
    breaker = Breaker(contract)
    for clause in contract.all_clauses():
        if clause.path.startswith("@"):
            continue
        broken = breaker.break_payload(clause, deepcopy(rng.choice(made)), rng)
        if broken is not None:
            yield Example("broken", encode(broken.value), clause)
    yield from (Example("odd", encode(_odd(rng.choice(made), rng)), None) for _ in range(odd))


def _odd(value: dict[str, Any], rng: Random) -> Any:
    """A copy in which one or two places hold something else."""
    made = deepcopy(value)
    for _ in range(rng.choice((1, 1, 2))):
        places = list(_places(made))
        holder, name = rng.choice(places) if places else (made, "alpha")
        wrong = rng.choice(ODD)
        if isinstance(holder, dict) and rng.random() < 0.15:
            holder.pop(name, None)
        elif rng.random() < 0.1:
            return wrong
        else:
            holder[name] = deepcopy(wrong)
    return made


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a value that can hold another: (holder, name or position)."""
    rows: Sequence[Any] = list(value) if isinstance(value, dict) else range(len(value))
    for name in rows:
        yield value, name
        if isinstance(value[name], dict | list):
            yield from _places(value[name])


def shown(payload: bytes) -> str:
    """A payload as a failing test may print it."""
    return json.dumps(payload.decode("utf-8", "backslashreplace"))[:1000]
