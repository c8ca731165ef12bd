"""ODCS's own JSON Schema to that of our contracts: the same file, narrowed by the tables that the linter reads.

The start is the schema that the package open-data-contract-standard ships and the linter checks with: the Open Data
Contract Standard 3.2 of Bitol, under Apache-2.0 (the package itself is under MIT). It is only narrowed: what this
accepts, the standard accepts. What needs two places of a file (a field named elsewhere) is left to the linter.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from contracts.compiler import formats, quality
from contracts.compiler.conventions import CLASSES, STATUSES, TRANSFORMS
from contracts.compiler.custom import PROPERTIES
from contracts.compiler.types import TYPES, LogicalType
from scripts.schemas.custom_values import VALUES

Schema = dict[str, Any]
QUALITY = ("text", "library", "sql")
ORIGIN = (
    "Made by `python -m scripts.schemas` from the JSON Schema of the Open Data Contract Standard 3.2 (Bitol, a project "
    "of LF AI & Data), licensed under Apache-2.0; changed: narrowed to what this repository's linter takes."
)


def standard() -> Schema:
    """The standard's schema, from the package whose copy the linter checks with."""
    spec = find_spec("open_data_contract_standard")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the ODCS schema is not installed: run `make setup`")
    found: Schema = json.loads((Path(spec.submodule_search_locations[0]) / "schema.json").read_text("utf-8"))
    return found


def contract_schema() -> Schema:
    """The schema of `<name>/v<major>.odcs.yaml`."""
    schema = deepcopy(standard())
    schema["title"], schema["$comment"] = "A data contract (ODCS 3.1 or 3.2) as this repository reads it", ORIGIN
    definitions, words = schema["$defs"], schema["properties"]
    words["kind"] = {**words["kind"], "const": "DataContract"}
    words["apiVersion"]["enum"] = [name for name in words["apiVersion"]["enum"] if name.startswith("v3.")]
    words["apiVersion"]["default"] = "v3.1.0"
    words["status"]["enum"] = list(STATUSES)
    words["version"] |= {"pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$", "examples": ["1.0.0"]}
    words["schema"] |= {"minItems": 1, "maxItems": 1, "description": "One contract is one table, or one topic."}
    words["customProperties"] = {"type": "array", "items": _custom()}
    definitions["Role"]["properties"]["access"]["enum"] = ["read", "write"]
    definitions["SchemaObject"]["properties"]["quality"] = _quality(quality._OF_SCHEMA)
    definitions["SchemaObject"]["required"] = ["name", "properties"]
    _narrow_property(definitions)
    return schema


def _narrow_property(definitions: Schema) -> None:
    base = definitions["SchemaBaseProperty"]
    words = base["properties"]
    words["logicalType"]["enum"] = list(TYPES)
    words["classification"] = {"enum": list(CLASSES), "description": "Who may see it; personal is stored hashed."}
    words["transformLogic"] = {
        "enum": list(TRANSFORMS),
        "description": "How an output's field is made; a copy has none.",
    }
    words["quality"] = _quality(quality._OF_PROPERTY)
    for branch in base["allOf"]:
        if "if" in branch:  # the standard's conditions hold of a missing type too, and then ask for every type's words
            branch["if"]["required"] = ["logicalType"]
    base["allOf"] += [_options(row) for row in TYPES.values()]
    for name in ("SchemaProperty", "SchemaItemProperty"):
        definitions[name]["required"] = sorted({*definitions[name].get("required", ()), "logicalType"})


def _options(row: LogicalType) -> Schema:
    """What logicalTypeOptions may hold for a type."""
    narrowed: Schema = {"propertyNames": {"enum": sorted(row.options)}}
    if row.name == "string":
        narrowed["properties"] = {"format": {"enum": sorted(formats.FORMATS)}}
    elif "format" in row.options and row.name in ("integer", "number"):
        narrowed["properties"] = {"format": {"enum": [form for form in row.storages if form != "decimal"]}}
    here = {"properties": {"logicalType": {"const": row.name}}, "required": ["logicalType"]}
    return {"if": here, "then": {"properties": {"logicalTypeOptions": narrowed}}}


def _custom() -> Schema:
    """One custom property of the contract: ours, with a value as it wants, or a vendor's."""
    meanings = [{"const": name, "description": row.meaning} for name, row in PROPERTIES.items()]
    foreign = {"required": ["vendor"], "properties": {"property": {"type": "string"}}}
    values = [
        {"if": {"properties": {"property": {"const": name}}}, "then": {"properties": {"value": value}}}
        for name, value in VALUES.items()
    ]
    ours = {"properties": {"property": {"oneOf": meanings}}}
    return {
        "$ref": "#/$defs/CustomProperty",
        "if": {"not": {"required": ["vendor"]}},
        "then": {**ours, "allOf": values},
        "else": foreign,
    }


def _quality(metrics: tuple[str, ...]) -> Schema:
    """The quality rules of one level: library metrics with their arguments, sql and text."""
    library = {"not": {"properties": {"type": {"enum": ["text", "sql"]}}, "required": ["type"]}}
    counted: Schema = {
        "required": ["metric"],
        "properties": {
            "metric": {"enum": list(metrics)},
            "unit": {"enum": ["rows", "percent"]},
            "type": {"const": "library"},
        },
        "allOf": list(_arguments(metrics)),
    }
    rule = {"properties": {"type": {"enum": list(QUALITY)}}, "if": library, "then": counted}
    return {"$ref": "#/$defs/DataQualityChecks", "items": rule}


def _arguments(metrics: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    for metric in metrics:
        arguments = {"propertyNames": {"enum": sorted(quality._ARGUMENTS[metric])}}
        here = {"properties": {"metric": {"const": metric}}, "required": ["metric"]}
        yield {"if": here, "then": {"properties": {"arguments": arguments}}}
