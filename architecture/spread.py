"""An architecture to what a thief reaches: from something compromised to components, identities, keys and data.

Who holds a component acts as its identities (those it is listed as using), reads the secrets it uses, and so does what
those identities may: `administer` or `*` on a component gives the component itself; `read` gives what it holds and
what flows to it, in the form it is in there, but not the component; `write` and `use` give nothing to read. A vault
that is held gives its secrets, a directory the identities it issues, an HSM or KMS the keys in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from architecture import parts


@dataclass(frozen=True, slots=True)
class Reached:
    """What falls: components held, identities taken, secrets and keys read, and (data, form) that can be read.

    `steps` gives, for each of them, what it was reached from: a path back to the start.
    """

    components: frozenset[str]
    identities: frozenset[str]
    secrets: frozenset[str]
    keys: frozenset[str]
    data: frozenset[tuple[str, str]]
    steps: dict[str, str]

    def path(self, name: str) -> tuple[str, ...]:
        """From the start to `name`, each step reached from the one before it."""
        way = [name]
        while way[-1] in self.steps and self.steps[way[-1]] != way[-1]:
            way.append(self.steps[way[-1]])
        return tuple(reversed(way))


def reached(architecture: parts.Architecture, start: Iterable[str]) -> Reached:
    """Everything that is reached from components, identities, secrets, keys or teams that are compromised."""
    thief = _Thief(architecture)
    steps = {name: name for name in start}
    queue = list(steps)
    while queue:
        here = queue.pop(0)
        for name in thief.next(here):
            if name not in steps:
                steps[name] = here
                queue.append(name)
    return thief.summed(steps)


class _Thief:
    def __init__(self, architecture: parts.Architecture) -> None:
        self.architecture = architecture
        self.components = architecture.one("components")
        self.identities = architecture.one("identities")
        self.secrets = architecture.one("secrets")
        self.keys = architecture.one("keys")
        self.readable: set[tuple[str, str]] = set()

    def next(self, name: str) -> Iterator[str]:
        """What is reached in one step from something that is held."""
        if name in self.identities:
            yield from self._permitted(self.identities[name])
        elif name in self.components:
            yield from self._held(name)
        for identity in self.identities.values():
            if name in identity.used_by or name == identity.secret:
                yield identity.id
        yield from (secret.id for secret in self.secrets.values() if name in secret.used_by)

    def _held(self, name: str) -> Iterator[str]:
        component = self.components[name]
        if component.identity:
            yield component.identity
        yield from (secret.id for secret in self.secrets.values() if secret.store == name)
        yield from (key.id for key in self.keys.values() if key.store == name)
        yield from (identity.id for identity in self.identities.values() if identity.issuer == name)

    def _permitted(self, identity: parts.Identity) -> Iterator[str]:
        for permission in identity.permissions:
            on = list(self.components) if permission.on == "*" else [permission.on]
            for name in on:
                if permission.action in ("administer", "*"):
                    yield name
                if permission.action in ("read", "*"):
                    self.readable |= self._seen(name)

    def summed(self, steps: dict[str, str]) -> Reached:
        """The steps sorted by what they are, and the data that can be read with the keys among them."""
        held = {pair for name in steps if name in self.components for pair in self._seen(name)}
        return Reached(
            components=frozenset(steps) & frozenset(self.components),
            identities=frozenset(steps) & frozenset(self.identities),
            secrets=frozenset(steps) & frozenset(self.secrets),
            keys=frozenset(steps) & frozenset(self.keys),
            data=frozenset(self.readable | held),
            steps=steps,
        )

    def _seen(self, name: str) -> set[tuple[str, str]]:
        """What a component keeps, and the business data that come by: a warehouse keeps nothing and shows a lot."""
        flows = (flow for flow in self.architecture.flows if flow.to == name and flow.purpose == "data")
        holdings = (*self.components[name].holds, *(each for flow in flows for each in flow.carries))
        return {(holding.data, holding.form) for holding in holdings}
