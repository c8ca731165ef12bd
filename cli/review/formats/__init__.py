"""A report in the forms that people and programs read: one module per format, and the table of all of them."""

from collections.abc import Callable, Mapping

from cli.review.formats import github, html, json, junit, markdown, text
from cli.review.formats.context import BARS as BARS
from cli.review.formats.context import Context as Context
from contracts.compiler.diff.model import Report

Render = Callable[[Report, Context], str]

FORMATS: Mapping[str, Render] = {
    "text": text.render,
    "json": json.render,
    "markdown": markdown.render,
    "github": github.render,
    "junit": junit.render,
    "html": html.render,
}
