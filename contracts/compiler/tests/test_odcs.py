"""All of ODCS that is compiled becomes clauses; what is not is refused with the reason, never dropped."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.compiler.errors import ContractError
from contracts.compiler.load import compile_document, load
from contracts.compiler.model import Expectation
from contracts.compiler.yaml_reader import read

FILE = Path(__file__).parent / "contracts" / "everything.odcs.yaml"


def problems(**changes: Any) -> str:
    """What is wrong with a contract of one property made of these keys."""
    document = read(FILE)
    document["schema"][0] = {"name": "t", "properties": [{"name": "x", **changes}]}
    try:
        compile_document(document, "t.yaml")
    except ContractError as error:
        return str(error)
    return ""


def test_every_option_becomes_a_clause() -> None:
    """Per field in the order they are judged, with typed arguments."""
    contract = load(FILE)
    rules = {field.path: [clause.id.rpartition("/")[2] for clause in field.clauses] for field in contract.walk()}
    assert rules == {
        "code": ["required", "type", "minLength", "maxLength", "pattern"],
        "mail": ["type", "format"],
        "colour": ["nullValues", "type", "enum", "missingValues", "invalidValues", "invalidValues#2"],
        "small": ["type", "minimum", "exclusiveMaximum", "multipleOf"],
        "huge": ["type", "maximum"],
        "ratio": ["type", "exclusiveMinimum", "maximum"],
        "price": ["type", "multipleOf"],
        "open": ["type", "enum"],
        "day": ["type", "format", "minimum", "maximum"],
        "at": ["type", "exclusiveMinimum"],
        "local_at": ["type", "format", "minimum"],
        "opens": ["type", "format", "minimum", "maximum"],
        "lines": ["type", "minItems", "maxItems", "uniqueItems"],
        "lines[]": ["type", "minProperties", "maxProperties"],
        "lines[].sku": ["required", "type"],
        "lines[].sizes": ["type"],
        "lines[].sizes[]": ["type"],
        "lines[].sizes[][]": ["required", "type"],
        "labels": ["type", "maxProperties"],
        "labels.key": ["required", "type", "pattern"],
        "labels.value": ["required", "type", "maxLength"],
    }
    arguments = {clause.id.removeprefix("everything.v2/"): clause.argument for clause in contract.all_clauses()}
    assert arguments["day/minimum"] == date(2020, 1, 1)
    assert arguments["day/maximum"] == date(2030, 12, 31)
    assert arguments["local_at/minimum"] == datetime(2020, 6, 30, 22, tzinfo=UTC)
    assert arguments["opens/maximum"] == time(20)
    assert arguments["price/multipleOf"] == Decimal("0.01")


def test_clauses_over_many_rows_are_kept_apart() -> None:
    """A tolerance needs all rows; no tolerance is judged per event."""
    contract = load(FILE)
    assert {clause.id.removeprefix("everything.v2/"): clause.argument for clause in contract.row_clauses()} == {
        "$/rowCount": Expectation("mustBeBetween", (1, 1000), "rows", None, None, None),
        "$/duplicateValues": Expectation("mustBeLessOrEqualTo", 1, "percent", None, None, ("code", "day")),
        "code/unique": None,
        "colour/invalidValues#3": Expectation("mustBeLessThan", 60, "percent", ("red",), None, None),
        "colour/duplicateValues": Expectation("mustBeGreaterThan", 0, "rows", None, None, None),
    }
    assert [query.query for query in contract.queries] == ["SELECT count(*) FROM {object} WHERE code IS NULL"]
    assert [note.what for note in contract.notes] == ["text rule: The sums add up.", "sql rule"]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"logicalType": "vector", "logicalTypeOptions": {"dimensions": 3}}, "schema.t.x: logicalType 'vector' is not"),
        ({}, "schema.t.x: has no logicalType"),
        ({"logicalType": "array"}, "is array without items"),
        ({"logicalType": "object"}, "is an object without properties"),
        ({"logicalType": "integer", "logicalTypeOptions": {"format": "i128"}}, "wider than 38 digits"),
        ({"logicalType": "integer", "logicalTypeOptions": {"format": "u128", "maximum": 10**38}}, "wider than 38"),
        ({"logicalType": "string", "logicalTypeOptions": {"format": "password"}}, "options.format: format 'password'"),
        (
            {"logicalType": "date", "logicalTypeOptions": {"format": "YYYY-MM-DD"}},
            "Options.format: format 'YYYY-MM-DD'",
        ),
        ({"logicalType": "date", "logicalTypeOptions": {"minimum": "soon"}}, "Options.minimum: minimum 'soon' is not"),
        ({"logicalType": "timestamp", "logicalTypeOptions": {"defaultTimezone": "Mars"}}, "not in the IANA database"),
        ({"logicalType": "time", "logicalTypeOptions": {"defaultTimezone": "Europe/Paris"}}, "no offset without a day"),
        ({"logicalType": "string", "enum": [{"value": 1}]}, "schema.t.x.enum: enum lists 1, which is no string"),
        ({"logicalType": "string", "quality": [{"metric": "rowCount", "mustBe": 1}]}, "not one for this level"),
        ({"logicalType": "string", "quality": [{"metric": "nullValues", "mustBe": 0, "unit": "days"}]}, "unit 'days'"),
        ({"logicalType": "string", "quality": [{"metric": "invalidValues", "mustBe": 0}]}, "wants one of validValues"),
        ({"logicalType": "string", "quality": [{"metric": "nullValues", "mustBe": "none"}]}, "'none' is no number"),
        ({"logicalType": "string", "quality": [{"metric": "nullValues", "mustBeBetween": [5, 1]}]}, "is empty"),
        (
            {"logicalType": "string", "quality": [{"type": "custom", "engine": "soda", "implementation": "x"}]},
            "schema.t.x.quality.0: is of type custom",
        ),
        (
            {"logicalType": "map", "map": {"key": {"logicalType": "integer"}, "value": {"logicalType": "string"}}},
            "keys of",
        ),
        ({"logicalType": "map"}, "ODCS: "),
        ({"logicalType": "string", "quality": [{"type": "sql", "query": "SELECT 1", "mustBe": "x"}]}, "is no number"),
        (
            {
                "logicalType": "date",
                "quality": [{"metric": "missingValues", "arguments": {"missingValues": ["N/A"]}, "mustBe": 0}],
            },
            "lists 'N/A', which is no date",
        ),
    ],
)
def test_what_is_not_compiled_is_refused_with_its_place(changes: dict[str, Any], wanted: str) -> None:
    """The exact path and the reason; nothing is dropped."""
    assert wanted.lower() in problems(**changes).lower()


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["a.b"], "clause ids are made with"),  # `a.b` would be the member b of a, too
        (["a[]"], "clause ids are made with"),
        (["a/b"], "clause ids are made with"),
        ([""], "is an empty name"),
        (["a\nb"], "has a control character"),
        (["*"], "is read as a pattern of names"),
        (["^a$"], "is read as a pattern of names"),
        (["a", "b", "a"], "stands twice among its neighbours"),
        (["Note", "note"], "differs from a neighbour only in capital letters"),
    ],
)
@pytest.mark.parametrize("within", [False, True])
def test_a_name_that_no_table_can_have_is_refused(names: list[str], wanted: str, within: bool) -> None:
    """At the top and in an object."""
    with pytest.raises(ContractError, match=wanted):
        compile_document(named(names, within), "t.yaml")


def test_a_column_with_a_backtick_is_refused() -> None:
    """Spark can't address it; a member of an object may have one."""
    with pytest.raises(ContractError, match="has a backtick, and Spark can't address such a column"):
        compile_document(named(["a`b"], within=False), "t.yaml")
    assert compile_document(named(["a`b"], within=True), "t.yaml").field("box.a`b")


