"""A bound architecture to figures of cost, effort and leaving."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from architecture import parts
from architecture.figures.figure import Bound, Figure, text
from architecture.leaving import reversibility
from architecture.money.cost import MonthlyCost, monthly_cost
from architecture.money.exits import exit_cost
from architecture.remembered import remembered

EURO_A_MONTH = "EUR/month"
GROWN = "x10"  # the scenario whose `multiplies` are what "ten times" means
SWINGS = 5
_SAID = {
    "p10": ("one in ten draws is below", "un tirage sur dix est en dessous"),
    "p50": ("half the draws are below", "la moitié des tirages sont en dessous"),
    "p90": ("nine in ten draws are below", "neuf tirages sur dix sont en dessous"),
    "low": ("every range at its low end", "chaque fourchette à son minimum"),
    "likely": ("every range at its likely value", "chaque fourchette à sa valeur probable"),
    "high": ("every range at its high end", "chaque fourchette à son maximum"),
    "mean": ("mean of the draws", "moyenne des tirages"),
}
_KINDS = {
    "storage": "stockage",
    "transfer": "transfert",
    "compute": "calcul",
    "licence": "licences",
    "service": "services",
    "people": "personnes",
}


def cost(bound: Bound) -> Iterator[Figure]:
    """What it costs a month, by kind, at ten times the events, and what moves it most."""
    found, sources = costs(bound), _paid(bound)
    yield from _month(bound, "cost.month", "", "", found, sources)
    for kind, spread in found.kinds.items():
        said = text(f"Cost a month, {kind}, P50", f"Coût mensuel, {_KINDS[kind]}, P50")
        yield Figure(
            f"{bound.name}.cost.month.{kind}.p50", spread.p50, EURO_A_MONTH, said, sources, spread.p10, spread.p90
        )
    for number, swing in enumerate(found.sensitivity[:SWINGS], 1):
        part = swing.input.removeprefix("price:").removeprefix("hypothesis:").partition(":")[0]
        name = _named(bound, swing.input, part)
        said = text(
            f"Swing of the monthly cost by this alone, {swing.variance_share:.0%} of the variance: {name.en}",
            f"Effet seul sur le coût mensuel, {swing.variance_share:.0%} de la variance : {name.fr}",
        )
        value = abs(swing.at_high - swing.at_low)
        yield Figure(f"{bound.name}.cost.swing.{number}", value, EURO_A_MONTH, said, bound.sources([(part, "")]))
    if (grown := costs(bound, GROWN)) is not None and grown is not found:
        source = (*bound.sources([(GROWN, "multiplies")]), *sources)
        yield from _month(
            bound, "cost.month.x10", " at ten times the events", " à dix fois les événements", grown, source
        )


def _named(bound: Bound, key: str, part: str) -> parts.Text:
    """An input of the bill in words: a price or hypothesis by its name, a component's amount by whose it is."""
    found = bound.architecture.all().get(part)
    name = getattr(found, "name", None) or getattr(found, "text", None)
    if name is None:
        return text(key, key)
    if key.endswith(":person-day:fixed"):
        return text(f"person-days for: {name.en}", f"jours-personne pour : {name.fr}")
    if key.startswith(("price:", "hypothesis:")):
        return text(
            f"{name.en} ({'price' if key[0] == 'p' else 'volume'})",
            f"{name.fr} ({'prix' if key[0] == 'p' else 'volume'})",
        )
    return text(f"quantity of: {name.en}", f"quantité : {name.fr}")


def costs(bound: Bound, scenario: str = "") -> MonthlyCost:
    """The month's cost as it is, or multiplied by a scenario; as it is, where the model has no such scenario."""
    chosen = bound.architecture.one("scenarios").get(scenario)
    return _costs(bound.architecture, tuple(sorted(chosen.multiplies.items())) if chosen else ())


@remembered
def _costs(architecture: object, multiplies: tuple[tuple[str, float], ...]) -> MonthlyCost:
    return monthly_cost(architecture, dict(multiplies))  # type: ignore[arg-type]


def effort(bound: Bound) -> Iterator[Figure]:
    """Person-days a month, all components together."""
    amounts = [each.effort_days for each in bound.architecture.components if each.effort_days is not None]
    said = text("Person-days of our own people a month", "Jours-personne internes par mois")
    sources = bound.sources((each.id, "effort_days") for each in bound.architecture.components if each.effort_days)
    low, likely, high = (sum(amount.at(end) for amount in amounts) for end in ("low", "likely", "high"))
    yield Figure(f"{bound.name}.effort.days", likely, "days/month", said, sources, low, high)


