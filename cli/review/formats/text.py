"""Report to text for a terminal of 80 columns: the verdict first, the worst change first, what to do last."""

from collections.abc import Iterator, Mapping
from itertools import chain, groupby
from textwrap import wrap
from typing import Any

from cli.review.formats import words
from cli.review.formats.context import Context
from cli.review.formats.values import brief, json_text, shortened, visible
from contracts.compiler.diff.model import COMPATIBLE, Comparison, Finding, Report, Witness

WIDTH = 80
MAX_VALUE = 160  # characters of an old or new value
MAX_TEXT = 60  # characters of one text inside an event
MAX_EVENT = 1_200  # characters of an event in compact form
MAX_SENTENCE = 1_000
MAX_EVENTS = 5


def render(report: Report, context: Context) -> str:
    """Plain text without colours; nothing in it steers the terminal."""
    lines = [report.verdict.upper(), ""]
    for row in words.in_order(report):
        lines += [*_comparison(row), ""]
    for problem in report.problems:
        lines += [*_wrapped(f"waiver: {problem}", "")]
    lines += [""] * bool(report.problems)
    return "\n".join([*lines, *_wrapped(words.headline(report), ""), *_wrapped(words.advice(report, context), "")])


def _wrapped(text: str, indent: str) -> Iterator[str]:
    yield from wrap(
        visible(shortened(text, MAX_SENTENCE)),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )


def _comparison(row: Comparison) -> Iterator[str]:
    title = " ".join(filter(None, [row.contract, words.versions(row)]))
    yield from _wrapped(f"{title}: {row.verdict}" + (" (for information, not counted)" * row.informative), "")
    yield from _wrapped(f"{row.file}. {words.circumstances(row)}", "  ")
    for plain, findings in groupby(words.worst_first(row.findings), key=_plain):
        if plain:
            yield from ("", *map(_one_line, findings))
        else:
            yield from chain.from_iterable(map(_finding, findings))
    if row.version:
        yield from ("", *_wrapped(f"version: {row.version.says}", "  "))


def _plain(finding: Finding) -> bool:
    """Whether one line says it all: it breaks nobody and nobody had to let it pass."""
    return finding.verdict == COMPATIBLE and not finding.breaks and finding.waiver is None


def _one_line(finding: Finding) -> str:
    line = visible(f"{words.standing(finding)}: {finding.rule} {words.place(finding)}")
    return f"  {line if len(line) <= WIDTH - 2 else f'{line[: WIDTH - 5]}...'}"


def _finding(finding: Finding) -> Iterator[str]:
    yield ""
    title = f"{words.standing(finding)}: {finding.rule}"
    yield from _wrapped(", ".join(filter(None, [title, words.line(finding)])), "  ")
    yield from _wrapped(words.place(finding), "    ")
    yield from _wrapped(words.change(finding, MAX_VALUE), "    ")
    yield from _wrapped(finding.says, "    ")
    yield from _wrapped(words.harm(finding), "    ")
    for remark in words.remarks(finding):
        yield from _wrapped(remark, "    ")
    if finding.witness:
        yield from _witness(finding.witness)
    if finding.remedy:
        yield from _wrapped(f"Remedy: {finding.remedy}", "    ")


def _witness(witness: Witness) -> Iterator[str]:
    events = words.events(witness)
    yield from _wrapped(f"{words.proof(witness)}:", "    ")
    for event in events[:MAX_EVENTS]:
        yield from _event(event)
    if len(events) > MAX_EVENTS:
        yield f"      and {len(events) - MAX_EVENTS} more"
    for name, said in witness.circumstances.items():
        yield from _wrapped(f"{name}: {said}", "      ")
    yield from _wrapped(words.outcome(witness), "    ")


def _event(event: Mapping[str, Any]) -> Iterator[str]:
    yield from wrap(
        visible(shortened(json_text(brief(event, MAX_TEXT), None), MAX_EVENT)),
        WIDTH,
        initial_indent="      ",
        subsequent_indent="       ",
        break_on_hyphens=False,
    )
