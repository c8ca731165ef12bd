"""What the tests of the formats share: a report in a format, and what readers of Markdown make of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cli.review.formats import FORMATS, Context
from cli.review.tests.reports import (
    TICKETS,
)
from contracts.compiler.diff.model import Report

BAR = Context("unproven")
ROOT = Path(__file__).resolve().parents[3]


def shown(name: str, report: Report, bar: Context = BAR) -> str:
    """A report in one format."""
    return FORMATS[name](report, bar)


def alone(*findings: Any, **changed: Any) -> Report:
    """A report of one contract with some findings."""
    return Report((replace(TICKETS, findings=findings, **changed),), ())


def tokens(markdown: str) -> list[Token]:
    """What a reader of GitHub's Markdown makes of it, inline parts included."""
    read = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown)
    return [one for token in read for one in (token, *(token.children or ()))]
