"""A bound architecture, its verdicts, figures and simulations to what the page shows: plain rows, no markup.

What needs other rooms (decisions, drawings) is given by the caller as values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from architecture import needs, parts
from architecture.contract_facts import classification, contract_facts
from architecture.dossier.chart import Bar, bars
from architecture.dossier.incidents import incident
from architecture.dossier.keeping_up import FRESH, growing, late
from architecture.dossier.numbers import Writer
from architecture.figures import Figure, bindings
from architecture.reliability.failures import readable, single_points
from architecture.rules import RULES
from architecture.rules.judging import Report
from architecture.spread import reached

ENTRANCES = ("bi", "warehouse", "export", "ci", "bastion")  # what a thief may begin with: most exposed to most powerful
NEAR = 0.25  # of ten: targets with a smaller lead than this are said to be too near to tell apart
MOST_FLIPS = 6
MOST_SWINGS = 3
_KINDS = {
    "people": ("Own people", "Personnes"),
    "compute": ("Machines and compute", "Machines et calcul"),
    "service": ("Services and lines", "Services et lignes"),
    "storage": ("Storage", "Stockage"),
    "transfer": ("Transfer", "Transfert"),
    "licence": ("Licences", "Licences"),
}
_CLASSES = {
    "public": ("public", "publique"),
    "internal": ("internal", "interne"),
    "restricted": ("restricted", "restreinte"),
    "confidential": ("confidential", "confidentielle"),
    "personal": ("personal", "personnelle"),
}
_FORMS = {
    "clear": ("clear", "clair"),
    "pseudonymised": ("pseudonymised", "pseudonymisé"),
    "encrypted": ("encrypted by us", "chiffré par nous"),
}
_CUSTODY = {
    "held": ("nobody without us", "personne sans nous"),
    "managed": ("the provider, under our rules and log", "le fournisseur, sous nos règles et journal"),
    "provider": ("the provider", "le fournisseur"),
}
_ON_CALL = {
    "none": ("not on call", "pas d'astreinte"),
    "office": ("in office hours", "aux heures ouvrées"),
    "always": ("at any hour", "à toute heure"),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision record, as the list of them shows it; `file` is its path in the repository."""

    number: str
    title: str
    status: str
    file: str


@dataclass(frozen=True, slots=True)
class Held:
    """Data, its class by the contracts, who holds it in which form, and for how many days (as written)."""

    data: parts.Data
    classification: str
    holders: tuple[tuple[parts.Component, parts.Holding], ...]
    days: Markup


@dataclass(frozen=True, slots=True)
class Thief:
    """What falls with one component: how many components, and the personal data that can be read in clear."""

    component: parts.Component
    reached: int
    clear: tuple[str, ...]
    source: str


def content(w: Writer, reports: Mapping[str, Report], decisions: Sequence[Decision]) -> dict[str, Any]:
    """Everything the page names, by the name it has there; `reports` are of the target and of each of its options."""
    a = w.model.bound(w.target)
    targets = [each.target for each in w.model.all().values()]
    return {
        "w": w,
        "a": a,
        "c": a.one("components"),
        "d": a.one("data"),
        "h": a.one("hypotheses"),
        "teams": a.one("teams"),
        "targets": targets,
        "names": {each.id: each.name for each in targets},
        "ranking": sorted(
            ((each.id, w.figures[f"{each.id}.choice.score"].value) for each in targets), key=lambda row: -row[1]
        ),
        "risks": sorted(a.risks, key=lambda risk: -_weight(risk.after)),
        "weight": _weight,
        "crossing": tuple(_crossing(a)),
        "opener": needs.initiator,
        "klass": lambda name: w.t(*_CLASSES[name]) if name else "",
        "form": lambda name: w.t(*_FORMS[name]),
        "custody": lambda name: w.t(*_CUSTODY[name]),
        "oncall": lambda name: w.t(*_ON_CALL[name]),
        "yes": lambda flag: w.t("yes", "oui") if flag else w.t("no", "non"),
        "login": lambda flow: _login(w, a, flow),
        "held": tuple(_held(w, a)),
        "rules": _rules(a, reports[w.target]),
        "administrators": tuple(_administrators(a)),
        "thieves": tuple(_thieves(w, a)),
        "single": tuple(_single(w, a)),
        "incidents": tuple(incident(w, a, each) for each in a.scenarios),
        "cost_chart": _cost_chart(w, targets),
        "kinds": [(kind, w.t(*label)) for kind, label in _KINDS.items() if w.has(f"{w.target}.cost.month.{kind}.p50")],
        "growing": tuple(growing(w, a)),
        "asked": a.one("requirements")[FRESH],
        "late": late(w, a),
        "near": w.figures["choice.margin"].value < NEAR,
        "weights": sum(each.weight for each in a.criteria),
        "swings": [w.figures[f"{w.target}.cost.swing.{number}"] for number in range(1, MOST_SWINGS + 1)],
        "flips": tuple(_flips(w.figures)),
        "options": tuple(_options(w, reports)),
        "leaving": tuple(_leaving(w, a)),
        "decisions": tuple(decisions),
        "unverified": _unverified(w, a),
    }


