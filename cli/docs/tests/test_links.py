"""Links of a built site: followed inside, listed outside, and nothing is loaded from elsewhere."""

from pathlib import Path

import pytest

from cli.docs.links import Report, check


def site(folder: Path, body: str) -> Report:
    """What is found in a site of two pages."""
    (folder / "sub").mkdir()
    (folder / "sub" / "there.html").write_text('<h1 id="top">x</h1><span id="a.v1/tags[]/max#2"></span>', "utf-8")
    (folder / "style.css").write_text("", "utf-8")
    (folder / "index.html").write_text(f'<p id="here">{body}</p>', "utf-8")
    return check(folder)


@pytest.mark.parametrize(
    "link",
    [
        '<a href="#here">x</a>',
        '<a href="sub/there.html">x</a>',
        '<a href="sub/there.html#top">x</a>',
        '<a href="sub/there.html#a.v1/tags%5B%5D/max%232">x</a>',
        '<link rel="stylesheet" href="style.css?v=1">',
        '<a href="mailto:a@example.com">x</a>',
        '<img src="data:image/png;base64,AA==">',
    ],
)
def test_a_link_that_leads_somewhere_is_no_fault(tmp_path: Path, link: str) -> None:
    """To a file, a place in it, by its name as a browser reads it."""
    report = site(tmp_path, link)
    assert (report.broken, report.foreign) == ((), ())


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ('<a href="#gone">x</a>', "index.html: #gone leads to no such place"),
        ('<a href="gone.html">x</a>', "index.html: gone.html leads to no file"),
        ('<a href="sub/there.html#gone">x</a>', "index.html: sub/there.html#gone leads to no such place"),
        ('<img src="gone.svg">', "index.html: gone.svg leads to no file"),
        ('<a href="sub">x</a>', "index.html: sub leads to no file"),
    ],
)
def test_a_link_that_leads_nowhere_is_told(tmp_path: Path, link: str, said: str) -> None:
    """With the page it stands on."""
    assert site(tmp_path, link).broken == (said,)


@pytest.mark.parametrize("tag", ["script src", "img src", "link rel='stylesheet' href"])
def test_what_is_loaded_from_elsewhere_is_told(tmp_path: Path, tag: str) -> None:
    """A page must work without a network."""
    assert site(tmp_path, f"<{tag}='https://cdn.example.com/x'>").foreign == (
        "index.html loads https://cdn.example.com/x",
    )


def test_what_leads_out_is_listed(tmp_path: Path) -> None:
    """With the pages it stands on; nobody follows it."""
    report = site(tmp_path, '<a href="https://example.com/x">x</a>')
    assert (report.broken, report.external) == ((), {"https://example.com/x": ("index.html",)})
