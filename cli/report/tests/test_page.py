"""The page: whole, self-contained, only of what there is, and harmless whatever stands in the data."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cli.report.page import charts, page
from cli.report.page.blocks import Card
from cli.report.page.flows import stages
from cli.report.page.sankey import Band
from cli.report.page.view import cards
from cli.report.sections.delay import Class, Delay
from cli.report.sections.flow import Flow
from cli.report.sections.kpis import Kpis
from cli.report.tests.made import LIFE, SOURCE, TICKETS, Event, derive, export, facts, workspace
from processing.tables import create_ledger
from processing.tests.ledgers import AMOUNT, PRIORITY, reasons, row
from runtime.workspace import Workspace

HARM = "<script>alert(1)</script>\u202e\u2066\x1b[2J\"'>&amp;`x`"
SECTIONS = ["ran", "flow", "rejections", "kpis", "delay", "batches", "checks", "lineage"]


class Outline(HTMLParser):
    """Elements and ids of a page, as a browser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))


def text_of(made: str) -> str:
    """The words of a page, without its style."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", made, flags=re.DOTALL)))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a workspace with everything in it."""
    events = [*LIFE, *(Event(10 + n, "opened", n / 10, batch="2") for n in range(3))]
    made = workspace(tmp_path_factory.mktemp("whole"), events, [row("1:0", "rejected", PRIORITY, AMOUNT)])
    export(made)
    return page(facts(made))


def test_it_loads_nothing_and_runs_nothing(whole: str) -> None:
    """No address but the names of SVG's vocabularies, no script, and a policy that would stop either."""
    assert set(re.findall(r"https?://[^\"' )<]+", whole)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert not re.search(r"<script|<link|@import|src=|\son[a-z]+=", whole)
    assert "default-src 'none'" in whole


def test_sections_come_in_order_with_headings_and_ids_of_their_own(whole: str) -> None:
    """One h1, an h2 a section, and no id twice."""
    found = Outline(whole).tags
    assert [attrs.get("id") for tag, attrs in found if tag == "h2"] == SECTIONS
    assert sum(tag == "h1" for tag, _ in found) == 1
    ids = [attrs["id"] for _, attrs in found if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_every_table_has_a_caption_and_heads_with_their_scope(whole: str) -> None:
    """Those who hear a page know which cell they are in."""
    found = Outline(whole).tags
    assert sum(tag == "table" for tag, _ in found) == sum(tag == "caption" for tag, _ in found) > 8
    assert {attrs.get("scope") for tag, attrs in found if tag == "th"} == {"col", "row"}


def test_every_drawing_has_a_title_two_widths_and_its_numbers(whole: str) -> None:
    """Who does not see a chart has its title, its description, and a table."""
    drawings = [attrs for tag, attrs in Outline(whole).tags if tag == "svg"]
    assert len(drawings) == 2 * whole.count("<figure>") == 2 * 8
    assert all(attrs["role"] == "img" and len((attrs["aria-labelledby"] or "").split()) == 2 for attrs in drawings)
    assert all("<table" in part for part in whole.split("<figure>")[1:])


def test_what_breaks_a_clause_is_shown(whole: str) -> None:
    """Clause, count, share, sentence and example in one row."""
    assert re.search(
        rf"{re.escape(PRIORITY)} 1 8\.\d+ % priority wants one of .*? 1:0: \$\.x is",
        text_of(whole.replace("<wbr>", "")),
    )


def test_values_that_mean_harm_are_only_text(tmp_path: Path) -> None:
    """Markup is escaped; what would turn or hide text is written out; in tables and in charts."""
    broken = [{"clause": f"client_tickets.v2/{HARM}/enum", "path": HARM, "found": HARM, "wanted": HARM}]
    made = workspace(
        tmp_path, [*LIFE, Event(9, "opened", 1, priority=HARM)], [row("1:0", "rejected") | {"violations": broken}]
    )
    found = facts(made)
    about = replace(found.about, topic=HARM, versions={HARM: HARM})
    text = page(replace(found, contract=HARM, description=HARM, attention=(HARM,), about=about))
    assert "<script" not in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", text)
    assert "&lt;script&gt;" in text
    assert "\\u202e" in text


def test_a_masked_value_stays_masked(tmp_path: Path) -> None:
    """The page shows what the decoder kept of a personal field, and no raw byte."""
    found = [reasons("client_tickets.v2/client_email/format")[0] | {"found": "string of 22 characters"}]
    text = page(facts(workspace(tmp_path, refused=[row("1:0", "rejected") | {"violations": found}])))
    assert "string of 22 characters" in text
    assert "secret bytes" not in text


def _nothing(root: Path) -> Workspace:
    return Workspace.open(root)


def _empty(root: Path) -> Workspace:
    create_ledger(root / "tables" / SOURCE.name / "ledger", SOURCE)
    return Workspace.open(root)


def _no_tables(root: Path) -> Workspace:
    from processing.tests.ledgers import ledger

    ledger(root / "tables" / SOURCE.name, [row("0:0", "rejected", PRIORITY)])
    return Workspace.open(root)


def _nothing_accepted(root: Path) -> Workspace:
    return workspace(root, [], [row("0:0", "rejected", PRIORITY)])


def _only_opened(root: Path) -> Workspace:
    return workspace(root, [Event(1, "opened", 0)])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            _nothing,
            "no ledger of client_tickets in this workspace. To make it: tickets process client_tickets --once",
        ),
        (_empty, "The ledger is empty"),
        (_no_tables, "the table tickets was not made from version 1 of the ledger. To make it: tickets process"),
        (_nothing_accepted, "the table tickets has no row"),
        (_only_opened, "All events are of one hour: too little for a line over time."),
        (
            _only_opened,
            "nothing is published of client_tickets in this workspace. To make it: tickets export client_tickets",
        ),
        (_only_opened, "None of 1 records was rejected"),
        (_only_opened, "No ticket was marked yet"),
        (workspace, "the audit was not run: a test has no broker. To make it: tickets audit client_tickets"),
    ],
)
def test_what_is_missing_is_said_with_the_command_that_makes_it(
    tmp_path: Path, make: Callable[[Path], Workspace], said: str
) -> None:
    """The page is whole all the same."""
    made = page(facts(make(tmp_path)))
    assert said in text_of(made)
    assert [attrs.get("id") for tag, attrs in Outline(made).tags if tag == "h2"] == SECTIONS


