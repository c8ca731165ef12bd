"""The repository's Markdown as pages: links lead to pages, drawings are drawn, and what leads nowhere is told."""

from pathlib import Path

import pytest

from architecture.views.pages import fingerprint
from cli.docs import draw
from cli.docs.carried import LinkError, carry, files
from cli.docs.tree import page_of

KNOWN = frozenset({"index.md", "docs/one.md", "docs/runbooks/index.md", "adr/index.md"})
DRAWING = "flowchart LR\n  a --> b\n"
SVG = f'<!-- mermaid 11.0.0 sha256:{fingerprint(DRAWING)} -->\n<svg viewBox="0 0 1000 80"></svg>'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small checkout."""
    for name, text in {
        "README.md": "# Start\n",
        "docs/one.md": "# One\n",
        "docs/rows.csv": "a\n",
        "docs/runbooks/Down.md": "# Down\n",
        "adr/README.md": "# Decisions\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def written(root: Path, text: str) -> str:
    """What becomes of a page of that text in docs/."""
    (root / "docs/one.md").write_text(text, "utf-8")
    return carry("docs/one.md", KNOWN, root).text


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("[a](../README.md)", "[a](../index.md)"),
        ("[a](../README.md#two-words)", "[a](../index.md#two-words)"),
        ("[a](../adr/)", "[a](../adr/index.md)"),
        ("[a](runbooks)", "[a](runbooks/index.md)"),
        ("[a](#here)", "[a](#here)"),
        ("[a](https://example.com/x.md)", "[a](https://example.com/x.md)"),
        ("`[a](gone.md)`", "`[a](gone.md)`"),
        ("```\n[a](gone.md)\n```", "```\n[a](gone.md)\n```"),
    ],
)
def test_a_link_leads_to_the_page(root: Path, link: str, page: str) -> None:
    """A README is its folder's index, a folder too; what is code is left alone."""
    assert written(root, link) == page


def test_a_link_to_nothing_is_an_error(root: Path) -> None:
    """It names the file and the link."""
    with pytest.raises(LinkError, match=r"docs/one\.md links to gone\.md"):
        written(root, "[a](gone.md)")


def test_a_file_that_is_no_page_is_offered(root: Path) -> None:
    """Sphinx finds it beside the page."""
    (root / "docs/one.md").write_text("[a](rows.csv)", "utf-8")
    made = carry("docs/one.md", KNOWN, root)
    assert (made.text, made.offered) == ("[a](rows.csv)", ("docs/rows.csv",))


def test_a_drawing_is_shown_drawn(root: Path) -> None:
    """Where the SVG beside it was drawn from this text; the text below it stays a paragraph of its own."""
    (root / "docs/a.svg").write_text(SVG, "utf-8")
    text = f"# One\n\n## A way\n\n```mermaid\n{DRAWING}```\n\n[The same as SVG](a.svg)\nAfter.\n"
    made = written(root, text)
    assert '<img src="a.svg" alt="A way"' in made
    assert "mermaid" not in made
    assert made.endswith("</div>\n\n\nAfter.\n")


def test_a_drawing_of_another_text_is_not_shown(root: Path) -> None:
    """An old picture would say what is no longer so: the text stands there instead."""
    (root / "docs/a.svg").write_text(SVG, "utf-8")
    made = written(root, "```mermaid\nflowchart LR\n  a --> c\n```\n\n[The same as SVG](a.svg)\n")
    assert "a --> c" in made
    assert "<img" not in made


def test_every_drawing_of_this_checkout_is_drawn() -> None:
    """Else: `python -m cli.docs.draw`."""
    assert draw.wanted()
    assert draw.stale() == ()


def test_every_page_that_people_wrote_is_carried() -> None:
    """None of docs/ is forgotten, and no two files become one page."""
    found = files()
    assert {"README.md", "docs/promises.md", "docs/runbooks/JobDown.md", "docs/architecture/aws/zones.md"} <= set(found)
    assert len({page_of(file) for file in found}) == len(found)
