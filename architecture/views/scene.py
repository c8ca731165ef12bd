"""One architecture as a view looks at it: its parts by id, in one language, with the class of each kind of data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Literal

from architecture import needs, parts
from architecture.views import classes, kinds
from architecture.views.words import WORDS

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")
HALVES: Mapping[str, str] = {"onpremises": "on-premises", "cloud": "in-cloud", "outside": "elsewhere"}  # -> its word
_HALVES: Mapping[str, str] = {"cloud": "cloud", "on-premises": "onpremises", "site": "onpremises"}


class Scene:
    """What every view asks of an architecture."""

    def __init__(self, architecture: parts.Architecture, language: Language) -> None:
        self.architecture = architecture
        self.language = language
        self.components: Mapping[str, parts.Component] = architecture.one("components")
        self.zones: Mapping[str, parts.Zone] = architecture.one("zones")
        self.places: Mapping[str, parts.Place] = architecture.one("places")
        self.identities: Mapping[str, parts.Identity] = architecture.one("identities")
        self.flows: Mapping[str, parts.Flow] = architecture.one("flows")
        self.classes = classes.classes(architecture)

    @cached_property
    def named(self) -> Mapping[str, Any]:
        """Every element by its id."""
        return self.architecture.all()

    def say(self, text: parts.Text) -> str:
        """A text of the model in this language."""
        return text.fr if self.language == "fr" else text.en

    def word(self, key: str, **values: object) -> str:
        """A text of our own in this language, with values in its {places}."""
        return self.say(WORDS[key]).format(**values)

    def name(self, part: str) -> str:
        """How an element is called; its id where it is called nothing."""
        found = getattr(self.named.get(part), "name", None)
        return self.say(found) if found is not None else part

    def short(self, part: str) -> str:
        """The same without what follows a colon: a name for a box."""
        return self.name(part).partition(": ")[0].strip()

    def pair(self, title: str, text: str = "") -> str:
        """`title: text`, with the space before the colon where the language has one."""
        return f"{title}{chr(0xA0) if self.language == 'fr' else ''}:{' ' if text else ''}{text}"

    def names(self, ids: Iterable[str]) -> str:
        """Several names in one cell."""
        return ", ".join(self.name(part) for part in ids)

    def listed(self, ids: list[str], most: int) -> tuple[str, ...]:
        """A line for each, and where there are more than `most`, how many more."""
        if len(ids) <= most:
            return tuple(map(self.short, ids))
        return (*map(self.short, ids[: most - 1]), self.word("more", n=len(ids) - most + 1))

    def spoken(self, flow: parts.Flow) -> str:
        """Protocol and port."""
        return f"{flow.protocol} {flow.port}"

    def number(self, value: float) -> str:
        """A number in the fewest digits, its decimal mark as the language has it."""
        said = f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
        return said.replace(",", "\u202f").replace(".", ",") if self.language == "fr" else said

    def hours(self, value: float) -> str:
        """A span of hours in the unit in which it is easy to read."""
        for unit, size in (("days", 24.0), ("hours", 1.0)):
            if value >= size * (2 if unit == "days" else 1):
                return self.word(unit, n=self.number(value / size))
        return self.word("minutes", n=self.number(value * 60))

    def half(self, component: str) -> str:
        """`onpremises`, `cloud` or `outside`: where a component's zone is."""
        return self.half_of_zone(self.components[component].zone)

    def half_of_zone(self, zone: str) -> str:
        """The same of a zone."""
        return _HALVES.get(self.zones[zone].kind, "outside")

    def placed(self, zone: str) -> str:
        """A zone's name and its half: `Serving (in the cloud)`."""
        half = self.word(HALVES[self.half_of_zone(zone)])
        return f"{self.name(zone)} ({half[:1].lower()}{half[1:]})"

    def role(self, component: str) -> str:
        """What part a component plays: a key of kinds.ROLES."""
        return kinds.KINDS[self.components[component].kind].role

    def of(self, *purposes: str) -> list[parts.Flow]:
        """The flows of some purposes, in the order of the model."""
        return [flow for flow in self.architecture.flows if flow.purpose in purposes]

    def opener(self, flow: parts.Flow) -> parts.Component:
        """Who opens the connection."""
        return self.components[needs.initiator(flow)]

    def called(self, flow: parts.Flow) -> parts.Component:
        """Who is called."""
        return self.components[needs.other(flow)]

    def paint(self, holdings: Iterable[parts.Holding]) -> str | None:
        """The paint of what needs most care among holdings."""
        return classes.highest(holdings, self.classes)

    def held(self, holdings: Iterable[parts.Holding]) -> tuple[str, ...]:
        """What is held or carried, a line for each class and form: `personal, in clear: Ledger, Ticket events`."""
        groups: dict[tuple[str, str, str], list[str]] = {}
        for held in holdings:
            key = (classes.paint(held, self.classes), self.classes[held.data], held.form)
            groups.setdefault(key, []).append(held.data)
        ranked = sorted(groups.items(), key=lambda item: classes.ORDER.index(item[0][0]))
        return tuple(
            self.pair(f"{self.word(said)}, {self.word(form)}", self.names(data)) for (_, said, form), data in ranked
        )

    def shown(self, holdings: Iterable[parts.Holding], most: int = 3) -> tuple[str, ...]:
        """The same for a picture, whose colours and lines say the class: `in clear: Ledger, Ticket events`."""
        groups: dict[str, list[str]] = {}
        for held in sorted(holdings, key=lambda held: classes.ORDER.index(classes.paint(held, self.classes))):
            groups.setdefault(held.form, []).append(held.data)
        return tuple(self.pair(self.word(form), "; ".join(self.listed(data, most))) for form, data in groups.items())
