"""A name in a record to a number: a figure of the registry, a value of a JSON or YAML file, or a number in a text.

`aws.cost.month.p50` is a figure, `aws.exit.days:high` the end of one's range. `docs/promises.json#hits` is a value; an
element of a list goes by its place or its `id`. `benchmarks/README.md: ratio of medians: {n}` is the number at `{n}` of
the only place that reads like this.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import yaml

_NUMBER = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_WRITTEN = re.compile(rf"({_NUMBER})(?:\s*(\S.*))?")
_VALUE = re.compile(r"[^#\s]+\.(?:json|ya?ml)#")
_CONDITION = re.compile(r"(<=|>=|==|<|>)\s*(.+)")
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}


class Figure(Protocol):
    """What is read of a figure of the registry."""

    @property
    def value(self) -> float:
        """In `unit`."""

    @property
    def unit(self) -> str:
        """Such as EUR/month, hours, %."""

    @property
    def low(self) -> float | None:
        """The low end of its range, None where it has none."""

    @property
    def high(self) -> float | None:
        """The high end."""


class MeasureError(Exception):
    """A name leads to no number, or a condition or number can't be read; says so, and what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Number:
    """A number and its unit, empty where it has none."""

    value: float
    unit: str

    def __str__(self) -> str:
        """In plain digits: no exponent, no zeros at the end."""
        digits = f"{self.value:,.4f}".rstrip("0").rstrip(".")
        return f"{digits} {self.unit}".rstrip()


@dataclass(frozen=True)
class Measures:
    """Looks numbers up; `load` is called once, and only if a figure is asked for."""

    root: Path
    load: Callable[[], Mapping[str, Figure]]

    @cached_property
    def figures(self) -> Mapping[str, Figure]:
        """The registry."""
        return self.load()

    def number(self, what: str) -> Number:
        """The number of a name; MeasureError where there is none."""
        if _VALUE.match(what):
            return self._in_file(what)
        if "{n}" in what:
            return self._in_text(what)
        name, _, end = what.partition(":")
        if name not in self.figures:
            near = get_close_matches(name, self.figures, 1)
            hint = f"Did you mean {near[0]}?" if near else "See `tickets architecture figures`."
            raise MeasureError(f"there is no figure {name}", hint)
        figure = self.figures[name]
        value = {"": figure.value, "low": figure.low, "high": figure.high}.get(end)
        if value is None:
            raise MeasureError(f"figure {name} has no '{end}'", "Write :low or :high of a figure that is a range.")
        return Number(float(value), figure.unit)

    def holds(self, what: str, when: str) -> tuple[bool, str]:
        """Whether a number meets a condition, and both as they are; the other side may be a name too."""
        found = _CONDITION.fullmatch(when)
        if found is None:
            raise MeasureError(f"'{when}' is no condition", "Write >= 99.5, < 12 h, or < and another figure.")
        here = self.number(what)
        other = written(found[2]) if _WRITTEN.fullmatch(found[2]) else self.number(found[2])
        if other.unit and other.unit != here.unit:
            raise MeasureError(f"{what} is in '{here.unit}', not in '{other.unit}'", f"Write it in '{here.unit}'.")
        return _COMPARED[found[1]](here.value, other.value), f"{here} {found[1]} {other}"

    def _in_file(self, what: str) -> Number:
        name, _, path = what.partition("#")
        try:
            value = yaml.safe_load((self.root / name).read_text("utf-8"))  # JSON is YAML
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise MeasureError(f"{name} can't be read: {error}", "Mend the path, or run what writes it.") from error
        for step in path.split("."):
            value = _step(value, step)
            if value is None:
                raise MeasureError(f"{name} has nothing at {path}", f"'{step}' is not there.")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise MeasureError(f"{name} has no number at {path}", "Name one.")
        return Number(float(value), "")

    def _in_text(self, what: str) -> Number:
        name, _, text = what.partition(": ")
        try:
            held = (self.root / name).read_text("utf-8")
        except OSError as error:
            raise MeasureError(f"{name} can't be read: {error.strerror}", "Mend the path.") from error
        before, _, after = text.partition("{n}")
        found = re.findall(rf"{_loose(before)}({_NUMBER})(?![\d,]){_loose(after)}", held)
        if len(found) != 1:
            how = f"reads '{text}' in {len(found)} places" if found else f"nowhere reads '{text}'"
            raise MeasureError(f"{name} {how}", "Copy the words around the number, enough to find one place.")
        return Number(written(found[0]).value, "")


def _step(value: Any, step: str) -> Any:
    """What lies below a value: a key of a mapping, or of a list the place or the `id` of an element; else None."""
    if isinstance(value, list):
        by_id = {str(item["id"]): item for item in value if isinstance(item, dict) and "id" in item}
        by_place = {str(place): item for place, item in enumerate(value)}
        return (by_place | by_id).get(step)
    return value.get(step) if isinstance(value, dict) else None


def _loose(text: str) -> str:
    """A pattern of a text in which blanks and line ends are alike."""
    return re.sub(r"(?:\\ |\s)+", r"\\s+", re.escape(text))


def written(text: str) -> Number:
    """`12,300 EUR` to a number and its unit; MeasureError for anything else."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise MeasureError(f"'{text}' is no number", "Write it as in the text: 12,300 EUR, 99.5 percent, 4.")
    return Number(float(found[1].replace(",", "")), (found[2] or "").strip())


def moved(decided: Number, now: Number, tolerance: str) -> bool:
    """Whether a number is further from the decided one than tolerated: `5 %` of it, or a number of its unit."""
    allowed = written(tolerance)
    span = abs(decided.value) * allowed.value / 100 if allowed.unit == "%" else allowed.value
    return abs(now.value - decided.value) > span * (1 + 1e-9)
