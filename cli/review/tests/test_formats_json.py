"""The JSON document: described by its schema, no digit lost."""

import json
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cli.review.formats import BARS, FORMATS
from cli.review.formats.values import json_text
from cli.review.tests.reports import (
    CLEAN,
    DISHONEST,
    EVENT,
    MAXIMUM,
    NOTHING,
    REPORT,
    hostile,
)
from cli.review.tests.shown import ROOT, alone, shown
from contracts.compiler.diff.model import Report, Waiver

SCHEMA = json.loads((ROOT / "docs/contract-review.schema.json").read_text("utf-8"))
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


def test_the_page_for_users_names_every_format_bar_and_key_of_a_waiver() -> None:
    """Whoever adds one writes it down."""
    page = (ROOT / "docs/contract-review.md").read_text("utf-8")
    names = [*(f"| `{name}` |" for name in FORMATS), *(f"`{name}`" for name in BARS)]
    names += [f" {field.name}: " for field in fields(Waiver)]
    assert [name for name in names if name not in page] == []
