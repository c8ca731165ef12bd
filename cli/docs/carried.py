"""The repository's own Markdown -> pages: links lead to pages of the site, and drawings are shown drawn."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from architecture.views.pages import fingerprint
from architecture.views.stale import drawn_from
from cli.docs.tree import INDEX, ROOT, page_of, relative

FILES = (
    "README.md",
    "README.fr.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "adr/*.md",
    "architecture/README.md",
    "architecture/rules/README.md",
    "architecture/runbooks/*.md",
    "benchmarks/README.md",
    "contracts/README.md",
    "docs/*.md",
    "docs/runbooks/*.md",
    "docs/architecture/**/*.md",
)
DRAWN = "docs/images/mermaid"
"""SVGs of the drawings that stand in other pages than the architecture's views: `<page>-<number>.svg`."""
SMALLEST = 0.55  # of a drawing's own size: its letters have some nine pixels then
_LINK = re.compile(r"(?<=\]\()[^)\s]+(?=\))")
_CODE = re.compile(r"(`+)[^`].*?\1")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_MERMAID = re.compile(r"^```mermaid\n(.*?)^```$\n*(?:^\[The same as SVG\]\((.*?)\)$)?", re.MULTILINE | re.DOTALL)


class LinkError(Exception):
    """A page links to nothing; `main` prints `what` and `remedy`."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = "Mend the link: it is relative to the file's folder."


@dataclass(frozen=True, slots=True)
class Carried:
    """A page, and the files of the repository that it shows as they are or offers to load."""

    text: str
    shown: tuple[str, ...]
    offered: tuple[str, ...]


def files(root: Path = ROOT) -> tuple[str, ...]:
    """Every Markdown file that becomes a page, relative to the checkout."""
    found = (path.relative_to(root).as_posix() for pattern in FILES for path in root.glob(pattern))
    return tuple(sorted(set(found)))


def carry(file: str, known: frozenset[str], root: Path = ROOT) -> Carried:
    """One file; `known` are all pages there will be. LinkError where it links to nothing."""
    shown: list[str] = []
    offered: list[str] = []
    text = (root / file).read_text("utf-8")
    text = _drawn(file, text, root, shown)
    text = _linked(text, lambda link: _target(file, link, known, root, offered))
    return Carried(text, tuple(shown), tuple(offered))


def drawings(file: str, root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """(path of the SVG, Mermaid text) of each drawing that has no SVG named beside it."""
    found = [match for match in _MERMAID.finditer((root / file).read_text("utf-8")) if not match[2]]
    for number, match in enumerate(found, 1):
        yield f"{DRAWN}/{_stem(file)}-{number}.svg", match[1]


def _stem(file: str) -> str:
    """`docs/stack.md` -> `docs-stack`."""
    return str(PurePosixPath(file).with_suffix("")).replace("/", "-")


def _drawn(file: str, text: str, root: Path, shown: list[str]) -> str:
    """Each drawing as its SVG; one whose SVG is missing or older than its text stays as text."""
    kept = {mermaid: svg for svg, mermaid in drawings(file, root)}

    def picture(match: re.Match[str]) -> str:
        svg = posixpath.normpath(f"{PurePosixPath(file).parent}/{match[2]}") if match[2] else kept[match[1]]
        if drawn_from(root / svg) != fingerprint(match[1]):
            return f"{match[0].replace('```mermaid', '```text', 1)}\n\n"
        shown.append(svg)
        return _picture(relative(svg, page_of(file)), title_before(text, match.start()), _wide(root / svg))

    return _MERMAID.sub(picture, text)


def title_before(text: str, end: int) -> str:
    """The heading that a place of a text stands below."""
    found: list[str] = re.findall(r"^#+ (.+)$", text[:end], re.MULTILINE)
    return found[-1] if found else "Drawing"


def _wide(svg: Path) -> float:
    """The width it was drawn with, in pixels."""
    found = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+)', svg.read_text("utf-8"))
    return float(found[1]) if found else 0.0


def _picture(path: str, title: str, wide: float) -> str:
    """The drawing, which leads to itself alone, in a frame that scrolls where it would become too small to read."""
    alt, least, most = escape(title), round(wide * SMALLEST), round(wide)
    image = f'<img src="{path}" alt="{alt}" style="min-width: min({least}px, 54rem); max-width: {max(most, 1)}px">'
    frame = f'class="picture" role="region" aria-label="{alt}" tabindex="0"'
    return f'<div {frame}><a href="{path}" title="Open it alone">{image}</a></div>\n\n'


def _linked(text: str, target: Callable[[str], str]) -> str:
    """A text whose links are rewritten, but for what stands in code."""
    kept = [(match.start(), match.end()) for pattern in (_FENCE, _CODE) for match in pattern.finditer(text)]

    def rewrite(match: re.Match[str]) -> str:
        inside = any(start <= match.start() < end for start, end in kept)
        return match[0] if inside or re.match(r"[a-z]+:", match[0]) else target(match[0])

    return _LINK.sub(rewrite, text)


def _target(file: str, link: str, known: frozenset[str], root: Path, offered: list[str]) -> str:
    """Where a link of a file leads in the site."""
    name, sharp, fragment = unquote(link).partition("#")
    if not name:
        return link
    found = posixpath.normpath(posixpath.join(str(PurePosixPath(file).parent), name))
    here = page_of(file)
    page = f"{found}/{INDEX}" if (root / found).is_dir() else page_of(found)
    if page in known:
        return relative(page, here) + sharp + fragment
    if not (root / found).is_file():
        raise LinkError(f"{file} links to {link}, which is no page of the site")
    offered.append(found)
    return relative(found, here)
