"""Features -> a page each: the text, what the last run made of each scenario, clauses and decisions it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby

from cli.docs.evidence import Evidence, summed
from cli.docs.features import CLAUSE, Examples, Feature, Scenario, Step, Told
from cli.docs.inline import clause, part
from cli.docs.menu import toctree
from cli.docs.tree import anchor, place, relative
from cli.review.formats.markup import fenced, literal, table
from cli.views.markdown import escaped

INDEX_PAGE = "features/index.md"
MAKE = "`make features` runs them all, `make test` everything."
Clauses = Mapping[str, str]
"""By clause the page that it stands on."""
Confirmed = Mapping[str, tuple[tuple[str, str], ...]]
"""By test, the decisions that it confirms: (page, title)."""


def pages(
    found: tuple[Feature, ...],
    evidence: Evidence,
    clauses: Clauses,
    spoken: Mapping[str, tuple[Told, ...]],
    confirmed: Confirmed,
) -> dict[str, str]:
    """A page for each feature, and their index."""
    made = {feature.page: "\n\n".join(_page(feature, evidence, clauses, spoken, confirmed)) + "\n" for feature in found}
    return {**made, INDEX_PAGE: _index(found, evidence)}


def _index(found: tuple[Feature, ...], evidence: Evidence) -> str:
    rows: list[tuple[str, ...]] = [
        (
            f"[{escaped(feature.name)}]({relative(feature.page, INDEX_PAGE)})",
            str(len(feature.scenarios)),
            _result(evidence, feature.file),
        )
        for feature in found
    ]
    return "\n\n".join(
        [
            "# Features",
            "The behaviour of the product, in sentences that tests carry out on a real broker. " + MAKE,
            table(("Feature", "Scenarios", "Last run"), rows),
            toctree([feature.page for feature in found], INDEX_PAGE),
            "",
        ]
    )


def _page(
    feature: Feature,
    evidence: Evidence,
    clauses: Clauses,
    spoken: Mapping[str, tuple[Told, ...]],
    confirmed: Confirmed,
) -> Iterator[str]:
    yield f"# {escaped(feature.name)}"
    if feature.description:
        yield escaped(feature.description)
    yield f"{literal(feature.file)}: {_result(evidence, feature.file)}."
    yield from _confirms("The feature", confirmed.get(feature.file, ()), feature.page)
    if feature.background:
        yield "Before each scenario:"
        yield from _steps(feature.background, feature.page, clauses)
    for rule, scenarios in groupby(feature.scenarios, key=lambda scenario: scenario.rule):
        if rule:
            yield f"## Rule: {escaped(rule)}"
            yield from ([escaped(feature.rules[rule])] if feature.rules[rule] else [])
        for scenario in scenarios:
            yield from _scenario(feature, scenario, evidence, clauses, confirmed)
    yield from _touched(feature, clauses, spoken)


def _scenario(
    feature: Feature, scenario: Scenario, evidence: Evidence, clauses: Clauses, confirmed: Confirmed
) -> Iterator[str]:
    name = f"{feature.file}::{scenario.name}"
    yield place(scenario.place)
    yield f"{'###' if scenario.rule else '##'} {escaped(scenario.name)}"
    yield f"Last run: {_result(evidence, name)}."
    yield from _confirms("It", confirmed.get(name, ()), feature.page)
    if scenario.description:
        yield escaped(scenario.description)
    yield from _steps(scenario.steps, feature.page, clauses)
    for examples in scenario.examples:
        yield from _examples(examples, feature.page, clauses)


def _result(evidence: Evidence, name: str) -> str:
    """What came of it, marked so that a failure is seen."""
    said = summed(evidence.of(name))
    worst = "failed" if " failed " in f" {said} " else "passed" if " passed " in f" {said} " else "unknown"
    return f'<span class="{worst}">{escape(said)}</span>'


def _confirms(what: str, decisions: tuple[tuple[str, str], ...], page: str) -> Iterator[str]:
    if decisions:
        links = ", ".join(f"[{escaped(title)}]({relative(target, page)})" for target, title in decisions)
        yield f"{what} confirms {links}."


def _steps(steps: tuple[Step, ...], page: str, clauses: Clauses) -> Iterator[str]:
    """One list; what stands below a step is indented into it."""
    lines: list[str] = []
    for step in steps:
        lines.append(f"- **{step.keyword}** {_words(step.words, page, clauses)}")
        below = [table(_row(step.table[0]), [_row(row) for row in step.table[1:]])] if step.table else []
        below += [fenced(step.text, "text")] if step.text is not None else []
        lines += ["", *(f"  {line}".rstrip() for block in below for line in block.splitlines()), ""] if below else []
    if lines:
        yield "\n".join(lines).rstrip()


def _row(cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(literal(cell) for cell in cells)


def _examples(examples: Examples, page: str, clauses: Clauses) -> Iterator[str]:
    yield f"Examples{f': {escaped(examples.name)}' if examples.name else ''}"
    head, *rows = examples.rows
    cells = [
        tuple(_words(cell, page, clauses) if CLAUSE.fullmatch(cell) else literal(cell) for cell in row) for row in rows
    ]
    yield table(tuple(escaped(name) for name in head), cells)


def _words(words: str, page: str, clauses: Clauses) -> str:
    """Words in which each clause that is on a page leads there."""
    made, end = [], 0
    for match in CLAUSE.finditer(words):
        target = clauses.get(match[0])
        shown = anchor(page, target, match[0], clause(match[0])) if target else literal(match[0])
        made += [part(words[end : match.start()]), shown]
        end = match.end()
    return "".join([*made, part(words[end:])])


def _touched(feature: Feature, clauses: Clauses, spoken: Mapping[str, tuple[Told, ...]]) -> Iterator[str]:
    """The clauses that a scenario of the feature names or was seen to touch."""
    rows: list[tuple[str, ...]] = [
        (anchor(feature.page, clauses[id_], id_, clause(id_)), _by(feature, told))
        for id_, told in sorted(spoken.items())
        if id_ in clauses and any(one.feature.file == feature.file for one in told)
    ]
    if rows:
        yield "## Clauses it stands for"
        yield table(("Clause", "Scenarios"), rows)


def _by(feature: Feature, told: tuple[Told, ...]) -> str:
    mine = [one for one in told if one.feature.file == feature.file]
    return "<br>".join(
        anchor(feature.page, feature.page, one.scenario.place, escape(one.scenario.name))
        + (" (touched in the last run)" if one.ran else "")
        for one in mine
    )
