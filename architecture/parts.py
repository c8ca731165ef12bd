"""What an architecture is made of, as frozen values: no YAML, no rules, no computation.

A field that may be absent is None: whether it should be there is for a rule to say, not for the reader. References are
ids (`broker`, `dc-stream`); `load.py` refuses one that names nothing. Ids are unique over the whole model, so a need, a
scenario or a waiver may name any element. Units stand in names (`_h` hours, `_days`, `_mbps`) or beside the number.
Long for a module, since it is one vocabulary: who writes a model reads it from top to bottom.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Id = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]*$", max_length=60)]
Date = Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Mark = Annotated[int, msgspec.Meta(ge=1, le=10)]
Classification = Literal["public", "internal", "confidential", "restricted", "personal"]
CLASSES: tuple[str, ...] = ("public", "internal", "restricted", "confidential", "personal")  # least protected first


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every part has in common: it is a value, and a word it does not know is an error."""


class Text(Part, frozen=True, kw_only=True):
    """One text in both languages of the dossier."""

    en: str
    fr: str


class Source(Part, frozen=True, kw_only=True):
    """Where a number comes from.

    `kind`: `hypothesis` (ref is its id), `assumption` (nobody looked it up; ref is the public page to verify it on),
    `public-page` (read on `date`; ref is its address), `measured` (ref is a file of this repository), `contract` (ref
    is a contract's key), `decision` (ref is the number of an ADR).
    """

    kind: Literal["hypothesis", "assumption", "public-page", "measured", "contract", "decision"]
    ref: str
    date: Date | None = None


ENDS = ("low", "likely", "high")  # of every amount, in this order


class Amount(Part, frozen=True, kw_only=True):
    """A number that is known within a range: low <= likely <= high; all three equal where it is certain."""

    low: float
    likely: float
    high: float
    unit: str
    source: Source | None = None

    def at(self, which: str) -> float:
        """The number at `low`, `likely` or `high`."""
        return float(getattr(self, which))


class Hypothesis(Part, frozen=True, kw_only=True):
    """Something taken as true about the company; whose it is, and how anybody can verify it."""

    id: Id
    text: Text
    amount: Amount | None = None
    owner: Id | None = None
    verify: Text | None = None
    verified: Date | None = None


class Requirement(Part, frozen=True, kw_only=True):
    """What the platform must do, and by which parts it does so.

    `latency_min` from the event to the consumer, `availability` in percent of a year, None where nothing is asked.
    `classification` is the highest class of what it moves. `rules` are ids of the rules that hold it.
    """

    id: Id
    text: Text
    source: str
    consumer: str
    volume: list[Id] = []
    latency_min: float | None = None
    availability: float | None = None
    classification: Classification | None = None
    security: Text | None = None
    components: list[Id] = []
    flows: list[Id] = []
    rules: list[str] = []


class Place(Part, frozen=True, kw_only=True):
    """Something that fails as one: a room, a data centre, a zone of a cloud region, a region, a site.

    `inside` is the larger place it stands in. `availability` is a percentage of a year.
    """

    id: Id
    name: Text
    kind: Literal["site", "datacentre", "room", "region", "cloud-zone", "elsewhere"]
    country: str | None = None
    inside: Id | None = None
    availability: Amount | None = None


class Zone(Part, frozen=True, kw_only=True):
    """A network zone: what is inside trusts the same things. `trust` 0 (the internet) to 4 (administration)."""

    id: Id
    name: Text
    kind: Literal["internet", "site", "on-premises", "cloud", "elsewhere"]
    trust: Annotated[int, msgspec.Meta(ge=0, le=4)]
    place: Id
    administration: bool = False
    cidr: str | None = None


class Data(Part, frozen=True, kw_only=True):
    """A kind of data. With `contracts`, its class, retention and roles are those of the contracts (the highest)."""

    id: Id
    name: Text
    contracts: list[str] = []
    classification: Classification | None = None
    retention_days: float | None = None


class Holding(Part, frozen=True, kw_only=True):
    """Data that a component keeps or a flow carries, and in which form.

    `encrypted` means encrypted by us before it got there: who runs the place has no key. `pseudonymised` data are
    still personal data (GDPR, article 4(5)), but nobody can be named from them without the key.
    """

    data: Id
    form: Literal["clear", "pseudonymised", "encrypted"]
    kept_days: float | None = None


