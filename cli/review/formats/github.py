"""Report to workflow commands of GitHub Actions: one annotation per change, on the line of the contract it is about.

Escaped as GitHub's own toolkit does. GitHub shows ten annotations of a level per step and drops the rest silently, so
the tenth says how many there are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cli.review.formats import words
from cli.review.formats.context import Context
from cli.review.formats.values import brief, json_text, shortened, visible
from contracts.compiler.diff.model import Comparison, Finding, Report, Witness

SHOWN = 10
LEVELS: Mapping[str, str] = {"error": "error", "warning": "warning", "info": "notice"}
MAX_MESSAGE = 3_000
MAX_TITLE = 120


@dataclass(frozen=True, slots=True)
class Annotation:
    """`level` is a value of LEVELS; `file` is empty and `line` None where it belongs to no place."""

    level: str
    file: str
    line: int | None
    title: str
    message: str

    def __str__(self) -> str:
        """The workflow command."""
        given = {
            "file": visible(self.file),
            "line": str(self.line) if self.file and self.line is not None else "",
            "title": visible(shortened(self.title, MAX_TITLE)),
        }
        properties = ",".join(f"{name}={_property(value)}" for name, value in given.items() if value)
        return f"::{self.level} {properties}::{_data(self.message)}"


def render(report: Report, context: Context) -> str:
    """One command a line, errors first; nothing for a comparison that does not count."""
    made = [*_failures(report, context), *_findings(report)]
    return "\n".join(str(row) for level in LEVELS.values() for row in _shown(level, made))


def _shown(level: str, made: list[Annotation]) -> list[Annotation]:
    rows = [row for row in made if row.level == level]
    if len(rows) <= SHOWN:
        return rows
    more = f"{len(rows) - SHOWN + 1} more of this level are not annotated; the report lists them all."
    return [*rows[: SHOWN - 1], Annotation(level, "", None, "contract review", more)]


def _failures(report: Report, context: Context) -> Iterator[Annotation]:
    for problem in report.problems:
        yield Annotation("error", "", None, "waiver", visible(shortened(problem, MAX_MESSAGE)))
    for row in words.counted(report):
        if version := context.dishonest(row):
            yield Annotation("error", row.file, None, f"version of {row.contract}", visible(version.says))


def _findings(report: Report) -> Iterator[Annotation]:
    pairs = {id(finding): row for row in words.counted(report) for finding in row.findings}
    for finding in words.worst_first(finding for row in words.counted(report) for finding in row.findings):
        yield _annotation(finding, pairs[id(finding)])


def _annotation(finding: Finding, row: Comparison) -> Annotation:
    title = f"{words.standing(finding)}: {finding.rule}"
    said = [f"{words.place(finding)}: {words.change(finding, 200)}", finding.says]
    said += [words.harm(finding)]
    said += list(words.remarks(finding))
    said += [_witness(finding.witness)] if finding.witness else []
    said += [f"Remedy: {finding.remedy}"] if finding.remedy else []
    message = shortened("\n".join(map(visible, said)), MAX_MESSAGE)
    line = finding.line if finding.new is not None else None  # what was removed has no line that could be marked
    return Annotation(LEVELS[finding.severity], row.file, line, title, message)


def _witness(witness: Witness) -> str:
    shown = "; ".join(json_text(brief(event, 60), None) for event in words.events(witness))
    return f"{words.proof(witness)}: {shortened(shown, 800)}".rstrip() + f" {words.outcome(witness)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