def test_what_does_not_add_up_stands_first_and_is_red_in_the_picture(tmp_path: Path) -> None:
    """A banner, a sentence with both numbers, and a stop of its own for the records that are nowhere."""
    made = workspace(tmp_path)
    derive(tmp_path / "tables" / SOURCE.name, TICKETS, [], 1)
    found = facts(made)
    text = text_of(page(found))
    assert text.index("It does NOT all add up.") < text.index("What ran")
    assert "DOES NOT ADD UP: 8 accepted records ≠ 0 rows of the table tickets." in text
    assert isinstance(found.flow, Flow)
    stops, bands = stages(found.flow)
    assert ("no row", 8) in [(stop.label, stop.count) for stop in stops]
    assert Band("accepted", "unkept", 8) in bands


def test_a_long_history_is_drawn_by_day_and_an_endless_one_by_week(tmp_path: Path) -> None:
    """Lines stay readable, and the page small, also where one clock was wrong by centuries."""
    found = facts(workspace(tmp_path / "long", [Event(1, "opened", 0), Event(2, "opened", 24 * 300)]))
    assert isinstance(found.kpis, Kpis)
    assert (found.kpis.unit, len(found.kpis.moments)) == ("day", 301)
    wrong = facts(workspace(tmp_path / "wrong", [Event(1, "opened", 0), Event(2, "opened", 24 * 365 * 900)]))
    assert isinstance(wrong.kpis, Kpis)
    assert (wrong.kpis.unit, [one.backlog for one in wrong.kpis.moments]) == ("week", [1, 2])
    assert len(page(wrong)) < 200_000


def test_the_number_of_the_others_says_which_they_are(tmp_path: Path) -> None:
    """By their outcomes, each; nothing where there are none."""
    made = workspace(tmp_path, refused=[row("1:0", "rejected", PRIORITY), row("1:1", "conflict", first_offset=1)])
    assert Card("Others", "1", "conflict", "") in cards(facts(made))
    assert Card("Others", "0", "", "") in cards(facts(workspace(tmp_path / "none")))


def test_an_axis_in_thousands_begins_with_nothing(tmp_path: Path) -> None:
    """At 0, not at 0k."""
    found = facts(workspace(tmp_path)).delay
    assert isinstance(found, Delay)
    many = replace(found, classes=(Class(0, 1, 12_000), Class(1, 2, 20_000)))
    labels = re.findall(r"<text[^>]*>([^<]*)</text>", charts.delays(many))
    assert "10k" in labels
    assert "0k" not in labels
    assert "0" in labels
