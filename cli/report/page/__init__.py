"""Facts to one HTML file that needs nothing from elsewhere: style and drawings are in it, and no script."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cli.report import themed
from cli.report.facts import Facts
from cli.report.page import words
from cli.report.page.view import cards, sections
from runtime.files import write_atomically

_HERE = Path(__file__).parent


def page(facts: Facts) -> str:
    """The document."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=words.shown,
    )
    environment.filters |= words.FILTERS
    environment.tests["kind"] = lambda block, name: type(block).__name__ == name
    style = (_HERE / "report.css").read_text("utf-8") + themed.style()
    made = environment.get_template("report.html.j2").render(
        facts=facts,
        sections=sections(facts),
        cards=tuple(cards(facts)),
        style=Markup(style),  # noqa: S704 - our own
    )
    return made + "\n"


def write(facts: Facts, path: Path) -> None:
    """Write it so that whoever opens it sees it whole."""
    write_atomically(path, page(facts))
