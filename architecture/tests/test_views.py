"""Views of a small hand-made architecture, where what each must show is known."""

from __future__ import annotations

import csv
import io
import re

import pytest

from architecture import views
from architecture.tests.drawn import COMPONENTS, FLOWS, HOSTILE, component, drawn, flow, held, renamed
from architecture.views.diagram import Arrow, Box, Chart, Frame, Message, Picture, Sequence, Table, folded
from architecture.views.mermaid import label, mermaid
from architecture.views.scene import LANGUAGES, Scene
from architecture.views.text import csv_text, markdown
from architecture.views.words import WORDS


def tables(**sections: object) -> dict[str, Table]:
    """Every table by its id."""
    made = (drawing for _, drawings in views.draw(drawn(**sections)) for drawing in drawings)
    return {drawing.id: drawing for drawing in made if isinstance(drawing, Table)}


def chart(name: str, **sections: object) -> Chart:
    """One chart by its id."""
    found = views.pictures(drawn(**sections))[name].diagram
    assert isinstance(found, Chart)
    return found


def sequence(name: str, **sections: object) -> Sequence:
    """One sequence by its id."""
    found = views.pictures(drawn(**sections))[name].diagram
    assert isinstance(found, Sequence)
    return found


def messages(name: str) -> list[tuple[str, str, str]]:
    """Who calls whom, and how, in one sequence."""
    return [(step.start, step.end, step.kind) for step in sequence(name).steps if isinstance(step, Message)]


def test_each_flow_is_in_the_flow_matrix_exactly_once() -> None:
    """One row for each flow, in the order of the model, opened by who opens it."""
    rows = [(row[0], row[3], row[5]) for row in tables()["flows"].rows]
    assert rows == [
        ("enter", "desk", "crm"),
        ("feed", "broker", "crm"),
        ("read", "job", "broker"),
        ("check", "job", "export"),
        ("publish", "export", "lake"),
        ("resolve", "job", "watch"),
        ("measure", "watch", "lake"),
    ]


def test_a_flow_says_its_data_with_class_and_form() -> None:
    """Personal data in clear and pseudonymised tables are told apart, also where a flow carries both."""
    flows = (flow("both", "job", "lake", carries=[held("tables", "pseudonymised"), held("people")]),)
    (row,) = tables(flows=flows)["flows"].rows
    assert row[10] == "personal, in clear: People; confidential, pseudonymised: Tables"


def test_the_firewall_allows_what_crosses_zones_and_denies_the_rest() -> None:
    """Flows within a zone need no rule, a pull is allowed from who opens it, and the last rule denies."""
    rows = [(row[1], row[2], row[4], row[6], row[7], row[9]) for row in tables()["firewall"].rows]
    assert rows == [
        ("allow", "Office", "Inside", "tcp", "8443", "enter"),
        ("allow", "Inside", "Outside", "tcp", "443", "publish measure"),
        ("deny", "*", "*", "*", "*", ""),
    ]


def test_a_name_service_is_allowed_on_both_transports() -> None:
    """DNS is asked over UDP and over TCP: two rules."""
    flows = (flow("names", "desk", "watch", protocol="DNS", port=53),)
    rows = [(row[6], row[7]) for row in tables(flows=flows)["firewall"].rows[:-1]]
    assert rows == [("tcp", "53"), ("udp", "53")]


def test_a_zone_without_addresses_is_not_anywhere() -> None:
    """Its rule holds a question mark, which no firewall loads; only the internet is everywhere."""
    zones = (
        {"id": "inside"},
        {"id": "office"},
        {"id": "outside", "kind": "internet"},
    )
    rows = {row[9]: (row[3], row[5]) for row in tables(zones=zones)["firewall"].rows}
    assert rows["publish measure"] == ("?", "0.0.0.0/0")


def test_rights_on_a_broker_become_its_access_rules() -> None:
    """A reader may read and describe its topic, and use groups of its role's name; rights elsewhere give none."""
    assert [row[1:] for row in tables()["broker-acls"].rows] == [
        ("User:job-login", "ALLOW", "READ", "TOPIC", "LITERAL", "tickets", "*"),
        ("User:job-login", "ALLOW", "DESCRIBE", "TOPIC", "LITERAL", "tickets", "*"),
        ("User:job-login", "ALLOW", "READ", "GROUP", "PREFIXED", "processing", "*"),
    ]


