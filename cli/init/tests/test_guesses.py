"""What is guessed of samples, and how it is marked: patterns, lists of values, ids, personal data, what is left out."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from cli.init.draft import Draft
from cli.init.shape import fields_of
from cli.init.sketch import Asked, sketch_of
from cli.init.written import text_of
from contracts.compiler import yaml_reader


def field(name: str, values: Sequence[Any]) -> Draft:
    """The field that some values of one name come to."""
    fields, left = fields_of([{name: value} for value in values])
    assert not left
    return fields[0]


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        ([f"TCK-{number:08d}" for number in range(9)], "^TCK-[0-9]{8}$"),
        ([f"A.{number}" for number in range(8, 13)], r"^A\.[0-9]+$"),
        ([f"{letter}{letter}-7" for letter in "ABCDE"], "^[A-Z]{2}-[0-9]{1}$"),
        ([f"(x)/{number}" for number in range(5)], r"^\(x\)\/[0-9]{1}$"),
        ([f"a{number}" for number in range(4)], None),  # too few
        (["a1", "b2", "c3", "d4", "5e"], None),  # not built alike
    ],
)
def test_ids_of_one_build_get_a_pattern(values: list[str], pattern: str | None) -> None:
    """Constant letters stand in it, digits and letters that change become classes, of one length or any."""
    assert field("code", values).options.get("pattern") == pattern


def test_few_values_are_a_list_only_where_there_are_many_events() -> None:
    """Five in two hundred are; five in six, one that came once, and long ones are not."""
    assert field("state", ["new", "paid", "sent", "back", "lost"] * 40).enum == ("back", "lost", "new", "paid", "sent")
    assert field("state", ["new", "paid", "sent", "back", "lost", "new"]).enum is None
    assert field("state", ["new", "paid"] * 40 + ["once"]).enum is None
    assert field("state", ["x" * 61] * 40).enum is None


@pytest.mark.parametrize(
    ("name", "value", "class_"),
    [
        ("client_email", "x", "personal"),
        ("contact", "ada@example.com", "personal"),
        ("sender", "+33 1 99 00 12 34", "personal"),
        ("lastName", "Lovelace", "personal"),
        ("birth_date", "1980-01-01", "personal"),
        ("email_sent_at", "2026-01-05T08:30:00Z", "internal"),
        ("email_verified", True, "internal"),
        ("phone_number", 33199001234, "confidential"),
        ("comment", "fine", "confidential"),
        ("story", "x" * 81, "confidential"),
        ("user_id", "u7", "restricted"),
        ("peer", "192.0.2.7", "restricted"),
        ("status", "new", "internal"),
    ],
)
def test_personal_data_is_guessed_by_name_and_by_form(name: str, value: Any, class_: str) -> None:
    """A personal field is a text, whatever its texts look like, since it is stored as a keyed hash."""
    found = field(name, [value] * 30)
    assert found.classification == class_
    assert found.type == "string" or class_ != "personal"


def test_no_value_of_a_hidden_field_stands_in_the_draft() -> None:
    """Neither as an example, nor in a list, a pattern or a suggestion."""
    event = {"email": "planted1@example.com", "comment": "planted2", "salary": 31_337, "phones": ["+33 199 001 234"]}
    sketch = sketch_of("drawn", "a test", [event] * 50, Asked(None, None, None, None))
    text = text_of(sketch)
    for planted in ("planted", "31337", "199"):
        assert planted not in text


def test_day_and_month_are_asked_for_where_no_date_tells_them_apart() -> None:
    """05/01 may be either; 31/01 may not."""
    assert "which comes first?" in field("due", ["05/01/2026"]).notes["logicalType"]
    assert "which" not in field("due", ["05/01/2026", "31/01/2026"]).notes["logicalType"]


def test_money_is_kept_exactly() -> None:
    """By its name, with as many decimals as were seen; another number is the nearest float."""
    assert field("total_eur", [Decimal("12.50"), 3]).physical == "decimal(16,2)"
    assert field("load", [Decimal("12.50"), 3]).physical is None


@pytest.mark.parametrize("name", ["a.b", "a[]", "a/b", "a\tb", "", "*", "^a$", "a`b"])
def test_names_that_no_clause_or_column_can_have_are_left_out(name: str) -> None:
    """Those that the compiler refuses, and no others: names are quoted for each engine."""
    others = ["a-b", "é", "$x", 'q"', "a:b", "#@", "a b", "a,b", "a;b", "a(b)", "a{b}", "a=b", " a"]
    fields, left = fields_of([{name: 1, **dict.fromkeys(others, 1)}])
    assert [one.name for one in left] == [name]
    assert [one.name for one in fields] == others


def test_in_an_object_a_name_may_have_a_backtick() -> None:
    """It is no column there, which Spark could not address."""
    fields, left = fields_of([{"box": {"a`b": 1, "c": 2}}])
    assert not left
    assert [one.name for one in fields[0].children] == ["a`b", "c"]


def test_what_has_no_one_type_is_left_out_and_told() -> None:
    """With how often which type was seen, and never a value."""
    fields, left = fields_of([{"ok": 1, "mix": "secret"}, {"ok": 2, "mix": 7}, {"ok": 3, "mix": 8, "a.b": 1, "OK": 1}])
    assert [one.name for one in fields] == ["ok"]
    assert {one.name: one.reason for one in left} == {
        "mix": "its values are 2 times integer and 1 times string",
        "a.b": "its name has a character that clause ids are made with",
        "OK": "its name differs from another one only in capital letters",
    }


ORDERS = [
    {"id": number, "order_id": f"O-{number % 7}", "email": f"a{number}@example.com", "at": "2026-01-05T08:30:00Z"}
    for number in range(40)
]


def test_id_key_and_time_are_found() -> None:
    """The id differs from event to event, the key comes again; personal fields are neither."""
    sketch = sketch_of("drawn", "a test", ORDERS, Asked(None, None, None, None))
    assert (sketch.event_id.field, sketch.key.field, sketch.event_time.field) == ("id", "order_id", "at")
    assert sketch.missing() == {}


def test_the_same_event_twice_does_not_hide_the_id() -> None:
    """Samples of a topic hold duplicates."""
    sketch = sketch_of("drawn", "a test", [*ORDERS, ORDERS[0]], Asked(None, None, None, None))
    assert sketch.event_id.field == "id"


def test_what_the_topic_lacks_is_said_in_the_draft() -> None:
    """Without id and time there is a mark for each, with what to do."""
    sketch = sketch_of("drawn", "a test", [{"ok": True, "ts": Decimal("1767600000.5")}], Asked(None, None, None, None))
    assert set(sketch.missing()) == {"primaryKey", "kafkaKey", "eventTime"}
    text = text_of(sketch)
    for word in sketch.missing():
        assert f"# to do: {word}: " in text


def test_every_guess_is_marked_with_its_reason() -> None:
    """Type, required and class of each field, and every word of the topic that events do not say."""
    events = [{"code": f"A-{number}", "state": "new", "tags": ["x"]} for number in range(30)]
    lines = text_of(sketch_of("drawn", "a test", events, Asked(None, None, None, None))).splitlines()
    for words in ("  required:", "classification:", "logicalTypeOptions:", "quality:", "kafkaKey", "kafkaPartitions"):
        found = [line for line in lines if words in line]
        assert found, words
        assert all("  # guess: " in line or "# to do: " in line for line in found), found


@pytest.mark.parametrize("name", ["no", "1e3", "a: b", "# x", "é", '"', "\u2028", "null", "~", "a\u0085"])
def test_odd_names_and_values_are_written_as_they_are(name: str) -> None:
    """Whatever YAML makes of a word: what is read back is what the events had."""
    sketch = sketch_of("drawn", "a test", [{"plain": name}], Asked(None, None, None, None))
    document = yaml_reader.read_text(text_of(sketch), "draft")
    plain = next(row for row in document["schema"][0]["properties"] if row["name"] == "plain")
    assert plain["examples"] == [name]


def test_an_example_is_json_whatever_it_holds() -> None:
    """A number that is a text stays one."""
    text = text_of(sketch_of("drawn", "a test", [{"code": "007"}], Asked(None, None, None, None)))
    assert json.dumps("007") in text
