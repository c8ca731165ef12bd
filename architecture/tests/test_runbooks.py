"""The pages that the model names: they exist, speak of what names them, and their commands are real."""

import re
from pathlib import Path

import pytest

from architecture import parts
from architecture.load import HOME, load

ROOT = HOME.parent.parent
PAGES = sorted((HOME.parent / "runbooks").glob("*.md"))
SECTIONS = ["What it means", "What to look at", "What to do"]


def named_in(architecture: parts.Architecture) -> list[parts.Component | parts.Scenario]:
    """What may name a runbook."""
    return [*architecture.components, *architecture.scenarios]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_who_is_called_and_what_to_do(page: Path) -> None:
    """Whoever is woken up finds the same three sections, and the parts the page is about."""
    text = page.read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    head = text.split("## ")[0]
    known = set().union(*(architecture.all() for architecture in load().all().values()))
    named = re.findall(r"`([a-z0-9-]+)`", head)
    assert named
    assert set(named) <= known


def test_every_page_that_the_model_names_is_there_and_no_other() -> None:
    """A runbook that is named and missing is found when it is needed; one that nobody names is never found."""
    named = {part.runbook for architecture in load().all().values() for part in named_in(architecture) if part.runbook}
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
    assert [page.name for page in PAGES if str(page.relative_to(ROOT)) not in named] == []


def test_a_page_is_about_every_part_that_sends_its_reader_there() -> None:
    """The page of a part or scenario names it."""
    silent = {
        (part.id, part.runbook)
        for architecture in load().all().values()
        for part in named_in(architecture)
        if part.runbook and part.runbook.startswith("architecture/") and f"`{part.id}`" not in _text(part.runbook)
    }
    assert silent == set()


def _text(runbook: str) -> str:
    return (ROOT / runbook).read_text("utf-8")
