"""Where things stand in the site: it has the folders of the repository, and a README is its folder's index."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path, PurePosixPath
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
INDEX = "index.md"
_SAFE = "/:.~!$&'()*+,;=@-_"


@dataclass(frozen=True, slots=True)
class Tree:
    """What is written before Sphinx runs.

    `pages` by their path in the site (`features/kpis.md`) as MyST. `beside` are files pages offer, by the same path:
    Sphinx takes those it finds a link to. `as_they_are` are files and texts that the site holds under that very path.
    """

    pages: dict[str, str] = field(default_factory=dict)
    beside: dict[str, Path] = field(default_factory=dict)
    as_they_are: dict[str, Path | str] = field(default_factory=dict)

    def add(self, pages: Mapping[str, str]) -> None:
        """More pages; ValueError where there is one of that path, since one of them would be lost."""
        if twice := self.pages.keys() & pages.keys():
            raise ValueError(f"pages are made twice: {', '.join(sorted(twice))}")
        self.pages.update(pages)


def page_of(file: str) -> str:
    """A Markdown file of the repository -> its page."""
    path = PurePosixPath(file)
    return str(path.with_name(INDEX)) if path.name == "README.md" else str(path)


def relative(target: str, page: str) -> str:
    """How a page writes the path of another page or file."""
    return os.path.relpath(target, PurePosixPath(page).parent)


def anchor(page: str, target: str, fragment: str, words: str) -> str:
    """A link in HTML to a place that has its id from `place`; words are HTML."""
    path = PurePosixPath(target).with_suffix(".html")
    where = "" if target == page else quote(relative(str(path), page))
    return f'<a href="{where}#{quote(fragment, safe=_SAFE)}">{words}</a>'


def place(fragment: str) -> str:
    """What `anchor` leads to."""
    return f'<span class="place" id="{escape(fragment)}"></span>'
