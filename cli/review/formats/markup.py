"""Text from strangers to GitHub's Markdown: nothing in it is markup, names anybody, links anywhere or ends a fence."""

import re

from cli.review.formats.values import shortened, visible
from cli.views.markdown import escaped

BREAK = "&#8203;"
"""A space without width: GitHub finds mentions, references and addresses only in unbroken words."""
_PLAIN = re.compile(r"[A-Za-z0-9 _.,:;/()\[\]{}\"'+=?!@#$%^*-]+")
_LINE_START = re.compile(r"^([0-9]*)([+=.)-])(?=[=-]*(?:\s|$))")
_LINKED = re.compile(r"@|#|\b(?:GH-|www\.)|://", re.IGNORECASE)


def sentence(text: str, limit: int = 600) -> str:
    """Words on one line, which may begin a paragraph or a list's item."""
    line = _LINE_START.sub(r"\1\\\2", escaped(visible(shortened(text, limit))))
    return _LINKED.sub(lambda match: _broken(match[0]), line)


def _broken(found: str) -> str:
    """`@` as `@` and a break after it, `://` with a break after the colon."""
    return f"{found[0]}{BREAK}{found[1:]}" if len(found) > 1 else f"{found}{BREAK}"


def literal(text: str, limit: int = 200) -> str:
    """A name or value as it is, on one line; safe in a table.

    What could end a code span or a cell is written with character references, since engines differ in reading it.
    """
    line = visible(shortened(text, limit)).strip()
    if not line:
        return ""
    return f"`{line}`" if _PLAIN.fullmatch(line) else code(line, limit)


def code(text: str, limit: int = 200) -> str:
    """The same as HTML, for places where Markdown is not read, such as a summary."""
    line = visible(shortened(text, limit))
    return f"<code>{re.sub('[^A-Za-z0-9 ]', lambda match: f'&#{ord(match[0])};', line)}</code>"


def fenced(text: str, language: str) -> str:
    """A block of code, fenced by more backticks than it holds."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def folded(summary: str, parts: list[str]) -> str:
    """What opens on a click; `summary` is HTML, `parts` are Markdown."""
    return "\n\n".join([f"<details><summary>{summary}</summary>", *parts, "</details>"])
