"""ODCS `quality` to clauses: library metrics of a property or of the whole schema; sql and text are kept apart.

A metric of a property that tolerates nothing (`mustBe: 0`) says something of each value, so it is judged per event:
`invalidValues` with `validValues` is then an `enum`. Any other tolerance needs all rows: a clause over many.
`mustBeBetween` includes both ends, as the operator table of ODCS writes it (`[0, 100]`). `duplicateValues` counts the
rows beyond the first of each value, nulls aside; percent is of all rows, and of no rows 0.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from contracts.compiler import patterns
from contracts.compiler.model import Clause, Expectation, Note, Query
from contracts.compiler.reading import Reading, frozen

_OF_SCHEMA = ("duplicateValues", "rowCount")
_OF_PROPERTY = ("nullValues", "missingValues", "invalidValues", "duplicateValues")
_PER_VALUE = frozenset({"nullValues", "missingValues", "invalidValues"})
_NESTED = frozenset({"array", "object", "map"})
_ARGUMENTS: Mapping[str, frozenset[str]] = {
    "nullValues": frozenset(),
    "missingValues": frozenset({"missingValues"}),
    "invalidValues": frozenset({"validValues", "pattern"}),
    "duplicateValues": frozenset({"properties"}),
    "rowCount": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Operator:
    """One of ODCS's comparisons: how a number is compared with the bound, and how that is said."""

    holds: Callable[[Any, Any], bool]
    words: str


OPERATORS: Mapping[str, Operator] = {
    "mustBe": Operator(eq, "exactly {}"),
    "mustNotBe": Operator(ne, "not {}"),
    "mustBeGreaterThan": Operator(gt, "more than {}"),
    "mustBeGreaterOrEqualTo": Operator(ge, "at least {}"),
    "mustBeLessThan": Operator(lt, "less than {}"),
    "mustBeLessOrEqualTo": Operator(le, "at most {}"),
    "mustBeBetween": Operator(lambda number, ends: bool(ends[0] <= number <= ends[1]), "from {0[0]} to {0[1]}"),
    "mustNotBeBetween": Operator(lambda n, ends: not ends[0] <= n <= ends[1], "below {0[0]} or above {0[1]}"),
}
_COUNTED: Mapping[str, str] = {
    "nullValues": "absent or null",
    "missingValues": "counted as missing",
    "invalidValues": "invalid",
    "duplicateValues": "repeated",
    "rowCount": "in all",
}


@dataclass(frozen=True, slots=True)
class Quality:
    """What one list of rules says: clauses per event (only of a property), clauses over many rows, queries, notes."""

    event: tuple[tuple[str, Any, str], ...]
    many: tuple[Clause, ...]
    queries: tuple[Query, ...]
    notes: tuple[Note, ...]


def read_quality(
    rules_: Sequence[Mapping[str, Any]],
    path: str,
    place: str,
    kind: str,
    typed: Callable[[Any], Any],
    reading: Reading,
) -> Quality:
    """The `quality` list at `place`; `kind` is a logical type, or `$` for the schema; `typed` makes a field's value.

    Rows of `event` are (rule, argument, words). Equal rules on one property are numbered from the second on: `#2`.
    """
    event: list[tuple[str, Any, str]] = []
    many: list[tuple[str, Expectation, str]] = []
    queries: list[Query] = []
    notes: list[Note] = []
    for number, row in enumerate(rules_):
        where = f"{place}.quality.{row.get('name') or row.get('id') or number}"
        sort = row.get("type") or "library"
        if sort == "text":
            words = str(row.get("description") or row.get("name") or "")
            notes.append(Note(where, f"text rule: {words}"[:200], "is written for people"))
        elif sort == "sql":
            queries += _query(row, path, number, where, reading)
            notes.append(Note(where, "sql rule", "is run by the export check only"))
        elif sort == "library":
            _library(row, path, where, kind, typed, reading, event, many)
        else:
            reading.wrong(where, f"is of type {sort}, which no enforcer here runs", "Use a library metric or sql.")
    return Quality(tuple(event), _numbered(event, many, path, reading), tuple(queries), tuple(notes))


def _numbered(
    event: list[tuple[str, Any, str]], many: list[tuple[str, Expectation, str]], path: str, reading: Reading
) -> tuple[Clause, ...]:
    """The clauses over many rows; twins are numbered on from those per event, so that no two share an id."""
    made: list[Clause] = []
    for metric, argument, words in many:
        before = sum(rule == metric for rule, _, _ in event) + sum(clause.rule == metric for clause in made)
        made.append(reading.clause(path, metric, argument, words, before + 1))
    return tuple(made)


