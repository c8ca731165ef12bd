"""Decision records -> a page each: the record as written, and what `tickets adr check` says of it today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from cli.adr import check, confirm, folder
from cli.adr.evidence import evidence as fetched
from cli.adr.measures import MeasureError
from cli.adr.record import Record, Row
from cli.docs.evidence import Evidence, summed
from cli.docs.features import Feature
from cli.docs.menu import toctree
from cli.docs.tree import INDEX, anchor, page_of, relative
from cli.options import ADR
from cli.review.formats.markup import literal, table
from cli.views.markdown import escaped

INDEX_PAGE = f"adr/{INDEX}"


@dataclass(frozen=True)
class Decisions:
    """Every record, what each is held against, and the problems found, by file."""

    read: folder.Folder
    held: confirm.Evidence
    problems: dict[str, list[str]]


def load(where: Path = ADR) -> Decisions:
    """The records of this checkout, judged; what tests came to counts where it is known."""
    read = folder.load(where)
    held = fetched(read.root, ran=False)
    problems: dict[str, list[str]] = {}
    for problem in check.judge(read, held):
        problems.setdefault(problem.file, []).append(f"{problem.what}. {problem.remedy}")
    return Decisions(read, held, problems)


def confirmed_by(found: Decisions) -> dict[str, tuple[tuple[str, str], ...]]:
    """By test as a record names it, the decisions it confirms: (page, title)."""
    made: dict[str, tuple[tuple[str, str], ...]] = {}
    for one in found.read.records:
        for row in one.confirmed:
            if row.first == "test":
                link = (page_of(found.read.file(one.path)), f"{one.label()} {one.title}")
                made[row.second] = (*made.get(row.second, ()), link)
    return made


def page(file: str, text: str, found: Decisions, evidence: Evidence, features: tuple[Feature, ...]) -> str:
    """A record's page; `text` is that of the file, its links mended."""
    one = next(one for one in found.read.records if found.read.file(one.path) == file)
    head, _, body = text.split("---\n", 2)[2].lstrip().partition("\n")
    head = head.replace("# ", f"# {one.label()}: ", 1)
    return "\n\n".join([head, _status(one, found), body.strip(), *_today(one, found, evidence, features), ""])


def _status(one: Record, found: Decisions) -> str:
    standing = "problems found" if found.problems.get(found.read.file(one.path)) else "holds"
    parts = [f"**{name}**: {escaped(str(value))}" for name, value in one.front.items()]
    return "; ".join([*parts, f"**checked today**: {standing}"])


def _today(one: Record, found: Decisions, evidence: Evidence, features: tuple[Feature, ...]) -> Iterator[str]:
    yield "## Whether it holds today"
    yield "As `tickets adr check` sees it in this checkout."
    problems = found.problems.get(found.read.file(one.path), [])
    if problems:
        yield "\n".join(f"- {escaped(problem)}" for problem in problems)
    page_ = page_of(found.read.file(one.path))
    rows: list[tuple[str, ...]] = [
        (escaped(row.first), _named(row, page_, features), escaped(row.third), _state(one, row, found, evidence))
        for row in one.confirmed
    ]
    if rows:
        yield table(("Kind", "What", "Holds when", "Today"), rows)
    figures: list[tuple[str, ...]] = [
        (literal(row.first), escaped(row.second), _now(row, found), escaped(row.third)) for row in one.cited
    ]
    if figures:
        yield table(("Figure", "As decided", "Today", "Tolerance"), figures)


def _named(row: Row, page_: str, features: tuple[Feature, ...]) -> str:
    """What confirms it, with a link where it has a page here."""
    file, _, name = row.second.partition("::")
    for feature in features:
        if feature.file == file:
            scenario = next((each for each in feature.scenarios if each.name == name), None)
            if scenario:
                return anchor(page_, feature.page, scenario.place, escape(row.second))
            return f"[{literal(row.second)}]({relative(feature.page, page_)})"
    return literal(row.second)


def _state(one: Record, row: Row, found: Decisions, evidence: Evidence) -> str:
    """What a row that confirms comes to today."""
    alone = replace(one, confirmed=(row,))
    problems = confirm.judge(alone, "", found.held)
    if problems:
        return escaped(problems[0].what)
    if row.first == "test":
        return escaped(summed(evidence.of(row.second)))
    return "holds" if one.status in confirm.ALIVE else "not judged: it is history"


def _now(row: Row, found: Decisions) -> str:
    """The figure as it is today."""
    try:
        return escaped(str(found.held.measures.number(row.first)))
    except MeasureError as error:
        return escaped(error.what)


def index(readme: str, found: Decisions) -> str:
    """The folder's index with, of each, whether it holds."""
    rows: list[tuple[str, ...]] = [
        (
            f"[{one.label()}]({relative(page_of(found.read.file(one.path)), INDEX_PAGE)})",
            escaped(one.title),
            escaped(str(len(one.confirmed))),
            "; ".join(map(escaped, found.problems.get(found.read.file(one.path), ["holds"]))),
        )
        for one in found.read.records
    ]
    pages = [page_of(found.read.file(one.path)) for one in found.read.records]
    today = ["## Whether they hold today", table(("Record", "Decision", "Confirmations", "Today"), rows)]
    return "\n\n".join([readme.rstrip(), *today, toctree(pages, INDEX_PAGE), ""])