class AtRest(Part, frozen=True, kw_only=True):
    """How stored bytes are encrypted: with the provider's key, one we manage at the provider's, or one we hold."""

    by: Literal["none", "provider", "managed", "held"]
    key: Id | None = None


class Objectives(Part, frozen=True, kw_only=True):
    """What is promised: hours until it works again, hours of data that may be lost, percent of a year, minutes old."""

    rto_h: float | None = None
    rpo_h: float | None = None
    availability: float | None = None
    freshness_min: float | None = None


class Backup(Part, frozen=True, kw_only=True):
    """A second copy: where, how often, how long kept, when a restore was last tried, whether it can be deleted."""

    to: Id
    every_h: float
    kept_days: float
    tested: Date | None = None
    immutable: bool = False


class Exit(Part, frozen=True, kw_only=True):
    """How a component is left: days of work, what holds us, by what it is replaced, when that was last tried."""

    days: Amount
    formats: Literal["open", "proprietary"]
    proprietary: list[str] = []
    substitute: str | None = None
    rehearsed: Date | None = None


class Cost(Part, frozen=True, kw_only=True):
    """`times` units of a price for each unit of a driver (a name of money/drivers.py), each month."""

    price: Id
    of: str
    times: Amount | None = None


class Component(Part, frozen=True, kw_only=True):
    """Something that runs or keeps data.

    `needed` of the `instances` must work; they stand in `places` in turn. `availability` is that of one instance, in
    percent of a year, without what it needs. `needs` are what it cannot work without beyond what follows from its
    zone, its synchronous flows, its identity and its keys; `recovery_needs` what it cannot be brought back without.
    `restore_h` is the work of bringing it back once all it needs is there. `rebuilt_from` names components from which
    its content can be made again, with `rebuild_days` of history there. `effort_days` are person-days a month.
    `capacity` is in events a second of one instance. `exposure` is who can reach its endpoint.
    """

    id: Id
    name: Text
    kind: Literal[
        "application",
        "backup",
        "bastion",
        "bi",
        "broker",
        "catalogue",
        "cdc",
        "ci",
        "client",
        "database",
        "directory",
        "dns",
        "egress",
        "export",
        "fileshare",
        "firewall",
        "hsm",
        "job",
        "kms",
        "logs",
        "mail",
        "monitoring",
        "pki",
        "producer",
        "registry",
        "spark",
        "store",
        "vault",
        "warehouse",
    ]
    tier: Annotated[int, msgspec.Meta(ge=1, le=3)]
    zone: Id
    product: str
    service: Literal["self-run", "managed"]
    exposure: Literal["private", "internal", "public"]
    instances: Positive
    needed: Positive
    places: list[Id]
    owner: Id | None = None
    availability: Amount | None = None
    holds: list[Holding] = []
    at_rest: AtRest | None = None
    identity: Id | None = None
    objectives: Objectives | None = None
    backup: Backup | None = None
    rebuilt_from: list[Id] = []
    rebuild_days: float | None = None
    restore_h: Amount | None = None
    exit: Exit | None = None
    needs: list[Id] = []
    recovery_needs: list[Id] = []
    capacity: Amount | None = None
    effort_days: Amount | None = None
    costs: list[Cost] = []
    runbook: str | None = None
    pseudonymises: bool = False


class Retry(Part, frozen=True, kw_only=True):
    """What a flow does when the other side is away: how, how long it can hold back, and where that is kept."""

    policy: Text
    buffer_h: float | None = None
    buffer: Id | None = None


class Flow(Part, frozen=True, kw_only=True):
    """Data going from one component to another. `initiator` opens the connection: a pull is opened by `to`.

    `per_day` is in megabytes. `latency_s` is what the flow adds to an event's age. `identity` is who the initiator is
    logged in as (its own where none is named), `action` what it does to the other side (matched with that identity's
    permissions). `secret` is what it proves itself with, where the identity has none. `purpose`: `data` moves business
    data; `telemetry` metrics and logs; `control` commands, logins, keys and names; `backup` second copies;
    `administration` people and machines that change things.
    """

    id: Id
    name: Text
    source: Id
    to: Id
    initiator: Literal["source", "to"]
    protocol: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    purpose: Literal["data", "telemetry", "control", "backup", "administration"]
    mode: Literal["synchronous", "asynchronous"]
    carries: list[Holding] = []
    authentication: Literal["none", "password", "scram", "certificate", "token", "kerberos", "federated"]
    identity: Id | None = None
    action: Literal["read", "write", "use", "administer"] | None = None
    tls: Literal["none", "1.0", "1.1", "1.2", "1.3"]
    mutual: bool = False
    per_day: Amount | None = None
    latency_s: Amount | None = None
    retry: Retry | None = None
    secret: Id | None = None


