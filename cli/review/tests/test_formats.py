"""Every format says what the report says, to the right reader, and nothing a contract says is markup or a command."""

import json
import re
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cli.review.formats import BARS, FORMATS, Context
from cli.review.formats.github import SHOWN
from cli.review.formats.markdown import LIMIT, MARKER
from cli.review.formats.values import json_text
from cli.review.tests.reports import (
    CLEAN,
    DISHONEST,
    EVENT,
    MAXIMUM,
    NEW_MAJOR,
    NOTHING,
    PATTERN,
    REPORT,
    TICKETS,
    WITNESS,
    WORDS,
    crowded,
    hostile,
)
from cli.tests.markup import read_html
from contracts.compiler.diff.model import Comparison, Report, Waiver

BAR = Context("unproven")
ROOT = Path(__file__).resolve().parents[3]
SCHEMA = json.loads((ROOT / "docs/contract-review.schema.json").read_text("utf-8"))
FOR_PEOPLE = ("text", "markdown", "html", "junit")


def shown(name: str, report: Report, bar: Context = BAR) -> str:
    """A report in one format."""
    return FORMATS[name](report, bar)


def alone(*findings: Any, **changed: Any) -> Report:
    """A report of one contract with some findings."""
    return Report((replace(TICKETS, findings=findings, **changed),), ())


def tokens(markdown: str) -> list[Token]:
    """What a reader of GitHub's Markdown makes of it, inline parts included."""
    read = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown)
    return [one for token in read for one in (token, *(token.children or ()))]


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
    wanted += ["Refused by client_tickets.v1/satisfaction/maximum", DISHONEST.says, "1,200 events replayed"]
    missing = [word for word in wanted if word not in text.replace("&#45;", "-").replace("&#46;", ".")]
    assert [word for word in missing if not (name == "junit" and "replayed" in word)] == []


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


BACK = alone(MAXIMUM, version=replace(DISHONEST, given="back"))


@pytest.mark.parametrize(
    "report", [REPORT, CLEAN, NOTHING, BACK, hostile()], ids=["all", "clean", "nothing", "back", "hostile"]
)
def test_json_is_what_the_schema_says(report: Report) -> None:
    """The published schema describes every document that is printed."""
    Draft202012Validator.check_schema(SCHEMA)
    strict = Draft202012Validator(SCHEMA)
    assert not list(strict.iter_errors(json.loads(shown("json", report))))


def test_the_schema_would_notice() -> None:
    """A missing key, a foreign one or a verdict that does not exist is refused."""
    strict = Draft202012Validator(SCHEMA)
    changes: tuple[dict[str, Any], ...] = (
        {"verdict": "fine"},
        {"extra": 1},
        {"findings": [{}]},
        {"contracts": [{"informative": True}]},
    )
    for change in changes:
        assert not strict.is_valid(json.loads(shown("json", REPORT)) | change)
    assert not strict.is_valid({"verdict": "unchanged", "findings": [], "contracts": []})


def test_json_tells_path_from_field_and_keeps_every_digit() -> None:
    """`path` is the place in the file, `field` the field; a decimal of 38 digits comes back as it was."""
    document = json.loads(shown("json", REPORT), parse_float=Decimal)
    finding = next(row for row in document["findings"] if row["rule"] == "maximum-tightened" and not row["waived"])
    assert (finding["path"], finding["field"]) == (MAXIMUM.place, "satisfaction")
    assert (finding["old"], finding["new"], finding["breaks"]) == (5, 4, ["readers_of_old_events", "producers"])
    assert finding["witness"]["event"] == EVENT
    assert {row["contract"] for row in document["findings"]} == {"client_tickets.v1"}
    informative = [row for row in document["contracts"] if row["informative"]]
    assert [[found["rule"] for found in row["findings"]] for row in informative] == [["maximum-tightened"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.10"), "0.10"),
        (Decimal("1E+400"), "1E+400"),
        (Decimal("NaN"), '"NaN"'),
        (float("inf"), '"inf"'),
        (1e22, "1e+22"),
        (True, "true"),
        (2**70, "1180591620717411303424"),
        ("\ud800\u202eé", '"\\ud800\\u202eé"'),
        ({"a": (1, [None])}, '{"a": [1, [null]]}'),
        ({}, "{}"),
    ],
)
def test_a_value_as_json(value: object, text: str) -> None:
    """Numbers keep their digits, what JSON has no word for is text, what is not seen is escaped."""
    assert json_text(value, None) == text
    json.loads(text)


