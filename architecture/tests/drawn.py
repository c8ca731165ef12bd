"""A small hand-made architecture for the tests of views: three zones, two halves, seven flows, every drawing."""

from __future__ import annotations

from typing import Any

from architecture import parts
from architecture.tests import small

HOSTILE = 'Ü"[x]{y}(z) <script>alert(1)</script> & | `a` *b* _c_ #35; \\ ~ $ ; é end'


def text(words: str) -> dict[str, str]:
    """The same words in both languages."""
    return {"en": words, "fr": words}


def component(name: str, kind: str, zone: str, **words: Any) -> dict[str, Any]:
    """One component called by its id."""
    return {"id": name, "name": text(name), "kind": kind, "zone": zone, **words}


def flow(name: str, source: str, to: str, **words: Any) -> dict[str, Any]:
    """One flow called by its id."""
    return {"id": name, "name": text(name), "source": source, "to": to, **words}


def held(data: str, form: str = "clear") -> dict[str, str]:
    """One holding."""
    return {"data": data, "form": form}


COMPONENTS = (
    component("desk", "client", "office"),
    component("crm", "database", "inside", holds=[held("people")]),
    component(
        "broker", "broker", "inside", instances=3, needed=2, places=["room-a", "room-b"], identity="broker-login"
    ),
    component("job", "job", "inside", pseudonymises=True, identity="job-login"),
    component("export", "export", "inside", identity="job-login"),
    component("lake", "store", "outside", holds=[held("tables", "pseudonymised")], places=["region"]),
    component("watch", "monitoring", "inside"),
)
FLOWS = (
    flow("enter", "desk", "crm", port=8443, carries=[held("people")]),
    flow("feed", "crm", "broker", initiator="to", protocol="Kafka", port=9093, carries=[held("people")]),
    flow("read", "broker", "job", initiator="to", protocol="Kafka", port=9093, carries=[held("people")]),
    flow("check", "job", "export", carries=[held("tables", "pseudonymised")]),
    flow(
        "publish",
        "export",
        "lake",
        carries=[held("tables", "pseudonymised")],
        retry={"policy": text("again"), "buffer_h": 48},
    ),
    flow("resolve", "job", "watch", protocol="DNS", port=53, purpose="control"),
    flow("measure", "lake", "watch", initiator="to", purpose="telemetry"),
)
SECTIONS: dict[str, Any] = {
    "places": (
        {"id": "centre", "name": text("Centre"), "kind": "datacentre", "country": "FR"},
        {"id": "room-a", "name": text("Room A"), "kind": "room", "inside": "centre"},
        {"id": "room-b", "name": text("Room B"), "kind": "room", "inside": "centre"},
        {"id": "region", "name": text("Region"), "kind": "region", "country": "DE"},
    ),
    "zones": (
        {"id": "office", "name": text("Office"), "kind": "site", "place": "room", "cidr": "10.1.0.0/16"},
        {"id": "inside", "name": text("Inside"), "place": "centre", "cidr": "10.2.0.0/16"},
        {"id": "outside", "name": text("Outside"), "kind": "cloud", "place": "region"},
    ),
    "data": (
        {"id": "people", "name": text("People"), "classification": "personal"},
        {"id": "tables", "name": text("Tables"), "classification": "confidential"},
    ),
    "components": COMPONENTS,
    "flows": FLOWS,
    "links": ({"id": "line", "name": text("Line")},),
    "routes": ({"id": "way", "between": ["inside", "outside"], "via": ["line"]},),
    "identities": (
        {"id": "broker-login", "name": text("Broker")},
        {
            "id": "job-login",
            "name": text("Job"),
            "roles": ["processing"],
            "permissions": [{"action": "read", "on": "broker", "resource": "tickets"}],
        },
        {"id": "other-login", "name": text("Other"), "permissions": [{"action": "write", "on": "lake"}]},
    ),
    "secrets": ({"id": "password", "name": text("Password"), "used_by": ["job"], "rotation_days": 30},),
    "keys": ({"id": "key", "name": text("Key"), "store": "watch"},),
    "teams": ({"id": "ops", "name": text("Operations")}, {"id": "owners", "name": text("Owners")}),
    "raci": (
        {"id": "run", "name": text("Run it"), "responsible": ["ops"], "accountable": "ops", "informed": ["owners"]},
    ),
    "services": (
        {"id": "kpis", "name": text("KPIs"), "answers": ["lake"], "path": ["feed", "read", "check", "publish"]},
    ),
    "scenarios": (
        {
            "id": "link-down",
            "name": text("The line is cut"),
            "removes": ["line"],
            "calls": "ops",
            "hours": small.amount(1, 6, 48),
            "steps": [{"text": text("Call the operator"), "team": "ops", "hours": small.amount(0.5, 1, 2)}],
        },
    ),
}


def drawn(**sections: Any) -> parts.Architecture:
    """The small architecture, with sections of it replaced; a service goes with the flows of its path."""
    if "flows" in sections:
        sections = {"services": ()} | sections
    return small.architecture(**(SECTIONS | sections))


def renamed(words: str) -> parts.Architecture:
    """The same with every element called by `words`."""
    changed: dict[str, Any] = {
        section: [dict(row) | ({"name": text(words)} if "name" in row else {}) for row in rows]
        for section, rows in SECTIONS.items()
    }
    return small.architecture(**changed)
