"""The page in a real browser: quiet, alone, no wider than a phone, and fit for people who use it otherwise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.report.page import page
from cli.report.tests.chromium import chromium, serious
from cli.report.tests.made import LIFE, SOURCE, TICKETS, Event, derive, export, facts, workspace
from processing.tests.ledgers import AMOUNT, PRIORITY, row
from runtime.workspace import Workspace

pytestmark = pytest.mark.slow
LONG = f"client_tickets.v2/{'a_field_with_a_name.' * 12}x/pattern"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser without a window."""
    with chromium() as started:
        yield started


def _whole(root: Path) -> Workspace:
    """Everything there is, long names and a sum that does not hold included."""
    events = [*LIFE, *(Event(10 + n, "opened", n / 10, batch=str(2 + n)) for n in range(3))]
    made = workspace(
        root, events, [row("1:0", "rejected", PRIORITY, AMOUNT, LONG), row("1:1", "conflict", first_offset=1)]
    )
    export(made)
    derive(root / "tables" / SOURCE.name, TICKETS, [], 4)
    return made


@pytest.fixture(scope="module", params=[_whole, Workspace.open], ids=["whole", "empty"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page on disk, as somebody opens it."""
    root = tmp_path_factory.mktemp("page")
    path = root / "report.html"
    path.write_text(page(facts(request.param(root))), "utf-8")
    return path


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_it_opens_quietly_alone_fits_and_is_accessible(browser: Any, file: Path, width: int, colours: Any) -> None:
    """No complaint of the browser, no request but for the file, no scrolling aside, nothing serious found by axe."""
    shown = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=colours)
    said: list[str] = []
    asked: list[str] = []
    shown.on("console", lambda message: said.append(message.text))
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto(file.as_uri())
    for details in shown.query_selector_all("summary"):
        details.click()
    assert (said, asked) == ([], [file.as_uri()])
    assert shown.evaluate("document.documentElement.scrollWidth") == width
    assert _cut(shown) == []
    assert serious(shown) == []
    shown.close()


def _cut(shown: Any) -> list[str]:
    """Texts of drawings that reach out of the page."""
    texts: list[str] = shown.evaluate(
        """() => [...document.querySelectorAll('svg text')].filter(text => {
            const box = text.getBoundingClientRect();
            return box.width > 0 && (box.left < 0 || box.right > innerWidth);
        }).map(text => text.textContent)"""
    )
    return texts


def test_on_paper_nothing_is_cut(browser: Any, file: Path) -> None:
    """As wide as A4 between its margins, no table or drawing reaches beyond the paper."""
    shown = browser.new_page(viewport={"width": 688, "height": 1000})
    shown.emulate_media(media="print", color_scheme="dark")
    shown.goto(file.as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") == 688
    beyond = """() => [...document.querySelectorAll('table, svg')]
        .filter(one => one.getBoundingClientRect().right > 689).map(one => one.outerHTML.slice(0, 120))"""
    assert shown.evaluate(beyond) == []
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    shown.close()