def leaving(bound: Bound) -> Iterator[Figure]:
    """Leaving what the target brings: days, and cost."""
    found = reversibility(bound.architecture, bound.own())
    paid = exit_cost(bound.architecture, found)
    plans = bound.sources((each.component, "exit") for each in found.components)
    money = (*plans, *bound.sources([("person-day", "amount"), *_stored()]))
    low, likely, high = found.days
    rows: list[tuple[str, tuple[float, float, float], str, str, str, tuple[str, ...]]] = [
        (
            "exit.days",
            (low, likely, high),
            "days",
            "Person-days to leave the target",
            "Jours-personne pour quitter la cible",
            plans,
        ),
        (
            "exit.cost",
            paid.total,
            "EUR",
            "Leaving once: people, and moving what is stored",
            "Sortie : personnes et transfert des données",
            money,
        ),
        ("exit.transfer", paid.transfer, "EUR", "Of it, moving what is stored", "Dont transfert des données", money),
        (
            "egress.month",
            paid.transfer_month,
            EURO_A_MONTH,
            "Data going out in a normal month",
            "Données sortantes d'un mois normal",
            money,
        ),
    ]
    for name, (least, value, most), unit, en, fr, sources in rows:
        yield Figure(f"{bound.name}.{name}", value, unit, text(en, fr), sources, least, most)


def held(bound: Bound) -> Iterator[Figure]:
    """What holds us in the target: the score, open formats, rehearsed exits, proprietary things."""
    found = reversibility(bound.architecture, bound.own())
    plans = bound.sources((each.component, "exit") for each in found.components)
    shares: Mapping[str, tuple[float, str, str, str]] = {
        "reversibility": (
            found.score,
            "of 100",
            "Reversibility (leaving.py has the formula)",
            "Réversibilité (formule dans leaving.py)",
        ),
        "exit.open": (
            100 * found.open_share,
            "%",
            "Open formats, share of components",
            "Formats ouverts, part des composants",
        ),
        "exit.rehearsed": (
            100 * found.rehearsed_share,
            "%",
            "Exits that were tried, share of components",
            "Sorties répétées, part des composants",
        ),
        "exit.proprietary": (
            float(len(found.proprietary)),
            "things",
            "Proprietary: " + (", ".join(found.proprietary) or "nothing"),
            "Propriétaire : " + (", ".join(found.proprietary) or "rien"),
        ),
    }
    for name, (value, unit, en, fr) in shares.items():
        yield Figure(f"{bound.name}.{name}", value, unit, text(en, fr), plans)


def _month(bound: Bound, name: str, en: str, fr: str, found: MonthlyCost, sources: tuple[str, ...]) -> Iterator[Figure]:
    total = found.total
    for word, (said_en, said_fr) in _SAID.items():
        said = text(f"Cost a month{en}: {said_en}", f"Coût mensuel{fr} : {said_fr}")
        ends = (total.p10, total.p90) if word in ("p50", "mean") else (None, None)
        yield Figure(f"{bound.name}.{name}.{word}", getattr(total, word), EURO_A_MONTH, said, sources, *ends)


def _paid(bound: Bound) -> tuple[str, ...]:
    """The prices paid, the components that pay them, and the hypotheses that move the total."""
    model = bound.architecture
    paying = [*((each.id, each.costs) for each in model.components), *((each.id, each.costs) for each in model.links)]
    prices = dict.fromkeys(cost.price for _, costs in paying for cost in costs)
    inputs = (swing.input for swing in costs(bound).sensitivity)
    moving = [name.removeprefix("hypothesis:") for name in inputs if name.startswith("hypothesis:")]
    return bound.sources(
        [
            *((name, "amount") for name in (*prices, "person-day")),
            *((name, "costs") for name, costs in paying if costs),
            *((each.id, "effort_days") for each in model.components if each.effort_days),
            *((name, "amount") for name in moving),
        ]
    )


def _stored() -> Iterator[tuple[str, str]]:
    for name in ("events-per-day", "stored-bytes-per-event", "restored-share"):
        yield name, "amount"
