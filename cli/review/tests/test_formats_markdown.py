"""The comment: GitHub's Markdown that no contract can add to, and that always fits."""

import json
import re
from decimal import Decimal

from cli.review.formats.markdown import LIMIT, MARKER
from cli.review.formats.markup import fenced
from cli.review.tests.reports import (
    EVENT,
    MAXIMUM,
    REPORT,
    crowded,
    hostile,
)
from cli.review.tests.shown import alone, shown, tokens


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


def test_nothing_in_a_block_of_code_ends_it() -> None:
    """Its fence is longer than any in it."""
    text = "a\n````\n# heading\n```"
    assert [(token.type, token.content) for token in tokens(fenced(text, "json"))] == [("fence", f"{text}\n")]
