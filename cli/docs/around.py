"""Pages that stand between the others: the start page, the lists of a folder, what the site was made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from cli.docs.evidence import Evidence, moment
from cli.docs.menu import menu, toctree
from cli.docs.tree import INDEX, relative
from cli.review.formats.markup import literal, table
from cli.views.markdown import escaped

RUNBOOKS = f"docs/runbooks/{INDEX}"
EVIDENCE = "evidence.md"
DOSSIER = "dossier/dossier-{}.html"
LANGUAGES = {"en": "English", "fr": "French"}
SPEED = "benchmarks/results/speed.html"


def start(readme: str, pages: Iterable[str]) -> str:
    """The README, with the list of everything."""
    return f"{readme.rstrip()}\n\n{menu(pages)}\n"


def runbooks(pages: dict[str, str]) -> str:
    """The pages of the alerts, each with the sentence it begins with."""
    rows: list[tuple[str, ...]] = []
    for page, text in sorted(pages.items()):
        title, _, rest = text.partition("\n")
        said = " ".join(rest.strip().partition("\n\n")[0].split())
        rows.append((f"[{title.removeprefix('# ')}]({relative(page, RUNBOOKS)})", said))
    about = "What to do when an alert fires; a test runs every command of these pages."
    return "\n\n".join(
        ["# Runbooks", about, table(("Alert", "What it says"), rows), toctree(sorted(pages), RUNBOOKS), ""]
    )


def with_below(text: str, page: str, pages: Iterable[str]) -> str:
    """A folder's README, then every page below it: folder by folder, in the order that the README names them."""
    folder = PurePosixPath(page).parent
    below = [PurePosixPath(each) for each in pages if each.startswith(f"{folder}/") and each != page]
    below.sort(key=lambda path: (path.parent, text.find(f"/{path.name}"), path.name))
    return f"{text.rstrip()}\n\n{toctree(map(str, below), page)}\n"


def dossier(page: str) -> str:
    """The section that leads to the dossier."""
    links = ", ".join(
        f'<a href="{relative(DOSSIER.format(code), page)}">{language}</a>' for code, language in LANGUAGES.items()
    )
    return (
        f"## The dossier\n\nThe document that a CIO decides on, as `tickets architecture dossier` writes it: {links}.\n"
    )


def speed(page: str, measured: bool) -> str:
    """The section that leads to the last measured results."""
    link = f'<a href="{relative(SPEED, page)}">every figure with its plots</a>'
    said = (
        f"The results kept last: {link}." if measured else "No results are kept here: `make bench BENCH_FLAGS=--write`."
    )
    return f"## Results\n\n{said}\n"


def evidence(known: Evidence, pages: Iterable[str]) -> str:
    """What the site was made from, and what was missing."""
    outcomes = Counter(result.outcome for result in known.results.values())
    newest = max((result.at for result in known.results.values()), default=None)
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))
    rows: list[tuple[str, ...]] = [
        ("Commit", literal(known.commit) or "no git here"),
        ("Made", moment(known.made_at)),
        ("Last test run", f"{told}; the newest {moment(newest)}" if newest else "none in this checkout: `make test`"),
        ("Clauses touched", f"{len(known.touches):,}" if known.touches else "no record in this checkout: `make test`"),
        ("Workspace", literal(str(known.workspace.root)) if known.workspace else "none given: `make docs DATA=data`"),
        ("Running job", f"{len(known.samples):,} samples" if known.samples else "none asked, or none answered"),
        ("Pages", escaped(f"{sum(1 for _ in pages):,}")),
    ]
    said = "Nothing here is written twice: `make docs` reads it anew."
    return "\n\n".join(["# What this site was made from", said, table(("What", "Found"), rows), ""])
