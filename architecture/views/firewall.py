"""Flows to firewall rules between zones: what a flow needs is allowed, nothing else is.

Rules are stateful: an answer needs none of its own. Flows within one zone cross no firewall, and have none either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from architecture import parts
from architecture.views.diagram import Table
from architecture.views.scene import Scene

HEAD = ("rule", "effect", "from-zone", "from-cidr", "to-zone", "to-cidr", "transport", "port", "protocol", "flows")
_SHOWN = (0, 2, 3, 4, 5, 6, 7, 8)
ANYWHERE = "0.0.0.0/0"
UNKNOWN = "?"
_TCP = ("tcp",)
_TRANSPORTS: Mapping[str, tuple[str, ...]] = {
    "dns": ("tcp", "udp"),
    "dtls": ("udp",),
    "http/3": ("udp",),
    "ipsec": ("udp",),
    "kerberos": ("tcp", "udp"),
    "ntp": ("udp",),
    "ntp with nts": ("udp",),
    "quic": ("udp",),
    "snmp": ("udp",),
    "snmpv3": ("udp",),
    "syslog": ("udp",),
    "wireguard": ("udp",),
}  # all other protocols are TCP


def draw(scene: Scene) -> tuple[Table, ...]:
    """One table in the order of the zones, ended by the rule that denies the rest."""
    allowed = dict(_allowed(scene))
    rows = [_row(scene, number, *key, flows) for number, (key, flows) in enumerate(allowed.items(), 1)]
    last = (str(len(rows) + 1), "deny", "*", "*", "*", "*", "*", "*", "*", "")
    head = tuple(scene.word(f"column-{name}") for name in HEAD)
    lead = scene.word("firewall-lead")
    return (Table("firewall", scene.word("firewall"), lead, head, (*rows, last), _SHOWN),)


def _allowed(scene: Scene) -> Iterator[tuple[tuple[str, str, str, int], list[parts.Flow]]]:
    """(from zone, to zone, transport, port) with the flows that need it, sorted."""
    order = {zone: place for place, zone in enumerate(scene.zones)}
    found: dict[tuple[str, str, str, int], list[parts.Flow]] = {}
    for flow in scene.architecture.flows:
        start, end = scene.opener(flow).zone, scene.called(flow).zone
        for transport in _TRANSPORTS.get(flow.protocol.lower(), _TCP) if start != end else ():
            found.setdefault((start, end, transport, flow.port), []).append(flow)
    yield from sorted(found.items(), key=lambda item: (order[item[0][0]], order[item[0][1]], item[0][2], item[0][3]))


def _row(
    scene: Scene, number: int, start: str, end: str, transport: str, port: int, flows: list[parts.Flow]
) -> tuple[str, ...]:
    return (
        str(number),
        "allow",
        scene.name(start),
        _cidr(scene, start),
        scene.name(end),
        _cidr(scene, end),
        transport,
        str(port),
        ", ".join(dict.fromkeys(flow.protocol for flow in flows)),
        " ".join(flow.id for flow in flows),
    )


def _cidr(scene: Scene, zone: str) -> str:
    """A zone's addresses; `?` where the model does not say them, which a firewall refuses to load."""
    found = scene.zones[zone]
    return found.cidr or (ANYWHERE if found.kind == "internet" else UNKNOWN)
