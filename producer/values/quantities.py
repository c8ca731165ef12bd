"""Contract to numbers: the values between a field's bounds, and how they are written.

Numbers are whole multiples of a step, so that bounds, scale and multipleOf hold exactly. Moments are microseconds since
1970, UTC.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from math import ceil, floor, gcd, lcm
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
POINTS = 1000  # a float between two bounds is drawn from at least so many
FLOAT_DIGITS = 15  # of a decimal text that every 64-bit float gives back
_EXACT = Context(prec=800)


def argument(field: Field, rule: str, default: Any = None) -> Any:
    """The argument of a field's clause, or the default where it has no such clause."""
    clause = field.clause(rule)
    return default if clause is None else clause.argument


def arguments(field: Field, rule: str) -> list[Any]:
    """The arguments of all clauses of a rule: quality rules may stand twice."""
    return [clause.argument for clause in field.clauses if clause.rule == rule]


def impossible(field: Field, why: str, remedy: str = "Give the field `examples` in the contract.") -> ProducerError:
    """The error of a field that no value is known for."""
    return ProducerError(f"values of '{field.path}' can't be generated: {why}", remedy)


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


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def step(field: Field) -> Decimal:
    """The grid a field's numbers lie on: common multiple of multipleOf and stored scale; a float's is fine enough."""
    parts = decimal_parts(field.storage)
    multiple = abs(Fraction(argument(field, "multipleOf", 0)))
    scale = Fraction(1, 10 ** parts[1]) if parts else Fraction(1) if field.type == "integer" else None
    if scale is None:
        return _decimal(multiple) if multiple else _fine(field)
    if multiple == 0:
        return _decimal(scale)
    return _decimal(Fraction(lcm(scale.numerator, multiple.numerator), gcd(scale.denominator, multiple.denominator)))


def _decimal(value: Fraction) -> Decimal:
    return _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


def _fine(field: Field) -> Decimal:
    """A thousandth, or less where two bounds lie close together; the bound's own digits where they are equal."""
    lows, highs = ([*arguments(field, rule), *arguments(field, other)] for rule, other in (LOWS, HIGHS))
    size = Decimal("0.001")
    if not (lows and highs):
        return size
    low, high = Decimal(max(lows)), Decimal(min(highs))
    if low == high:
        return min(size, Decimal((0, (1,), int(low.as_tuple().exponent))))
    while (Fraction(high) - Fraction(low)) / Fraction(size) < POINTS and size.adjusted() > -300:
        size = size.scaleb(-1)
    return size


LOWS, HIGHS = ("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")


def bounds(field: Field) -> tuple[int, int]:
    """The first and last multiple of the step that the field allows; an open end is WIDTH beyond the other."""
    size = Fraction(step(field))
    low, high = declared(field, size)
    width = int(WIDTH // min(size, Fraction(1)))
    least, most = stored(field, size)
    if low is None:
        low = 0 if high is None or high > 0 else high - width
    high = low + width if high is None else high
    first, last = max(low, least), min(high, most)
    if first > last:
        raise impossible(field, "its bounds leave no number", "Mend the bounds, or multipleOf, in the contract.")
    return first, last


def declared(field: Field, size: Fraction) -> tuple[int | None, int | None]:
    """The first and last multiple of `size` within the contract's own bounds; None for an open end."""
    lows = [ceil(Fraction(bound) / size) for bound in arguments(field, "minimum")]
    lows += [floor(Fraction(bound) / size) + 1 for bound in arguments(field, "exclusiveMinimum")]
    highs = [floor(Fraction(bound) / size) for bound in arguments(field, "maximum")]
    highs += [ceil(Fraction(bound) / size) - 1 for bound in arguments(field, "exclusiveMaximum")]
    return max(lows, default=None), min(highs, default=None)


def stored(field: Field, size: Fraction) -> tuple[int, int]:
    """The first and last multiple that the stored form holds exactly."""
    if field.storage in INTEGER_RANGES:
        low, high = INTEGER_RANGES[field.storage]
        return ceil(Fraction(low) / size), floor(Fraction(high) / size)
    if parts := decimal_parts(field.storage):
        limit = ceil(Fraction(10 ** (parts[0] - parts[1])) / size) - 1
    else:
        limit = floor(10**FLOAT_DIGITS * min(Fraction(1), Fraction(1, size.denominator)) / size)
    return -limit, limit


def number(field: Field, value: int | Decimal) -> int | float | Decimal:
    """A number in the form it is written with: an integer's digits, a decimal's full scale, a float's shortest text."""
    if field.type == "integer":
        return int(value)
    parts = decimal_parts(field.storage)
    return Decimal(value).quantize(Decimal(1).scaleb(-parts[1]), context=_EXACT) if parts else float(value)


def at(field: Field) -> Callable[[int], Any]:
    """The n-th multiple of the step, as it is written."""
    size, parts = step(field), decimal_parts(field.storage)
    if field.type == "integer":
        whole = int(size)
        return lambda place: place * whole
    if parts:
        units, scale = int(_EXACT.scaleb(size, parts[1])), -parts[1]
        return lambda place: Decimal(place * units).scaleb(scale, _EXACT)
    if size.adjusted() < 0 and size == Decimal(1).scaleb(size.adjusted()):
        whole = 10 ** -size.adjusted()
        return lambda place: place / whole  # correctly rounded, as reading the text is
    return lambda place: float(_EXACT.multiply(place, size))


def numbers(field: Field, usual: tuple[int, int] | None) -> Maker:
    """A maker of numbers, each equally likely; `usual` is what such a field commonly holds, used as far as it fits."""
    (first, last), place = _usual(field, usual) or bounds(field), at(field)
    span = last - first + 1
    if span > 2**53:
        return lambda rng, _: place(first + rng.randrange(span))
    return lambda rng, _: place(first + int(rng.random() * span))


def _usual(field: Field, usual: tuple[int, int] | None) -> tuple[int, int] | None:
    if usual is None:
        return None
    size = Fraction(step(field))
    own, widest = declared(field, size), stored(field, size)
    low, high = (limit if bound is None else bound for bound, limit in zip(own, widest, strict=True))
    first, last = max(low, widest[0], ceil(usual[0] / size)), min(high, widest[1], floor(usual[1] / size))
    return (first, last) if first <= last else None


def ends(field: Field) -> tuple[list[Any], list[Any]]:
    """The contract's own bounds (of an exclusive one its neighbour), and the ends of the stored form beyond them."""
    size, place = Fraction(step(field)), at(field)
    low, high = declared(field, size)
    own = [number(field, bound) for rule in ("minimum", "maximum") for bound in arguments(field, rule)]
    own += [place(end) for end in (low, high) if end is not None]
    exact = field.storage in INTEGER_RANGES or decimal_parts(field.storage) is not None
    widest = zip(stored(field, size), (low, high), strict=True)
    return own, [place(end) for end, bound in widest if bound is None and exact]
