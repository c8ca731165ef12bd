"""Field to places: where a field stands in one payload, and the payload with something else there.

A place is a tuple of steps from the whole value: a member's name, an item's position, or a Key, which stands for the
name of a map's member itself instead of what it names. Payloads are never changed, only copied along the way.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from contracts.compiler.model import Contract, Field
from producer.values.makers import ABSENT


class Key(str):
    """The name of a map's member, as something that stands in the payload."""

    __slots__ = ()


Place = tuple[str | int, ...]
Chain = tuple[Field, ...]
Make = Callable[[Field], Any]


def chains(contract: Contract) -> dict[str, Chain]:
    """For each field's path, the fields that lead to it, itself last."""
    return {chain[-1].path: chain for field in contract.fields for chain in _chains((field,))}


def _chains(chain: Chain) -> Iterator[Chain]:
    yield chain
    for child in chain[-1].children:
        yield from _chains((*chain, child))


def cells(value: Any, chain: Chain) -> Iterator[tuple[Place, Any]]:
    """Every value of a field in a payload with its place; absent ones are None, also below an absent object.

    An absent array or map has none.
    """
    yield from _cells(value, None, chain, ())


def _cells(holder: Any, parent: Field | None, chain: Chain, before: Place) -> Iterator[tuple[Place, Any]]:
    field, below = chain[0], chain[1:]
    for step in _steps(holder, parent, field):
        place, found = (*before, step), at(holder, (step,))
        if not below:
            yield place, found
        elif found is not None:
            yield from _cells(found, field, below, place)
        elif all(child in above.properties for above, child in zip(chain, below, strict=False)):
            yield (*place, *(child.name for child in below)), None


def _steps(holder: Any, parent: Field | None, field: Field) -> list[str | int]:
    """Where a field stands in what holds it."""
    if parent is None or field in parent.properties:
        return [field.name]
    if field is parent.items:
        return list(range(len(holder)))
    return list(map(Key, holder)) if field is parent.key else list(holder)


def at(value: Any, place: Place) -> Any:
    """What stands at a place; None where it is absent."""
    for step in place:
        if isinstance(step, Key):
            return str(step)
        value = None if value is None else value.get(step) if isinstance(value, dict) else value[step]
    return value


def replaced(value: Any, place: Place, new: Any) -> Any:
    """A copy of the payload with `new` at the place: nothing if it is ABSENT, a member of another name at a Key."""
    if not place:
        return new
    step, below = place[0], place[1:]
    if isinstance(step, Key):
        return {new if name == step else name: child for name, child in value.items()}
    made = value.copy()
    if new is ABSENT and not below:
        made.pop(step, None)
    else:
        made[step] = replaced(made.get(step) if isinstance(made, dict) else made[step], below, new)
    return made


def present(value: Any, chain: Chain, make: Make, rng: Random) -> tuple[Any, Place]:
    """A copy of the payload that has the field, with all that leads to it, and one of its places, drawn."""
    return _present(value, None, chain, make, rng)


def _present(holder: Any, parent: Field | None, chain: Chain, make: Make, rng: Random) -> tuple[Any, Place]:
    field, below = chain[0], chain[1:]
    if parent is not None and not holder and field is parent.items:
        holder = [make(field)]
    elif parent is not None and not holder and parent.key and parent.value:
        holder = {make(parent.key): make(parent.value)}
    step = rng.choice(_steps(holder, parent, field))
    found = at(holder, (step,))
    made = make(field) if found is None else found
    place: Place = ()
    if below:
        made, place = _present(made, field, below, make, rng)
    return (holder if made is found else replaced(holder, (step,), made)), (step, *place)
