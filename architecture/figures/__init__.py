"""A model to every figure computed from it, by id: what decisions and the dossier cite.

Ids begin with the target, and its option where one is chosen (`aws.cost.month.p50`, `aws+broker-native.exit.days`);
figures of capacity and of the choice between targets belong to no target. The same model gives the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from architecture.figures import carrying, choosing, failing, money
from architecture.figures.figure import Bound, Figure, bindings
from architecture.load import Model
from architecture.remembered import remembered

__all__ = ["Bound", "Figure", "bindings", "figures"]

Family = Callable[[Bound], Iterator[Figure]]
PER_TARGET: tuple[Family, ...] = (
    money.cost,
    money.effort,
    failing.availability,
    failing.recovering,
    failing.points,
    failing.blasts,
    failing.latency,
    failing.scenarios,
    money.leaving,
    money.held,
    choosing.sovereignty,
)
ONCE: tuple[Family, ...] = (
    carrying.measured,
    carrying.kpis,
    carrying.outage,
    carrying.way,
    carrying.outages,
    carrying.growth,
    carrying.waiting,
    choosing.plan,
)  # what no target changes


@remembered
def figures(model: Model) -> dict[str, Figure]:
    """Every figure by its id, targets in their order, then what belongs to none; nobody may change the answer."""
    bound = list(bindings(model))
    made = {figure.id: figure for each in bound for family in PER_TARGET for figure in family(each)}
    made |= {figure.id: figure for family in ONCE for figure in family(bound[0])}
    made |= {figure.id: figure for figure in choosing.choice(bound, made)}
    return {name: _rounded(figure) for name, figure in made.items()}


def _rounded(figure: Figure) -> Figure:
    """Twelve digits: what is behind them is how floats add up, and would differ between machines."""
    ends = (None if end is None else float(f"{end:.12g}") for end in (figure.low, figure.high))
    low, high = ends
    return replace(figure, value=float(f"{figure.value:.12g}"), low=low, high=high)
