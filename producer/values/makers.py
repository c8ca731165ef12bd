"""Contract to values: for each field a compiled function that draws a value the contract allows.

A maker is called with the random source and the moment it is drawn for (microseconds since 1970, UTC), so that a
promised day follows the event. Compiling does the looking-up once; a draw does none.
"""

from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Any

from contracts.compiler import rules
from contracts.compiler.model import Field
from contracts.compiler.types import TYPES
from producer.values import holders, moments, quantities, vocabulary
from producer.values.counted import listed, numbered
from producer.values.edges import bounded, choice, constant, mixed, of_text
from producer.values.fits import fits, key
from producer.values.holders import ABSENT
from producer.values.quantities import Maker, arguments, impossible
from producer.values.strings import PATIENCE, strings, words
from producer.values.vocabulary import uuid4

__all__ = ["ABSENT", "Maker", "maker", "numbered", "optional", "uuid4"]
MANY_LISTED = 20  # values of an enum from which its first and last are drawn on purpose


def maker(field: Field) -> Maker:
    """The maker of a field's present values; ProducerError where the contract gives no way to make one."""
    if arguments(field, "enum"):
        return _enum(field)
    return _TYPES[field.type](field)


def optional(field: Field) -> Maker:
    """A maker that leaves an optional field out (ABSENT) or null now and then."""
    return holders.optional(field, maker(field))


def _enum(field: Field) -> Maker:
    values = listed(field)
    if not values:
        raise impossible(field, "no value of its enum keeps its other clauses", "Mend the enum in the contract.")
    ends = [constant(values[0]), constant(values[-1])] if len(values) > MANY_LISTED else []
    return mixed(choice(values), ends, [])


def _boolean(field: Field) -> Maker:
    values = listed(field)
    if not values:
        raise impossible(field, "neither true nor false is allowed", "Mend its missingValues in the contract.")
    return choice(values)


def _numbers(field: Field) -> Maker:
    make = _sure(field, quantities.numbers(field, vocabulary.usual(field) or _exemplified(field)))
    return bounded(make, fits(field), quantities.ends(field))


def _exemplified(field: Field) -> tuple[int, int] | None:
    """The range around a number's examples, twice as wide as they are."""
    known = [int(example) for example in field.examples if key(example)[0] == "number"]
    return (min(0, *known) * 2, max(0, *known) * 2 + 1) if known else None


def _moments(field: Field) -> Maker:
    return bounded(_sure(field, moments.moments(field)), fits(field), moments.ends(field))


def _sure(field: Field, make: Maker) -> Maker:
    """Draw until every clause of the field agrees: listed missing values, a local hour that comes twice."""
    holds, trial = fits(field), Random(0)

    def until(rng: Random, moment_us: int) -> Any:
        for _ in range(PATIENCE):
            if holds(value := make(rng, moment_us)):
                return value
        raise impossible(field, "values that keep all its clauses are too rare to be drawn")

    return make if _always(field) and all(holds(make(trial, 0)) for _ in range(holders.DRAWS)) else until


def _always(field: Field) -> bool:
    """Whether trials tell for every moment: nothing but bounds on a grid that is written exactly, no local time."""
    judged = {clause.rule for clause in field.clauses}
    form, rounded = field.time_form, field.storage in ("f64", "f32")
    exact = form is None or (form.pattern is None and moments.in_utc(form))
    return exact and "missingValues" not in judged and not (rounded and "multipleOf" in judged)


def _ample(field: Field) -> Maker:
    """A maker of more variety than examples have, where a text may be anything."""
    make = maker(field)
    free = not {"pattern", "invalidValues", "format", "enum"} & {clause.rule for clause in field.clauses}
    if TYPES[field.type].name != "string" or not free:
        return make
    least, most = (quantities.argument(field, rule, default) for rule, default in (("minLength", 1), ("maxLength", 40)))
    holds, plain = fits(field), of_text(partial(words, least, most, field.path))

    def draw(rng: Random, moment_us: int) -> Any:
        text = f"{plain(rng, moment_us)} {rng.randrange(1000)}"
        return text if holds(text) else make(rng, moment_us)

    return draw


_TYPES: Mapping[str, Callable[[Field], Maker]] = {
    "string": strings,
    "integer": _numbers,
    "number": _numbers,
    "boolean": _boolean,
    "timestamp": _moments,
    "date": _moments,
    "time": _moments,
    "array": lambda field: holders.array(field, maker, _ample),
    "object": lambda field: holders.structure(field, maker),
    "map": lambda field: holders.mapping(field, maker, _ample),
}
rules.expect_rows(_TYPES, frozenset(TYPES), "producer/values/makers.py types")
