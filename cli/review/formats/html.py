"""Report to HTML: one self-contained page in the look of the contracts' own pages; all text is escaped.

Nothing is left out: it is where a comment that was too long sends its readers.
"""

from collections.abc import Iterator
from html import escape

from cli.review.formats import words
from cli.review.formats.context import Context
from cli.review.formats.values import json_text, shortened, value_text, visible
from cli.views.html import document
from contracts.compiler.diff.model import Comparison, Finding, Report, Witness

MAX_VALUE = 4_000
MAX_EVENT = 20_000


def render(report: Report, context: Context) -> str:
    """One HTML document."""
    return document(f"Contract review: {report.verdict}", _body(report, context))


def _body(report: Report, context: Context) -> Iterator[str]:
    rows = list(enumerate(words.in_order(report)))
    yield f"<header>\n<h1>Contract review: {escape(report.verdict)}</h1>"
    yield f'<p class="lead">{_said(words.headline(report))} {_said(words.advice(report, context))}</p>\n</header>'
    links = "".join(f'<li><a href="#contract-{number}">{_said(row.contract)}</a></li>' for number, row in rows)
    yield f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n<main>'
    if report.problems:
        listed = "".join(f"<li>{_said(problem)}</li>" for problem in report.problems)
        yield '<section aria-labelledby="waivers">\n<h2 id="waivers">Waivers that fail</h2>'
        yield f"<ul>{listed}</ul>\n</section>"
    for number, row in rows:
        yield from _section(row, f"contract-{number}")
    yield "</main>"


def _section(row: Comparison, name: str) -> Iterator[str]:
    counted = " (for information, not counted)" if row.informative else ""
    yield f'<section aria-labelledby="{name}">'
    yield f'<h2 id="{name}">{_said(row.contract)}: {escape(row.verdict)}{counted}</h2>\n<dl>'
    yield _fact("Versions", _said(words.versions(row)))
    yield _fact("File", _code(row.file))
    yield _fact("Compared", _said(words.circumstances(row)))
    yield _fact("Version", _said(row.version.says) if row.version else "")
    yield _fact("Changes", _said(words.counts(row.findings)))
    yield "</dl>"
    for finding in words.worst_first(row.findings):
        yield from _finding(finding)
    yield "</section>"


def _finding(finding: Finding) -> Iterator[str]:
    standing = words.standing(finding)
    yield f'<article class="{escape(standing)}">'
    yield f"<h3>{escape(standing)}: {_said(finding.rule)}</h3>\n<p>{_said(finding.says)}</p>\n<dl>"
    yield _fact("Place", _code(words.place(finding)))
    yield _fact("Stands on", words.line(finding))
    yield _fact("Before", _code(value_text(finding.old, MAX_VALUE)))
    yield _fact("After", _code(value_text(finding.new, MAX_VALUE)))
    yield _fact("Breaks", _said(words.audience(finding)))
    for remark in words.remarks(finding):
        yield _fact("Mind that", _said(remark))
    yield _fact("Remedy", _said(finding.remedy))
    yield _fact("Asks for", escape(f"a {finding.bump} version"))
    yield "</dl>"
    if finding.witness:
        yield from _witness(finding.witness)
    yield "</article>"


def _witness(witness: Witness) -> Iterator[str]:
    yield f"<p>{_said(words.proof(witness))}:</p>"
    for event in words.events(witness):
        yield f"<pre><code>{escape(shortened(json_text(event, 2), MAX_EVENT))}</code></pre>"
    if witness.circumstances:
        yield "<dl>"
        yield from (_fact(name, _said(said)) for name, said in witness.circumstances.items())
        yield "</dl>"
    yield f"<p>{_said(words.outcome(witness))}</p>"


def _fact(term: str, words_: str) -> str:
    return f"<dt>{_said(term)}</dt><dd>{words_}</dd>" if words_ else ""


def _said(text: str) -> str:
    return escape(visible(text))


def _code(text: str) -> str:
    return f"<code>{_said(text)}</code>"
