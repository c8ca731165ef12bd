"""Field to counted values: the n-th of many that all differ, and every value of a field that has few.

Counted are what must differ from event to event: identities, keys, values that the contract calls unique.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random
from typing import Any

from contracts.compiler import formats, rules
from contracts.compiler.model import Field
from contracts.compiler.temporal import writer
from contracts.compiler.types import TYPES
from producer.errors import ProducerError
from producer.values import moments, texts
from producer.values.fits import fits, key
from producer.values.quantities import argument, arguments, at, bounds, declared, impossible, number, step, stored
from producer.values.vocabulary import uuid4
from producer.values.wheels import FEW, Padded, counted, language, wheels

Numbered = tuple[Callable[[int], Any], int]
ENOUGH = 10**12  # values that a variable part of a text is widened for
REMEDY = "Widen its clauses, or give it another format such as uuid."


def numbered(field: Field) -> Numbered | None:
    """A maker of the n-th value, and how many there are; None where values are random and never repeat (uuid).

    ProducerError where no way to count is known. Values grow with n, but those of formats and of listed values.
    """
    if argument(field, "format") == "uuid" and field.type == "string" and fits(field)(uuid4(Random(0))):
        return None
    if (few := listed(field)) is not None:
        return few.__getitem__, len(few)
    place, capacity = _TYPES[field.type](field)
    if not all(map(fits(field), map(place, (0, capacity // 2, capacity - 1)))):
        raise _uncountable(field)
    return place, capacity


def _uncountable(field: Field) -> ProducerError:
    return impossible(field, "it must differ from event to event, and no way to count is known for it", REMEDY)


def listed(field: Field) -> list[Any] | None:
    """Every value of a field that has at most FEW, in the contract's order; None for any other."""
    found = _LISTS[field.type](field) if not arguments(field, "enum") else enumerated(field)
    if found is None:
        return None
    holds = fits(field)
    return [value for value in {key(value): value for value in found}.values() if holds(value)]


def enumerated(field: Field) -> list[Any]:
    """The values of a field's enum, as they are written."""
    values = [value for value in arguments(field, "enum")[0] if value is not None]
    if field.time_form is not None:
        return list(map(writer(field.time_form), values))
    return [number(field, value) if key(value)[0] == "number" else value for value in values]


def _numbers(field: Field) -> Numbered:
    """From the first number on, to the contract's or the stored form's end; listed missing values are stepped over."""
    size, place = Fraction(step(field)), at(field)
    (first, last), own = bounds(field), declared(field, size)
    last = last if own[1] is not None else stored(field, size)[1]
    gaps = sorted(
        int(Fraction(value) / size) - first
        for listed_ in arguments(field, "missingValues")
        for value in listed_
        if value is not None and (Fraction(value) / size).denominator == 1
    )
    gaps = [gap for gap in dict.fromkeys(gaps) if 0 <= gap <= last - first]

    def make(number_: int) -> Any:
        for gap in gaps:
            number_ += number_ >= gap
        return place(first + number_)

    return make, last - first + 1 - len(gaps)


def _moments(field: Field) -> Numbered:
    """Steps of the form's own width through the field's bounds; without them from 2000 to about 2040."""
    kind, (first, last), write = moments.kind(field), moments.limits(field), moments.written(field)
    size = moments.step(field)
    low = first if first is not None else kind.first
    high = last if last is not None else low + kind.counted
    return (lambda place: write(low + place * size)), (high - low) // size + 1


def _texts(field: Field) -> Numbered:
    pattern, form = argument(field, "pattern", argument(field, "invalidValues")), argument(field, "format")
    if pattern is not None:
        return _of_pattern(field, pattern)
    if form is not None:
        return _FORMATS[form], 2**24
    least, most = argument(field, "minLength", 0), argument(field, "maxLength", texts.LONGEST)
    width = max(least, min(12, most))
    return Padded("", width), 10 ** min(width, 18)


_FORMATS: Mapping[str, Callable[[int], str]] = {
    "uuid": lambda place: f"00000000-0000-4000-8000-{place:012x}",
    "email": lambda place: f"user.{place}@example.com",
    "hostname": lambda place: f"host-{place}.example.com",
    "uri": lambda place: f"https://example.com/{place}",
    "ipv4": lambda place: f"10.{place >> 16}.{place >> 8 & 255}.{place & 255}",
    "ipv6": lambda place: f"2001:db8::{place >> 16:x}:{place & 0xFFFF:x}",
}
rules.expect_rows(_FORMATS, frozenset(formats.FORMATS), "producer/values/counted.py formats")


def _of_pattern(field: Field, pattern: str) -> Numbered:
    """Texts of a pattern, its variable parts just long enough for ENOUGH values, or as many as there can be."""
    holds, best = fits(field), None
    try:
        tree = texts.parse(pattern)
    except texts.Unreadable:
        raise impossible(field, "its pattern can't be counted through", REMEDY) from None
    for more in range(texts.REPEATS * 8):
        made = counted(tuple(wheels(tree, more)))
        if (best is None or made[1] > best[1]) and all(map(holds, map(made[0], (0, made[1] - 1)))):
            best = made
        if best is not None and best[1] >= ENOUGH:
            break
    if best is None:
        raise _uncountable(field)
    return best


def _few_numbers(field: Field) -> list[Any] | None:
    size = Fraction(step(field))
    low, high = declared(field, size)
    if low is None or high is None or high - low >= FEW:
        return None
    if field.storage in ("f64", "f32") and not argument(field, "multipleOf"):
        return None  # the step is ours, so there are more
    first, last = bounds(field)
    return list(map(at(field), range(first, last + 1)))


def _few_texts(field: Field) -> list[Any] | None:
    patterns = arguments(field, "pattern")
    if not patterns:
        return None
    try:
        found = language(texts.parse(patterns[0]))
    except texts.Unreadable:
        return None
    return None if found is None else sorted(set(found))


def _none(_: Field) -> list[Any] | None:
    return None


def _nobody(field: Field) -> Numbered:
    raise _uncountable(field)


_LISTS: Mapping[str, Callable[[Field], list[Any] | None]] = {
    "string": _few_texts,
    "integer": _few_numbers,
    "number": _few_numbers,
    "boolean": lambda _: [False, True],
    "timestamp": _none,
    "date": _none,
    "time": _none,
    "array": _none,
    "object": _none,
    "map": _none,
}
rules.expect_rows(_LISTS, frozenset(TYPES), "producer/values/counted.py lists")
_TYPES: Mapping[str, Callable[[Field], Numbered]] = {
    "string": _texts,
    "integer": _numbers,
    "number": _numbers,
    "boolean": _nobody,
    "timestamp": _moments,
    "date": _moments,
    "time": _moments,
    "array": _nobody,
    "object": _nobody,
    "map": _nobody,
}
rules.expect_rows(_TYPES, frozenset(TYPES), "producer/values/counted.py types")
