"""Everything that has a page -> the tree of the site: who makes which page, and what they tell each other."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from cli.docs import around, commands, contract_pages, decisions, feature_pages, versions
from cli.docs.carried import carry, files
from cli.docs.evidence import Evidence
from cli.docs.features import Feature, features, speaking
from cli.docs.tree import INDEX, ROOT, Tree, page_of
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.diff.model import Comparison
from contracts.compiler.model import Contract

EXAMPLES = ROOT / "examples" / "contracts"
MOST_WORKERS = 4
PROMISES, PROMISED = "docs/promises.md", "docs/promises.json"


@dataclass(frozen=True)
class Known:
    """All that pages are made of. `compared` and `dossiers` (HTML by language) take seconds each."""

    contracts: tuple[Contract, ...]
    features: tuple[Feature, ...]
    decisions: decisions.Decisions
    compared: Mapping[versions.Step, Comparison]
    dossiers: Mapping[str, str]
    evidence: Evidence


def known(evidence: Evidence) -> Known:
    """Read and judge; what takes seconds side by side, in processes of their own."""
    catalogues = (Catalogue(HOME), Catalogue(EXAMPLES))
    steps = tuple(step for catalogue in catalogues for step in versions.steps(catalogue))
    workers = min(MOST_WORKERS, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        compared = pool.map(versions.compare, steps)
        dossiers = pool.map(_dossier, around.LANGUAGES)
        return Known(
            contracts=tuple(contract for catalogue in catalogues for contract in catalogue.all()),
            features=features(),
            decisions=decisions.load(),
            compared=dict(zip(steps, compared, strict=True)),
            dossiers=dict(zip(around.LANGUAGES, dossiers, strict=True)),
            evidence=evidence,
        )


def _dossier(language: str) -> str:
    """The dossier as the command makes it."""
    from cli.architecture.dossier import command

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        path = Path(folder) / "dossier.html"
        command.main(["--language", language, "--out", str(path)], standalone_mode=False)
        return path.read_text("utf-8")


def tree(given: Known) -> Tree:
    """All pages and what goes with them. LinkError where a Markdown file of the repository links to nothing."""
    made = Tree()
    _generated(made, given)
    carried = files()
    pages = frozenset({*made.pages, *map(page_of, carried), around.RUNBOOKS, around.EVIDENCE})
    records = {given.decisions.read.file(one.path) for one in given.decisions.read.records}
    for file in carried:
        text = _carried(made, file, pages)
        if file in records:
            text = decisions.page(file, text, given.decisions, given.evidence, given.features)
        made.add({page_of(file): text})
    _indexes(made, given)
    made.as_they_are.update({around.DOSSIER.format(language): text for language, text in given.dossiers.items()})
    return made


def _generated(made: Tree, given: Known) -> None:
    """The pages that no file of the repository is."""
    spoken = speaking(given.features, given.evidence.touches)
    beside = contract_pages.Known(spoken, given.compared, given.evidence)
    made.add({contract_pages.page_of(one): contract_pages.page(one, beside) for one in given.contracts})
    places = contract_pages.places(given.contracts)
    confirmed = decisions.confirmed_by(given.decisions)
    made.add(feature_pages.pages(given.features, given.evidence, places, spoken, confirmed))
    made.add(commands.pages())


def _carried(made: Tree, file: str, pages: frozenset[str]) -> str:
    page = carry(file, pages)
    made.as_they_are.update({shown: ROOT / shown for shown in page.shown})
    made.beside.update({offered: ROOT / offered for offered in page.offered})
    return page.text


def _indexes(made: Tree, given: Known) -> None:
    """Lists of what is below them, added to the pages that a folder's README is."""
    pages = made.pages
    pages[contract_pages.INDEX_PAGE] = contract_pages.index(pages[contract_pages.INDEX_PAGE], given.contracts)
    pages[decisions.INDEX_PAGE] = decisions.index(pages[decisions.INDEX_PAGE], given.decisions)
    alerts = {page: text for page, text in pages.items() if page.startswith("docs/runbooks/")}
    pages[around.RUNBOOKS] = around.runbooks(alerts)
    for folder, more in (("architecture", around.dossier), ("docs/architecture", None)):
        page = f"{folder}/{INDEX}"
        text = pages[page] + (f"\n{more(page)}" if more else "")
        pages[page] = around.with_below(text, page, pages)
    pages[PROMISES] += f"\n[All its numbers as JSON]({Path(PROMISED).name})\n"
    made.beside[PROMISED] = ROOT / PROMISED
    page = f"benchmarks/{INDEX}"
    measured = (ROOT / around.SPEED).is_file()
    pages[page] += f"\n{around.speed(page, measured)}"
    if measured:
        made.as_they_are[around.SPEED] = ROOT / around.SPEED
    pages[around.EVIDENCE] = around.evidence(given.evidence, pages)
    pages[INDEX] = around.start(pages[INDEX], pages)
