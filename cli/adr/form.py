"""How one decision is written: front matter, sections in order, options and consequences as MADR 4 has them.

Two things are stricter than MADR 4, which leaves them open: an accepted decision has consequences that are good and
some that are bad, and a table of what confirms it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from cli.adr import sentences
from cli.adr.problems import Problem
from cli.adr.record import CONFIRMED, Record, Section

STATUSES = ("proposed", "accepted", "rejected", "deprecated", "superseded")
FRONT = ("status", "date", "decision-makers", "consulted", "informed", "supersedes")
SECTIONS: tuple[tuple[str, int, bool], ...] = (  # title, level, must be there
    ("Context and Problem Statement", 2, True),
    ("Decision Drivers", 2, False),
    ("Considered Options", 2, True),
    ("Decision Outcome", 2, True),
    ("Consequences", 3, True),
    ("Confirmation", 3, True),
    ("Pros and Cons of the Options", 2, False),
    ("More Information", 2, False),
)
CHOSEN = re.compile(r'Chosen option: "(.+?)", because .+')
_STATUS = re.compile(rf"(?:{'|'.join(STATUSES[:4])}|superseded by ADR-\d{{4}})")
_ITEM = re.compile(r"\s*[-*]\s+(.*)")
_ARGUMENT = re.compile(r"(Good|Bad|Neutral), because .+")
_PLACEHOLDER = re.compile(r"\{[^}]+\}")
_CODE = re.compile(r"`[^`]*`")

Found = Iterator[tuple[int, str, str]]  # line, what is wrong, what to do


def judge(record: Record, file: str) -> list[Problem]:
    """Every fault of form; `file` is how the record is called in messages."""
    return [Problem("form", file, line, what, remedy) for rule in _RULES for line, what, remedy in rule(record)]


def _front(record: Record) -> Found:
    if not record.front:
        yield 1, "has no front matter", "Begin the file with `---`, status, date, decision-makers, `---`."
        return
    for key in FRONT[:3]:
        if not record.front.get(key):
            yield 1, f"front matter has no {key}", f"Write `{key}: ...`; see adr/README.md."
    for key, number in record.front_lines.items():
        if key not in FRONT:
            yield number, f"front matter has the unknown word {key}", f"There are: {', '.join(FRONT)}."
    status = str(record.front.get("status", ""))
    if status and not _STATUS.fullmatch(status):
        remedy = f"Write one of {', '.join(STATUSES[:4])}, or `superseded by ADR-0012`."
        yield record.front_lines["status"], f"status is '{status}'", remedy
    day = str(record.front.get("date", ""))
    if day and not _is_day(day):
        yield record.front_lines["date"], f"date is '{day}'", "Write the day as 2026-11-30."


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _headings(record: Record) -> Found:
    if not record.title:
        yield record.title_line, "has no title", "Write `# ` and the decision below the front matter."
    known = {(title, level): place for place, (title, level, _) in enumerate(SECTIONS)}
    last, options = -1, False
    for section in record.sections:
        place = known.get((section.title, section.level))
        if place is None and not (options and section.level == 3):
            names = ", ".join(title for title, _, _ in SECTIONS)
            yield section.number, f"has the unknown section '{section.title}'", f"MADR 4 names {names}."
        if place is None:
            continue
        if place <= last:
            before = SECTIONS[last][0]
            yield section.number, f"'{section.title}' stands after '{before}'", "Keep the order of adr/README.md."
        last, options = max(last, place), SECTIONS[place][0] == "Pros and Cons of the Options"
    titles = {(section.title, section.level) for section in record.sections}
    for title, level, needed in SECTIONS:
        if needed and (title, level) not in titles:
            yield record.title_line, f"has no section '{title}'", f"Write `{'#' * level} {title}`, in its place."


def options_of(record: Record) -> dict[str, int]:
    """The considered options, each with its line."""
    return {text.rstrip(";."): number for number, text in _items(record.section("Considered Options"))}


def _options(record: Record) -> Found:
    considered = options_of(record)
    section, outcome = record.section("Considered Options"), record.section("Decision Outcome")
    if section and len(considered) < 2:
        yield section.number, "considers fewer than two options", "List each as `* title`; one may be to do nothing."
    if outcome:
        text = " ".join(line.text for line in outcome.lines).strip()
        chosen = CHOSEN.match(text)
        if chosen is None:
            yield outcome.number, "does not say which option was chosen", 'Begin with `Chosen option: "...", because`.'
        elif chosen[1] not in considered:
            yield outcome.number, f"chose '{chosen[1]}', which was not considered", "Use an option's title as listed."
    argued = _argued(record)
    for title, number in argued.items():
        if title not in considered:
            yield number, f"argues for '{title}', which was not considered", "Use an option's title as listed."
    for title, number in considered.items():
        if argued and title not in argued:
            yield number, f"says nothing of '{title}' below 'Pros and Cons of the Options'", "Argue each, or none."


def _argued(record: Record) -> dict[str, int]:
    """The options below 'Pros and Cons of the Options', each with its line."""
    made: dict[str, int] = {}
    within = False
    for section in record.sections:
        if section.level == 2:
            within = section.title == "Pros and Cons of the Options"
        elif within:
            made[section.title] = section.number
    return made


def _arguments(record: Record) -> Found:
    argued = _argued(record).values()
    for section in record.sections:
        if section.title != "Consequences" and section.number not in argued:
            continue
        for number, text in _items(section):
            if not _ARGUMENT.fullmatch(text):
                yield number, "is no argument", "Begin with `Good, because`, `Bad, because` or `Neutral, because`."
    consequences = record.section("Consequences")
    if record.status == "accepted" and consequences:
        words = {text.partition(",")[0] for _, text in _items(consequences)}
        for word in ("Good", "Bad"):
            if word not in words:
                yield consequences.number, f"no consequence is {word.lower()}", f"Write `* {word}, because ...`."


def _confirmation(record: Record) -> Found:
    section = record.section("Confirmation")
    if record.status == "accepted" and section and not record.confirmed:
        head = " | ".join(CONFIRMED)
        yield section.number, "names nothing that confirms it", f"Write a table with the head `| {head} |`."


def _finished(record: Record) -> Found:
    if record.status == "proposed":
        return
    for line in record.lines:
        if not line.code and (found := _PLACEHOLDER.search(_CODE.sub("", line.text))):
            yield line.number, f"still holds the template's {found[0]}", "Write it, or remove the line."


def _sentences(record: Record) -> Found:
    for number, what in sentences.faults(record.lines):
        yield number, what, "Write one sentence a line, so that a review shows which has changed."


def _items(section: Section | None) -> Iterator[tuple[int, str]]:
    for line in section.lines if section else ():
        if not line.code and (item := _ITEM.fullmatch(line.text)):
            yield line.number, item[1]


_RULES: tuple[Callable[[Record], Found], ...] = (
    _front,
    _headings,
    _options,
    _arguments,
    _confirmation,
    _finished,
    _sentences,
)
