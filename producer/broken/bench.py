"""What breakers work with: one value and its clause, and makers of more values."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from contracts.compiler.model import Clause, Field
from producer.values.makers import maker
from producer.values.quantities import Maker


@dataclass(frozen=True, slots=True)
class Bench:
    """What a breaker works on: the field, its clause, a valid value of it, and a source of more valid parts: an
    array's items, a map's members (name, value).
    """

    field: Field
    clause: Clause
    value: Any
    another: Callable[[], Any]


def same_number(value: Any) -> Iterator[Any]:
    """An integer as the equal number with a fraction: 1 and 1.0 are one value."""
    if isinstance(value, int) and not isinstance(value, bool):
        yield Decimal(f"{value}.0")


class Makers:
    """The makers of a contract's fields, each compiled when it is first used."""

    def __init__(self) -> None:
        self._made: dict[str, Maker] = {}

    def draw(self, field: Field, rng: Random, moment_us: int) -> Any:
        """A present value of the field; ProducerError where the contract gives no way to make one."""
        if field.path not in self._made:
            self._made[field.path] = maker(field)
        return self._made[field.path](rng, moment_us)
