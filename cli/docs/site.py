"""Everything that has a page -> the tree of the site: who makes which page, and what they tell each other."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from pathlib import Path

from cli.docs import around, commands, contract_pages, decisions, feature_pages, versions
from cli.docs.carried import carry, files
from cli.docs.evidence import Evidence
from cli.docs.features import features, speaking
from cli.docs.tree import INDEX, ROOT, Tree, page_of
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Contract

EXAMPLES = ROOT / "examples" / "contracts"
WORKERS = 2


def tree(evidence: Evidence) -> Tree:
    """All pages and what goes with them. LinkError where a Markdown file of the repository links to nothing."""
    made = Tree()
    catalogues = (Catalogue(HOME), Catalogue(EXAMPLES))
    contracts = tuple(contract for catalogue in catalogues for contract in catalogue.all())
    found, told = decisions.load(), features()
    _generated(made, contracts, catalogues, found, evidence)
    carried = files()
    known = frozenset({*made.pages, *map(page_of, carried), around.RUNBOOKS, around.EVIDENCE})
    texts = {file: _carried(made, file, known) for file in carried}
    for file, text in texts.items():
        decided = any(found.read.file(one.path) == file for one in found.read.records)
        made.add({page_of(file): decisions.page(file, text, found, evidence, told) if decided else text})
    _indexes(made, contracts, found, evidence)
    _dossiers(made)
    return made


def _generated(
    made: Tree,
    contracts: tuple[Contract, ...],
    catalogues: tuple[Catalogue, ...],
    found: decisions.Decisions,
    evidence: Evidence,
) -> None:
    """The pages that no file of the repository is."""
    told = features()
    spoken = speaking(told, evidence.touches)
    steps = tuple(step for catalogue in catalogues for step in versions.steps(catalogue))
    compared = versions.compared(steps, min(WORKERS, os.cpu_count() or 1))
    known = contract_pages.Known(spoken, compared, evidence)
    made.add({contract_pages.page_of(one): contract_pages.page(one, known) for one in contracts})
    confirmed = decisions.confirmed_by(found)
    made.add(feature_pages.pages(told, evidence, contract_pages.places(contracts), spoken, confirmed))
    made.add(commands.pages())


def _carried(made: Tree, file: str, known: frozenset[str]) -> str:
    page = carry(file, known)
    made.as_they_are.update({shown: ROOT / shown for shown in page.shown})
    made.beside.update({offered: ROOT / offered for offered in page.offered})
    return page.text


def _indexes(made: Tree, contracts: tuple[Contract, ...], found: decisions.Decisions, evidence: Evidence) -> None:
    """Lists of what is below them, added to the pages that a folder's README is."""
    pages = made.pages
    pages[contract_pages.INDEX_PAGE] = contract_pages.index(pages[contract_pages.INDEX_PAGE], contracts)
    pages[decisions.INDEX_PAGE] = decisions.index(pages[decisions.INDEX_PAGE], found)
    alerts = {page: text for page, text in pages.items() if page.startswith("docs/runbooks/")}
    pages[around.RUNBOOKS] = around.runbooks(alerts)
    for folder, more in (("architecture", around.dossier), ("docs/architecture", None)):
        page = f"{folder}/{INDEX}"
        text = pages[page] + (f"\n{more(page)}" if more else "")
        pages[page] = around.with_below(text, page, pages)
    page = f"benchmarks/{INDEX}"
    measured = (ROOT / around.SPEED).is_file()
    pages[page] += f"\n{around.speed(page, measured)}"
    if measured:
        made.as_they_are[around.SPEED] = ROOT / around.SPEED
    pages[around.EVIDENCE] = around.evidence(evidence, pages)
    pages[INDEX] = around.start(pages[INDEX], pages)


def _dossiers(made: Tree) -> None:
    """The dossier in both languages, made as the command makes it."""
    from cli.architecture.dossier import command

    for language in around.LANGUAGES:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            path = Path(folder) / "dossier.html"
            command.main(["--language", language, "--out", str(path)], standalone_mode=False)
            made.as_they_are[around.DOSSIER.format(language)] = path.read_text("utf-8")
