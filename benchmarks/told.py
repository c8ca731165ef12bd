"""Figures to the table that the command prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.figures.values import Figure, Target

_SENSES = {"at least": "≥ ", "above": "> ", "under": "< ", "within": "1 ± "}


def table(figures: Sequence[Figure], failed: Mapping[str, str]) -> str:
    """A line a figure; below one that misses its target, by how much and what limits it; then what failed, and why."""
    if not figures and not failed:
        return "Nothing is measured yet."
    wide = max((len(figure.says) for figure in figures), default=0)
    lines = [f"{'':<{wide}}  {'median':>10}  {'min':>10}  {'max':>10}  {'':<8}  target"] if figures else []
    for figure in figures:
        values = "  ".join(f"{number(value):>10}" for value in (figure.value, figure.least, figure.most))
        lines.append(f"{figure.says:<{wide}}  {values}  {figure.unit:<8}  {verdict(figure)}".rstrip())
        if figure.note:
            lines.append(f"    {figure.note}")
        if figure.target is not None and not figure.target.reached(figure.value):
            lines.append(f"    {figure.target.limit}")
    return "\n".join([*lines, *(f"failed  {name}: {why}" for name, why in failed.items())])


def verdict(figure: Figure) -> str:
    """Whether the target is reached, or by how much it is missed; empty where there is none."""
    target = figure.target
    if target is None:
        return ""
    if not target.reached(figure.value):
        return f"{bound(target)}: missed by {number(target.short(figure.value))}"
    passed = target.passed(figure.value)
    left = [one for one in target.beyond if one not in passed]
    more = f", and {number(passed[-1])}" if passed else ""
    return f"{bound(target)}: reached{more}" + (f", next {number(left[0])}" if left else "")


def bound(target: Target) -> str:
    """What is wanted, in signs."""
    return f"{_SENSES[target.sense]}{number(target.wanted)}"


def number(value: float) -> str:
    """Three digits that count, thousands with commas."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 20 else f"{value:.2f}"


def span(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
