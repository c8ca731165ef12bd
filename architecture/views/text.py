"""Table to CSV and to Markdown; what a model says is text in both, never markup or a formula."""

from __future__ import annotations

import csv
import io
import re

from architecture.views.diagram import Table

_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs a cell that begins so


def csv_text(table: Table) -> str:
    """RFC 4180 with line feeds. A cell that a spreadsheet would run as a formula is led by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.head)
    writer.writerows([_inert(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def markdown(table: Table) -> str:
    """A table as GitHub draws it, with the columns meant for people; "" where there are none."""
    shown = tuple(range(len(table.head))) if table.shown is None else table.shown
    if not shown:
        return ""
    if table.split is None:
        return _rows(table, shown, table.rows)
    values = dict.fromkeys(row[table.split] for row in table.rows)
    pieces = (
        f"### {escaped(value)}\n\n" + _rows(table, shown, tuple(row for row in table.rows if row[table.split] == value))
        for value in values
    )
    return "\n".join(pieces)


def _rows(table: Table, shown: tuple[int, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    lines = [[escaped(table.head[place]) for place in shown], ["---"] * len(shown)]
    lines += [[escaped(row[place]) for place in shown] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def escaped(words: str) -> str:
    """Words on one line, in which nothing is markup."""
    line = " ".join(words.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\1", line)


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
