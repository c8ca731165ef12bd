"""An architecture to the ids in it that name nothing: (part, word, what, remedy) each."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from architecture import parts

Dangling = tuple[str, str, str, str]

# section -> word -> the sections whose ids may stand there; a dotted word is looked up inside the part.
_ANY = tuple(parts.SECTIONS)
_NODES = ("components", "groups", "links", "places", "teams", "services", "zones", "identities", "secrets", "keys")
_ALLOWED: dict[str, dict[str, tuple[str, ...]]] = {
    "hypotheses": {"owner": ("teams",)},
    "requirements": {"volume": ("hypotheses",), "components": ("components",), "flows": ("flows",)},
    "places": {"inside": ("places",)},
    "zones": {"place": ("places",)},
    "data": {},
    "components": {
        "zone": ("zones",),
        "owner": ("teams",),
        "places": ("places",),
        "identity": ("identities",),
        "needs": _NODES,
        "recovery_needs": _NODES,
        "rebuilt_from": ("components",),
        "holds.data": ("data",),
        "at_rest.key": ("keys",),
        "backup.to": ("components",),
        "costs.price": ("prices",),
    },
    "flows": {
        "source": ("components",),
        "to": ("components",),
        "identity": ("identities",),
        "secret": ("secrets",),
        "carries.data": ("data",),
        "retry.buffer": ("components",),
    },
    "links": {"owner": ("teams",), "needs": _NODES, "costs.price": ("prices",)},
    "routes": {"between": ("zones",), "via": ("links", "groups", "components")},
    "groups": {"members": ("components", "links", "places", "teams")},
    "identities": {
        "issuer": ("components",),
        "owner": ("teams",),
        "used_by": ("components", "teams"),
        "secret": ("secrets",),
        "permissions.on": ("components",),
    },
    "secrets": {"store": ("components",), "owner": ("teams",), "used_by": ("components", "teams")},
    "keys": {"store": ("components",), "owner": ("teams",), "copy": ("components",)},
    "teams": {},
    "raci": {
        "responsible": ("teams",),
        "accountable": ("teams",),
        "consulted": ("teams",),
        "informed": ("teams",),
    },
    "services": {"owner": ("teams",), "answers": _NODES, "path": ("flows",)},
    "scenarios": {"removes": _NODES, "compromises": _NODES, "calls": ("teams",), "steps.team": ("teams",)},
    "prices": {},
    "risks": {"owner": ("teams",)},
    "lots": {"team": ("teams",), "needs": ("lots",)},
    "criteria": {},
    "waivers": {"owner": ("teams",), "on": _ANY},
}
_WILDCARD: dict[tuple[str, str], set[str]] = {("identities", "permissions.on"): {"*"}}  # a rule judges it
if set(_ALLOWED) != set(parts.SECTIONS):
    raise TypeError(f"references.py has no row for: {set(parts.SECTIONS) ^ set(_ALLOWED)}")


def dangling(architecture: parts.Architecture) -> Iterator[Dangling]:
    """Every id that names nothing of the kind that may stand there, with the nearest one that does."""
    names = {section: set(architecture.one(section)) for section in parts.SECTIONS}
    for section, words in _ALLOWED.items():
        for part in getattr(architecture, section):
            for word, sections in words.items():
                known = set().union(*(names[name] for name in sections)) | _WILDCARD.get((section, word), set())
                for found in _values(part, word):
                    if found not in known:
                        yield _said(part.id, word, found, sections, known)


def _values(part: Any, word: str) -> Iterator[str]:
    head, _, rest = word.partition(".")
    value = getattr(part, head)
    for each in value if isinstance(value, list) else [value]:
        if each is None:
            continue
        if rest:
            yield from _values(each, rest)
        else:
            yield each


def _said(part: str, word: str, found: str, sections: tuple[str, ...], known: set[str]) -> Dangling:
    near = get_close_matches(found, known, 1)
    hint = f"Did you mean {near[0]}?" if near else f"Add it to {' or '.join(sections)}, or mend the id."
    return part, word.partition(".")[0], f"{part}.{word} names '{found}', which is none of {', '.join(sections)}", hint
