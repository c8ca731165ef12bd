"""Two documents to differences and changes: nothing falls through, and what means the same is no change."""

import json
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from contracts.compiler.custom import PROPERTIES
from contracts.compiler.diff.elements import differences
from contracts.compiler.diff.lines import line_of, lines
from contracts.compiler.diff.murmur2 import murmur2
from contracts.compiler.diff.table import ELEMENTS, element_of

Document = dict[str, Any]

BASE: Document = {
    "name": "orders",
    "schema": [
        {
            "name": "orders",
            "properties": [
                {"name": "colour", "logicalType": "string", "required": True},
                {
                    "name": "lines",
                    "logicalType": "array",
                    "items": {
                        "logicalType": "object",
                        "properties": [
                            {"name": "sku", "logicalType": "string"},
                            {"name": "count", "logicalType": "integer"},
                        ],
                    },
                },
            ],
        }
    ],
    "roles": [{"role": "shop", "access": "write"}],
}

# ODCS names that the table has no row for, each with where it is looked at instead.
ELSEWHERE = {
    "customProperties": "row by row",
    "schema": "row by row",
    "schema.properties.properties": "field by field",
    "schema.properties.items": "as a field",
    "schema.properties.map": "as fields",
    "schema.properties.name": "a field by another name is another field, or renamed",
    "schema.properties.logicalTypeOptions": "option by option",
    "schema.properties.logicalTypeOptions.required": "said of each member",
    "schema.properties.logicalTypeOptions.timezone": "of times alone",
    "schema.properties.logicalTypeOptions.defaultTimezone": "of times alone",
    "roles.role": "what names a row",
    "slaProperties.property": "what names a row",
    "roles.customProperties": "unproven: nothing here reads them, and others may",
    "slaProperties.customProperties": "unproven: nothing here reads them, and others may",
    "schema.customProperties": "unproven: nothing here reads them, and others may",
    "schema.properties.customProperties": "unproven: nothing here reads them, and others may",
}
VECTORS = frozenset(
    f"schema.properties.logicalTypeOptions.{name}"
    for name in ("dimensions", "distanceMetric", "elementType", "embeddingModel", "embeddingModelVersion", "normalized")
)  # of the type vector, which no contract here may have


def _standard() -> Document:
    spec = find_spec("open_data_contract_standard")
    assert spec and spec.submodule_search_locations
    found: Document = json.loads((Path(spec.submodule_search_locations[0]) / "schema.json").read_text("utf-8"))
    return found


def _names(standard: Document, node: Any, depth: int = 0) -> set[str]:
    """Every property name a part of the standard's schema allows, by whatever branch."""
    if not isinstance(node, dict) or depth > 6:
        return set()
    made = set(node.get("properties", {}))
    if "$ref" in node:
        target: Any = standard
        for step in node["$ref"].lstrip("#/").split("/"):
            target = target[step]
        made |= _names(standard, target, depth + 1)
    branches = [row for word in ("allOf", "anyOf", "oneOf") for row in node.get(word, ())]
    for below in (*branches, *(node[word] for word in ("if", "then", "else") if word in node)):
        made |= _names(standard, below, depth + 1)
    return made


