"""How a decision has to be written: each fault is found, at its line, and nothing else is."""

from pathlib import Path

import pytest

from cli.adr.check import judge
from cli.adr.record import read
from cli.adr.tests.written import GOOD, found, held, kitchen

SEEN = "Milk turns sour in 2 days on the table.\n"
FAULTS = [  # old text, new text, line, what is said
    ("---\nstatus: accepted\n", "", 1, "has no front matter"),
    ("status: accepted\n", "status: accepted\nowner: me\n", 3, "front matter has the unknown word owner"),
    ("status: accepted", "status: agreed", 2, "status is 'agreed'"),
    ("status: accepted", "status: superseded by ADR-2", 2, "status is 'superseded by ADR-2'"),
    ("date: 2026-11-28", "date: 28.11.2026", 3, "date is '28.11.2026'"),
    ("date: 2026-11-28", "date: 2026-11-31", 3, "date is '2026-11-31'"),
    ("date: 2026-11-28", "date:", 1, "front matter has no date"),
    ("decision-makers: platform team\n", "", 1, "front matter has no decision-makers"),
    ("# Keep the milk cold\n", "", 6, "has no title"),
    ("## Decision Drivers\n", "## Forces\n", 12, "has the unknown section 'Forces'"),
    ("## Context and Problem Statement\n" + SEEN, "", 6, "has no section 'Context and Problem Statement'"),
    ("### Consequences", "## Consequences", 6, "has no section 'Consequences'"),
    ("* the table\n", "", 15, "considers fewer than two options"),
    ('Chosen option: "a refrigerator", because it', "It", 19, "does not say which option was chosen"),
    ('Chosen option: "a refrigerator"', 'Chosen option: "ice"', 19, "chose 'ice', which was not considered"),
    ("### the table\n", "### the chair\n", 42, "argues for 'the chair', which was not considered"),
    ("### the table\n* Good, because it is there.\n", "", 16, "says nothing of 'the table' below"),
    ("* Good, because milk lasts.", "* Milk lasts.", 23, "is no argument"),
    ("* Neutral, because it is white.", "* It is white.", 46, "is no argument"),
    ("* Bad, because it hums.\n", "", 22, "no consequence is bad"),
    ("| kind | what |", "| sort | what |", 26, "names nothing that confirms it"),
    ("it keeps milk for 9 days", "{reason}, for 9 days", 20, "still holds the template's {reason}"),
    ("table.\nWhere", "table. Where", 9, "the line holds more than one sentence"),
    ("sour in 2", "sour\nin 2", 9, "the line ends without a full stop"),
    ("* Bad, because it hums.", "* Bad, because it\n  hums.", 25, "the line goes on with the sentence of the line"),
]


def test_a_right_folder_has_no_problem(tmp_path: Path) -> None:
    """Two decisions as they should be, with everything that they name in place."""
    assert judge(kitchen(tmp_path), held(tmp_path, ran=True)) == []


@pytest.mark.parametrize(("old", "new", "line", "what"), FAULTS, ids=[what for *_, what in FAULTS])
def test_a_fault_of_form_is_found_where_it_is(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    """The file and line, what is wrong, and a remedy."""
    problems = [problem for problem in found(tmp_path, old, new) if what in problem.what]
    assert [(problem.kind, problem.file, problem.line) for problem in problems] == [
        ("form", "adr/0001-keep-the-milk-cold.md", line)
    ]
    assert problems[0].remedy


def test_sections_keep_their_order(tmp_path: Path) -> None:
    """A section that stands after one that comes later is named."""
    begin, end = GOOD.index("## Decision Drivers"), GOOD.index("## Considered Options")
    moved = GOOD[:begin] + GOOD[end:] + "\n" + GOOD[begin:end]
    problems = judge(kitchen(tmp_path, moved), held(tmp_path))
    assert [problem.what for problem in problems] == ["'Decision Drivers' stands after 'More Information'"]


@pytest.mark.parametrize(
    "line",
    [
        "It takes 3.5 h, e.g. at night.",
        "See `a.b. C` and [that. One](0002-close-the-door.md).",
        "| a table. With two. | sentences |",
        "```\nCode. And more\n```",
        "* a title without an end",
        "Is it cold?",
        "These are:",
        'He said "yes."',
        "<!-- A comment. Two -->",
    ],
)
def test_what_only_looks_like_two_sentences_is_let_pass(tmp_path: Path, line: str) -> None:
    """Dots of numbers, abbreviations, code and addresses end no sentence."""
    assert found(tmp_path, SEEN, f"{SEEN}\n{line}\n\n") == []


def test_a_proposal_may_be_unfinished(tmp_path: Path) -> None:
    """Placeholders, one-sided consequences and an empty confirmation are for who accepts it."""
    text = GOOD.replace("accepted", "proposed").replace("* Bad, because it hums.\n", "* Good, because {why}.\n")
    text = text.replace("| kind |", "| sort |")
    assert judge(kitchen(tmp_path, text), held(tmp_path)) == []


def test_a_record_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Number, title, sections with their lines, and the two tables without backticks."""
    read_back = read(kitchen(tmp_path).records[0].path)
    assert (read_back.number, read_back.title, read_back.title_line) == (1, "Keep the milk cold", 6)
    assert [section.title for section in read_back.sections][:3] == [
        "Context and Problem Statement",
        "Decision Drivers",
        "Considered Options",
    ]
    assert [(row.number, row.first, row.second, row.third) for row in read_back.cited] == [
        (38, "milk.cost", "1,250 EUR", "5 %"),
        (39, "milk.days", "9", "0.5"),
    ]
    assert read_back.confirmed[0].second == "milk-is-cold"
    assert len(read_back.confirmed) == 6
