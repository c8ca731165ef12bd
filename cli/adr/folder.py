"""All decisions of a folder: read, numbered, linked with each other, listed in the index."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from cli.adr import record
from cli.adr.problems import AdrError, Problem
from cli.adr.record import Record

INDEX = "README.md"
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`[^`]*`")
_HEADING = re.compile(r"#{1,6}\s+(.*)")
_HEAD = """\
# Architecture decision records

<!-- Made by `tickets adr index` from the records: change it in cli/adr/folder.py. -->

Each is written in the form of [MADR 4](https://adr.github.io/madr/), one sentence a line.
`tickets adr new "Title"` begins one, `tickets adr check` judges all; `make check` and `make test` run it.

A record that is accepted has, below Confirmation, a table of what confirms it:

| kind | what | holds when |
|---|---|---|
| `rule` | the id of a rule of `tickets architecture check` | `no finding`: on no target, waived ones aside |
| `test` | `file`, `file::test`, a feature file, `file::scenario` | `passes`, `passes nightly`, `passes on the stack` |
| `figure` | a figure (`tickets architecture figures`), its `id:low`, `id:high` | `>= 99.5`, `< 12 h`, `< a.figure` |
| `benchmark` | `file.json#key.id.0` (or .yml), or `file.md: text with {n}` for a number in a text | as for a figure |

And a table of the figures that it was made with: `figure`, `as decided`, `tolerance` (`5 %`, or a number in its unit).
The text has to say the number as the table does.
Where the figure has moved further, the decision is stale: decide anew, then mend text and table, or supersede it.
To supersede, write `supersedes: ADR-0003` in the new record and `status: superseded by ADR-0012` in the old one.

| number | decision | status | date |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Folder:
    """Every record of a folder by its file's name, and what could not be read as one."""

    path: Path
    records: tuple[Record, ...]
    problems: tuple[Problem, ...]

    @property
    def root(self) -> Path:
        """What paths in a record are relative to: the checkout."""
        return self.path.parent

    def file(self, path: Path) -> str:
        """How a file of the folder is called in a message."""
        return f"{self.path.name}/{path.name}"


def load(path: Path) -> Folder:
    """Every `*.md` but the index; AdrError where the folder is not there."""
    if not path.is_dir():
        raise AdrError(f"{path} is no folder", "Run this in a checkout, or name the folder of decisions with --folder.")
    records, problems = [], []
    for file in sorted(path.glob("*.md")):
        if file.name == INDEX:
            continue
        try:
            records.append(record.read(file))
        except (OSError, UnicodeDecodeError) as error:
            what = f"cannot be read: {error}"
            problems.append(Problem("folder", f"{path.name}/{file.name}", 1, what, "Save it as UTF-8 text."))
    return Folder(path, tuple(records), tuple(problems))


def index(folder: Folder) -> str:
    """What the index holds."""
    rows = [
        f"| [{one.number:04d}]({one.path.name}) | {one.title} | {_status(folder, one)} | {one.front.get('date')} |\n"
        for one in folder.records
        if one.number is not None
    ]
    return _HEAD + "".join(rows)


def _status(folder: Folder, one: Record) -> str:
    by = next((other for other in folder.records if other.number == one.superseded_by is not None), None)
    return f"superseded by [{by.number:04d}]({by.path.name})" if by else str(one.front.get("status", ""))


def judge(folder: Folder) -> list[Problem]:
    """What is wrong between the records: names, numbers, titles, who supersedes whom, links, the index."""
    found = [*folder.problems, *_numbers(folder), *_titles(folder), *_superseded(folder), *_index(folder)]
    for one in folder.records:
        found += links(one.path, folder.file(one.path))
    return found


def _numbers(folder: Folder) -> Iterator[Problem]:
    counts = Counter(one.number for one in folder.records)
    numbers = sorted(number for number in counts if number is not None)
    for one in folder.records:
        if one.number is None:
            remedy = "Name it `0012-the-decision.md`: four digits, then small letters, digits and hyphens."
            yield Problem("folder", folder.file(one.path), 1, "has no number in its name", remedy)
        elif counts[one.number] > 1:
            remedy = f"Give the newer one the number {numbers[-1] + 1:04d}."
            yield Problem("folder", folder.file(one.path), 1, f"number {one.number:04d} is given twice", remedy)
    for number in sorted(set(range(1, numbers[-1] + 1 if numbers else 0)) - set(numbers)):
        remedy = "Numbers have no gaps: a decision given up is `rejected`, never removed."
        yield Problem("folder", f"{folder.path.name}/{INDEX}", 1, f"there is no record {number:04d}", remedy)


def _titles(folder: Folder) -> Iterator[Problem]:
    first: dict[str, Record] = {}
    for one in folder.records:
        other = first.setdefault(one.title.casefold(), one)
        if one.title and other is not one:
            what = f"has the title of {folder.file(other.path)}"
            yield Problem("folder", folder.file(one.path), one.title_line, what, "Say what is decided otherwise here.")


def _superseded(folder: Folder) -> Iterator[Problem]:
    by_number = {one.number: one for one in folder.records}
    for one in folder.records:
        file = folder.file(one.path)
        if one.superseded_by is not None:
            line = one.front_lines.get("status", 1)
            newer = by_number.get(one.superseded_by)
            if newer is None:
                what = f"is superseded by ADR-{one.superseded_by:04d}, which is not there"
                yield Problem("folder", file, line, what, "Name a record of this folder.")
            elif one.number not in newer.supersedes:
                what = f"is superseded by {newer.label()}, which does not say so"
                remedy = f"Write `supersedes: {one.label()}` in the front matter of {newer.path.name}."
                yield Problem("folder", file, line, what, remedy)
        for number in one.supersedes:
            line = one.front_lines.get("supersedes", 1)
            older = by_number.get(number)
            if older is None:
                what = f"supersedes ADR-{number:04d}, which is not there"
                yield Problem("folder", file, line, what, "Name a record of this folder.")
            elif older.superseded_by != one.number and one.status == "accepted":
                what = f"supersedes {older.label()}, whose status is '{older.front.get('status', '')}'"
                remedy = f"Write `status: superseded by {one.label()}` in {older.path.name}."
                yield Problem("folder", file, line, what, remedy)


def _index(folder: Folder) -> Iterator[Problem]:
    path = folder.path / INDEX
    if not path.is_file() or path.read_text("utf-8") != index(folder):
        what = "is not what the records say" if path.is_file() else "is missing"
        yield Problem("folder", f"{folder.path.name}/{INDEX}", 1, what, "Run `tickets adr index`.")


def links(path: Path, file: str) -> Iterator[Problem]:
    """Links of a Markdown file to files that are not there, or to headings that they do not have."""
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        for address in _LINK.findall(_CODE.sub("", text)):
            if re.match(r"[a-z]+:", address):
                continue
            name, _, anchor = unquote(address).partition("#")
            target = path.parent / name if name else path
            if not target.exists():
                what = f"links to {address}, which is not there"
                yield Problem("folder", file, number, what, "Mend the link: it is relative to the file's folder.")
            elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text("utf-8").splitlines()):
                what = f"links to the heading #{anchor}, which {target.name} does not have"
                yield Problem("folder", file, number, what, "Mend the part behind #.")


def anchors(lines: Sequence[str]) -> frozenset[str]:
    """The anchors that GitHub gives to headings: small letters, no punctuation, hyphens for blanks."""
    titles = [found[1] for line in lines if (found := _HEADING.fullmatch(line))]
    return frozenset(re.sub(r"[^\w\- ]", "", title.casefold()).strip().replace(" ", "-") for title in titles)
