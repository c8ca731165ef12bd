"""Every format says what the report says, to the right reader, whatever the contracts say."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from cli.review.formats import BARS, FORMATS, Context
from cli.review.tests.reports import (
    CLEAN,
    DISHONEST,
    MAXIMUM,
    NEW_MAJOR,
    NOTHING,
    REPORT,
    TICKETS,
    WITNESS,
    WORDS,
    crowded,
    hostile,
)
from cli.review.tests.shown import BAR, alone, shown
from cli.tests.markup import read_html
from contracts.compiler.diff.model import Comparison, Report

FOR_PEOPLE = ("text", "markdown", "html", "junit")


def seen(name: str, text: str) -> str:
    """The words that a reader sees, white space folded."""
    if name == "html":
        text = read_html(text).all("body")[0].text
    if name == "junit":
        root = ElementTree.fromstring(text)  # noqa: S314 - we wrote it
        text = " ".join(word for part in root.iter() for word in (*part.attrib.values(), part.text or ""))
    if name == "markdown":
        text = re.sub(r"\\(.)", r"\1", text.replace("&#8203;", ""))
    return " ".join(text.split())


def test_the_formats_stand_in_the_order_users_meet_them() -> None:
    """The table of formats is what `--format` offers."""
    assert list(FORMATS) == ["text", "json", "markdown", "github", "junit", "html"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("report", [REPORT, CLEAN, NOTHING, hostile(), crowded(30, 20)], ids=lambda _: "")
@pytest.mark.parametrize("bar", BARS)
def test_no_report_breaks_a_format(name: str, report: Report, bar: str) -> None:
    """Odd values, none at all, or far too many: there is always a text that can be written as UTF-8."""
    shown(name, report, Context(bar)).encode("utf-8")


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_every_format_for_people_tells_change_harm_witness_and_remedy(name: str) -> None:
    """Rule, place, what it says, whom it breaks, who wrote and read the event, what the reader says, what to do."""
    text = seen(name, shown(name, alone(MAXIMUM)))
    wanted = [MAXIMUM.rule, MAXIMUM.place, MAXIMUM.says, MAXIMUM.remedy, WITNESS.says]
    wanted += ["readers of old events with the new contract; producers", "written with client_tickets 1.0.0"]
    wanted += [
        "16 of them read by Spark",
        "Refused by client_tickets.v1/satisfaction/maximum",
        DISHONEST.says,
        "1,200 events replayed",
    ]
    missing = [word for word in wanted if word not in text.replace("&#45;", "-").replace("&#46;", ".")]
    assert [
        word for word in missing if name != "junit" or word not in ("1,200 events replayed", "16 of them read by Spark")
    ] == []


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_every_format_for_people_names_who_waived_and_until_when(name: str) -> None:
    """Owner, reason and last day of a waiver stand beside what it lets pass."""
    text = seen(name, shown(name, REPORT))
    assert [word for word in ("support-data", "2026-12-31", "Nobody sends it since May.") if word not in text] == []
    assert "expired on 2026-01-01" in text


@pytest.mark.parametrize("name", ("text", "markdown", "html"))
def test_the_worst_change_comes_first(name: str) -> None:
    """Breaking before unproven before compatible before waived, however the findings came."""
    text = shown(name, REPORT).replace("&#45;", "-")
    places = [text.index(word) for word in ("unique", "pattern", "description", "Nobody sends it")]
    assert places == sorted(places)


def test_text_fits_a_terminal_and_ends_with_what_to_do() -> None:
    """No line is wider than 80 columns; the verdict is the first word, the advice the last."""
    lines = shown("text", REPORT).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "BREAKING"
    assert "Correct the version number." in " ".join(lines[-2:])
    assert shown("text", CLEAN).splitlines()[-1] == "Nothing to do: nothing is above the bar."


def test_text_says_a_change_of_words_on_one_line() -> None:
    """What breaks nobody does not need more; a long text of an event is cut and says its length."""
    lines = shown("text", alone(WORDS)).splitlines()
    assert [line for line in lines if "description" in line] == [
        "  compatible: description-changed schema.client_tickets.satisfaction.description"
    ]
    assert "(480 characters)" in shown("text", alone(MAXIMUM))


@pytest.mark.parametrize("name", ("text", "github"))
def test_nothing_steers_a_terminal(name: str) -> None:
    """Control characters and turned reading directions are written out."""
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", shown(name, hostile()))


def test_the_clause_is_named_once() -> None:
    """Where the reader's own words name it, they are enough."""
    said = replace(WITNESS, says=f"refused: {WITNESS.clause} wants at most 4")
    assert shown("text", alone(replace(MAXIMUM, witness=said))).count("satisfaction/maximum") == 1


def test_hostile_text_adds_no_element_to_the_page() -> None:
    """The page has the elements and attributes we write, and the text in full."""
    ours, made = read_html(shown("html", REPORT)), read_html(shown("html", hostile()))
    assert {element.tag for element in made.elements} <= {element.tag for element in ours.elements}
    known = {"lang", "charset", "http-equiv", "content", "name", "aria-label", "aria-labelledby", "id", "href", "class"}
    assert {name for element in made.elements for name in element.attributes} <= known
    assert "<script>alert(1)</script>" in made.all("body")[0].text


def test_the_page_loads_and_runs_nothing() -> None:
    """Its own policy forbids both; links stay on the page; ids are unique."""
    made = read_html(shown("html", REPORT))
    policy = next(meta.attributes["content"] for meta in made.all("meta") if "http-equiv" in meta.attributes)
    assert str(policy).startswith("default-src 'none'")
    ids = [element.attributes["id"] for element in made.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert {str(link.attributes["href"]) for link in made.all("a")} <= {f"#{name}" for name in ids}


def test_the_page_leaves_nothing_out() -> None:
    """It is where a comment without room sends its readers."""
    made = read_html(shown("html", crowded(3, 50)))
    assert len(made.all("article")) == 150


def counted(row: Comparison) -> int:
    """How many findings are above the bar."""
    return len(BAR.stopping(row))


def test_what_is_waived_or_does_not_count_is_never_above_the_bar() -> None:
    """Breaking and unproven ones are; so is nothing of a new major."""
    assert counted(TICKETS) == 5
    assert counted(NEW_MAJOR) == 0
    assert Context("none").dishonest(TICKETS) is None
    assert BAR.dishonest(TICKETS) == DISHONEST
