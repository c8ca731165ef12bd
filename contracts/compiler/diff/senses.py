"""Old and new value of an element to the sense of the change: is more demanded than before, or less?

Every function takes the two values, None for an absent one, never both None. Values that can't be compared have
`changed`.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from contracts.compiler.numbers import is_multiple

TIGHTENED, LOOSENED, CHANGED, ADDED, REMOVED = "tightened", "loosened", "changed", "added", "removed"
Sense = Callable[[Any, Any], str]

OPPOSITES: Mapping[str, str] = {
    TIGHTENED: LOOSENED,
    LOOSENED: TIGHTENED,
    ADDED: REMOVED,
    REMOVED: ADDED,
    CHANGED: CHANGED,
}


def always(_: Any, __: Any) -> str:
    """Neither more nor less: another value."""
    return CHANGED


def came_or_went(old: Any, new: Any) -> str:
    """Added, removed, or another value."""
    return ADDED if old is None else REMOVED if new is None else CHANGED


def demanded(old: Any, new: Any) -> str:
    """A demand that was not there before is tighter, one that is gone looser."""
    return TIGHTENED if old is None else LOOSENED if new is None else CHANGED


def least(old: Any, new: Any) -> str:
    """A lower bound: higher is tighter, none at all the loosest."""
    return _bound(old, new, lambda a, b: bool(b > a))


def most(old: Any, new: Any) -> str:
    """An upper bound: lower is tighter."""
    return _bound(old, new, lambda a, b: bool(b < a))


def _bound(old: Any, new: Any, tighter: Callable[[Any, Any], bool]) -> str:
    if old is None or new is None:
        return demanded(old, new)
    try:
        return TIGHTENED if tighter(old, new) else LOOSENED
    except TypeError:
        return CHANGED


def flag(_: Any, new: Any) -> str:
    """A demand that is on or off."""
    return TIGHTENED if new else LOOSENED


def listed(old: Any, new: Any) -> str:
    """What is allowed: fewer values are tighter."""
    return _lists(old, new, TIGHTENED, LOOSENED)


def forbidden(old: Any, new: Any) -> str:
    """What is refused: more values are tighter."""
    return demanded(old, new) if old is None or new is None else _lists(old, new, LOOSENED, TIGHTENED)


def _lists(old: Any, new: Any, fewer: str, more: str) -> str:
    if old is None or new is None:
        return demanded(old, new)
    before, after = ({repr(value) for value in side} for side in (old, new))
    return fewer if after < before else more if after > before else CHANGED


def step(old: Any, new: Any) -> str:
    """multipleOf: a multiple of the old step is tighter."""
    if old is None or new is None:
        return demanded(old, new)
    before, after = Decimal(str(old)), Decimal(str(new))
    return TIGHTENED if is_multiple(after, before) else LOOSENED if is_multiple(before, after) else CHANGED


def ladder(*rungs: Any) -> Sense:
    """Values in an order in which the later is the tighter one; absent is below them all."""

    def sense(old: Any, new: Any) -> str:
        places = [-1 if side is None else rungs.index(side) if side in rungs else None for side in (old, new)]
        if places[0] is None or places[1] is None:
            return CHANGED
        return TIGHTENED if places[1] > places[0] else LOOSENED

    return sense


SECONDS: Mapping[str, float] = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("w", "week", "weeks"), 604_800),
    **dict.fromkeys(("y", "yr", "year", "years"), 31_557_600),
}
STRICTER: Mapping[str, Sense] = {
    **dict.fromkeys(("latency", "freshness", "frequency", "errorRate", "timeToDetect", "timeToNotify"), most),
    **dict.fromkeys(("timeToRepair", "ageOfData", "interval"), most),
    **dict.fromkeys(("availability", "throughput", "retention", "completeness", "accuracy"), least),
}
"""The service levels whose number says which of two promises is the stricter one (ODCS names them in its examples)."""


def promised(name: str, old: tuple[Any, Any], new: tuple[Any, Any]) -> str:
    """A service level as (value, unit): the stricter promise is `tightened`."""
    sense, before, after = STRICTER.get(name), _amount(*old), _amount(*new)
    if sense is None or before is None or after is None or before[1] != after[1] or before[0] == after[0]:
        return CHANGED
    return sense(before[0], after[0])


def _amount(value: Any, unit: Any) -> tuple[Decimal, str] | None:
    """A number with its dimension: durations in seconds, anything else in its own unit."""
    if isinstance(value, timedelta):
        return Decimal(str(value.total_seconds())), "time"
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return None
    factor = SECONDS.get(str(unit or "").lower())
    return (number, str(unit or "")) if factor is None else (number * Decimal(str(factor)), "time")