def _options(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_options, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    held = node.get("properties")
    own = held.get("logicalTypeOptions", {}).get("properties", {}) if isinstance(held, dict) else {}
    return set(own).union(*map(_options, node.values())) if node else set()


def test_every_word_of_the_standard_has_a_row() -> None:
    """What ODCS can say and the table does not know would be unproven for ever: each such word has its reason."""
    standard = _standard()
    parts = standard["$defs"]
    levels = {
        "": set(standard["properties"]),
        "schema": _names(standard, parts["SchemaObject"]),
        "schema.properties": _names(standard, parts["SchemaProperty"]) | _names(standard, parts["SchemaBaseProperty"]),
        "schema.properties.logicalTypeOptions": _options(parts),
        "servers": _names(standard, parts["Server"]),
        "roles": _names(standard, parts["Role"]),
        "slaProperties": _names(standard, parts["ServiceLevelAgreementProperty"]),
        "team": _names(standard, parts["Team"]),
        "support": _names(standard, parts["SupportItem"]),
        "price": _names(standard, parts["Pricing"]),
        "description": set(standard["properties"]["description"]["properties"]),
    }
    kinds = {f"{level}.{name}" if level else name for level, names in levels.items() for name in names}
    unknown = {kind for kind in kinds if element_of(kind, "string").name == "other"}
    assert unknown == ELSEWHERE.keys() | VECTORS


def test_every_custom_property_of_ours_has_a_row() -> None:
    """The envelope and its kin are elements too."""
    known = {name: element_of(f"customProperties.{name}", None).name for name in PROPERTIES}
    assert [name for name, element in known.items() if element == "other"] == []


def test_an_element_of_no_row_is_still_told() -> None:
    """What nobody knows is a difference all the same, under its own place."""
    changed = deepcopy(BASE) | {"colourOfTheSky": "blue"}
    found = list(differences(BASE, changed))
    assert [(row.kind, row.old, row.new) for row in found] == [("colourOfTheSky", None, "blue")]
    assert element_of("colourOfTheSky", None) is ELEMENTS["other"]


def _with(path: tuple[Any, ...], **more: Any) -> Document:
    changed = deepcopy(BASE)
    here: Any = changed
    for step in path:
        here = here[step]
    here.update(more)
    return changed


COLOUR, LINE = ("schema", 0, "properties", 0), ("schema", 0, "properties", 1, "items")
VALID = {"metric": "invalidValues", "arguments": {"validValues": ["red"]}, "mustBe": 0}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (_with(COLOUR, unique=False), BASE),
        (_with(COLOUR, enum=[{"value": "red"}]), _with(COLOUR, quality=[VALID])),
        (_with(COLOUR, quality=[VALID | {"type": "library", "unit": "rows"}]), _with(COLOUR, quality=[VALID])),
        (
            _with(LINE, logicalTypeOptions={"required": ["sku"]}),
            _with((*LINE, "properties", 0), required=True),
        ),
        (_with(COLOUR, logicalTypeOptions={"minLength": 1}), _with(COLOUR, logicalTypeOptions={"minLength": 1.0})),
    ],
    ids=["default written out", "enum as quality", "defaults of a rule", "required list", "1 and 1.0"],
)
def test_two_ways_of_writing_are_no_change(one: Document, two: Document) -> None:
    """Where ODCS can say one clause in two ways, rewriting it changes nothing."""
    assert list(differences(one, two)) == []


def test_places_name_the_rows() -> None:
    """A place leads through names, not positions, and into items."""
    changed = _with((*LINE, "properties", 1), required=True)
    assert [(row.place, row.path) for row in differences(BASE, changed)] == [
        ("schema.orders.lines[].count.required", "lines[].count")
    ]


def test_rows_are_matched_by_what_names_them() -> None:
    """Moving a row is no change of the others; a row under another name went and came."""
    swapped = deepcopy(BASE)
    swapped["schema"][0]["properties"].reverse()
    assert [row.kind for row in differences(BASE, swapped)] == ["schema.properties.order"]
    renamed = deepcopy(BASE) | {"roles": [{"role": "till", "access": "write"}]}
    assert [(row.place, row.new is None) for row in differences(BASE, renamed)] == [
        ("roles.shop", True),
        ("roles.till", False),
    ]


def test_lines_lead_to_the_element() -> None:
    """An annotation stands where the element is written, or at the nearest one above it."""
    rows = ["name: a", "schema:", "  - name: a", "    properties:", "      - name: b", "        required: true"]
    text = "\n".join([*rows, "        items:", "          unique: true"])
    known = lines(text)
    assert line_of(known, "schema.a.b.required") == 6
    assert line_of(known, "schema.a.b.enum") == 5
    assert line_of(known, "schema.a.b[].unique") == 8
    assert line_of(known, "nothing.at.all") is None


@pytest.mark.parametrize(
    ("key", "wanted"),
    [("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536), ("abc", 479470107)],
)
def test_murmur2_is_kafkas(key: str, wanted: int) -> None:
    """The numbers of Kafka's own tests (org.apache.kafka.common.utils.UtilsTest)."""
    assert murmur2(key.encode()) == wanted % 2**32
