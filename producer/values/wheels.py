"""Pattern trees to counted texts: the n-th text of many that all differ, and every text of a small language."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from producer.values.texts import Chars, Choice, Node, Repeat, Sequence

FEW = 1000  # texts that are all looked at
_DIGITS = tuple("0123456789")


@dataclass(frozen=True, slots=True)
class Padded:
    """A counted text that is `head` and a number of `width` digits."""

    head: str
    width: int

    def __call__(self, place: int) -> str:
        """The text of a number."""
        return f"{self.head}{place:0{self.width}d}"


def counted(wheels_: tuple[tuple[str, ...], ...]) -> tuple[Callable[[int], str], int]:
    """The n-th reading of a row of wheels, the last turning fastest."""
    capacity = 1
    for wheel in wheels_:
        capacity *= len(wheel)
    still = next((place for place, wheel in enumerate(wheels_) if len(wheel) > 1), len(wheels_))
    head, width = "".join(wheel[0] for wheel in wheels_[:still]), len(wheels_) - still
    if all(wheel == _DIGITS for wheel in wheels_[still:]) and width:
        return Padded(head, width), capacity

    def make(place: int) -> str:
        out = []
        for wheel in reversed(wheels_):
            place, turn = divmod(place, len(wheel))
            out.append(wheel[turn])
        return "".join(reversed(out))

    return make, capacity


def wheels(node: Node, more: int) -> list[tuple[str, ...]]:
    """A tree as wheels of texts, none of which begins another of its wheel, so that every reading differs.

    Variable parts repeat `more` often beyond their least.
    """
    if isinstance(node, Chars):
        return [tuple(node.chars)]
    if isinstance(node, Repeat):
        return wheels(node.node, more) * min(node.most, node.least + more)
    if isinstance(node, Sequence):
        return [wheel for part in node.nodes for wheel in wheels(part, more)]
    few = language(node)
    if few is None:
        return wheels(node.nodes[0], more)
    kept: list[str] = []
    for text in sorted(set(few)):
        if not kept or not text.startswith(kept[-1]):
            kept.append(text)
    return [tuple(kept)]


def language(node: Node) -> list[str] | None:
    """Every text of a tree, None where there are more than FEW."""
    if isinstance(node, Chars):
        return list(node.chars)
    if isinstance(node, Repeat):
        return _repetitions(node)
    found = [language(part) for part in node.nodes]
    known = [part for part in found if part is not None]
    if len(known) < len(found):
        return None
    if isinstance(node, Choice):
        return [text for part in known for text in part]
    return _joined(known)


def _repetitions(node: Repeat) -> list[str] | None:
    below = language(node.node) if node.most <= FEW else None
    if below is None or (len(below) > 1 and node.most > len(bin(FEW))):
        return None
    counts = range(node.least, node.most + 1)
    if sum(len(below) ** count for count in counts) > FEW:
        return None
    return ["".join(parts) for count in counts for parts in product(below, repeat=count)]


def _joined(parts: list[list[str]]) -> list[str] | None:
    size = 1
    for part in parts:
        size *= len(part)
    return ["".join(row) for row in product(*parts)] if size <= FEW else None
