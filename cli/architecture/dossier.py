"""`tickets architecture dossier`: the document a CIO decides on, as one HTML file, and as PDF where Chromium is."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import options
from cli.habits import no_such
from runtime import browser
from runtime.errors import MachineError
from runtime.files import write_atomically

if TYPE_CHECKING:  # what they import takes a second
    from architecture.dossier.content import Decision
    from architecture.load import Model
    from architecture.rules.judging import Report

ROOT = Path(__file__).parents[2]
DRAWN = ROOT / "docs" / "architecture" / "svg"
PDF_S = 120.0
EPILOG = """\b
Examples:
  tickets architecture dossier
  tickets architecture dossier --language fr --out dossier-fr.html
  tickets architecture dossier --target onprem --pdf
"""


@click.command(epilog=EPILOG)
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Of the document.")
@click.option("--target", help="The target it proposes; default: the one that the weighted criteria put first.")
@click.option(
    "--out",
    type=options.Made(),
    help="Where the HTML goes; default: build/dossier-LANGUAGE.html.",
)
@click.option("--pdf", is_flag=True, help="Also a PDF beside it; needs Chromium or Chrome.")
@options.as_json
def command(language: str, target: str | None, out: Path | None, pdf: bool, as_json: bool) -> None:
    """Write the dossier: summary, scope, flows, security, run, risks, costs, exit, plan, and what was not verified.

    Every number in it says where it comes from: point at it, or follow it to the last section.

    Exit codes: 0 written; 1 a figure or a drawing that it needs is missing, or no browser for --pdf; 2 wrong use.
    """
    from architecture.dossier.numbers import Writer
    from architecture.dossier.page import page
    from architecture.figures import figures
    from architecture.load import load

    model = load()
    found = figures(model)
    chosen = target or max(model.targets, key=lambda name: found[f"{name}.choice.score"].value)
    if chosen not in model.targets:
        raise no_such("target", chosen, model.targets)
    writer = Writer("fr" if language == "fr" else "en", model, chosen, found)
    text = page(
        writer, dict(_reports(model, chosen)), tuple(_decisions()), drawings(chosen, language), date.today().isoformat()
    )
    path = out or Path("build") / f"dossier-{language}.html"
    written = [_write(path, text)]
    if pdf:
        written.append(print_pdf(path, path.with_suffix(".pdf")))
    if as_json:
        click.echo(json.dumps({"target": chosen, "written": [str(each) for each in written]}))
    else:
        click.echo("\n".join(f"{each} ({each.stat().st_size / 1000:,.0f} kB)" for each in written))


def drawings(target: str, language: str) -> Mapping[str, str]:
    """SVG texts of the views the page shows, by name; ClickException with the remedy where one is missing."""
    from architecture.dossier.page import PICTURES

    files = {name: DRAWN / target / f"{name}.{language}.svg" for name in PICTURES}
    if missing := [str(path) for path in files.values() if not path.is_file()]:
        raise click.ClickException(f"{missing[0]} is missing.\nDraw it: python scripts/render_svg.py")
    return {name: path.read_text("utf-8") for name, path in files.items()}


def print_pdf(html: Path, pdf: Path) -> Path:
    """Print a page to PDF with a headless browser; MachineError where there is none, or it fails."""
    with tempfile.TemporaryDirectory() as profile:
        made = Path(profile) / "made.pdf"
        browser.run(
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={made}",
            html.resolve().as_uri(),
            timeout_s=PDF_S,
        )
        if not made.is_file():
            raise MachineError("the browser made no PDF", "Print the HTML by hand.")
        return _write(pdf, made.read_bytes())


def _reports(model: Model, target: str) -> Iterator[tuple[str, Report]]:
    """What the rules say of the target, and of each of its options."""
    from architecture.rules.judging import check
    from cli.architecture.check import surroundings

    around = surroundings(model)
    yield target, check(model, around, [target])
    for option in model.targets[target].options:
        yield f"{target}+{option.id}", check(model, around, [target], [option.id])


def _decisions() -> Iterator[Decision]:
    from architecture.dossier.content import Decision
    from cli.adr.records import records

    yield from (Decision(each.number, each.title, each.status, each.file) for each in records())


def _write(path: Path, content: bytes | str) -> Path:
    write_atomically(path, content)
    return path
