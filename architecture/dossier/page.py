"""What the page shows to one HTML file that stands alone: style, pictures and sources are in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from architecture.dossier.content import Decision, content
from architecture.dossier.numbers import Writer
from architecture.rules.judging import Report

HERE = Path(__file__).parent
PICTURES = ("context", "zones", "deployment", "incident")  # views, by the name of their SVG
MOST_LINES = 3  # of one file, in print
_ROW = Markup('<div id="{}"><b>{}</b> {}: {}<br><code>{}</code></div>')


def page(
    w: Writer, reports: Mapping[str, Report], decisions: Sequence[Decision], drawings: Mapping[str, str], today: str
) -> str:
    """The document; `drawings` are SVG texts by the name of their view, `today` a date (YYYY-MM-DD)."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["lower_first"] = lambda text: text[:1].lower() + text[1:]

    def drawing(name: str, small: bool = False) -> Markup:
        picture = Markup(_embedded(drawings[name], name))  # noqa: S704 - our own SVG, from our own text
        return Markup('<figure class="{}">{}</figure>').format("small" if small else "", picture)

    def trace() -> Markup:
        return Markup("").join(
            _ROW.format(
                figure.id,
                w.number(figure.value, figure.unit),
                figure.unit,
                w.text(figure.text),
                _files(figure.sources),
            )
            for figure in w.used.values()
        )

    made = environment.get_template("dossier.html.j2").render(
        content(w, reports, decisions),
        css=Markup((HERE / "dossier.css").read_text("utf-8")),  # noqa: S704 - our own file
        drawing=drawing,
        trace=trace,
        today=today,
    )
    return made + "\n"


def _files(sources: Sequence[str]) -> str:
    """`file:1,5,9 other:3` out of many `file:line`: short enough to print."""
    lines: dict[str, list[str]] = {}
    for source in sources:
        file, _, line = source.partition(":")
        lines.setdefault(file.removeprefix("architecture/model/"), []).append(line)
    return "; ".join(
        file + (":" + ",".join(filter(None, found)) if any(found) else "") for file, found in lines.items()
    )


def _embedded(svg: str, name: str) -> str:
    """An SVG inside a page: without its prologue, and with ids of its own, since two pictures may use the same."""
    text = re.sub(r"<\?xml[^>]*\?>|<!--.*?-->", "", svg, flags=re.DOTALL).strip()
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    for old in sorted(ids, key=len, reverse=True):
        text = re.sub(
            rf'(id="|href="#|url\(#|url\("#|url\(\'#|#){re.escape(old)}(?=["\')\s{{.,>])', rf"\g<1>{name}-{old}", text
        )
    return text
