"""`tickets architecture figures`: every figure computed from the model, with its range and what it comes from."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from architecture.figures import Figure, figures
from architecture.load import HOME, Model, load
from cli import options

WIDTH = 80
SHOWN = (
    "cost.month.p10",
    "cost.month.p50",
    "cost.month.p90",
    "cost.month.x10.p50",
    "effort.days",
    "availability.entry",
    "availability.kpis",
    "availability.kpis.fresh.hours",
    "rto.kpis.hours",
    "rpo.kpis.hours",
    "spof.tier1",
    "spof.tier1.fresh",
    "spof.tier1.recover",
    "exit.days",
    "exit.cost",
    "reversibility",
    "sovereignty",
    "choice.score",
)
SAYING = ("choice.", "plan.")  # numbers that say nothing without their text
EPILOG = """\b
Examples:
  tickets architecture figures
  tickets architecture figures --target aws --target onprem
  tickets architecture figures --id aws.cost --explain
  tickets architecture figures --id choice.flip
  tickets architecture figures --id capacity --json

\b
Ids begin with a target (aws), or a target with an option (aws+broker-native);
those of capacity, of the plan and of the choice belong to no target.
"""


@click.command(epilog=EPILOG)
@click.option("--model", type=click.Path(file_okay=False, exists=True, path_type=Path), default=HOME, hidden=True)
@click.option("--target", "targets", multiple=True, help="Only this target (or target+option); may be repeated.")
@click.option("--id", "prefixes", multiple=True, metavar="PREFIX", help="Figures whose id begins so; may be repeated.")
@click.option("--explain", is_flag=True, help="Say of each figure what it is, and the lines it comes from.")
@options.as_json
def command(model: Path, targets: tuple[str, ...], prefixes: tuple[str, ...], explain: bool, as_json: bool) -> None:
    """Compare the targets by their first figures; with --id list all that begin so.

    The same model gives the same figures: draws are seeded. Values are the likely ones, or the median of the draws,
    with the ends of their range; see --explain.

    Exit codes: 0 done; 2 wrong use.
    """
    read = load(model)
    found = figures(read)
    chosen = _chosen(found, _names(read), targets, prefixes)
    if as_json:
        click.echo(json.dumps([document(each) for each in chosen], indent=2, ensure_ascii=False))
    elif prefixes or explain:
        click.echo("\n".join(line for each in chosen for line in _lines(each, explain)))
    else:
        click.echo(table(found, targets or tuple(read.targets)))


def document(figure: Figure) -> dict[str, Any]:
    """A figure as JSON has it; what is infinite is null, and `infinite` says so."""
    plain = {name: _plain(getattr(figure, name)) for name in ("value", "low", "high")}
    words = {"unit": figure.unit, "text": {"en": figure.text.en, "fr": figure.text.fr}}
    return {"id": figure.id} | plain | words | {"infinite": math.isinf(figure.value), "sources": list(figure.sources)}


def number(value: float) -> str:
    """In at most four digits behind a point, and none where the number is large."""
    if math.isinf(value):
        return "never"
    if value == int(value) or abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"


def table(found: Mapping[str, Figure], targets: Sequence[str]) -> str:
    """The first figures of some targets beside each other."""
    wide = max(12, *(len(name) + 2 for name in targets))
    lines = [f"{'':<31}" + "".join(f"{name:>{wide}}" for name in targets)]
    for name in SHOWN:
        row = [found.get(f"{target}.{name}") for target in targets]
        if any(row):
            cells = "".join(f"{_cell(each) if each else '-':>{wide}}" for each in row)
            lines.append(f"{name:<31}{cells}")
    margin = found.get("choice.margin")
    if margin is not None:
        lines += ["", f"{margin.text.en}: {number(margin.value)} {margin.unit}. What would turn it: --id choice.flip"]
    return "\n".join(lines)


def _cell(figure: Figure) -> str:
    """A percentage of a year near 100 needs three digits behind the point to say anything."""
    return f"{figure.value:.3f}" if figure.unit == "%" and 90 <= figure.value < 100 else number(figure.value)


def _names(model: Model) -> list[str]:
    return [
        name
        for target, binding in model.targets.items()
        for name in (target, *(f"{target}+{option.id}" for option in binding.options))
    ]


def _chosen(
    found: Mapping[str, Figure], names: Sequence[str], targets: Iterable[str], prefixes: Sequence[str]
) -> list[Figure]:
    for target in targets:
        if target not in names:
            near = get_close_matches(target, names, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."
            raise click.UsageError(f"--target: there is no '{target}'. {hint}")
    starts = tuple(f"{target}." for target in targets)
    of_target = [each for name, each in found.items() if not starts or name.startswith(starts)]
    for prefix in prefixes:
        if not any(each.id.startswith(prefix) for each in of_target):
            near = get_close_matches(prefix, [each.id for each in of_target], 3)
            hint = f"Near it: {', '.join(near)}." if near else "Without --id, a table shows how ids look."
            raise click.UsageError(f"--id: no figure begins with '{prefix}'. {hint}")
    return [each for each in of_target if not prefixes or each.id.startswith(tuple(prefixes))]


def _lines(figure: Figure, explain: bool) -> list[str]:
    ends = "" if figure.low is None or figure.high is None else f"{number(figure.low)} to {number(figure.high)}"
    value = f"{_cell(figure)} {figure.unit}"
    lines = [f"{figure.id:<42} {value:>18}  {ends}".rstrip()]
    if explain or figure.id.startswith(SAYING):
        lines += click.wrap_text(figure.text.en, WIDTH, "    ", "    ").splitlines()
    if explain:
        lines += [f"      {source}" for source in figure.sources]
    return lines


def _plain(value: float | None) -> float | None:
    return None if value is None or math.isinf(value) else value
