"""A test's name to what is there: found by parsing, nothing is imported or run.

A name is a file (`processing/tests/test_turn.py`), a test in it (`file::test`, `file::Class::test`), a feature file, or
a scenario of one (`features/restart.feature::the job is killed ...`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

_SCENARIO = re.compile(r"\s*Scenario(?: Outline)?:\s*(.+?)\s*")
_TAGS = re.compile(r"\s*(?:@\w+\s*)+")


@dataclass(frozen=True, slots=True)
class Located:
    """Either the marks of a test that is there, or why it is not and what may have been meant."""

    marks: frozenset[str]
    missing: str
    hint: str


def locate(root: Path, what: str) -> Located:
    """Look a test up by its name, relative to the checkout."""
    name, _, inside = what.partition("::")
    path = root / name
    if not path.is_file():
        near = get_close_matches(path.name, [file.name for file in path.parent.glob(f"*{path.suffix}")], 1)
        return _missing(f"{name} is not there", near)
    if path.suffix == ".feature":
        return _scenario(path, inside)
    if path.suffix != ".py" or not path.name.startswith("test_"):
        return _missing(f"{name} is no test", [])
    return _test(path, inside)


def _missing(what: str, near: list[str]) -> Located:
    return Located(frozenset(), what, f"Did you mean {near[0]}?" if near else "Name a test that the build runs.")


def _test(path: Path, inside: str) -> Located:
    tree = ast.parse(path.read_bytes())
    found = dict(_tests(tree, "", _assigned(tree)))
    if not found:
        return _missing(f"{path.name} holds no test", [])
    if not inside:
        return Located(frozenset.intersection(*found.values()), "", "")
    if inside not in found:
        return _missing(f"{path.name} has no test {inside}", get_close_matches(inside, found, 1))
    return Located(found[inside], "", "")


def _tests(node: ast.Module | ast.ClassDef, prefix: str, marks: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Each test below a module or class with all marks it has; a module that binds features has their scenarios."""
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test_"):
            yield prefix + inner.name, marks | _marks(inner.decorator_list)
        elif isinstance(inner, ast.ClassDef) and inner.name.startswith("Test"):
            own = marks | _marks(inner.decorator_list) | _assigned(inner)
            yield from _tests(inner, f"{prefix}{inner.name}::", own)
        elif _bound(inner):
            yield f"{prefix}{ast.unparse(inner)}", marks


def _assigned(node: ast.Module | ast.ClassDef) -> frozenset[str]:
    """The marks of `pytestmark = ...`."""
    values = [
        inner.value
        for inner in node.body
        if isinstance(inner, ast.Assign) and any(ast.unparse(target) == "pytestmark" for target in inner.targets)
    ]
    return _marks([item for value in values for item in (value.elts if isinstance(value, ast.List) else [value])])


def _marks(nodes: list[ast.expr]) -> frozenset[str]:
    found = (re.match(r"pytest\.mark\.(\w+)", ast.unparse(node)) for node in nodes)
    return frozenset(match[1] for match in found if match)


def _scenario(path: Path, inside: str) -> Located:
    scenarios = dict(_scenarios(path))
    binding = [module for module in sorted(path.parent.glob("test_*.py")) if path.name in _features(module)]
    if not binding:
        return _missing(f"no test module beside {path.name} binds it", [])
    if inside and inside not in scenarios:
        return _missing(f"{path.name} has no scenario '{inside}'", get_close_matches(inside, scenarios, 1))
    chosen = [scenarios[inside]] if inside else list(scenarios.values())
    if not chosen:
        return _missing(f"{path.name} holds no scenario", [])
    module = frozenset.union(*(_assigned(ast.parse(file.read_bytes())) for file in binding))
    return Located(frozenset.intersection(*chosen) | module, "", "")


def _scenarios(path: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """Each scenario with its tags and those of the feature."""
    whole: frozenset[str] | None = None
    tags: frozenset[str] = frozenset()
    for line in path.read_text("utf-8").splitlines():
        if _TAGS.fullmatch(line):
            tags |= frozenset(re.findall(r"@(\w+)", line))
        elif line.lstrip().startswith("Feature:"):
            whole, tags = tags, frozenset()
        elif found := _SCENARIO.fullmatch(line):
            yield found[1], tags | (whole or frozenset())
            tags = frozenset()


def _features(module: Path) -> frozenset[str]:
    """The feature files that a module binds, by their names."""
    calls = [node for node in ast.walk(ast.parse(module.read_bytes())) if isinstance(node, ast.Expr) and _bound(node)]
    texts = [inner.value for call in calls for inner in ast.walk(call) if isinstance(inner, ast.Constant)]
    return frozenset(Path(text).name for text in texts if isinstance(text, str))


def _bound(node: ast.stmt) -> bool:
    """Whether a statement is a call of pytest-bdd's `scenarios`."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).rpartition(".")[2] == "scenarios"
    )
