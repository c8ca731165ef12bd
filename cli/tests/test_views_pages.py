"""`--as markdown` and `--as html`: everything the contract says is there, and nothing it says is markup."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cli.tests.markup import Document, read_html
from cli.tests.shown import CLIENT_TICKETS, EVERY_TYPE, EVIL, FILES, TICKS, hostile, name_of, printed
from cli.views.drawing import drawing
from cli.views.html import _STYLE
from cli.views.mermaid import state_diagram
from contracts.compiler.load import load
from contracts.compiler.model import LifeCycle

FLAT = " ".join(EVIL.split())
CYCLE = LifeCycle("id", "state", ("new",), {"new": ("open", "new"), "open": ("_a;b_c", "new"), "_a;b_c": ()}, (), {})


def tokens(markdown: str) -> list[Token]:
    """What a Markdown reader makes of it, inline parts included; HTML in it would count as HTML."""
    read = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown)
    return [one for token in read for one in (token, *(token.children or ()))]


def words(markdown: str) -> str:
    """The text a reader sees."""
    return "".join(token.content for token in tokens(markdown) if token.type in ("text", "code_inline", "text_special"))


def page(file: Path) -> Document:
    """The HTML page of a contract."""
    return read_html(printed(file, "html"))


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_both_pages_name_every_field_clause_and_role(file: Path) -> None:
    """At any depth, with what each clause wants; and what is not enforced has its place."""
    contract = load(file)
    told = [field.path for field in contract.walk()] + [field.description for field in contract.walk()]
    told += [clause.wanted for clause in (*contract.all_clauses(), *contract.row_clauses())]
    told += [role.name for role in contract.roles] + [level.description for level in contract.service_levels]
    told += [contract.description, contract.owner, "Not enforced", *(note.what for note in contract.notes)]
    for seen in (words(printed(file, "markdown")), page(file).all("body")[0].text):
        assert [words_ for words_ in told if " ".join(words_.split()) not in " ".join(seen.split())] == []


def test_both_pages_say_where_a_header_comes_from() -> None:
    """A field, the contract itself, or who sent it."""
    rows = [
        ("contract", "the contract's name", "yes"),
        ("contract_version", "the contract's version", "no"),
        ("number", "the value of number", "yes"),
        ("sender", "the name of the producer that sent it", "no"),
    ]
    text = printed(EVERY_TYPE, "markdown").replace("`", "")
    cells = [cell.text for cell in page(EVERY_TYPE).elements if cell.tag in ("th", "td")]
    for row in rows:
        assert f"| {' | '.join(row)} |" in text
        assert any(tuple(cells[start : start + 3]) == row for start in range(len(cells)))


def test_a_hostile_contract_adds_no_element_to_the_html_page(tmp_path: Path) -> None:
    """Every element and attribute is one we write; the contract's text is text, in full."""
    made = page(hostile(tmp_path))
    ours = {element.tag for element in page(EVERY_TYPE).elements}
    assert {element.tag for element in made.elements} == ours
    known = {name for element in page(EVERY_TYPE).elements for name in element.attributes}
    assert {name for element in made.elements for name in element.attributes} == known
    assert all(name != "style" and not name.startswith("on") for name in known)
    for tag in ("dd", "td"):
        assert any(element.text == EVIL for element in made.all(tag)), tag


def test_the_html_page_loads_nothing_and_leads_only_where_a_browser_may_go(tmp_path: Path) -> None:
    """No script, no request; links are places on the page or have a harmless scheme."""
    for file in (CLIENT_TICKETS, hostile(tmp_path)):
        made = page(file)
        assert "src" not in {name for element in made.elements for name in element.attributes}
        assert not made.all("script") + made.all("link") + made.all("img")
        targets = [str(link.attributes["href"]) for link in made.all("a")]
        assert all(re.match(r"#|https://example\.com/|mailto:", target) for target in targets)
    assert "https://example.com/'x'?a=1&copy;*_b_*" in targets
    style = _STYLE.read_text("utf-8")
    assert "@import" not in style
    assert "url(" not in style


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_the_html_page_can_be_read_with_a_screen_reader(file: Path) -> None:
    """Language, title, headings in order, a caption and scoped headers in each table, ids that are unique."""
    made = page(file)
    assert made.all("html")[0].attributes["lang"] == "en"
    assert made.all("title")[0].text.startswith(load(file).name)
    assert [element.tag for element in made.elements if re.fullmatch("h[1-6]", element.tag)][:2] == ["h1", "h2"]
    assert len(made.all("table")) == len(made.all("caption"))
    assert {cell.attributes.get("scope") for cell in made.all("th")} <= {"col", "row", "rowgroup"}
    ids = [element.attributes["id"] for element in made.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    wanted = {
        element.attributes[name]
        for element in made.elements
        for name in element.attributes
        if name.endswith("labelledby")
    }
    assert wanted <= set(ids)


def test_a_hostile_contract_adds_no_markup_to_the_markdown(tmp_path: Path) -> None:
    """Headings, tables and links are ours alone; a table row has as many cells as its head; no HTML but ours."""
    text = printed(hostile(tmp_path), "markdown")
    made, ours = tokens(text), printed(EVERY_TYPE, "markdown")
    assert {token.type for token in made} - {token.type for token in tokens(ours)} == {"html_inline"}
    assert {token.content for token in made if token.type == "html_inline"} == {"<code>", "</code>"}
    assert [token.attrs["href"] for token in made if token.type == "link_open"] == [
        "https://example.com/'x'?a=1&copy;*_b_*"
    ]
    headings = [[line for line in shown.splitlines() if line.startswith("#")] for shown in (text, ours)]
    assert headings[0] == headings[1]
    assert FLAT in words(text)
    assert TICKS in [token.content for token in made if token.type == "code_inline"]


def test_every_row_of_a_markdown_table_has_the_cells_of_its_head(tmp_path: Path) -> None:
    """A | in a pattern, query or description does not begin another cell, whichever engine splits the row."""
    for file in (*FILES, hostile(tmp_path)):
        text = printed(file, "markdown")
        tables = re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)
        for table in tables:
            rows = [re.sub(r"\\.", "", row) for row in table.splitlines()]
            assert len({row.count("|") for row in rows}) == 1, table
        assert len(tables) == sum(token.type == "table_open" for token in tokens(text))


def test_the_life_cycle_is_drawn_for_mermaid() -> None:
    """Ids are made up and labels escaped, so that a state may be called anything."""
    assert state_diagram(CYCLE).splitlines() == [
        "stateDiagram-v2",
        '    state "new" as s1_new',
        '    state "open" as s2_open',
        '    state "#95;a#59;b_c" as s3_abc',
        "    [*] --> s1_new",
        "    s1_new --> s2_open",
        "    s1_new --> s1_new",
        "    s2_open --> s3_abc",
        "    s2_open --> s1_new",
        "    s3_abc --> [*]",
    ]
    assert "```mermaid\nstateDiagram-v2\n" in printed(CLIENT_TICKETS, "markdown")


def test_the_life_cycle_is_drawn_as_svg() -> None:
    """One box per state, one arrow per transition and one into each first state."""
    svg = drawing(CYCLE)
    assert re.findall(r"<text[^>]*>([^<]*)</text>", svg) == ["new", "open", "_a;b_c"]
    assert svg.count('class="edge"') == 4 + 1
    assert page(CLIENT_TICKETS).all("svg")[0].attributes["role"] == "img"
