"""YAML text to lines: where each element of a contract stands, by the place that `elements` gives it."""

from collections.abc import Iterator
from typing import Any

import yaml

from contracts.compiler.diff.elements import IDENTITIES

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def lines(text: str) -> dict[str, int]:
    """Line numbers (from 1) by place; empty where the text is no YAML."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError:
        return {}
    return dict(_walk(root, "", "")) if isinstance(root, yaml.MappingNode) else {}


def line_of(known: dict[str, int], place: str) -> int | None:
    """The line of a place, or of the nearest element above it that is there."""
    while place:
        if place in known:
            return known[place]
        place = place.rpartition(".")[0].removesuffix("[]") if "." in place else ""
    return None


def _walk(node: Any, place: str, name: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = _below(place, key.value)
            yield below, key.start_mark.line + 1
            yield from _walk(value, below, key.value)
    elif isinstance(node, yaml.SequenceNode):
        for row in node.value:
            named = _named(row, IDENTITIES.get(name, ("name",)))
            if named is not None:
                below = f"{place.removesuffix('.properties') if name == 'properties' else place}.{named}"
                yield below, row.start_mark.line + 1
                yield from _walk(row, below, "")


def _below(place: str, key: str) -> str:
    if key == "items":
        return f"{place}[]"
    return f"{place}.{key}" if place else key


def _named(row: Any, keys: tuple[str, ...]) -> str | None:
    if not isinstance(row, yaml.MappingNode):
        return None
    values = {key.value: value.value for key, value in row.value if isinstance(value, yaml.ScalarNode)}
    return " ".join(values[key] for key in keys if key in values) or None
