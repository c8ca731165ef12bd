"""One YAML file of the model to plain values that know their lines; each fault with its file and line."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml
from jsonschema import Draft202012Validator

from architecture import parts, shorthand
from architecture.errors import Problem
from contracts.compiler import yaml_reader
from contracts.compiler.errors import ContractError

HOME = Path(__file__).parent / "model"
Parts = dict[str, dict[str, dict[str, Any]]]  # section -> id -> the part's words


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of one file of the model: no part need be whole, since a target may complete it."""
    made = msgspec.json.schema(parts.Architecture)
    shapes: dict[str, Any] = made["$defs"]
    for name in (kind.__name__ for kind in parts.SECTIONS.values()):
        shapes[name]["required"] = ["id"]
    shapes["Flow"]["properties"]["each"] = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    three = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
    ways = [shapes["Amount"], three, {"type": "string"}, _measured()]
    shapes["Amount"] = {"anyOf": ways, "description": shorthand.__doc__}
    sections = {name: shapes["Architecture"]["properties"][name] for name in parts.SECTIONS}
    drop = {"type": "array", "items": {"type": "string"}}
    option = {
        "type": "object",
        "required": ["id", "name"],
        "additionalProperties": False,
        "properties": {"id": {"type": "string"}, "name": {"$ref": "#/$defs/Text"}, "without": drop} | sections,
    }
    del shapes["Architecture"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One file of an architecture model",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "target": {"$ref": "#/$defs/Target"},
            "without": drop,
            "options": {"type": "array", "items": option},
        }
        | sections,
        "$defs": shapes,
    }


def _measured() -> dict[str, Any]:
    """`{measured: ...}`: the name of a figure, or one for each end; and how much of it."""
    name = {"type": "string"}
    ends = dict.fromkeys(parts.ENDS, name)
    each = {"type": "object", "additionalProperties": False, "required": [*ends], "properties": ends}
    share = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
    named = {"measured": {"anyOf": [name, each]}, "share": share}
    return {"type": "object", "additionalProperties": False, "required": ["measured"], "properties": named}


def document_of(path: Path, problems: list[Problem]) -> yaml.MappingNode | None:
    """The tree of a file, whose nodes know their lines; None, and a problem more, where it is not one we read."""
    try:
        return yaml_reader.tree(path.read_bytes(), str(path))
    except ContractError as error:
        problems += [Problem(problem.file, problem.what, problem.remedy) for problem in error.problems]
    except OSError as error:
        problems.append(Problem(str(path), f"cannot be read: {error.strerror}", "Check the path and its permissions."))
    return None


def check(document: yaml.MappingNode, path: Path, root: Path, problems: list[Problem]) -> None:
    """Hold a file against the schema; each fault with its line."""
    values = yaml_reader.values(document)
    for error in sorted(
        Draft202012Validator(schema()).iter_errors(values), key=lambda error: list(error.absolute_path)
    ):
        place = f"{told(path, root)}:{line_of(document, list(error.absolute_path))}"
        within = ".".join(str(step) for step in error.absolute_path)
        problems.append(
            Problem(place, f"{within}: {error.message}", "See architecture/README.md for the words of each part.")
        )


def collect(
    document: yaml.MappingNode,
    path: Path,
    root: Path,
    prefix: str,
    lines: dict[tuple[str, str], str],
    problems: list[Problem],
) -> Parts:
    """The parts of one mapping of sections, and the lines they stand on."""
    made: Parts = {}
    plain = yaml_reader.values(document)
    for section, nodes in pairs(document):
        if section not in parts.SECTIONS or not isinstance(nodes, yaml.SequenceNode):
            continue
        for node, words in zip(nodes.value, plain[section], strict=True):
            part = words.get("id") if isinstance(words, dict) else None
            if not isinstance(part, str):
                continue  # the schema has said so
            here = f"{told(path, root)}:{node.start_mark.line + 1}"
            if (prefix + part, "") in lines:
                first = lines[prefix + part, ""]
                problems.append(
                    Problem(here, f"'{part}' is already written at {first}", "Give one of them another id.")
                )
                continue
            lines[prefix + part, ""] = here
            for word, value in pairs(node):
                lines[prefix + part, word] = f"{told(path, root)}:{value.start_mark.line + 1}"
            made.setdefault(section, {})[part] = words
    return made


def pairs(node: yaml.Node) -> list[tuple[str, yaml.Node]]:
    """The words of a mapping and what stands at them; nothing for any other node."""
    return [(key.value, value) for key, value in node.value] if isinstance(node, yaml.MappingNode) else []


def under(node: yaml.MappingNode, word: str) -> list[yaml.MappingNode]:
    """The mappings in the list at a word."""
    found = dict(pairs(node)).get(word)
    return list(found.value) if isinstance(found, yaml.SequenceNode) else []


def line_of(node: yaml.Node, path: list[Any]) -> int:
    """The line of what a path of keys and positions leads to, or of the last part of it that is there."""
    for step in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode) and step in dict(pairs(node)):
            node = dict(pairs(node))[step]
    return node.start_mark.line + 1


def told(path: Path, root: Path) -> str:
    """How a file is called in a message: from the room on, so that it can be opened."""
    home = root.parent.parent
    return str(path.relative_to(home)) if path.is_relative_to(home) else str(path)


def schema_text() -> str:
    """What model.schema.json holds."""
    return json.dumps(schema(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":  # python -m architecture.reading: write the schema that editors read
    (HOME.parent / "model.schema.json").write_text(schema_text())