def test_a_right_to_everything_is_shown_as_that() -> None:
    """`*` on `*` is a right on the broker as well, and a column of its own in the matrix."""
    identities = ({"id": "broker-login"}, {"id": "job-login", "permissions": [{"action": "*", "on": "*"}]})
    made = tables(identities=identities)
    assert [row[3:7] for row in made["broker-acls"].rows] == [
        ("ALL", "CLUSTER", "LITERAL", "kafka-cluster"),
        ("ALL", "TOPIC", "LITERAL", "*"),
    ]
    assert made["rights"].head == ("Identity", "*")
    assert made["rights"].rows == (("broker-login", ""), ("job-login", "*"))


def test_who_answers_and_does_is_both_letters() -> None:
    """RACI: a team may be R and A at once."""
    assert tables()["raci"].rows == (("Run it", "R/A", "I"),)


def test_a_secret_says_what_it_proves_and_a_key_what_it_protects() -> None:
    """Both follow from those who name them."""
    identities = ({"id": "broker-login"}, {"id": "job-login", "secret": "password", "name": {"en": "Job", "fr": "Job"}})
    crm = component("crm", "database", "inside", at_rest={"by": "held", "key": "key"})
    rest = tuple(row for row in COMPONENTS if row["id"] != "crm")
    made = tables(identities=identities, components=(crm, *rest))
    assert made["secrets"].rows[0][5:7] == ("Job", "every 30 days")
    assert made["keys"].rows[0][5:7] == ("crm", "never")


def test_a_zone_picture_has_one_arrow_for_two_zones_and_the_class_of_what_crosses() -> None:
    """Arrows go from who opens; personal data in clear is thick."""
    arrows = {(arrow.start, arrow.end): (arrow.line, arrow.paint) for arrow in chart("zones").arrows}
    assert arrows == {
        ("office", "inside"): ("thick", "clear"),
        ("inside", "outside"): ("plain", "pseudonymised"),
    }


def test_what_moves_business_data_is_in_the_picture_of_parts() -> None:
    """Every end of a flow of business data, and nothing else."""
    ends = {end for row in FLOWS if row.get("purpose", "data") == "data" for end in (row["source"], row["to"])}
    assert {box.id for box in chart("containers").boxes()} == ends


def test_an_instance_is_drawn_where_it_stands() -> None:
    """Three brokers in two rooms: two stand in the first."""
    frame = chart("deployment-centre").inside[0]
    assert isinstance(frame, Frame)
    shown = {
        room.id: [box.lines for box in room.inside if isinstance(box, Box)]
        for room in frame.inside
        if isinstance(room, Frame)
    }
    assert shown == {"room-a": [("Inside:", "broker x 2")], "room-b": [("Inside:", "broker")]}


def test_a_line_joins_the_places_of_its_zones() -> None:
    """One arrow between the outermost places, without a tip."""
    (arrow,) = [arrow for arrow in chart("deployment").arrows if arrow.lines]
    assert {arrow.start, arrow.end} == {"centre", "region"}
    assert not arrow.tip


def test_an_event_comes_in_by_questions_and_answers_in_the_order_data_move() -> None:
    """A pull is a call of the reader and an answer."""
    assert messages("ingest-crm") == [
        ("desk", "crm", "send"),
        ("broker", "crm", "call"),
        ("crm", "broker", "answer"),
    ]
    assert messages("export") == [
        ("job", "broker", "call"),
        ("broker", "job", "answer"),
        ("job", "export", "send"),
        ("export", "lake", "send"),
    ]


def test_a_cut_line_shows_what_waits_who_is_called_and_what_is_made_up() -> None:
    """The publishing flow is lost and later sent; the team is told, and does its step."""
    assert messages("incident") == [
        ("export", "lake", "lost"),
        ("watch", "ops", "send"),
        ("ops", "ops", "call"),
        ("export", "lake", "send"),
    ]


def test_a_model_without_flows_has_no_empty_pictures() -> None:
    """What there is to draw is drawn: who is there, and where."""
    assert set(views.pictures(drawn(flows=()))) <= {"context", "deployment", "deployment-centre", "incident"}


def test_a_model_without_that_scenario_has_no_such_picture() -> None:
    """Nothing is drawn rather than something empty."""
    assert "incident" not in views.pictures(drawn(scenarios=()))