def test_a_value_that_holds_itself_ends() -> None:
    """Depth is bounded, so that no value can hang a report."""
    endless: list[Any] = []
    endless.append(endless)
    assert "nests deeper" in json_text(endless, None)


def test_markdown_begins_with_the_marker_and_proves_in_fenced_json() -> None:
    """The first line finds the comment again; the event in it is JSON with all its digits."""
    text = shown("markdown", alone(MAXIMUM))
    assert text.splitlines()[0] == MARKER
    blocks = [token.content for token in tokens(text) if token.type == "fence"]
    assert [json.loads(block, parse_float=Decimal)["price"] for block in blocks] == [EVENT["price"]]


def test_hostile_text_adds_no_markup_to_the_comment() -> None:
    """Headings, tables, fences, HTML and links are ours alone; every table row has as many cells as its head."""
    text = shown("markdown", hostile())
    made = tokens(text)
    assert not {token.type for token in made} & {"link_open", "image", "em_open", "s_open", "hr", "code_block"}
    html = {token.content for token in made if token.type == "html_inline"}
    assert html <= {"<br>", "<code>", "</code>"}
    for block in (token.content.strip() for token in made if token.type == "html_block"):
        assert re.fullmatch(
            rf"{MARKER}|</details>|<details><summary>\w+: (<code>[A-Za-z0-9 &#;]*</code> ?)+</summary>", block
        ), block
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert [re.split(" ", line)[0] for line in headings] == ["##", "###", "###", "###"]
    rows = [token for token in made if token.type == "tr_open"]
    cells = [token for token in made if token.type in ("td_open", "th_open")]
    assert len(rows) == 2 * (1 + 4 + 1 + 1)
    assert len(cells) == 2 * (3 * 5 + 4 * 2)


def test_hostile_text_names_nobody_and_links_nowhere() -> None:
    """Outside of code, GitHub finds no mention, reference or address in it."""
    prose = re.sub("<code>.*?</code>", "", shown("markdown", hostile()))
    text = "".join(token.content for token in tokens(prose) if token.type == "text")
    assert "octocat" in text
    assert not re.search(r"@\w|#\d|GH-\d|www\.|://", text)


def test_a_crowded_comment_stays_below_the_limit_and_says_what_it_left_out() -> None:
    """Parts are whole or missing: every fence and every fold that is opened is closed."""
    text = shown("markdown", crowded(60, 40))
    assert len(text) < LIMIT + 2_000 < 65_536
    assert re.search(r"_[\d,]+ parts of this report had no room in a comment", text)
    assert text.count("<details>") == text.count("</details>") > 0
    assert text.count("```") % 2 == 0
    assert "had no room" not in shown("markdown", REPORT)


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


def test_the_clause_is_named_once() -> None:
    """Where the reader's own words name it, they are enough."""
    said = replace(WITNESS, says=f"refused: {WITNESS.clause} wants at most 4")
    assert shown("text", alone(replace(MAXIMUM, witness=said))).count("satisfaction/maximum") == 1


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


def test_the_page_for_users_names_every_format_bar_and_key_of_a_waiver() -> None:
    """Whoever adds one writes it down."""
    page = (ROOT / "docs/contract-review.md").read_text("utf-8")
    names = [*(f"| `{name}` |" for name in FORMATS), *(f"`{name}`" for name in BARS)]
    names += [f" {field.name}: " for field in fields(Waiver)]
    assert [name for name in names if name not in page] == []