class Link(Part, frozen=True, kw_only=True):
    """A line between two networks. `path` names the duct or carrier network: two links on one path fail as one."""

    id: Id
    name: Text
    kind: Literal["lan", "wan", "interconnect", "vpn", "internet"]
    carrier: str
    path: str
    bandwidth_mbps: float
    encryption: Literal["none", "macsec", "ipsec", "wireguard"]
    availability: Amount | None = None
    owner: Id | None = None
    needs: list[Id] = []
    costs: list[Cost] = []


class Route(Part, frozen=True, kw_only=True):
    """How two zones reach each other, in either direction: all of `via` (links, groups, firewalls) must work."""

    id: Id
    between: list[Id]
    via: list[Id]


class Group(Part, frozen=True, kw_only=True):
    """`needed` of the members must work: what needs the group needs that many of them."""

    id: Id
    name: Text
    needed: Positive
    members: list[Id]


class Permission(Part, frozen=True, kw_only=True):
    """What an identity may do: an action on a component, or on `*`; `resource` narrows it (a topic, a bucket)."""

    action: Literal["read", "write", "use", "administer", "*"]
    on: str
    resource: str | None = None


class Identity(Part, frozen=True, kw_only=True):
    """Who acts. `issuer` is the component that vouches for it; `roles` are those of the contracts.

    `lifetime_h` is how long one proof is good for (a token, a certificate); None where it stands for ever.
    """

    id: Id
    name: Text
    kind: Literal["workload", "human", "emergency"]
    issuer: Id | None = None
    owner: Id | None = None
    used_by: list[Id] = []
    permissions: list[Permission] = []
    roles: list[str] = []
    lifetime_h: float | None = None
    mfa: bool = False
    approval: bool = False
    secret: Id | None = None


class Secret(Part, frozen=True, kw_only=True):
    """Something that proves an identity, kept in `store`; `rotation_days` None where it is never changed."""

    id: Id
    name: Text
    kind: Literal["password", "certificate", "key", "token"]
    store: Id | None = None
    owner: Id | None = None
    used_by: list[Id] = []
    rotation_days: float | None = None


class Key(Part, frozen=True, kw_only=True):
    """A key that protects data. `custody`: who could use it without us (`provider`, `managed`) or nobody (`held`).

    `at_start` keys are read once, when what uses them starts; others are asked for again and again while it runs.
    """

    id: Id
    name: Text
    custody: Literal["provider", "managed", "held"]
    store: Id
    owner: Id | None = None
    rotation_days: float | None = None
    copy: Id | None = None
    at_start: bool = False


class Team(Part, frozen=True, kw_only=True):
    """People who do something. `on_call`: when somebody answers; `people` who know the work."""

    id: Id
    name: Text
    people: Positive
    on_call: Literal["none", "office", "always"]


class Activity(Part, frozen=True, kw_only=True):
    """One row of the RACI: teams that do it, the one that answers for it, those asked, those told."""

    id: Id
    name: Text
    responsible: list[Id]
    accountable: Id
    consulted: list[Id] = []
    informed: list[Id] = []


class Service(Part, frozen=True, kw_only=True):
    """What users get. It answers while all of `answers` work; it is fresh while all flows of `path` do, in order."""

    id: Id
    name: Text
    tier: Annotated[int, msgspec.Meta(ge=1, le=3)]
    owner: Id
    hours: Literal["office", "always"]
    objectives: Objectives
    answers: list[Id]
    path: list[Id] = []


class Step(Part, frozen=True, kw_only=True):
    """One thing somebody does after something failed, and the hours it takes."""

    text: Text
    team: Id
    hours: Amount


