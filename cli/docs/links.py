"""A built site -> the links in it that lead nowhere, what it would load from elsewhere, and where else it leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADING = frozenset({("img", "src"), ("script", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")})
_LEADING = frozenset({("a", "href")})
_NAMES_ONLY = frozenset({"canonical", "author", "license"})  # kinds of <link> that load nothing


@dataclass(slots=True)
class _Page(HTMLParser):
    """The ids of one page, and what it leads to or loads: (whether it is loaded, address)."""

    ids: set[str] = field(default_factory=set)
    links: list[tuple[bool, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element has of both."""
        given = {name: value for name, value in attrs if value is not None}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        for name, value in given.items():
            if (tag, name) in _LEADING or ((tag, name) in _LOADING and given.get("rel") not in _NAMES_ONLY):
                self.links.append(((tag, name) in _LOADING, value))


@dataclass(frozen=True, slots=True)
class Report:
    """`broken` and `foreign` (what a page would load from elsewhere) are sentences; `external` is address -> pages."""

    broken: tuple[str, ...]
    foreign: tuple[str, ...]
    external: Mapping[str, tuple[str, ...]]


def check(folder: Path) -> Report:
    """Every page below a folder; nothing is fetched."""
    pages = {path: _read(path) for path in sorted(folder.rglob("*.html"))}
    broken: list[str] = []
    foreign: list[str] = []
    external: dict[str, dict[str, None]] = {}
    for path, page in pages.items():
        name = path.relative_to(folder).as_posix()
        for loaded, address in page.links:
            parts = urlsplit(address)
            if parts.scheme == "data" or parts.scheme == "mailto":
                continue
            if parts.scheme or parts.netloc:
                foreign += [f"{name} loads {address}"] if loaded else []
                external.setdefault(address, {})[name] = None
            else:
                broken += _broken(path, unquote(parts.path), unquote(parts.fragment), pages, f"{name}: {address}")
    return Report(
        tuple(dict.fromkeys(broken)), tuple(foreign), {url: tuple(at) for url, at in sorted(external.items())}
    )


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text("utf-8"))
    return page


def _broken(path: Path, name: str, fragment: str, pages: Mapping[Path, _Page], said: str) -> Iterator[str]:
    """What is wrong with a link inside the site."""
    target = (path.parent / name).resolve() if name else path
    if not target.is_file():
        yield f"{said} leads to no file"
    elif fragment and target in pages and fragment not in pages[target].ids:
        yield f"{said} leads to no such place"
