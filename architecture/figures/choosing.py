"""Figures to figures: whose law reaches a target, what the plan costs, and how targets compare by weighted criteria."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from architecture import parts
from architecture.choice import Choice, Ranged, choose, mark
from architecture.errors import ArchitectureError, Problem
from architecture.figures.figure import Bound, Figure, text
from architecture.law import EU


def sovereignty(bound: Bound) -> Iterator[Figure]:
    """How many jurisdictions outside the EU reach the provider's company."""
    foreign = [each for each in bound.architecture.target.jurisdictions if each not in EU]
    named = ", ".join(foreign) or "-"
    said = text(
        f"Jurisdictions outside the EU that reach the provider: {named}",
        f"Juridictions hors UE atteignant le fournisseur : {named}",
    )
    where = bound.model.lines.get((f"{bound.target}/", ""), "")
    yield Figure(f"{bound.name}.sovereignty", float(len(foreign)), "jurisdictions", said, (where,) if where else ())


def plan(bound: Bound) -> Iterator[Figure]:
    """Person-days of all lots, and what they cost."""
    lots, prices = bound.architecture.lots, bound.architecture.one("prices")
    if not lots:
        return
    low, likely, high = (sum(lot.days.at(end) for lot in lots) for end in ("low", "likely", "high"))
    sources = bound.sources((lot.id, "days") for lot in lots)
    said = text("Person-days of the plan's lots", "Jours-personne des lots du plan")
    yield Figure("plan.days", likely, "days", said, sources, low, high)
    if "person-day" in prices:
        day = prices["person-day"].amount
        said = text("What the plan's lots cost, people only", "Coût des lots du plan, personnes seulement")
        where = (*sources, *bound.sources([("person-day", "amount")]))
        yield Figure("plan.cost", likely * day.likely, "EUR", said, where, low * day.low, high * day.high)


def compared(model_criteria: Sequence[parts.Criterion], targets: Sequence[str], made: Mapping[str, Figure]) -> Choice:
    """The targets compared by the figures their criteria name; ArchitectureError for a figure that there is not."""
    return choose(model_criteria, {target: _row(model_criteria, target, made) for target in targets})


def choice(bound: Sequence[Bound], made: Mapping[str, Figure]) -> Iterator[Figure]:
    """Each target's and option's result (options by the same marks), and what would turn the choice of a target."""
    criteria = bound[0].architecture.criteria
    if not criteria:
        return
    found = compared(criteria, [each.target for each in bound if not each.options], made)
    lines = bound[0].sources((each.id, "") for each in criteria)
    whole = sum(each.weight for each in criteria)
    for each in bound:
        marks = {one.id: mark(one, made[f"{each.name}.{one.figure}"].value) for one in criteria}
        result = sum(one.weight * marks[one.id] for one in criteria) / whole
        said = text("Result by weighted criteria, 0 to 10", "Résultat par critères pondérés, de 0 à 10")
        yield Figure(f"{each.name}.choice.score", result, "of 10", said, lines)
        for one in criteria:
            said = text(f"Mark for: {one.name.en}", f"Note : {one.name.fr}")
            yield Figure(
                f"{each.name}.choice.mark.{one.id}", marks[one.id], "of 10", said, each.sources([(one.id, "")])
            )
    yield from _turned(found, criteria, lines, {each.target: each.architecture.target.name for each in bound})


def _turned(
    found: Choice, criteria: Sequence[parts.Criterion], lines: tuple[str, ...], targets: Mapping[str, parts.Text]
) -> Iterator[Figure]:
    best, *rest = found.scores.values()
    if rest:
        said = text(f"{targets[found.winner].en} leads by this much", f"Avance de {targets[found.winner].fr}")
        yield Figure("choice.margin", best - rest[0], "of 10", said, lines)
    names = {each.id: each.name for each in criteria}
    for flip in found.weights:
        way = "above" if flip.rises else "below"
        criterion, winner = names[flip.criterion], targets[flip.winner]
        en = f"The choice flips to {winner.en} when '{criterion.en}' weighs {way} this, not {flip.now:.0%}"
        more = "plus" if way == "above" else "moins"
        fr = f"Le choix passe à {winner.fr} si « {criterion.fr} » pèse {more}, au lieu de {flip.now:.0%}"
        yield Figure(f"choice.flip.{flip.criterion}.{way}", 100 * flip.share, "% of weight", text(en, fr), lines)
    for turn in found.figures:
        criterion, winner, changed = names[turn.criterion], targets[turn.winner], targets[turn.target]
        en = f"The choice flips to {winner.en} when '{criterion.en}' of {changed.en} is this"
        fr = f"Le choix passe à {winner.fr} si « {criterion.fr} » de {changed.fr} vaut cela"
        yield Figure(f"choice.flip.{turn.criterion}.{turn.target}.{turn.end}", turn.value, "", text(en, fr), lines)


def _row(criteria: Sequence[parts.Criterion], target: str, made: Mapping[str, Figure]) -> dict[str, Ranged]:
    row = {}
    for criterion in criteria:
        figure = made.get(f"{target}.{criterion.figure}")
        if figure is None:
            remedy = "Name a figure of `tickets architecture figures`, without its target."
            raise ArchitectureError((Problem(criterion.id, f"there is no figure {target}.{criterion.figure}", remedy),))
        low = figure.value if figure.low is None else figure.low
        high = figure.value if figure.high is None else figure.high
        row[criterion.id] = Ranged(low, figure.value, high)
    return row
