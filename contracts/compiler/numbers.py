"""Exact number questions that every enforcer answers alike: multiples, and what a decimal column can hold."""

from decimal import Decimal
from typing import Any

from contracts.compiler.model import Field
from contracts.compiler.types import decimal_parts


def is_multiple(value: Any, step: Any) -> bool:
    """Whether a JSON number (int or Decimal) is a whole multiple of `step`, exactly: 0.07 is one of 0.01."""
    number, unit = Decimal(value), Decimal(str(step))
    exponent = min(int(number.as_tuple().exponent), int(unit.as_tuple().exponent))
    return _scaled(number, exponent) % _scaled(unit, exponent) == 0


def _scaled(number: Decimal, exponent: int) -> int:
    """The number in units of 10**exponent, as an int: Decimal's own % is bounded by its context's precision."""
    sign, digits, own = number.as_tuple()
    whole = int("".join(map(str, digits))) * int(10 ** (int(own) - exponent))
    return -whole if sign else whole


def decimal_limits(field: Field) -> tuple[int, int | None] | None:
    """(digits before the point, digits after it) that the type clause of a decimal field allows; None for others.

    The second is None where the field's multipleOf keeps the scale already (0.01 for two digits): then 1.001 breaks
    `multipleOf`, which says more than `type`.
    """
    parts = decimal_parts(field.storage)
    if parts is None:
        return None
    step = field.clause("multipleOf")
    return parts[0] - parts[1], None if step and is_multiple(step.argument, Decimal(1).scaleb(-parts[1])) else parts[1]


def within_digits(value: Any, before: int, after: int | None) -> bool:
    """Whether a number has at most so many digits on each side of the point; zeros at either end do not count."""
    _, digits, exponent = Decimal(value).as_tuple()
    text, power = "".join(map(str, digits)).lstrip("0"), int(exponent)
    if not text:
        return True
    power += len(text) - len(text.rstrip("0"))
    return len(text) + int(exponent) <= before and (after is None or power >= -after)
