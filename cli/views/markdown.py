"""Page to Markdown (CommonMark with GitHub's tables and Mermaid); what a contract says is text, never markup."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from cli.views.mermaid import state_diagram
from cli.views.page import Cell, Code, Facts, Inline, Link, Paragraph, States, Table, Text
from cli.views.sections import page
from contracts.compiler.model import Contract

_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
_LINE_START = re.compile(r"^([0-9]*)([#+=.)-])")
_SAFE_IN_URL = "/:?#@!$&'*+,;=%-._~[]"


def render(contract: Contract) -> str:
    """One Markdown document."""
    made = page(contract)
    parts = [f"# {escaped(made.title)}"]
    parts += [_paragraph(Paragraph((Text(made.lead),)))] if made.lead else []
    for section in made.sections:
        parts += [f"## {escaped(section.title)}", *(_BLOCKS[type(block)](block) for block in section.blocks)]
    return "\n\n".join(parts)


def escaped(words: str) -> str:
    """Words on one line, in which nothing is markup."""
    line = " ".join(words.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\1", line)


def _paragraph(block: Paragraph) -> str:
    """One line, whose first characters begin neither a heading nor a list."""
    return _LINE_START.sub(r"\1\\\2", _cell(block.words))


def _facts(block: Facts) -> str:
    return "\n".join(f"- **{escaped(term)}**: {_cell(words)}" for term, words in block.rows)


def _table(block: Table) -> str:
    rows = [[escaped(name) for name in block.head], ["---"] * len(block.head)]
    rows += [[_cell(cell, table=True) for cell in row] for row in block.rows]
    return "\n".join([f"{escaped(block.caption)}:", "", *(f"| {' | '.join(row)} |" for row in rows)])


def _states(block: States) -> str:
    return f"```mermaid\n{state_diagram(block.cycle)}\n```"


_BLOCKS: Mapping[type, Callable[[Any], str]] = {
    Paragraph: _paragraph,
    Facts: _facts,
    Table: _table,
    States: _states,
}


def _cell(words: Cell, *, table: bool = False) -> str:
    return "".join(_inline(part, table=table) for part in words)


def _inline(part: Inline, *, table: bool) -> str:
    return (_TABLE_INLINES if table else _INLINES)[type(part)](part)


def _text(part: Text) -> str:
    """Escaped words; the space between two parts is kept."""
    words = escaped(part.text)
    before, after = (" " if end.isspace() else "" for end in (part.text[:1], part.text[-1:]))
    return f"{before}{words}{after}" if words else before


def _code(part: Code, *, table: bool = False) -> str:
    """A code span fenced by more backticks than it holds. Engines differ in how they read a | of a code span in a
    table, so that one is written with character references.
    """
    line = " ".join(part.text.split())
    if not line:
        return ""
    if table and "|" in line:
        return f"<code>{re.sub('[^A-Za-z0-9 ]', lambda match: f'&#{ord(match[0])};', line)}</code>"
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    pad = " " if "`" in (line[0], line[-1]) else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def _link(part: Link) -> str:
    return f"[{escaped(part.text)}](<{quote(part.url, safe=_SAFE_IN_URL).replace('&', '&amp;')}>)"


_INLINES: Mapping[type, Callable[[Any], str]] = {Text: _text, Code: _code, Link: _link}
_TABLE_INLINES: Mapping[type, Callable[[Any], str]] = {**_INLINES, Code: partial(_code, table=True)}
