"""Page to HTML: one self-contained file without scripts, fonts or images from elsewhere; all text is escaped.

The policy in its head lets a browser load nothing and run nothing, should anything slip through.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from cli.views.drawing import drawing
from cli.views.page import Cell, Code, Facts, Inline, Link, Paragraph, Section, States, Table, Text
from cli.views.sections import page
from contracts.compiler.model import Contract

_STYLE = Path(__file__).with_name("page.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(contract: Contract) -> str:
    """One HTML document."""
    made = page(contract)
    lead = f'<p class="lead">{escape(made.lead)}</p>' if made.lead else ""
    contents = "".join(f'<li><a href="#{_id(part)}">{escape(part.title)}</a></li>' for part in made.sections)
    return document(
        f"{made.title} {contract.version}",
        [
            f"<header>\n<h1>{escape(made.title)}</h1>\n{lead}\n</header>",
            f'<nav aria-label="Contents"><ul>{contents}</ul></nav>\n<main>',
            *map(_section, made.sections),
            "</main>",
        ],
    )


def document(title: str, body: Iterable[str]) -> str:
    """One file in the look of page.css; `title` is plain text, `body` is HTML."""
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{_STYLE.read_text('utf-8')}</style>\n</head>\n<body>",
            *body,
            "</body>\n</html>",
        ]
    )


def _id(section: Section) -> str:
    return section.title.lower().replace(" ", "-")


def _section(section: Section) -> str:
    blocks = "\n".join(_BLOCKS[type(block)](block) for block in section.blocks)
    return (
        f'<section aria-labelledby="{_id(section)}">\n<h2 id="{_id(section)}">{escape(section.title)}</h2>\n'
        f"{blocks}\n</section>"
    )


def _paragraph(block: Paragraph) -> str:
    return f"<p>{_cell(block.words)}</p>"


def _facts(block: Facts) -> str:
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{_cell(words)}</dd>\n" for term, words in block.rows)
    return f"<dl>\n{rows}</dl>"


def _table(block: Table) -> str:
    """A region of its own that can be scrolled by keyboard, where a screen is narrower than the table.

    Neighbours with the same first cell share it.
    """
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in block.head)
    body = "\n".join(_group(first, list(rows)) for first, rows in groupby(block.rows, key=lambda row: row[0]))
    name = escape(block.caption)
    return (
        f'<div class="table" role="region" aria-label="{name}" tabindex="0">\n<table>\n<caption>{name}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n{body}\n</table>\n</div>"
    )


def _group(first: Cell, rows: Sequence[tuple[Cell, ...]]) -> str:
    span = f'scope="rowgroup" rowspan="{len(rows)}"' if len(rows) > 1 else 'scope="row"'
    lines = ["".join(f"<td>{_cell(cell)}</td>" for cell in row[1:]) for row in rows]
    lines[0] = f"<th {span}>{_cell(first)}</th>{lines[0]}"
    return f"<tbody>{''.join(f'<tr>{line}</tr>' for line in lines)}</tbody>"


def _states(block: States) -> str:
    return drawing(block.cycle)


_BLOCKS: Mapping[type, Callable[[Any], str]] = {
    Paragraph: _paragraph,
    Facts: _facts,
    Table: _table,
    States: _states,
}


def _cell(words: Cell) -> str:
    return "".join(_inline(part) for part in words)


def _inline(part: Inline) -> str:
    return _INLINES[type(part)](part)


def _text(part: Text) -> str:
    return escape(part.text)


def _code(part: Code) -> str:
    """A name, which may be broken after its separators rather than anywhere."""
    breakable = re.sub(r"([._/]|\[\])(?=.)", "\\1\0", part.text.replace("\0", " "))
    return f"<code>{escape(breakable).replace(chr(0), '<wbr>')}</code>"


def _link(part: Link) -> str:
    return f'<a href="{escape(part.url)}" rel="noreferrer">{escape(part.text)}</a>'


_INLINES: Mapping[type, Callable[[Any], str]] = {Text: _text, Code: _code, Link: _link}
