"""Pages -> the list at the left of each: what belongs together, in the order somebody new needs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cli.docs.tree import INDEX, relative

EXPLAINED = frozenset({"docs/promises.md", "docs/agreement.md"})
LOOKED_UP = frozenset({"docs/json.md", "docs/losses.md"})
"""The rest of docs/ is for doing something."""


def toctree(pages: Iterable[str], page: str, caption: str = "") -> str:
    """The pages below a page, for the list at the left alone."""
    lines = [relative(target, page).removesuffix(".md") for target in pages]
    head = ["```{toctree}", ":hidden:", ":maxdepth: 1", *([f":caption: {caption}"] if caption else []), ""]
    return "\n".join([*head, *lines, "```"])


def menu(pages: Iterable[str]) -> str:
    """What the start page ends with."""
    known = frozenset(pages)
    return "\n\n".join(toctree(listed, INDEX, caption) for caption, listed in _groups(known) if listed)


def _groups(known: frozenset[str]) -> Iterator[tuple[str, list[str]]]:
    docs = sorted(page for page in known if page.startswith("docs/") and page.count("/") == 1)
    yield "Contracts and behaviour", ["contracts/index.md", "features/index.md", *sorted(EXPLAINED & known)]
    yield "Guides", [page for page in docs if page not in EXPLAINED | LOOKED_UP] + ["docs/runbooks/index.md"]
    yield "Design", ["adr/index.md", "architecture/index.md", "docs/architecture/index.md"]
    yield "Reference", ["commands/index.md", *sorted(LOOKED_UP & known), "benchmarks/index.md"]
    yield "This repository", ["README.fr.md", "CONTRIBUTING.md", "CHANGELOG.md", "evidence.md"]