def _library(
    row: Mapping[str, Any],
    path: str,
    where: str,
    kind: str,
    typed: Callable[[Any], Any],
    reading: Reading,
    event: list[tuple[str, Any, str]],
    many: list[tuple[str, Expectation, str]],
) -> None:
    metric, before = str(row.get("metric")), len(reading.problems)
    allowed = _OF_SCHEMA if kind == "$" else _OF_PROPERTY
    if metric not in allowed:
        what = "names no metric" if "metric" not in row else f"metric '{metric}' is not one for this level"
        reading.wrong(where, what, f"Use one of {', '.join(allowed)}.")
        return
    arguments = dict(row.get("arguments") or {})
    if "pattern" in row:  # the standard's own examples write it beside `arguments` too
        reading.wrong(where, "has a pattern outside `arguments`", "Indent it below `arguments`.")
    _check_arguments(metric, arguments, where, kind, typed, reading)
    operator, bound = _operator(row, where, reading)
    unit = str(row.get("unit") or "rows")
    if unit not in ("rows", "percent"):
        reading.wrong(where, f"unit '{unit}' is not rows or percent", "Use one of these.")
    if len(reading.problems) > before:
        return
    values = arguments.get("validValues", arguments.get("missingValues"))
    made = Expectation(
        operator,
        bound,
        unit,
        None if values is None else tuple(typed(value) for value in values),
        arguments.get("pattern"),
        tuple(arguments["properties"]) if "properties" in arguments else None,
    )
    if metric in _PER_VALUE and _tolerates_none(operator, bound, unit):
        event.append(_per_event(metric, made))
        return
    counted = f"{OPERATORS[operator].words.format(bound)} {'percent of rows' if unit == 'percent' else 'rows'} "
    many.append((metric, made, counted + _COUNTED[metric]))


def _check_arguments(
    metric: str,
    arguments: Mapping[str, Any],
    where: str,
    kind: str,
    typed: Callable[[Any], Any],
    reading: Reading,
) -> None:
    for name in arguments.keys() - _ARGUMENTS[metric]:
        reading.wrong(where, f"argument '{name}' is not enforced for {metric}", "Remove it.")
    if metric == "invalidValues" and len(arguments.keys() & {"validValues", "pattern"}) != 1:
        reading.wrong(where, "wants one of validValues and pattern", "Give exactly one.")
    if metric == "missingValues" and not isinstance(arguments.get("missingValues"), list):
        reading.wrong(where, "wants the argument missingValues", "List the values that count as missing.")
    if metric in ("missingValues", "invalidValues") and kind in _NESTED:
        reading.wrong(where, f"metric '{metric}' is not judged on {kind}", "Put it on what the property holds.")
    if metric == "duplicateValues" and (kind == "$") != ("properties" in arguments):
        reading.wrong(where, "wants `properties` at the schema, and none at a property", "Mend its arguments.")
    if "validValues" in arguments and not isinstance(arguments["validValues"], list):
        reading.wrong(where, "validValues is no list", "List the valid values.")
    for value in (*(arguments.get("validValues") or ()), *(arguments.get("missingValues") or ())):
        if value is not None and typed(value) is None:
            reading.wrong(where, f"lists '{value}', which is no {kind} as the property writes it", "Mend or remove it.")
    if "pattern" in arguments:
        if kind != "string":
            reading.wrong(where, f"a pattern is not judged on {kind}", "Use validValues.")
        if fault := patterns.refusal(str(arguments["pattern"])):
            reading.wrong(where, f"pattern {fault}", "Write a pattern this rule can be judged with.")


def _operator(row: Mapping[str, Any], where: str, reading: Reading) -> tuple[str, Any]:
    name = next(name for name in OPERATORS if name in row)  # the standard's schema demands exactly one
    bound = frozen(row[name])
    ends = bound if isinstance(bound, tuple) else (bound,)
    counted = len(ends) == 1 + name.endswith("Between")
    if not counted or not all(isinstance(end, int | Decimal) and not isinstance(end, bool) for end in ends):
        reading.wrong(where, f"{name} '{row[name]}' is no number", "Compare with a number.")
    elif len(ends) == 2 and ends[0] > ends[1]:
        reading.wrong(where, f"{name} {list(ends)} is empty", "Write the smaller number first.")
    return name, bound


def _tolerates_none(operator: str, bound: Any, unit: str) -> bool:
    """Whether the only number that holds is 0."""
    if operator in ("mustBe", "mustBeLessOrEqualTo"):
        return bool(bound == 0)
    if unit == "rows" and operator == "mustBeLessThan":
        return bool(0 < bound <= 1)
    return operator == "mustBeBetween" and bound[0] <= 0 and bound[1] == 0


def _per_event(metric: str, made: Expectation) -> tuple[str, Any, str]:
    if metric == "nullValues":
        return metric, None, "not null"
    if metric == "missingValues":
        return metric, made.values, f"none of {', '.join(json.dumps(one, default=str) for one in made.values or ())}"
    if made.values is not None:
        return "enum", made.values, ""
    return metric, made.pattern, f"text matching {made.pattern}"


def _query(row: Mapping[str, Any], path: str, number: int, where: str, reading: Reading) -> tuple[Query, ...]:
    names = [name for name in OPERATORS if name in row]
    if len(names) != 1:
        reading.wrong(where, "has no single mustBe... operator", "Say what the query's number must be.")
        return ()
    truth = row[names[0]]
    bound = int(truth) if isinstance(truth, bool) else _operator(row, where, reading)[1]
    id_ = f"{reading.key}/{path}/sql" + (f"#{number + 1}" if number else "")
    column = None if path == "$" else path
    return (Query(id_, str(row["query"]), column, names[0], bound, str(row.get("description", ""))),)
