"""`python -m cli.docs`: the documentation as one static site. Needs what `make setup-dev` installs."""

import json
import sys
import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.docs.tree import ROOT
from cli.main import explain
from cli.options import Address

if TYPE_CHECKING:  # --help waits for neither
    from cli.docs.evidence import Evidence
    from cli.docs.links import Report

OUT = ROOT / "build" / "docs"
EPILOG = """\b
Examples:
  python -m cli.docs
  python -m cli.docs --data data --open
  python -m cli.docs --metrics 9464
  python -m cli.docs --out /tmp/site --json

\b
Exit codes: 0 made; 1 a link leads nowhere, or Sphinx complains; 2 wrong use.
"""


@click.command(epilog=EPILOG)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=OUT,
    show_default="build/docs of this checkout",
    help="Where the site goes; it is made anew. Its pages before Sphinx stand beside it, in OUT-src.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TICKETS_DATA",
    help="A workspace whose last audit and export the contracts' pages tell of (or TICKETS_DATA).",
)
@click.option(
    "--metrics",
    type=Address(),
    help="Where a running job answers Prometheus, PORT or HOST:PORT: it tells whether service levels hold.",
)
@click.option("--open", "show", is_flag=True, help="Open it in a browser.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
def main(out: Path, data: Path | None, metrics: tuple[str, int] | None, show: bool, as_json: bool) -> None:
    """Write the documentation as one static site: contracts, features, decisions, architecture, commands, guides.

    It is made of what is in this checkout, and of what the last test run left in build/; what is missing is said on the
    page. It needs no server and loads nothing from elsewhere. Every link inside it is followed; links that lead out are
    listed in external-links.txt, and nothing is fetched.
    """
    from cli.docs.evidence import gather

    began = time.monotonic()
    pages, report = make(out, gather(data, metrics))
    start, problems = out / "index.html", [*report.broken, *report.foreign]
    if as_json:
        told = {"ok": not problems, "start": str(start), "pages": pages, "problems": problems}
        click.echo(json.dumps({**told, "external": len(report.external)}, indent=2))
    else:
        for problem in problems:
            click.echo(problem, err=True)
        click.echo(f"{start}: {pages} pages in {time.monotonic() - began:.0f} s")
    if problems:
        raise click.exceptions.Exit(1)
    if show:
        webbrowser.open(start.resolve().as_uri())


def make(out: Path, evidence: "Evidence") -> "tuple[int, Report]":
    """Write the pages beside OUT, build them into it, follow their links: how many pages, and what links came to."""
    from cli.docs import build, links
    from cli.docs.site import known, tree

    source, made = out.with_name(f"{out.name}-src"), tree(known(evidence))
    build.write(made, source)
    build.sphinx(source, out)
    report = links.check(out)
    listed = "".join(f"{url}\t{' '.join(pages)}\n" for url, pages in report.external.items())
    (out / "external-links.txt").write_text(listed, "utf-8")
    return len(made.pages), report


if __name__ == "__main__":
    try:
        main()
    except ModuleNotFoundError as error:
        click.echo(f"Error: {error.name} is not installed.\nRun `make setup-dev`.", err=True)
        sys.exit(1)
    except Exception as error:
        text = explain(error)
        if text is None:
            raise
        click.echo(text, err=True)
        sys.exit(1)