class Scenario(Part, frozen=True, kw_only=True):
    """Something that goes wrong: what is gone (`removes`), or grown (`multiplies`, by a driver's name), how long.

    `detected_by` is an alert or a flow of telemetry, `detection_h` how long until somebody knows. `steps` bring the
    services back where they do not come back by themselves; with none, they come back when what is gone does.
    """

    id: Id
    name: Text
    removes: list[Id] = []
    compromises: list[Id] = []
    multiplies: dict[str, float] = {}
    hours: Amount | None = None
    detected_by: str | None = None
    detection_h: Amount | None = None
    calls: Id | None = None
    runbook: str | None = None
    steps: list[Step] = []


class Price(Part, frozen=True, kw_only=True):
    """What one unit costs, in `currency`. `source` says whether anybody looked it up."""

    id: Id
    name: Text
    unit: str
    currency: Literal["EUR", "USD"]
    amount: Amount


class Judgement(Part, frozen=True, kw_only=True):
    """How bad (severity), how often (occurrence), how hidden (detection): 1 good to 10 bad, as FMEA has them."""

    severity: Mark
    occurrence: Mark
    detection: Mark


class Risk(Part, frozen=True, kw_only=True):
    """One row of the failure mode and effects analysis; `evidence` names rules, scenarios or figures."""

    id: Id
    name: Text
    effect: Text
    before: Judgement
    mitigation: Text
    after: Judgement
    owner: Id | None = None
    evidence: list[str] = []


class Gate(Part, frozen=True, kw_only=True):
    """What must hold before the next lot begins; `confirmed_by` names rules, tests or figures."""

    text: Text
    confirmed_by: list[str] = []


class Lot(Part, frozen=True, kw_only=True):
    """One deliverable of the plan, with what it proves."""

    id: Id
    name: Text
    priority: Positive
    proves: Text
    days: Amount
    team: Id
    needs: list[Id] = []
    gate: Gate


class Criterion(Part, frozen=True, kw_only=True):
    """What targets are compared by: a figure, marked 0 at `worst` to 10 at `best`, between them in a straight line."""

    id: Id
    name: Text
    weight: float
    figure: str
    worst: float
    best: float
    why: Text


class Waiver(Part, frozen=True, kw_only=True):
    """A finding that is known and accepted: the rule, the element (and target), why, by whom, until when."""

    id: Id
    rule: str
    on: str
    target: str | None = None
    reason: Text
    owner: Id
    expires: Date


class Target(Part, frozen=True, kw_only=True):
    """Where the cloud half stands: one provider, or none. `jurisdictions` whose law reaches the provider's company."""

    id: Id
    name: Text
    provider: str
    region: str
    jurisdictions: list[str]
    notes: Text | None = None


class Architecture(Part, frozen=True, kw_only=True):
    """One model bound to one target: what rules judge, views draw and figures are computed from."""

    target: Target
    hypotheses: list[Hypothesis]
    requirements: list[Requirement]
    places: list[Place]
    zones: list[Zone]
    data: list[Data]
    components: list[Component]
    flows: list[Flow]
    links: list[Link]
    routes: list[Route]
    groups: list[Group]
    identities: list[Identity]
    secrets: list[Secret]
    keys: list[Key]
    teams: list[Team]
    raci: list[Activity]
    services: list[Service]
    scenarios: list[Scenario]
    prices: list[Price]
    risks: list[Risk]
    lots: list[Lot]
    criteria: list[Criterion]
    waivers: list[Waiver]

    def all(self) -> dict[str, Any]:
        """Every element by its id."""
        return {part.id: part for section in SECTIONS for part in getattr(self, section)}

    def one(self, section: str) -> dict[str, Any]:
        """The elements of one section by their id."""
        return {part.id: part for part in getattr(self, section)}


SECTIONS: dict[str, type[Any]] = {
    "hypotheses": Hypothesis,
    "requirements": Requirement,
    "places": Place,
    "zones": Zone,
    "data": Data,
    "components": Component,
    "flows": Flow,
    "links": Link,
    "routes": Route,
    "groups": Group,
    "identities": Identity,
    "secrets": Secret,
    "keys": Key,
    "teams": Team,
    "raci": Activity,
    "services": Service,
    "scenarios": Scenario,
    "prices": Price,
    "risks": Risk,
    "lots": Lot,
    "criteria": Criterion,
    "waivers": Waiver,
}
