"""One figure, and what it is computed on: the values that all families of figures pass to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from architecture import parts
from architecture.load import Model


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that somebody may cite: `aws.cost.month.p50`.

    `low` and `high` are the ends of its range, None where it has none. `sources` are `file:line` of what it comes from:
    lines of the model, and files with measurements. An infinite value means: never, or everything.
    """

    id: str
    value: float
    unit: str
    text: parts.Text
    sources: tuple[str, ...]
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A model bound to a target and options; `name` is what its figures' ids begin with (`aws+broker-native`)."""

    model: Model
    target: str
    options: tuple[str, ...]
    architecture: parts.Architecture

    @property
    def name(self) -> str:
        """The target, and its options behind a plus each."""
        return "+".join((self.target, *self.options))

    def where(self, part: str, word: str = "") -> str:
        """`file:line` of a part's word: as an option says it, else the target, else the logical model."""
        lines = self.model.lines
        layers = [*(f"{self.target}+{option}/" for option in reversed(self.options)), f"{self.target}/", ""]
        for wanted in dict.fromkeys((word, "")):
            for layer in layers:
                if (layer + part, wanted) in lines:
                    return lines[layer + part, wanted]
        return ""

    def sources(self, named: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """The lines of (part, word) pairs, each once, in their order."""
        return tuple(filter(None, dict.fromkeys(self.where(part, word) for part, word in named)))

    def own(self) -> frozenset[str]:
        """The components that the target's file, or a chosen option, says something about: what is left with it."""
        binding = self.model.targets[self.target]
        layers = [binding.parts, *(option.parts for option in binding.options if option.id in self.options)]
        return frozenset(name for layer in layers for name in layer.get("components", {}))


def text(en: str, fr: str) -> parts.Text:
    """A figure's text in both languages."""
    return parts.Text(en=en, fr=fr)


def bindings(model: Model) -> Iterator[Bound]:
    """Each target by itself, then with each of its options alone."""
    for target, binding in model.targets.items():
        for options in ((), *((option.id,) for option in binding.options)):
            yield Bound(model, target, options, model.bound(target, options))
