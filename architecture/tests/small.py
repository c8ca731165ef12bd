"""Hand-made architectures for tests: only the words a test is about are said, the rest is filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from architecture import parts

SURE = {"low": 100, "likely": 100, "high": 100, "unit": "percent"}
_TEXT = {"en": "x", "fr": "x"}
_FILLED: dict[str, dict[str, Any]] = {
    "hypotheses": {"text": _TEXT},
    "places": {"name": _TEXT, "kind": "room"},
    "zones": {"name": _TEXT, "kind": "on-premises", "trust": 3, "place": "room"},
    "data": {"name": _TEXT},
    "components": {
        "name": _TEXT,
        "kind": "application",
        "tier": 1,
        "zone": "zone",
        "product": "x",
        "service": "self-run",
        "exposure": "internal",
        "instances": 1,
        "needed": 1,
        "places": ["room"],
    },
    "flows": {
        "name": _TEXT,
        "initiator": "source",
        "protocol": "https",
        "port": 443,
        "purpose": "data",
        "mode": "asynchronous",
        "authentication": "certificate",
        "tls": "1.3",
    },
    "links": {
        "name": _TEXT,
        "kind": "wan",
        "carrier": "x",
        "path": "x",
        "bandwidth_mbps": 100,
        "encryption": "ipsec",
    },
    "groups": {"name": _TEXT},
    "identities": {"name": _TEXT, "kind": "workload"},
    "secrets": {"name": _TEXT, "kind": "password"},
    "keys": {"name": _TEXT, "custody": "held"},
    "teams": {"name": _TEXT, "people": 3, "on_call": "office"},
    "services": {
        "name": _TEXT,
        "tier": 1,
        "owner": "team",
        "hours": "office",
        "objectives": {},
    },
    "scenarios": {"name": _TEXT},
    "prices": {"name": _TEXT, "currency": "EUR"},
    "criteria": {"name": _TEXT, "why": _TEXT},
}
_ALWAYS: dict[str, list[dict[str, Any]]] = {
    "places": [{"id": "room"}],
    "zones": [{"id": "zone"}],
    "teams": [{"id": "team"}],
}


def amount(low: float, likely: float, high: float, unit: str = "x") -> dict[str, Any]:
    """A range as the model writes it."""
    return {"low": low, "likely": likely, "high": high, "unit": unit}


def sure(value: float, unit: str = "x") -> dict[str, Any]:
    """A number without a range."""
    return amount(value, value, value, unit)


def architecture(
    target: Mapping[str, Any] | None = None, **sections: Sequence[Mapping[str, Any]]
) -> parts.Architecture:
    """One architecture of a room, a zone and a team, and what is given; a part with an id of those replaces it."""
    made: dict[str, Any] = {}
    for section in parts.SECTIONS:
        rows = {row["id"]: row for row in (*_ALWAYS.get(section, ()), *sections.get(section, ()))}
        made[section] = [dict(_FILLED.get(section, {})) | dict(row) for row in rows.values()]
    head = {"id": "aws", "name": _TEXT, "provider": "x", "region": "x", "jurisdictions": ["FR"]} | dict(target or {})
    return msgspec.convert({"target": head, **made}, parts.Architecture)
