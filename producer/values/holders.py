"""Array, object and map fields to makers: about as few members as their clauses allow, now and then as many."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from contracts.compiler.model import Field
from producer.values.counted import listed
from producer.values.edges import SHARE_BOUND, SHARE_RARE
from producer.values.fits import key
from producer.values.quantities import Maker, argument, impossible

ABSENT = object()
SHARE_ABSENT, SHARE_NULL = 0.15, 0.05
DRAWS = 200  # in a row that bring nothing new, before there is nothing new
MORE = 3  # members beyond the least that are usual
MANY = 20  # members from which a full array is drawn rarely
MOST = 200  # members that are drawn at most
MENDING = "Allow fewer members, or more different ones, in the contract."
Below = Callable[[Field], Maker]


def optional(field: Field, make: Maker) -> Maker:
    """A maker that leaves an optional field out (ABSENT) or null now and then."""
    if field.null_clauses:
        return make

    def draw(rng: Random, moment_us: int) -> Any:
        chance = rng.random()
        if chance < SHARE_ABSENT:
            return ABSENT
        return None if chance < SHARE_ABSENT + SHARE_NULL else make(rng, moment_us)

    return draw


def _or_null(field: Field, make: Maker) -> Maker:
    """A maker that is null now and then where the field allows it: what an array or a map holds can't be absent."""
    if field.null_clauses:
        return make
    return lambda rng, moment_us: None if rng.random() < SHARE_NULL else make(rng, moment_us)


def array(field: Field, below: Below, ample: Below) -> Maker:
    """A maker of arrays. `ample` makes items of more variety than `below` does, for full arrays."""
    if field.items is None:
        raise impossible(field, "its items are not described")
    least, most = _range(field, "minItems", "maxItems")
    if field.clause("uniqueItems") is None:
        item, full = (_or_null(field.items, make(field.items)) for make in (below, ample))
        size = _size(field, least, most)

        def make(rng: Random, moment_us: int) -> list[Any]:
            wanted = size(rng)
            draw = full if wanted > least + MORE else item
            return [draw(rng, moment_us) for _ in range(wanted)]

        return make
    return _without_twins(field, field.items, below, ample)


def _without_twins(field: Field, items: Field, below: Below, ample: Below) -> Maker:
    """A maker of arrays whose items differ: a sample where there are few values, else drawn until enough differ."""
    least, most = _range(field, "minItems", "maxItems")
    few = listed(items)
    if few is not None:
        few = few if items.null_clauses else [*few, None]
        if len(few) < least:
            raise impossible(field, f"{least} different items are wanted, and there are {len(few)}", MENDING)
        size, values = _size(field, least, min(most, len(few))), few
        return lambda rng, _: rng.sample(values, size(rng))
    item, full, size = _or_null(items, below(items)), ample(items), _size(field, least, most)

    def make(rng: Random, moment_us: int) -> list[Any]:
        wanted, made = size(rng), dict[Any, Any]()
        for draw in (item, full):
            for value in _fresh(draw, rng, moment_us, made, wanted):
                made[key(value)] = value
            if len(made) >= least and wanted <= least + MORE:
                break
        if len(made) < least:
            raise impossible(field, f"{least} different items could not be drawn", MENDING)
        return list(made.values())

    make(Random(0), 0)
    return make


def _fresh(draw: Maker, rng: Random, moment_us: int, seen: dict[Any, Any], wanted: int) -> Iterator[Any]:
    """Values that differ from those seen, until there are enough, or too many draws brought nothing."""
    idle = 0
    while len(seen) < wanted and idle < DRAWS:
        value = draw(rng, moment_us)
        if key(value) in seen:
            idle += 1
        else:
            idle = 0
            yield value


def _range(field: Field, fewest: str, most_: str) -> tuple[int, int]:
    least = argument(field, fewest, 0)
    most = argument(field, most_, least + MORE)
    if least > most:
        raise impossible(field, f"it wants at least {least} members and at most {most}", MENDING)
    return least, most


def _size(field: Field, least: int, most: int) -> Callable[[Random], int]:
    """How many members: about as few as may be, now and then as many; rarely where examples say what looks real."""
    usual = min(most, least + MORE) - least + 1
    seldom = most > MANY or any(below.examples for below in field.walk())
    full, share = most if most <= MOST else least, SHARE_RARE if seldom else SHARE_BOUND

    def draw(rng: Random) -> int:
        chance = rng.random()
        return full if chance < share else least + int(rng.random() * usual)

    return draw


def structure(field: Field, below: Below) -> Maker:
    """A maker of objects; optional members are left out, or added, until the number of members is allowed."""
    full = [(child.name, below(child)) for child in field.properties]
    draws = [(child.name, optional(child, make)) for child, (_, make) in zip(field.properties, full, strict=True)]
    needed = {child.name for child in field.properties if child.null_clauses}
    least, most = argument(field, "minProperties", 0), argument(field, "maxProperties", len(draws))
    if least > len(draws) or most < len(needed) or least > most:
        why = f"it wants {least} to {most} members, of {len(draws)}, and {len(needed)} are never left out"
        raise impossible(field, why, MENDING)

    def make(rng: Random, moment_us: int) -> dict[str, Any]:
        made = {name: value for name, draw in draws if (value := draw(rng, moment_us)) is not ABSENT}
        for name, draw in full:
            if len(made) < least and name not in made:
                made[name] = draw(rng, moment_us)
        for name in [name for name in made if name not in needed][: max(0, len(made) - most)]:
            del made[name]
        return made

    return make


def mapping(field: Field, below: Below, ample: Below) -> Maker:
    """A maker of maps: names that the key allows, each with a value."""
    if field.key is None or field.value is None:
        raise impossible(field, "its keys or values are not described")
    least, most = _range(field, "minProperties", "maxProperties")
    few = listed(field.key)
    if few is not None and len(few) < least:
        raise impossible(field, f"{least} different keys are wanted, and there are {len(few)}", MENDING)
    size = _size(field, least, most if few is None else min(most, len(few)))
    names, more, value = below(field.key), ample(field.key), _or_null(field.value, below(field.value))

    def make(rng: Random, moment_us: int) -> dict[str, Any]:
        wanted, made = size(rng), dict[Any, str]()
        if few is not None:
            return {name: value(rng, moment_us) for name in rng.sample(few, wanted)}
        for draw in (names, more):
            for name in _fresh(draw, rng, moment_us, made, wanted):
                made[key(name)] = name
        if len(made) < least:
            raise impossible(field, f"{least} different keys could not be drawn", MENDING)
        return {name: value(rng, moment_us) for name in made.values()}

    make(Random(0), 0)
    return make
