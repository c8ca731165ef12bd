"""Usual values and boundary values in one maker: what a contract's own limits allow is drawn on purpose.

A bound that the contract writes is drawn in a twentieth of all values, several bounds together in a tenth. What would
make payloads look odd (a text of 2,000 words among examples, the last 64-bit number) is drawn in one of 200.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from producer.values.fits import Holds, key
from producer.values.quantities import Maker

SHARE_BOUND, SHARE_BOUNDS, SHARE_RARE = 0.05, 0.10, 0.005


def mixed(make: Maker, own: list[Maker], rare: list[Maker]) -> Maker:
    """A maker that draws one of `own` or of `rare` in their shares, else from `make`."""
    often, seldom = min(SHARE_BOUND * len(own), SHARE_BOUNDS), SHARE_RARE if rare else 0.0
    if not own and not rare:
        return make
    total, many, few = often + seldom, len(own), len(rare)

    def draw(rng: Random, moment_us: int) -> Any:
        chance = rng.random()
        if chance >= total:
            return make(rng, moment_us)
        if chance < often:
            return own[int(chance / often * many)](rng, moment_us)
        return rare[min(int((chance - often) / seldom * few), few - 1)](rng, moment_us)

    return draw


def bounded(make: Maker, holds: Holds, ends: tuple[list[Any], list[Any]]) -> Maker:
    """A maker with the ends of its range: those of the contract, and those beyond, as far as they are allowed."""
    own, rare = ({repr(key(value)): value for value in values if holds(value)} for values in ends)
    return mixed(make, list(map(constant, own.values())), list(map(constant, rare.values())))


def constant(value: Any) -> Maker:
    """A maker of one value."""
    return lambda *_: value


def choice(values: list[Any]) -> Maker:
    """A maker of one of several values, each equally likely."""
    return lambda rng, _: values[int(rng.random() * len(values))]


def of_text(draw: Callable[[Random], str]) -> Maker:
    """A maker that needs no moment."""
    return lambda rng, _: draw(rng)
