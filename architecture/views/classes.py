"""Data to its class, and a holding to how it is painted: the highest class of the contracts counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from architecture import parts
from architecture.contract_facts import classification, contract_facts

_UNSAID = "internal"  # data that nobody classified: a rule says so, a drawing does not stop
_CLEAR: Mapping[str, str] = {
    "personal": "clear",
    "confidential": "confidential",
    "restricted": "confidential",
    "internal": "internal",
    "public": "public",
}
ORDER: tuple[str, ...] = ("clear", "pseudonymised", "confidential", "encrypted", "internal", "public")


def classes(architecture: parts.Architecture) -> Mapping[str, str]:
    """The class of each kind of data, by its id."""
    return {data.id: classification(data, contract_facts()) or _UNSAID for data in architecture.data}


def paint(held: parts.Holding, found: Mapping[str, str]) -> str:
    """What a holding is painted as: its form, since that is what counts, and in clear its class."""
    return _CLEAR[found[held.data]] if held.form == "clear" else held.form


def highest(holdings: Iterable[parts.Holding], found: Mapping[str, str]) -> str | None:
    """The paint of what needs most care among holdings; None where there are none."""
    return min((paint(held, found) for held in holdings), key=ORDER.index, default=None)
