"""SVGs: Mermaid itself takes every picture, and what it draws can be put into a page as it is."""

import re
from functools import cache
from xml.etree import ElementTree

import pytest

from architecture import views
from architecture.load import load
from architecture.tests.drawn import HOSTILE, renamed
from architecture.views.mermaid import mermaid
from architecture.views.pages import wanted_svgs
from runtime import browser
from scripts.render_svg import LOCK, OUT, bundle, draw

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", autouse=True)
def drawing() -> None:
    """Skips where there is no Chromium, or no Mermaid and nobody to fetch it from."""
    if browser.found() is None:
        pytest.skip("Chromium is not installed")
    try:
        bundle()
    except SystemExit as error:
        if "is not what" in str(error):
            raise
        pytest.skip(str(error))


@cache
def drawn() -> dict[str, str]:
    """Every picture of the model in English, and of a hostile one, as Mermaid draws them; then two it must refuse."""
    texts = {name: text for name, text in wanted_svgs(load()).items() if name.endswith(".en.svg")}
    hostile = views.pictures(renamed(HOSTILE))
    texts |= {f"hostile-{name}": mermaid(picture.diagram) for name, picture in hostile.items()}
    return draw(texts | {"broken": "flowchart LR\n  a[", "listed": "sequenceDiagram\n  a->>"})


def pictures(prefix: str = "") -> dict[str, str]:
    """Those that must be drawn."""
    return {name: svg for name, svg in drawn().items() if name not in ("broken", "listed") and name.startswith(prefix)}


def test_mermaid_takes_every_picture() -> None:
    """And refuses what is broken, so that its silence means something."""
    assert drawn()["broken"].startswith("refused: ")
    assert drawn()["listed"].startswith("refused: ")
    assert [svg for svg in pictures().values() if svg.startswith("refused: ")] == []
    assert len(pictures("hostile-")) >= 10


def test_an_svg_stands_alone() -> None:
    """No script, no foreign object, nothing fetched; ids begin with its name."""
    for name, svg in pictures().items():
        tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()}  # noqa: S314 - our own
        assert not tags & {"script", "foreignObject", "image", "a", "link"}, name
        assert not re.search(r'url\((?!["\']?#)|@import|@font-face|href="(?!#)', svg), name


def test_a_hostile_name_is_shown_as_it_is() -> None:
    """Quotes, brackets, tags and umlauts are read back from the picture as they were written."""
    wanted = squeezed(HOSTILE)
    for name, svg in pictures("hostile-").items():
        text = "".join(ElementTree.fromstring(svg).itertext())  # noqa: S314 - our own
        assert wanted in squeezed(text), name


def squeezed(text: str) -> str:
    """A text without the space that wrapping took or gave."""
    return re.sub(r"\s+", "", text)


def test_committed_svgs_are_of_the_locked_version() -> None:
    """A picture drawn by another Mermaid is drawn anew when the lock moves."""
    heads = {path.read_text("utf-8").partition("\n")[0].split()[2] for path in (OUT / "svg").rglob("*.svg")}
    assert heads == {LOCK["version"]}
