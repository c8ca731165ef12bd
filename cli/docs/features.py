"""Feature files -> what is read of them, with what the last run made of each scenario."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gherkin.parser import Parser
from pytest_bdd.scenario import make_python_name

from cli.docs.evidence import plain
from cli.docs.tree import ROOT

CLAUSE = re.compile(r"\b[a-z][a-z0-9_]*\.v\d+/[^\s/`\"]+/[A-Za-z]+(?:#\d+)?")
"""A clause's id as features write it."""


@dataclass(frozen=True, slots=True)
class Step:
    """`table` has the rows of a data table; `text` of a doc string, None where there is none."""

    keyword: str
    words: str
    table: tuple[tuple[str, ...], ...]
    text: str | None


@dataclass(frozen=True, slots=True)
class Examples:
    """A table of an outline; the first row names the columns."""

    name: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`rule` is the rule it stands below, "" for none; `place` its id in the page."""

    name: str
    rule: str
    place: str
    outline: bool
    tags: tuple[str, ...]
    description: str
    steps: tuple[Step, ...]
    examples: tuple[Examples, ...]

    def clauses(self) -> tuple[str, ...]:
        """The ids of clauses that its text names, in order."""
        said = [step.words for step in self.steps]
        said += [cell for table in self.examples for row in table.rows for cell in row]
        return tuple(dict.fromkeys(found for words in said for found in CLAUSE.findall(words)))


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature file, by its path in the checkout. `rules` has the description of each rule."""

    file: str
    name: str
    description: str
    tags: tuple[str, ...]
    background: tuple[Step, ...]
    rules: Mapping[str, str]
    scenarios: tuple[Scenario, ...]

    @property
    def page(self) -> str:
        """Its page in the site."""
        return self.file.replace(".feature", ".md")


@dataclass(frozen=True, slots=True)
class Told:
    """A scenario that speaks of a clause; `ran` says that it was seen to in the last run."""

    feature: Feature
    scenario: Scenario
    ran: bool


def features(root: Path = ROOT) -> tuple[Feature, ...]:
    """Every feature, by file."""
    return tuple(read(path, path.relative_to(root).as_posix()) for path in sorted(root.glob("features/*.feature")))


def read(path: Path, file: str) -> Feature:
    """One file; gherkin's own error where it is none."""
    feature: Any = Parser().parse(path.read_text("utf-8"))["feature"]
    children = list(_children(feature["children"], ""))
    scenarios = [(rule, child["scenario"]) for rule, child in children if "scenario" in child]
    return Feature(
        file=file,
        name=feature["name"],
        description=_words(feature),
        tags=_tags(feature),
        background=tuple(step for _, child in children for step in _steps(child.get("background", {"steps": ()}))),
        rules={child["rule"]["name"]: _words(child["rule"]) for child in feature["children"] if "rule" in child},
        scenarios=tuple(_scenario(row, rule, number) for number, (rule, row) in enumerate(scenarios, 1)),
    )


def _children(rows: list[Any], rule: str) -> Iterator[tuple[str, Any]]:
    for row in rows:
        if "rule" in row:
            yield from _children(row["rule"]["children"], row["rule"]["name"])
        else:
            yield rule, row


def _scenario(row: Any, rule: str, number: int) -> Scenario:
    return Scenario(
        name=row["name"],
        rule=rule,
        place=f"scenario-{number}",
        outline=bool(row["examples"]),
        tags=_tags(row),
        description=_words(row),
        steps=tuple(_steps(row)),
        examples=tuple(
            Examples(table["name"], _cells([table["tableHeader"], *table["tableBody"]]))
            for table in row["examples"]
            if table.get("tableHeader")
        ),
    )


def _steps(row: Any) -> Iterator[Step]:
    for step in row["steps"]:
        text = step["docString"]["content"] if "docString" in step else None
        yield Step(step["keyword"].strip(), step["text"], _cells(step.get("dataTable", {"rows": ()})["rows"]), text)


def _cells(rows: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(cell["value"] for cell in row["cells"]) for row in rows)


def _tags(row: Any) -> tuple[str, ...]:
    return tuple(tag["name"].removeprefix("@") for tag in row["tags"])


def _words(row: Any) -> str:
    return " ".join(row.get("description", "").split())


def speaking(found: tuple[Feature, ...], touches: Mapping[str, Mapping[str, list[str]]]) -> dict[str, tuple[Told, ...]]:
    """By clause, the scenarios that name it or were seen to touch it."""
    made: dict[str, dict[tuple[str, str], Told]] = {}
    for feature in found:
        for scenario in feature.scenarios:
            for clause in scenario.clauses():
                made.setdefault(clause, {})[feature.file, scenario.place] = Told(feature, scenario, False)
    for clause, kinds in touches.items():
        for test in kinds.get("scenario", ()):
            for feature, scenario in scenarios_of(found, test):
                made.setdefault(clause, {})[feature.file, scenario.place] = Told(feature, scenario, True)
    return {clause: tuple(rows.values()) for clause, rows in made.items()}


def scenarios_of(found: tuple[Feature, ...], test: str) -> Iterator[tuple[Feature, Scenario]]:
    """The scenarios that pytest-bdd may have made a test of that name from."""
    module, _, name = plain(test).partition("::")
    bound = _source(module)
    for feature in found:
        if Path(feature.file).name in bound:
            for scenario in feature.scenarios:
                if re.sub(r"_\d+$", "", name) == re.sub(r"_\d+$", "", f"test_{make_python_name(scenario.name)}"):
                    yield feature, scenario


@cache
def _source(module: str) -> str:
    path = ROOT / module
    return path.read_text("utf-8") if path.is_file() else ""
