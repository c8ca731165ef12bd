"""The decisions of this repository: written as they should be, confirmed by tests that are there, linked to rightly."""

import re
from pathlib import Path

import pytest

from cli.adr import folder, form, located
from cli.adr.records import records
from cli.options import ADR

ROOT = ADR.parent
HERE = folder.load(ADR)
WRITTEN = [
    path for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "." and path.name not in ("build", "data")
]
MARKDOWN = sorted([*ROOT.glob("*.md"), *(file for path in WRITTEN for file in path.rglob("*.md"))])
INTO = re.compile(r"\]\((?:\.\./|\./)*(?:adr/|\d{4}-)[^)]*\)")


def test_the_records_are_written_as_they_should_be() -> None:
    """Form, numbers, links, successors, index: without the figures and rules, which the command looks up."""
    problems = folder.judge(HERE) + [problem for one in HERE.records for problem in form.judge(one, one.path.name)]
    assert [str(problem) for problem in problems] == []


def test_each_test_that_confirms_a_decision_is_there() -> None:
    """Found by name, and none is told to pass where `make test` leaves it out."""
    named = {row.second: row.third for one in HERE.records for row in one.confirmed if row.first == "test"}
    assert len(named) > 30
    missing = {what: found.missing for what in named if (found := located.locate(ROOT, what)).missing}
    assert missing == {}


def test_accepted_decisions_are_confirmed() -> None:
    """Each by something the build runs."""
    assert all(one.confirmed for one in HERE.records if one.status == "accepted")
    assert len(HERE.records) >= 15


@pytest.mark.parametrize(
    "page",
    [page for page in MARKDOWN if INTO.search(page.read_text("utf-8"))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_a_link_to_a_decision_leads_to_it(page: Path) -> None:
    """From every page of the repository that links into adr/, and its other links too."""
    assert [str(problem) for problem in folder.links(page, page.name)] == []


def test_the_dossier_gets_every_decision() -> None:
    """Number, title, status and file, in order."""
    listed = list(records())
    assert [one.number for one in listed] == sorted(f"{one.number:04d}" for one in HERE.records)
    assert listed[0].file == "adr/0001-one-ledger-one-transaction.md"
    assert all((ROOT / one.file).is_file() and one.title and one.status for one in listed)