def test_recovery_brings_back_what_is_needed_first() -> None:
    """A part comes in a later step than what it needs; who cannot be brought back is not named."""
    hours = {"low": 1, "likely": 1, "high": 1, "unit": "h"}
    components: list[dict[str, object]] = [dict(row) | {"restore_h": hours, "owner": "ops"} for row in COMPONENTS]
    components[3]["needs"] = ["broker"]
    said = ["\n".join(step.lines) for step in sequence("recovery", components=components).steps]
    assert said.index("Step 1") < next(place for place, words in enumerate(said) if "broker" in words)
    assert next(place for place, words in enumerate(said) if "broker" in words) < said.index("Step 2")
    assert next(place for place, words in enumerate(said) if words.startswith("job")) > said.index("Step 2")


def test_a_picture_of_data_is_painted_by_form_and_class() -> None:
    """Who holds nothing is plain."""
    paints = {box.id: box.paint for box in chart("data").boxes()}
    assert paints["crm"] == "clear"
    assert paints["lake"] == "pseudonymised"
    assert paints["job"] == "plain"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_architecture_is_drawn_the_same(language: views.Language) -> None:
    """Two drawings of it are equal, letter by letter."""
    first, second = (
        [drawn_text(drawing) for _, drawings in views.draw(drawn(), language) for drawing in drawings] for _ in range(2)
    )
    assert first == second


def drawn_text(drawing: views.Drawing) -> str:
    """A drawing as it is written."""
    if isinstance(drawing, Picture):
        return drawing.title + drawing.lead + mermaid(drawing.diagram)
    return drawing.title + drawing.lead + csv_text(drawing) + markdown(drawing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_stay_text(language: views.Language) -> None:
    """No quote, bracket, tag or line of a name reaches Mermaid as markup, and a CSV reader gives it back."""
    for _, drawings in views.draw(renamed(HOSTILE + "\nend"), language):
        for drawing in drawings:
            if isinstance(drawing, Picture):
                assert_inert(mermaid(drawing.diagram))
            else:
                assert "<script>" not in markdown(drawing)
                assert next(csv.reader(io.StringIO(csv_text(drawing)))) == list(drawing.head)


def assert_inert(text: str) -> None:
    """Every line is one that the writer makes, with labels in which nothing is markup."""
    quoted = re.compile(r'"[^"<>`*_\[\]{}|]*"')
    for line in text.replace("<br/>", " ").splitlines():
        assert "<" not in re.sub(r"-->>|->>|-->|==>|-\.->", "", line).replace("<br/>", "")
        rest = quoted.sub("", line)
        assert '"' not in rest, line


def test_a_formula_is_no_formula_in_csv() -> None:
    """A cell that a spreadsheet would run is led by an apostrophe."""
    table = Table("t", "t", "t", ("a",), (("=1+1",), ("-",), ("plain",)))
    assert csv_text(table) == "a\n'=1+1\n'-\nplain\n"


def test_a_label_is_escaped_by_codes_and_never_read_as_a_list() -> None:
    """What Mermaid would read as markup is its code; an umlaut and a bracket of prose stay."""
    assert label(('1. "Ü" [x] (y)', "- a")) == "1#46; #34;Ü#34; #91;x#93; (y)<br/>#45; a"
    assert label(("#35;",)) == "#35;35#59;"  # a code of Mermaid's in a name is text as well
    assert label(("",)) == " "


def test_boxes_are_named_by_made_up_ids() -> None:
    """`end` and `graph` are words of Mermaid's: no id of a model is one of its words."""
    made = mermaid(Chart((Box("end", ("end",)), Box("graph", ("x",))), (Arrow("end", "graph"),)))
    assert made.splitlines()[1:4] == ['  n1["end"]:::plain', '  n2["x"]:::plain', "  n1 --> n2"]


def test_text_is_folded_between_words() -> None:
    """A word longer than a line has a line of its own."""
    assert folded("a bb ccc incomprehensible d", 6) == ("a bb", "ccc", "incomprehensible", "d")


def test_every_word_is_in_both_languages() -> None:
    """None is empty, and places for values are the same in both."""
    for key, words in WORDS.items():
        assert words.en and words.fr, key
        assert sorted(re.findall(r"{\w+}", words.en)) == sorted(re.findall(r"{\w+}", words.fr)), key


def test_numbers_and_spans_are_written_as_the_language_has_them() -> None:
    """A French reader gets a comma and a thin space."""
    english, french = (Scene(drawn(), language) for language in LANGUAGES)
    assert (english.number(1234.5), french.number(1234.5)) == ("1,234", "1\u202f234")
    assert (english.number(0.25), french.number(0.25)) == ("0.25", "0,25")
    assert [english.hours(value) for value in (0.1, 1, 30, 48)] == ["6 min", "1 h", "30 h", "2 days"]
