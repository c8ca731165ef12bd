"""Contract to numbers and times: the values between a field's bounds, and how they are written.

Numbers are whole multiples of a step, so that bounds, scale and multipleOf hold exactly. Moments are microseconds since
1970, UTC.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from contracts.compiler.model import Field
from contracts.compiler.types import INTEGER_RANGES, decimal_parts
from producer.errors import ProducerError

Maker = Callable[[Random, int], Any]
DAY_US = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)
WIDTH = 1000  # how far an unbounded number goes beyond its known end


def argument(field: Field, rule: str, default: Any = None) -> Any:
    """The argument of a field's clause, or the default where it has no such clause."""
    clause = field.clause(rule)
    return default if clause is None else clause.argument


def impossible(field: Field, why: str) -> ProducerError:
    """The error of a field that no value is known for."""
    return ProducerError(
        f"values of '{field.path}' can't be generated: {why}", "Give the field `examples` in the contract."
    )


def iso(moment_us: int) -> str:
    """A moment as ISO 8601 in UTC with microseconds."""
    days, rest = divmod(moment_us, DAY_US)
    seconds, micros = divmod(rest, 1_000_000)
    minute, second = divmod(seconds, 60)
    return f"{day_text(days)}{_MINUTES[minute]}{second:02d}.{micros:06d}Z"


_MINUTES = tuple(f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(1440))
_DAYS: dict[int, str] = {}


def day_text(days: int) -> str:
    """A day, counted from 1970-01-01, as ISO 8601; remembered, since events share their days."""
    if days not in _DAYS:
        _DAYS[days] = (EPOCH_DAY + timedelta(days=days)).isoformat()
    return _DAYS[days]


def step(field: Field) -> Decimal:
    """The grid a field's numbers lie on: its multipleOf, else its stored scale, else 1 or a thousandth."""
    parts = decimal_parts(field.storage)
    scale = Decimal(1).scaleb(-parts[1]) if parts else Decimal(1) if field.type == "integer" else Decimal("0.001")
    multiple = Decimal(argument(field, "multipleOf", 0))
    return multiple if multiple and (field.type != "integer" or multiple % 1 == 0) else scale


def bounds(field: Field) -> tuple[int, int]:
    """The first and last multiple of the step that the field allows; an open end is WIDTH beyond the other."""
    size = step(field)
    low, high = argument(field, "minimum"), argument(field, "maximum")
    lows = [] if low is None else [-((-Decimal(low)) // size)]
    highs = [] if high is None else [Decimal(high) // size]
    if (above := argument(field, "exclusiveMinimum")) is not None:
        lows.append(Decimal(above) // size + 1)
    if (below := argument(field, "exclusiveMaximum")) is not None:
        highs.append(-((-Decimal(below)) // size) - 1)
    stored = _stored(field, size)
    first = max(lows) if lows else min(Decimal(0), highs[0] if highs else Decimal(0))
    last = min(highs) if highs else first + WIDTH // min(size, Decimal(1))
    first, last = max(first, stored[0]), min(last, stored[1])
    if first > last:
        raise impossible(field, "its bounds leave no number")
    return int(first), int(last)


def _stored(field: Field, size: Decimal) -> tuple[Decimal, Decimal]:
    if field.storage in INTEGER_RANGES:
        low, high = INTEGER_RANGES[field.storage]
        return -((-Decimal(low)) // size), Decimal(high) // size
    parts = decimal_parts(field.storage)
    limit = (10 ** Decimal(parts[0] - parts[1]) if parts else Decimal(10) ** 15) // size - 1
    return -limit, limit


def number(field: Field, value: int | Decimal) -> int | float | Decimal:
    """A number in the form it is written with: an integer's digits, a decimal's full scale, a float's shortest text."""
    if field.type == "integer":
        return int(value)
    parts = decimal_parts(field.storage)
    return Decimal(value).quantize(Decimal(1).scaleb(-parts[1])) if parts else float(value)


def numbers(field: Field) -> Maker:
    """A maker of numbers, each equally likely."""
    (first, last), size = bounds(field), step(field)
    span = last - first + 1
    if field.type == "integer":
        whole = int(size)
        return lambda rng, _: (first + int(rng.random() * span)) * whole
    return lambda rng, _: number(field, (first + int(rng.random() * span)) * size)


def timestamps(field: Field) -> Maker:
    """Up to an hour before the event, within the field's bounds."""
    low, high = (_edge(field, *names) for names in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")))
    first = None if low is None else micros(low) + (field.clause("exclusiveMinimum") is not None)
    last = None if high is None else micros(high) - (field.clause("exclusiveMaximum") is not None)

    def make(rng: Random, moment_us: int) -> str:
        return iso(_clamped(moment_us - int(rng.random() * 3_600_000_000), first, last))

    return make


def dates(field: Field) -> Maker:
    """Up to ten days after the event, within the field's bounds."""
    low, high = (_edge(field, *names) for names in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")))
    first = None if low is None else (low - EPOCH_DAY).days + (field.clause("exclusiveMinimum") is not None)
    last = None if high is None else (high - EPOCH_DAY).days - (field.clause("exclusiveMaximum") is not None)
    return lambda rng, moment_us: day_text(_clamped(moment_us // DAY_US + int(rng.random() * 10), first, last))


def _edge(field: Field, inclusive: str, exclusive: str) -> Any:
    return argument(field, inclusive, argument(field, exclusive))


def _clamped(value: int, first: int | None, last: int | None) -> int:
    value = value if first is None else max(value, first)
    return value if last is None else min(value, last)


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - EPOCH) // timedelta(microseconds=1)
