"""A model to every file of docs/architecture/ except the SVGs: Markdown pages with Mermaid in them, CSV, an index.

A file's text follows from the model alone: same model, same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from architecture import views
from architecture.load import Model
from architecture.views.diagram import Drawing, Picture, Table
from architecture.views.mermaid import mermaid
from architecture.views.scene import LANGUAGES, Language
from architecture.views.text import csv_text, escaped, markdown

INDEX = "README.md"
SVG = "svg"
SHARED = "shared"  # the folder of what is the same on every target
_MADE = "<!-- Made from architecture/model/ by `tickets architecture render`; edit the model, not this file. -->"
_ABOUT = (
    "One logical model on four targets. Every picture, matrix and list here follows from the model: "
    "`tickets architecture render` writes them, and `tickets architecture render --check` says which are stale. "
    "The pictures are also SVG files, in English and French, below `svg/` (drawn by `scripts/render_svg.py`)."
)
_PAGES: Mapping[str, str] = {
    "overview": "Context and parts",
    "deployment": "Deployment",
    "zones": "Network zones",
    "operation": "Operation",
    "data": "Data by class",
    "sequences": "Sequences",
    "flows": "Flow matrix and firewall rules",
    "rights": "Identities and rights",
    "custody": "Secrets and keys",
    "raci": "Who does what",
}


def pages(model: Model) -> dict[str, str]:
    """Path below docs/architecture -> text."""
    found = {INDEX: _index(model)}
    for number, (target, architecture) in enumerate(model.all().items()):
        name = architecture.target.name.en
        found |= dict(_files(target, f": {name}", [row for row in views.draw(architecture) if not row[0].once]))
        if number == 0:  # what is the same on every target, from the first of them
            found |= dict(_files(SHARED, "", [row for row in views.draw(architecture) if row[0].once]))
    return dict(sorted(found.items()))


def wanted_svgs(model: Model) -> dict[str, str]:
    """Path of each SVG below docs/architecture -> the Mermaid text that it must be drawn from."""
    return {
        svg_path(target, picture, language): mermaid(drawn.diagram)
        for target in model.targets
        for language in LANGUAGES
        for picture, drawn in views.pictures(model.bound(target), language).items()
    }


def svg_path(target: str, picture: str, language: Language) -> str:
    """Where a picture's SVG is, below docs/architecture."""
    return f"{SVG}/{target}/{picture}.{language}.svg"


def fingerprint(text: str) -> str:
    """What an SVG carries of the text it was drawn from."""
    return hashlib.sha256(text.encode()).hexdigest()


def _files(folder: str, suffix: str, drawn: list[tuple[views.View, tuple[Drawing, ...]]]) -> Iterator[tuple[str, str]]:
    """A page for each group of views, and a CSV file for each table."""
    grouped: dict[str, list[Drawing]] = {}
    for view, made in drawn:
        grouped.setdefault(view.page, []).extend(made)
    for page, drawings in grouped.items():
        if drawings:
            yield f"{folder}/{page}.md", _page(f"{_PAGES[page]}{suffix}", folder, drawings)
        for drawing in drawings:
            if isinstance(drawing, Table):
                yield f"{folder}/{drawing.id}.csv", csv_text(drawing)


def _page(title: str, target: str, drawings: list[Drawing]) -> str:
    parts = [f"# {escaped(title)}\n", f"{_MADE}\n"]
    for drawing in drawings:
        parts += [f"## {escaped(drawing.title)}\n", f"{escaped(drawing.lead)}\n"]
        parts += _picture(drawing, target) if isinstance(drawing, Picture) else _table(drawing)
    return "\n".join(parts)


def _picture(drawing: Picture, target: str) -> Iterator[str]:
    yield f"```mermaid\n{mermaid(drawing.diagram)}```\n"
    yield f"[The same as SVG](../{svg_path(target, drawing.id, 'en')})\n"


def _table(table: Table) -> Iterator[str]:
    rows = markdown(table)
    if rows:
        yield rows
    yield f"[{len(table.rows)} rows as CSV]({table.id}.csv)\n"


def _index(model: Model) -> str:
    head = ["View", *(escaped(found.target.name.en) for found in model.all().values())]
    shown = {
        name: {view.page: SHARED if view.once else name for view, drawings in views.draw(found) if drawings}
        for name, found in model.all().items()
    }
    rows = [head, ["---"] * len(head)]
    rows += [
        [
            title,
            *(f"[{folders[page]}]({folders[page]}/{page}.md)" if page in folders else "" for folders in shown.values()),
        ]
        for page, title in _PAGES.items()
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"# The architecture, drawn\n\n{_MADE}\n\n{_ABOUT}\n\n{table}\n"
