"""YAML text to plain values, for files that nobody has vouched for: no tags, aliases, duplicate keys or deep nests.

Scalars follow YAML 1.2's core schema: `2026-01-05` stays text, `no` and `on` stay text.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from contracts.compiler.errors import ContractError, Problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Loader):  # type: ignore[misc]  # the C loader where the wheel has it, chosen at run time
    """A safe loader with YAML 1.2 scalars."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute


for _tag, _pattern, _first in (
    ("bool", r"true|false|True|False", "tfTF"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _StrictLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})$"), list(_first))


def read(path: Path) -> dict[str, Any]:
    """The mapping at the top of a YAML file; ContractError with file and line where it is not one we read."""

    try:
        raw = path.read_bytes()
    except OSError as error:
        remedy = "Check the path and its permissions."
        raise ContractError((Problem(str(path), "", f"cannot be read: {error.strerror}", remedy),)) from None
    return read_text(raw, str(path))


def read_text(text: str | bytes, where: str) -> dict[str, Any]:
    """The same for a text from elsewhere (a git commit), reported as being at `where`."""
    return values(tree(text, where))


def values(root: yaml.MappingNode) -> dict[str, Any]:
    """A tree that `tree` made, as plain values."""
    made: dict[str, Any] = _StrictLoader("").construct_document(root)
    return made


def tree(text: str | bytes, where: str) -> yaml.MappingNode:
    """The mapping at the top of a YAML text, whose nodes know their lines; ContractError where we do not read it."""

    def refuse(what: str, remedy: str) -> ContractError:
        return ContractError((Problem(where, "", what, remedy),))

    raw = text.encode() if isinstance(text, str) else text
    if len(raw) > MAX_BYTES:
        raise refuse(f"is larger than {MAX_BYTES} bytes", "A contract is a small text file; split it.")
    try:
        node = yaml.compose(raw.decode("utf-8"), Loader=_StrictLoader)
    except UnicodeDecodeError:
        raise refuse("is not UTF-8 text", "Save it as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise refuse(f"is not YAML{place}: {getattr(error, 'problem', error)}", "Mend the line named.") from None
    except RecursionError:
        raise refuse(f"nests deeper than {MAX_DEPTH} levels", "Flatten it.") from None
    if not isinstance(node, yaml.MappingNode):
        raise refuse("is not a YAML mapping", "Start from a contract in contracts/ or examples/.")
    if fault := _fault(node):
        raise refuse(*fault)
    return node


def _fault(root: yaml.Node) -> tuple[str, str] | None:
    """What makes a composed tree one we do not construct: an alias, a tag, a key twice, too deep."""
    seen: set[int] = set()
    stack: list[tuple[yaml.Node, int]] = [(root, 1)]
    while stack:
        node, depth = stack.pop()
        line = node.start_mark.line + 1
        if id(node) in seen:
            return f"uses a YAML alias of line {line}", "Write the value out where it is needed."
        seen.add(id(node))
        if depth > MAX_DEPTH:
            return f"nests deeper than {MAX_DEPTH} levels at line {line}", "Flatten it."
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.count("python"):
            return f"uses the YAML tag {node.tag} at line {line}", "Remove the tag; plain values are enough."
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            if len(keys) != len(node.value):
                return f"has a key that is no text at line {line}", "Use plain text keys."
            if twice := {key for key in keys if keys.count(key) > 1}:
                return f"has the key '{min(twice)}' twice in one mapping (line {line})", "Keep one of them."
            stack += [(value, depth + 1) for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            stack += [(value, depth + 1) for value in node.value]
    return None
