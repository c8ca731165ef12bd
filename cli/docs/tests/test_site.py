"""The whole site, built once where nothing has run: every page is there, and every link in it leads somewhere."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner, Result

from cli import touched
from cli.adr import outcomes
from cli.docs.__main__ import main
from cli.docs.site import EXAMPLES
from cli.docs.tree import ROOT
from cli.main import COMMANDS
from cli.report.tests.chromium import chromium, serious
from contracts.compiler.catalogue import HOME, Catalogue

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200), pytest.mark.xdist_group("site")]  # built once
KINDS = {
    "start": "index.html",
    "guide": "docs/new-topic.html",
    "first ten minutes": "docs/first-ten-minutes.html",
    "contract": "contracts/client_tickets.v2.html",
    "index": "contracts/index.html",
    "feature": "features/refused_events.html",
    "decision": "adr/0005-a-change-is-judged-by-replay.html",
    "view": "docs/architecture/aws/overview.html",
    "view with tables": "docs/architecture/aws/flows.html",
    "dossier": "dossier/dossier-en.html",
    "promises": "docs/promises.html",
    "agreement": "docs/agreement.html",
    "benchmarks": "benchmarks/index.html",
    "runbook": "docs/runbooks/BrokerAway.html",
    "command": "commands/contracts.html",
    "evidence": "evidence.html",
    "contributing": "CONTRIBUTING.html",
    "search": "search.html",
}
WIDE = {"dossier"}  # architecture/ makes it, for paper


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Result]]:
    """The site of a checkout in which no test has run, and what the command printed."""
    out = tmp_path_factory.mktemp("docs") / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outcomes, "FOLDER", Path("build/nothing"))
        patch.setattr(touched, "FOLDER", Path("build/nothing"))
        patch.delenv("TICKETS_DATA", raising=False)
        yield out, CliRunner().invoke(main, ["--out", str(out), "--json"])


@pytest.fixture(scope="module")
def out(built: tuple[Path, Result]) -> Path:
    """Where it is."""
    return built[0]


def text(out: Path, page: str) -> str:
    """The HTML of a page."""
    return (out / page).read_text("utf-8")


def test_it_is_built_without_a_complaint(built: tuple[Path, Result]) -> None:
    """Sphinx warns of nothing, every link and anchor inside is there, nothing comes from elsewhere."""
    out, result = built
    assert result.exit_code == 0, result.output
    said = json.loads(result.output)
    assert (said["ok"], said["problems"]) == (True, [])
    assert said["start"] == str(out / "index.html")
    assert "https://adr.github.io/madr/" in (out / "external-links.txt").read_text("utf-8")


def test_every_contract_feature_decision_and_command_has_its_page(out: Path) -> None:
    """And each is named by the index of its folder."""
    contracts = [one.key for folder in (HOME, EXAMPLES) for one in Catalogue(folder).all()]
    wanted = {
        "contracts": contracts,
        "features": [path.stem for path in ROOT.glob("features/*.feature")],
        "adr": [path.stem for path in ROOT.glob("adr/0*.md")],
        "commands": list(COMMANDS),
    }
    for folder, names in wanted.items():
        index = text(out, f"{folder}/index.html")
        assert len(names) > 5
        assert [name for name in names if f'href="{name}.html"' not in index] == []
        assert [name for name in names if not (out / folder / f"{name}.html").is_file()] == []


def test_a_feature_leads_to_the_anchor_of_a_clause_and_back(out: Path) -> None:
    """The same pair of places, from both sides."""
    feature = text(out, "features/refused_events.html")
    link = 'href="../contracts/client_tickets.v1.html#client_tickets.v1/tags%5B%5D/required"'
    assert link in feature
    contract = text(out, "contracts/client_tickets.v1.html")
    assert f'id="{unquote(link.partition("#")[2]).rstrip(chr(34))}"' in contract
    assert 'href="../features/refused_events.html#scenario-1"' in contract


def test_what_is_not_known_is_said(out: Path) -> None:
    """No test has run here, and no workspace was given."""
    assert "has not run in this checkout" in text(out, "features/kpis.html")
    assert "has not run in this checkout" in text(out, "adr/0003-decode-in-python-arrow-batches.html")
    assert "No test run has left a record" in text(out, "contracts/tickets.v2.html")
    assert "not measured" in text(out, "contracts/tickets.v2.html")
    assert "none in this checkout" in text(out, "evidence.html")


def test_a_version_says_whom_it_broke(out: Path) -> None:
    """Judged by replay when the site is built."""
    page = text(out, "contracts/client_tickets.v2.html")
    assert "1.1.0 -&gt; 2.1.0: breaking" in page
    assert "readers of old events with the new contract" in page


def test_drawings_are_drawn_and_the_dossier_is_there(out: Path) -> None:
    """In the views, on the start page, and in both languages."""
    assert 'src="../svg/aws/context.en.svg"' in text(out, "docs/architecture/aws/overview.html")
    assert re.search(r'src="docs/images/mermaid/README-1\.svg"', text(out, "index.html"))
    assert "../dossier/dossier-fr.html" in text(out, "architecture/index.html")
    assert "<svg" in text(out, "dossier/dossier-en.html")


def test_search_finds_a_clause_without_a_server(out: Path) -> None:
    """Its index is a script beside the pages, which a browser loads from a file too."""
    index = text(out, "searchindex.js")
    assert index.startswith("Search.setIndex(")
    assert "contracts/client_tickets.v2" in index
    assert "multipleof" in index


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser without a window."""
    with chromium() as started:
        yield started


@pytest.mark.parametrize(("width", "colours"), [(390, "dark"), (1280, "light")])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_of_each_kind_fits_and_is_accessible(
    out: Path, browser: Any, kind: str, width: int, colours: Any
) -> None:
    """No error of a script, no request but for files, no scrolling of the page aside, nothing serious found by axe."""
    shown = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=colours)
    said: list[str] = []
    asked: list[str] = []
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto((out / KINDS[kind]).as_uri())
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    if kind not in WIDE:
        assert shown.evaluate("document.documentElement.scrollWidth") == width
    assert serious(shown) == []
    shown.close()


def test_what_scrolls_is_reached_by_the_keyboard_and_nothing_else(out: Path, browser: Any) -> None:
    """A table is a stop of the tab key where it is wider than the screen; where it fits it is none."""
    reached = "[...document.querySelectorAll('.table-wrapper')].map(one => one.tabIndex)"
    for width, stop in ((390, 0), (1920, -1)):
        shown = browser.new_page(viewport={"width": width, "height": 800})
        shown.goto((out / "contracts/client_tickets.v2.html").as_uri())
        shown.wait_for_function(f"{reached}.includes({stop})")
        shown.close()


def test_a_search_in_a_file_finds_its_pages(out: Path, browser: Any) -> None:
    """As somebody does who opened the site without a server."""
    shown = browser.new_page()
    shown.goto(f"{(out / 'search.html').as_uri()}?q=multipleOf")
    shown.wait_for_selector("ul.search a[href*='contracts/client_tickets.v2.html']")
    shown.close()
