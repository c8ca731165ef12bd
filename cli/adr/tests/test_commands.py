"""`tickets adr` as a user meets it."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.adr import command, evidence
from cli.adr.tests.written import FIGURES, GOOD, RULES, Fake, kitchen


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The kitchen, with its own rules and figures in the architecture's place."""
    monkeypatch.setattr(evidence, "_figures", lambda: FIGURES)
    monkeypatch.setattr(evidence, "_rules", lambda: RULES)
    kitchen(tmp_path)
    return tmp_path / "adr"


def adr(where: Path, *arguments: str) -> Result:
    """The command, in this process."""
    return CliRunner().invoke(command, [*arguments, "--folder", str(where)])


def test_a_new_decision_has_the_next_number_and_passes_the_check(here: Path) -> None:
    """Its sections are there to be filled in, and the index has it."""
    done = adr(here, "new", "Buy: a second Frîdge!", "--supersedes", "2")
    path = here / "0003-buy-a-second-fridge.md"
    assert done.exit_code == 0, done.output
    assert str(path) in done.output
    text = path.read_text("utf-8")
    assert text.startswith(f"---\nstatus: proposed\ndate: {date.today().isoformat()}\n")
    assert "supersedes: ADR-0002\n---\n# Buy: a second Frîdge!\n" in text
    assert "[0003](0003-buy-a-second-fridge.md)" in (here / "README.md").read_text("utf-8")
    assert adr(here, "check").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (["close  The door"], 1, "has this title already"),
        (["Something", "--supersedes", "7"], 1, "there is no record 0007"),
        (["..."], 2, "is no title"),
    ],
)
def test_a_new_decision_is_refused(here: Path, arguments: list[str], code: int, what: str) -> None:
    """A title that exists, a predecessor that does not, no title at all; nothing is written."""
    before = sorted(here.iterdir())
    done = adr(here, "new", *arguments)
    assert done.exit_code == (1 if code == 1 else 2)
    assert what in (done.output if code == 2 else str(done.exception))
    assert sorted(here.iterdir()) == before


def test_the_check_says_all_at_once_and_exits_with_1(here: Path) -> None:
    """Each problem with its place and remedy, then the sum; as JSON too."""
    (here / "0001-keep-the-milk-cold.md").write_text(
        GOOD.replace("milk-is-cold", "x").replace("hums.", "hums"), "utf-8"
    )
    done = adr(here, "check")
    assert done.exit_code == 1
    assert "adr/0001-keep-the-milk-cold.md:29: there is no rule x\n  See `tickets" in done.output
    assert done.output.endswith("2 decisions (2 accepted), 7 confirmations, 2 figures: 1 problems\n")
    document = json.loads(adr(here, "check", "--json").output)
    assert (document["ok"], document["problems"][0]["line"]) == (False, 29)


def test_the_check_asks_the_last_run_for_tests_with_ran(here: Path) -> None:
    """What no run has left is asked for."""
    assert adr(here, "check").exit_code == 0
    done = adr(here, "check", "--ran")
    assert done.exit_code == 1
    assert "was not run in the last run" in done.output


def test_the_index_is_written_and_held_fresh(here: Path) -> None:
    """By its own command, or by the check."""
    (here / "README.md").write_text("old", "utf-8")
    assert adr(here, "index", "--check").exit_code == 1
    assert adr(here, "index").exit_code == 0
    assert adr(here, "index", "--check").exit_code == 0
    (here / "README.md").write_text("old", "utf-8")
    assert adr(here, "check", "--write").exit_code == 0


def test_the_list_shows_status_successor_and_staleness(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In 80 columns, or as JSON."""
    monkeypatch.setattr(evidence, "_figures", lambda: {**FIGURES, "milk.days": Fake(20, "d")})
    text = adr(here, "list").output
    assert text.splitlines() == [
        "0001  Keep the milk cold                                  accepted, stale",
        "0002  Close the door                                      accepted",
    ]
    rows = json.loads(adr(here, "list", "--json").output)
    assert [(row["number"], row["stale"], row["superseded_by"]) for row in rows] == [
        ("0001", True, None),
        ("0002", False, None),
    ]


@pytest.mark.parametrize("name", ["new", "list", "check", "index"])
def test_help_has_examples(name: str) -> None:
    """And fits the terminal."""
    done = CliRunner().invoke(command, [name, "--help"])
    assert "Examples:" in done.output
    assert all(len(line) <= 80 for line in done.output.splitlines())