def _weight(judgement: parts.Judgement) -> int:
    """Risk priority number of the failure mode and effects analysis (IEC 60812): the product of the three marks."""
    return judgement.severity * judgement.occurrence * judgement.detection


def _crossing(a: parts.Architecture) -> Iterator[parts.Flow]:
    """Business data and backups that leave the data centre."""
    components, zones = a.one("components"), a.one("zones")
    outside = {zone.id for zone in a.zones if zone.id.startswith("serving") or zone.id == "away"}
    for flow in a.flows:
        ends = [zones[components[name].zone].id for name in (flow.source, flow.to)]
        if flow.purpose in ("data", "backup") and (ends[0] in outside) != (ends[1] in outside):
            yield flow


def _login(w: Writer, a: parts.Architecture, flow: parts.Flow) -> str:
    return w.text(a.one("identities")[flow.identity].name) if flow.identity else flow.authentication


def _held(w: Writer, a: parts.Architecture) -> Iterator[Held]:
    facts = contract_facts()
    for data in a.data:
        holders = tuple((each, holding) for each in a.components for holding in each.holds if holding.data == data.id)
        highest = classification(data, facts)
        kept = [facts[name].retention_days for name in data.contracts]
        if holders and highest:
            yield Held(data, highest, holders, _days(w, data, [each for each in kept if each is not None]))


def _days(w: Writer, data: parts.Data, promised: Sequence[float]) -> Markup:
    """The model's days, else the contracts' (the longest)."""
    if data.retention_days is not None:
        return w.said(data.retention_days, data.id, "retention_days")
    return w.said(max(promised), data.id, "contracts") if promised else Markup("")


def _rules(a: parts.Architecture, report: Report) -> dict[str, Any]:
    waived = {finding.waiver for finding in report.waived}
    return {
        "count": len(RULES),
        "open": len(report.open(strict=True)),
        "waived": [each for each in a.waivers if each.id in waived],
    }


def _administrators(a: parts.Architecture) -> Iterator[parts.Identity]:
    for identity in a.identities:
        if any(permission.action in ("administer", "*") for permission in identity.permissions):
            yield identity


def _thieves(w: Writer, a: parts.Architecture) -> Iterator[Thief]:
    components, data = a.one("components"), a.one("data")
    for name in ENTRANCES:
        found = reached(a, [name])
        clear = [each for each in readable(a, found) if (each.form, each.classification) == ("clear", "personal")]
        names = tuple(w.text(data[each.data].name) for each in clear)
        yield Thief(components[name], len(found.components), names, w.model.where(name, "", w.target))


def _single(w: Writer, a: parts.Architecture) -> Iterator[str]:
    """What stops a service of tier 1 by itself, by name."""
    every = a.all()
    for point in single_points(a, 1):
        if point.answering:
            yield w.text(every[point.id].name) if hasattr(every.get(point.id), "name") else point.id


def _cost_chart(w: Writer, targets: Sequence[parts.Target]) -> Markup:
    rows = []
    for target in targets:
        figure = w.figures[f"{target.id}.cost.month.p50"]
        low, high = figure.low or figure.value, figure.high or figure.value
        rows.append(Bar(w.text(target.name), low, figure.value, high, w.number(figure.value, figure.unit)))
    return bars(rows, w.t("Cost a month by target", "Coût mensuel par cible"))


def _flips(figures: Mapping[str, Figure]) -> Iterator[Figure]:
    """Weights that turn the choice, the nearest to today's first."""
    found = [figure for name, figure in figures.items() if name.startswith("choice.flip.") and "weight" in figure.unit]
    yield from found[:MOST_FLIPS]


def _options(w: Writer, reports: Mapping[str, Report]) -> Iterator[tuple[str, str, int]]:
    """Each option of the target: the id of its figures, its name, how many findings it would bring."""
    named = {option.id: option.name for option in w.model.targets[w.target].options}
    for each in bindings(w.model):
        if each.target == w.target and each.options:
            yield each.name, w.text(named[each.options[0]]), len(reports[each.name].open(strict=True))


def _leaving(w: Writer, a: parts.Architecture) -> Iterator[parts.Component]:
    """Components of the target's own file that have a plan to be left."""
    own = w.model.targets[w.target].parts.get("components", {})
    yield from (each for each in a.components if each.id in own and each.exit)


def _unverified(w: Writer, a: parts.Architecture) -> dict[str, Any]:
    guessed = [price for price in a.prices if price.amount.source is None or price.amount.source.kind == "assumption"]
    return {
        "prices": len(guessed),
        "exits": [w.text(each.name) for each in _leaving(w, a) if each.exit and not each.exit.rehearsed],
        "hypotheses": [each for each in a.hypotheses if each.verified is None],
    }
