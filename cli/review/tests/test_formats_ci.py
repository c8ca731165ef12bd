"""Annotations and JUnit: what CI servers read."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from cli.review.formats import Context
from cli.review.formats.github import SHOWN
from cli.review.tests.reports import (
    MAXIMUM,
    NEW_MAJOR,
    PATTERN,
    REPORT,
    WORDS,
    crowded,
    hostile,
)
from cli.review.tests.shown import alone, shown
from contracts.compiler.diff.model import Report


def unescaped(text: str) -> str:
    """What GitHub's runner reads from the data of a command."""
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def test_github_annotates_the_line_with_level_and_title() -> None:
    """Error for breaking, warning for unproven, notice for the rest."""
    lines = shown("github", alone(WORDS, PATTERN, MAXIMUM, version=None)).splitlines()
    assert [line.split("::")[1] for line in lines] == [
        "error file=contracts/client_tickets/v1.odcs.yaml,line=84,title=breaking%3A maximum-tightened",
        "warning file=contracts/client_tickets/v1.odcs.yaml,line=41,title=unproven%3A pattern-changed",
        "notice file=contracts/client_tickets/v1.odcs.yaml,line=80,title=compatible%3A description-changed",
    ]
    assert MAXIMUM.remedy in unescaped(lines[0])


def test_what_was_removed_is_annotated_on_the_file() -> None:
    """Its line is one of the earlier version, so that no line of the later one is marked by mistake."""
    removed = replace(MAXIMUM, rule="maximum-removed", new=None)
    assert "v1.odcs.yaml,title=" in shown("github", alone(removed))
    assert "maximum-removed, line 84 of the earlier version" in shown("text", alone(removed))


def test_github_lines_are_commands_of_ours_whatever_the_text() -> None:
    """Each line is one command with three properties; the text can neither end it nor begin another."""
    for line in shown("github", hostile()).splitlines():
        assert re.fullmatch(r"::(error|warning|notice) ((file|line|title)=[^:,\r\n]*,?)+::.*", line)
        assert not re.search(r"%(?!25|0A|0D|3A|2C)", line)


def test_github_shows_ten_of_a_level_and_says_how_many_more() -> None:
    """GitHub drops what is beyond ten, so the tenth says so."""
    lines = shown("github", crowded(1, 30)).splitlines()
    assert len([line for line in lines if line.startswith("::error")]) == SHOWN
    assert "22 more of this level" in lines[-1]  # 30 findings and the version, 9 of them shown


def test_github_is_silent_about_what_does_not_count() -> None:
    """A new major beside the old one is no annotation."""
    assert shown("github", Report((NEW_MAJOR,), ())) == ""


def suites(report: Report, bar: str) -> dict[str, dict[str, str]]:
    """JUnit's suites by name, with their totals."""
    root = ElementTree.fromstring(shown("junit", report, Context(bar)))  # noqa: S314 - we wrote it
    return {suite.attrib["name"]: dict(suite.attrib) for suite in root}


@pytest.mark.parametrize(("bar", "failures"), [("breaking", 5), ("unproven", 6), ("any", 8), ("none", 0)])
def test_junit_fails_what_is_above_the_bar(bar: str, failures: int) -> None:
    """And a dishonest version with it, unless nothing is to fail."""
    suite = suites(REPORT, bar)["client_tickets.v1"]
    assert (suite["tests"], suite["failures"], suite["skipped"]) == ("9", str(failures), "1")


def test_junit_skips_what_was_waived_or_does_not_count() -> None:
    """A new major is skipped, an unchanged contract passes, a waiver that fails is a failure."""
    made = suites(REPORT, "unproven")
    assert (made["client_tickets.v2"]["failures"], made["client_tickets.v2"]["skipped"]) == ("0", "1")
    assert (made["tickets.v1"]["tests"], made["tickets.v1"]["failures"]) == ("1", "0")
    assert made["waivers"]["failures"] == "1"
    assert suites(REPORT, "none")["waivers"]["failures"] == "0"
