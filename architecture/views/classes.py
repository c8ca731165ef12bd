"""Data to its class, and a holding to how it is painted: the highest class of the contracts counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from architecture import parts
from contracts.compiler.catalogue import HOME, Catalogue

_UNSAID = "internal"  # data that nobody classified: a rule says so, a drawing does not stop
_PAINTS: Mapping[tuple[str, str], str] = {
    ("personal", "clear"): "clear",
    ("personal", "pseudonymised"): "pseudonymised",
    ("confidential", "clear"): "confidential",
    ("confidential", "pseudonymised"): "confidential",
    ("restricted", "clear"): "confidential",
    ("restricted", "pseudonymised"): "confidential",
    ("internal", "clear"): "internal",
    ("internal", "pseudonymised"): "internal",
    ("public", "clear"): "public",
    ("public", "pseudonymised"): "public",
}
ORDER: tuple[str, ...] = ("clear", "pseudonymised", "confidential", "encrypted", "internal", "public")


def classes(architecture: parts.Architecture) -> Mapping[str, str]:
    """The class of each kind of data, by its id."""
    return {data.id: data.classification or _of_contracts(tuple(data.contracts)) for data in architecture.data}


def paint(held: parts.Holding, found: Mapping[str, str]) -> str:
    """What a holding is painted as; encrypted by us, it is that whatever it was before."""
    return "encrypted" if held.form == "encrypted" else _PAINTS[found[held.data], held.form]


def highest(holdings: Iterable[parts.Holding], found: Mapping[str, str]) -> str | None:
    """The paint of what needs most care among holdings; None where there are none."""
    return min((paint(held, found) for held in holdings), key=ORDER.index, default=None)


@cache
def _of_contracts(contracts: tuple[str, ...]) -> str:
    catalogue = Catalogue(HOME)
    fields = (field for name in contracts for top in catalogue.get(name).fields for field in top.walk())
    said = {field.classification for field in fields} - {None}
    return max((name for name in parts.CLASSES if name in said), key=parts.CLASSES.index, default=_UNSAID)
