"""What is wrong between decisions: numbers, titles, links, who supersedes whom, the index."""

from pathlib import Path

import pytest

from cli.adr import folder
from cli.adr.check import judge
from cli.adr.problems import AdrError
from cli.adr.tests.written import GOOD, OTHER, held, kitchen

OLD, NEW = "0001-keep-the-milk-cold.md", "0002-close-the-door.md"


def said(root: Path, good: str = GOOD, other: str = OTHER) -> list[tuple[str, int, str]]:
    """File, line and what is wrong."""
    return [(one.file, one.line, one.what) for one in judge(kitchen(root, good, other), held(root))]


def renamed(root: Path, old: str, new: str) -> list[str]:
    """What is said once a record has another name."""
    kitchen(root)
    (root / "adr" / old).rename(root / "adr" / new)
    return [problem.what for problem in folder.judge(folder.load(root / "adr"))]


def test_a_number_that_is_given_twice_is_found(tmp_path: Path) -> None:
    """Both files are named, and the number that was left free."""
    problems = renamed(tmp_path, NEW, "0001-close-the-door.md")
    assert problems.count("number 0001 is given twice") == 2


def test_a_gap_is_found(tmp_path: Path) -> None:
    """Whoever reads 0003 asks for 0002."""
    assert "there is no record 0002" in renamed(tmp_path, NEW, "0003-close-the-door.md")


def test_a_name_without_a_number_is_found(tmp_path: Path) -> None:
    """Also one with fewer digits."""
    assert "has no number in its name" in renamed(tmp_path, NEW, "2-close-the-door.md")


def test_a_title_that_is_given_twice_is_found(tmp_path: Path) -> None:
    """Letters may be large or small."""
    problems = said(tmp_path, other=OTHER.replace("# Close the door", "# Keep the MILK cold"))
    assert problems == [(f"adr/{NEW}", 6, f"has the title of adr/{OLD}")]


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("0003-gone.md", "links to 0003-gone.md, which is not there"),
        ("0002-close-the-door.md#locks", "links to the heading #locks, which 0002-close-the-door.md does not have"),
        ("#locks", f"links to the heading #locks, which {OLD} does not have"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, address: str, what: str) -> None:
    """A file that is not there, or a heading."""
    problems = said(tmp_path, GOOD.replace("0002-close-the-door.md#confirmation", address))
    assert problems == [(f"adr/{OLD}", 49, what)]


def test_a_superseded_record_and_its_successor_name_each_other(tmp_path: Path) -> None:
    """Said both ways, in the index too, and of what is superseded nothing is asked any more."""
    old = GOOD.replace("status: accepted", "status: superseded by ADR-0002").replace("milk-is-cold", "gone")
    new = OTHER.replace("status: accepted", "status: accepted\nsupersedes: ADR-0001")
    assert said(tmp_path, old, new) == []
    assert f"superseded by [0002]({NEW})" in (tmp_path / "adr" / folder.INDEX).read_text("utf-8")


@pytest.mark.parametrize(
    ("status", "supersedes", "wanted"),
    [
        ("superseded by ADR-0002", "", (f"adr/{OLD}", 2, "is superseded by ADR-0002, which does not say so")),
        ("superseded by ADR-0009", "", (f"adr/{OLD}", 2, "is superseded by ADR-0009, which is not there")),
        ("accepted", "ADR-0001", (f"adr/{NEW}", 3, "supersedes ADR-0001, whose status is 'accepted'")),
        ("accepted", "[ADR-0009]", (f"adr/{NEW}", 3, "supersedes ADR-0009, which is not there")),
    ],
)
def test_what_is_said_one_way_only_is_found(
    tmp_path: Path, status: str, supersedes: str, wanted: tuple[str, int, str]
) -> None:
    """By the older or by the newer one alone."""
    line = f"status: accepted\nsupersedes: {supersedes}" if supersedes else "status: accepted"
    problems = said(
        tmp_path, GOOD.replace("status: accepted", f"status: {status}"), OTHER.replace("status: accepted", line)
    )
    assert problems == [wanted]


def test_an_index_that_is_not_what_the_records_say_is_found(tmp_path: Path) -> None:
    """Missing, or of yesterday."""
    read = kitchen(tmp_path, index=False)
    assert [problem.what for problem in folder.judge(read)] == ["is missing"]
    (tmp_path / "adr" / folder.INDEX).write_text("# old\n", "utf-8")
    assert [problem.what for problem in folder.judge(read)] == ["is not what the records say"]


def test_bytes_that_are_no_text_are_a_problem_and_no_crash(tmp_path: Path) -> None:
    """The file is named."""
    kitchen(tmp_path)
    (tmp_path / "adr" / "0003-bytes.md").write_bytes(b"\xff\xfe")
    (problem,) = folder.load(tmp_path / "adr").problems
    assert problem.file == "adr/0003-bytes.md"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """With the option that names another."""
    with pytest.raises(AdrError, match="is no folder") as raised:
        folder.load(tmp_path / "nowhere")
    assert "--folder" in raised.value.remedy
