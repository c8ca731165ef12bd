"""THE table of constraints: every rule a clause can be of, what it applies to, and how it is said in words.

How a rule is *judged* is each enforcer's own table with the same keys (decoder, JSON Schema, pandera, payloads).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TEMPORAL = frozenset({"timestamp", "date", "time"})
_NUMERIC = frozenset({"integer", "number"})
_ORDERED = _NUMERIC | _TEMPORAL
_TEXT = frozenset({"string"})
_SCALAR = _TEXT | _ORDERED | {"boolean"}
_MEMBERS = frozenset({"object", "map"})
_ALL = _SCALAR | _MEMBERS | {"array"}
EVENT, WHOLE, MANY = "event", "whole", "many"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: `scopes` are `event` (judged on one value), `whole` (the bytes or the envelope) or `many` (over
    events, so in ledger and export). A quality metric that tolerates nothing is judged per event, with a tolerance
    over many. `types` the logical types it applies to; `wanted` a template of its argument.
    """

    name: str
    scopes: frozenset[str]
    types: frozenset[str]
    wanted: str


def _row(name: str, scopes: str, types: frozenset[str], wanted: str) -> Rule:
    return Rule(name, frozenset(scopes.split()), types, wanted)


_ROWS = (
    _row("required", EVENT, _ALL, "present and not null"),
    _row("nullValues", "event many", _ALL, "{}"),
    _row("type", EVENT, _ALL, "{}"),
    _row("format", EVENT, _TEXT | _ORDERED, "{}"),
    _row("missingValues", "event many", _SCALAR, "{}"),
    _row("enum", EVENT, _SCALAR, "one of {}"),
    _row("invalidValues", "event many", _SCALAR, "{}"),
    _row("minLength", EVENT, _TEXT, "at least {} characters"),
    _row("maxLength", EVENT, _TEXT, "at most {} characters"),
    _row("pattern", EVENT, _TEXT, "text matching {}"),
    _row("minimum", EVENT, _ORDERED, "at least {}"),
    _row("maximum", EVENT, _ORDERED, "at most {}"),
    _row("exclusiveMinimum", EVENT, _ORDERED, "more than {}"),
    _row("exclusiveMaximum", EVENT, _ORDERED, "less than {}"),
    _row("multipleOf", EVENT, _NUMERIC, "a multiple of {}"),
    _row("minItems", EVENT, frozenset({"array"}), "at least {} items"),
    _row("maxItems", EVENT, frozenset({"array"}), "at most {} items"),
    _row("uniqueItems", EVENT, frozenset({"array"}), "no item twice"),
    _row("minProperties", EVENT, _MEMBERS, "at least {} properties"),
    _row("maxProperties", EVENT, _MEMBERS, "at most {} properties"),
    _row("unique", MANY, _ALL, "no value twice"),
    _row("primaryKey", MANY, _ALL, "no value twice"),
    _row("duplicateValues", MANY, _ALL, "{}"),
    _row("rowCount", MANY, frozenset(), "{}"),
    _row("utf8", WHOLE, frozenset(), "valid UTF-8 without byte order mark or lone surrogates"),
    _row("json", WHOLE, frozenset(), "one JSON value as RFC 8259 writes it, and nothing after it"),
    _row("duplicate_key", WHOLE, frozenset(), "no key twice in one object"),
    _row("depth", WHOLE, frozenset(), "at most {} levels of nesting"),
    _row("number", WHOLE, frozenset(), "numbers of at most 400 digits and an exponent within 400"),
    _row("equals", WHOLE, frozenset(), "{}"),
    _row("known", WHOLE, frozenset(), "{}"),
)
RULES: Mapping[str, Rule] = {row.name: row for row in _ROWS}


def words(rule: str, argument: Any) -> str:
    """What a clause wants, in words: `at most 5`, `one of low, normal, high`."""
    shown = ", ".join(map(str, argument)) if isinstance(argument, tuple) else str(argument)
    return RULES[rule].wanted.format(shown)


def names(scope: str) -> frozenset[str]:
    """The names of all rules of one scope."""
    return frozenset(name for name, row in RULES.items() if scope in row.scopes)


def expect_rows(table: Mapping[str, Any], expected: frozenset[str], where: str) -> None:
    """Fail at import when a room's own table and this one differ: a hole must not reach production."""
    missing, unknown = expected - table.keys(), table.keys() - expected
    if missing or unknown:
        raise TypeError(f"{where}: rows missing {sorted(missing)}, rows without a meaning {sorted(unknown)}")
