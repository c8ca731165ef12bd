"""Figures and words of the model to marked-up text: how a number is written, and where it comes from.

Every number of the document passes through here, so that the reader (and a test) can ask of each where it is from: it
is an element with its sources in `data-from`, and a figure links to its row in the last section.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from markupsafe import Markup

from architecture import parts
from architecture.errors import ArchitectureError, Problem
from architecture.figures import Figure
from architecture.load import Model

Language = Literal["en", "fr"]
_THIN = "\u202f"  # narrow no-break space: what French typography puts between thousands and before a unit
_UNITS = {  # unit of a figure -> how it is written in (English, French)
    "EUR/month": ("EUR a month", "EUR par mois"),
    "EUR": ("EUR", "EUR"),
    "%": ("%", "%"),
    "days": ("days", "jours"),
    "days/month": ("days a month", "jours par mois"),
    "hours": ("h", "h"),
    "minutes": ("min", "min"),
    "of 10": ("of 10", "sur 10"),
    "of 100": ("of 100", "sur 100"),
    "% of weight": ("% of all weight", "% du poids total"),
    "h": ("h", "h"),
    "min": ("min", "min"),
    "people": ("people", "personnes"),
}
_SIGNIFICANT = 3
_PLACES = {"%": 2, "% of weight": 1, "of 10": 2, "of 100": 0}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one document: its language, the model and target it is about, and the figures used so far (in order)."""

    language: Language
    model: Model
    target: str
    figures: Mapping[str, Figure]
    used: dict[str, Figure] = field(default_factory=dict)

    def t(self, en: str, fr: str) -> str:
        """The text in the document's language."""
        return fr if self.language == "fr" else en

    def text(self, text: parts.Text | None) -> str:
        """A text of the model in the document's language."""
        return "" if text is None else str(getattr(text, self.language))

    def has(self, name: str) -> bool:
        """Whether there is such a figure."""
        return name in self.figures

    def fig(self, name: str, unit: bool = True) -> Markup:
        """A figure's value; ArchitectureError where there is none of that id."""
        figure = self._figure(name)
        return self._linked(figure, self._written(figure.value, figure.unit, unit))

    def span(self, name: str, unit: bool = True) -> Markup:
        """A figure's range, low to high; its value where it has none."""
        figure = self._figure(name)
        if figure.low is None or figure.high is None:
            return self.fig(name, unit)
        low, high = self.number(figure.low, figure.unit), self._written(figure.high, figure.unit, unit)
        return self._linked(figure, self.t(f"{low} to {high}", f"{low} à {high}"))

    def high(self, name: str, unit: bool = True) -> Markup:
        """The high end of a figure's range; its value where it has none."""
        figure = self._figure(name)
        high = figure.value if figure.high is None else figure.high
        return self._linked(figure, self._written(high, figure.unit, unit))

    def said(self, value: Any, part: str, word: str = "", unit: str = "") -> Markup:
        """A number that stands in the model: linked to its line."""
        written = str(value) if isinstance(value, str) else f"{self._exact(value)} {self._unit(unit)}".rstrip()
        return Markup('<span class="said" data-from="{}">{}</span>').format(
            self.model.where(part, word, self.target), written
        )

    def amount(self, amount: parts.Amount | None, part: str, word: str, unit: str = "") -> Markup:
        """A range of the model: low to high."""
        if amount is None:
            return Markup("-")
        low, high = self._exact(amount.low), self._exact(amount.high)
        both = low if amount.low == amount.high else self.t(f"{low} to {high}", f"{low} à {high}")
        return self.said(f"{both} {self._unit(unit)}".strip(), part, word)

    def number(self, value: float, unit: str = "") -> str:
        """A figure to three significant digits (shares and marks have their own places), as the language separates."""
        if math.isinf(value):
            return "∞"
        if unit in _PLACES:
            return self._separated(f"{value:,.{_PLACES[unit]}f}")
        digits = 0 if value == 0 else _SIGNIFICANT - 1 - math.floor(math.log10(abs(value)))
        return self._separated(f"{round(value, digits):,.{max(0, digits)}f}")

    def _exact(self, value: float) -> str:
        """A number of the model as it stands there."""
        return self._separated(f"{value:,.6f}")

    def _separated(self, text: str) -> str:
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return text.replace(",", _THIN).replace(".", ",") if self.language == "fr" else text

    def _figure(self, name: str) -> Figure:
        if name not in self.figures:
            remedy = "See `tickets architecture figures` for those there are."
            raise ArchitectureError((Problem("dossier", f"cites '{name}', which is no figure", remedy),))
        return self.used.setdefault(name, self.figures[name])

    def _linked(self, figure: Figure, text: str) -> Markup:
        return Markup('<a class="figure" href="#{}" data-from="{}">{}</a>').format(
            figure.id, " ".join(figure.sources), text
        )

    def _written(self, value: float, unit: str, with_unit: bool) -> str:
        text = self.number(value, unit)
        return f"{text}{_THIN if self.language == 'fr' else ' '}{self._unit(unit)}".rstrip() if with_unit else text

    def _unit(self, unit: str) -> str:
        return _UNITS.get(unit, (unit, unit))[self.language == "fr"]
