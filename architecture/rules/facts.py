"""A bound architecture to what rules ask of it, each computed once: who stands where, what needs what, what falls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import msgspec

from architecture import needs, parts, spread
from architecture.contract_facts import ContractFacts, classification
from architecture.rules import ways

OUTSIDE = frozenset({"cloud", "internet", "elsewhere"})  # kinds of zones in which others run the machines


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rules know besides the model.

    `files` is the folder that paths in the model start from; None where it is not there (an installed package has no
    docs or features), and every path is then taken to be right. `figures` gives the ids of all figures; it is asked
    only where the model names one, since computing them takes time.
    """

    today: date
    contracts: Mapping[str, ContractFacts]
    files: Path | None
    figures: Callable[[], frozenset[str]]

    def age_days(self, day: str) -> int:
        """Days since a date of the model; negative for one to come."""
        return (self.today - date.fromisoformat(day)).days

    def has(self, path: str) -> bool:
        """Whether a path (`docs/x.md`, `tests/y.py::name`) leads to a file below `files`, and to the name in it."""
        if self.files is None:
            return True
        name, _, within = path.partition("::")
        file = self.files / name.partition("#")[0]
        return file.is_file() and within in file.read_text("utf-8")

    def decided(self, number: str) -> bool:
        """Whether there is a decision record of a number (`0007`)."""
        return self.files is None or any((self.files / "adr").glob(f"{number}-*.md"))


@dataclass(frozen=True)  # no slots: cached_property needs a __dict__
class Facts:
    """One architecture as rules see it. `rules` are the ids of all rules, `idle` the waivers that nothing needs."""

    architecture: parts.Architecture
    around: Surroundings
    rules: frozenset[str]
    idle: frozenset[str]

    @cached_property
    def components(self) -> dict[str, parts.Component]:
        """Components by id."""
        return self.architecture.one("components")

    @cached_property
    def zones(self) -> dict[str, parts.Zone]:
        """Zones by id."""
        return self.architecture.one("zones")

    @cached_property
    def places(self) -> dict[str, parts.Place]:
        """Places by id."""
        return self.architecture.one("places")

    @cached_property
    def flows(self) -> dict[str, parts.Flow]:
        """Flows by id."""
        return self.architecture.one("flows")

    @cached_property
    def data(self) -> dict[str, parts.Data]:
        """Kinds of data by id."""
        return self.architecture.one("data")

    @cached_property
    def identities(self) -> dict[str, parts.Identity]:
        """Identities by id."""
        return self.architecture.one("identities")

    @cached_property
    def keys(self) -> dict[str, parts.Key]:
        """Keys by id."""
        return self.architecture.one("keys")

    @cached_property
    def teams(self) -> dict[str, parts.Team]:
        """Teams by id."""
        return self.architecture.one("teams")

    @cached_property
    def run(self) -> needs.Graph:
        """What needs what this second."""
        return needs.graph(self.architecture, "run")

    @cached_property
    def recover(self) -> needs.Graph:
        """What needs what to be brought back."""
        return needs.graph(self.architecture, "recover")

    @cached_property
    def _memory(self) -> dict[tuple[str, str], frozenset[str]]:
        return {}

    @cached_property
    def _thefts(self) -> dict[str, spread.Reached]:
        return {}

    def zone(self, component: str) -> parts.Zone:
        """The zone a component stands in."""
        return self.zones[self.components[component].zone]

    def outside(self, component: str) -> bool:
        """Whether somebody else runs the machines it stands on."""
        return self.zone(component).kind in OUTSIDE

    def crossing(self, flow: parts.Flow) -> bool:
        """Whether a flow leaves its zone."""
        return self.components[flow.source].zone != self.components[flow.to].zone

    def routes(self, flow: parts.Flow) -> list[parts.Route]:
        """The routes that lead from one end of a flow to the other."""
        ends = {self.components[flow.source].zone, self.components[flow.to].zone}
        return [route for route in self.architecture.routes if set(route.between) == ends]

    def around_place(self, place: str) -> tuple[str, ...]:
        """A place, and the larger ones it stands in, from small to large."""
        way = [place]
        while (inside := self.places[way[-1]].inside) and inside not in way:
            way.append(inside)
        return tuple(way)

    def stands_in(self, component: str) -> frozenset[str]:
        """Every place, small or large, without which none of a component's instances has a place left."""
        ways_up = [set(self.around_place(place)) for place in self.components[component].places]
        return frozenset(set.intersection(*ways_up)) if ways_up else frozenset()

    def contracts(self, data: str) -> list[ContractFacts]:
        """The contracts of a kind of data; one that is not there has its own rule."""
        named = self.data[data].contracts
        return [self.around.contracts[key] for key in named if key in self.around.contracts]

    def rank(self, data: str) -> int:
        """How well a kind of data is to be protected, as a place in CLASSES: the highest that anything says of it."""
        return parts.CLASSES.index(classification(self.data[data], self.around.contracts) or parts.CLASSES[0])

    def personal(self, data: str) -> bool:
        """Whether a kind of data has a personal field."""
        return parts.CLASSES[self.rank(data)] == "personal"

    def gone(self, phase: needs.Phase, *removed: str) -> frozenset[str]:
        """What does not work, or cannot be brought back, without `removed`."""
        key = (phase, " ".join(removed))
        if key not in self._memory:
            self._memory[key] = needs.down(self.run if phase == "run" else self.recover, removed)
        return self._memory[key]

    def stolen(self, start: str) -> spread.Reached:
        """What a thief reaches alone who has `start`: what an identity may do only with approval is not among it."""
        if start not in self._thefts:
            self._thefts[start] = spread.reached(self._unapproved, (start,))
        return self._thefts[start]

    def led_to(self, identity: str) -> spread.Reached:
        """What somebody reaches who may use an identity, approvals given."""
        return spread.reached(self.architecture, (identity,))

    @cached_property
    def _unapproved(self) -> parts.Architecture:
        alone = [
            msgspec.structs.replace(identity, permissions=[]) if identity.approval else identity
            for identity in self.architecture.identities
        ]
        return msgspec.structs.replace(self.architecture, identities=alone)

    def below(self, phase: needs.Phase, start: str) -> Iterator[parts.Component]:
        """The components that `start` needs, directly or not, itself included; alternatives too."""
        for name in needs.below(self.run if phase == "run" else self.recover, (start,)):
            if name in self.components:
                yield self.components[name]

    def way(self, phase: needs.Phase, start: str, goal: str) -> tuple[str, ...]:
        """A shortest way of needs from one node to another."""
        return ways.shortest(self.run if phase == "run" else self.recover, start, goal)

    @cached_property
    def amounts(self) -> tuple[tuple[str, str, parts.Amount], ...]:
        """Every amount of the model: the id of its part, the word it stands at, and itself."""
        return tuple(
            (part.id, word.split(".")[0], amount)
            for section in parts.SECTIONS
            for part in getattr(self.architecture, section)
            for word, amount in _amounts(part)
        )


def _amounts(part: parts.Part) -> Iterator[tuple[str, parts.Amount]]:
    for word in part.__struct_fields__:
        value = getattr(part, word)
        values: Iterable[object] = value if isinstance(value, list) else (value,)
        for each in values:
            if isinstance(each, parts.Amount):
                yield word, each
            elif isinstance(each, parts.Part):
                yield from ((f"{word}.{below}", amount) for below, amount in _amounts(each))