@pytest.mark.parametrize("within", [False, True])
def test_a_name_that_is_only_unusual_is_taken(within: bool) -> None:
    """Each of these was written to a ledger, read by Spark and exported: names are quoted for each engine."""
    names = [
        "a b",
        "a,b",
        "a;b",
        "{a}",
        "(a)",
        "a=b",
        'a"b',
        "a'b",
        "a\\b",
        "é",
        "1a",
        "_x",
        "a%b",
        "$x",
        "-",
        "select",
    ]
    assert {field.name for field in compile_document(named(names, within), "t.yaml").walk()} >= set(names)


def named(names: list[str], within: bool) -> dict[str, Any]:
    """A document with fields of these names, side by side at the top or in an object."""
    rows = [{"name": name, "logicalType": "string"} for name in names]
    document = read(FILE)
    box = [{"name": "box", "logicalType": "object", "properties": rows}]
    document["schema"][0] = {"name": "t", "properties": box if within else rows}
    return document


def test_no_two_clauses_share_an_id() -> None:
    """One metric without tolerance and one with: judged per event and over rows, told apart."""
    document = read(FILE)
    quality = [{"metric": "nullValues", "mustBeLessThan": 5, "unit": "percent"}, {"metric": "nullValues", "mustBe": 0}]
    document["schema"][0] = {
        "name": "t",
        "properties": [{"name": "x", "logicalType": "string", "quality": [*quality, quality[0]]}],
    }
    field = compile_document(document, "t.yaml").fields[0]
    ids = [clause.id.rpartition("/")[2] for clause in (*field.clauses, *field.many)]
    assert ids == ["nullValues", "type", "nullValues#2", "nullValues#3"]


def test_object_required_is_each_members_own_demand() -> None:
    """One word, one meaning: present and not null, under the member's clause id."""
    made = {"logicalType": "object", "properties": [{"name": "a", "logicalType": "string"}]}
    assert problems(**made, logicalTypeOptions={"required": ["a"]}) == ""
    assert "requires 'b'" in problems(**made, logicalTypeOptions={"required": ["b"]})


@pytest.mark.parametrize(
    ("name", "id_", "wanted"),
    [("Order events", "orders", "orders.v2"), ("Order events", "5b3c-1", "t.v2"), ("orders-eu", "x", "orders-eu.v2")],
)
def test_a_title_is_not_what_clause_ids_begin_with(name: str, id_: str, wanted: str) -> None:
    """The name where it is one, else the id, else the schema's name."""
    document = read(FILE) | {"name": name, "id": id_}
    document["schema"] = [{"name": "t", "properties": [{"name": "x", "logicalType": "string"}]}]
    assert compile_document(document, "t.yaml").key == wanted


def test_a_contract_without_an_envelope_still_judges_bytes() -> None:
    """A contract from elsewhere has no Kafka convention, and its payloads are JSON all the same."""
    contract = load(FILE)
    assert contract.envelope is None
    assert set(contract.wholes()) == {
        f"$/{rule}" for rule in ("utf8", "json", "duplicate_key", "depth", "number", "type")
    }


def test_the_standards_own_words_are_kept(tmp_path: Path) -> None:
    """Custom properties of others do not stop a contract from compiling; the linter names them."""
    document = read(FILE) | {"customProperties": [{"property": "theirs", "value": 1}]}
    file = tmp_path / "c.yaml"
    file.write_text(yaml.safe_dump(document), "utf-8")
    assert load(file).other_properties == ("theirs",)
