"""THE table of constraints: every rule a clause can be of, what it applies to, and how it is said in words.

How a rule is *judged* is each enforcer's own table with the same keys (decoder, JSON Schema, pandera, payloads).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ORDERED = frozenset({"integer", "number", "timestamp", "date"})
_NUMERIC = frozenset({"integer", "number"})
_TEXT = frozenset({"string"})
_ALL = frozenset({"string", "integer", "number", "boolean", "timestamp", "date", "array", "object"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: `scope` is `event` (judged on one value), `whole` (the bytes or the envelope) or `many` (over
    events, so in ledger and export); `types` the logical types it applies to; `wanted` a template of its argument.
    """

    name: str
    scope: str
    types: frozenset[str]
    wanted: str


_ROWS = (
    Rule("required", "event", _ALL, "present and not null"),
    Rule("type", "event", _ALL, "{}"),
    Rule("enum", "event", frozenset({"string", "integer", "number"}), "one of {}"),
    Rule("minLength", "event", _TEXT, "at least {} characters"),
    Rule("maxLength", "event", _TEXT, "at most {} characters"),
    Rule("pattern", "event", _TEXT, "text matching {}"),
    Rule("format", "event", _TEXT | _NUMERIC, "{}"),
    Rule("minimum", "event", _ORDERED, "at least {}"),
    Rule("maximum", "event", _ORDERED, "at most {}"),
    Rule("exclusiveMinimum", "event", _ORDERED, "more than {}"),
    Rule("exclusiveMaximum", "event", _ORDERED, "less than {}"),
    Rule("multipleOf", "event", _NUMERIC, "a multiple of {}"),
    Rule("minItems", "event", frozenset({"array"}), "at least {} items"),
    Rule("maxItems", "event", frozenset({"array"}), "at most {} items"),
    Rule("uniqueItems", "event", frozenset({"array"}), "no item twice"),
    Rule("minProperties", "event", frozenset({"object"}), "at least {} properties"),
    Rule("maxProperties", "event", frozenset({"object"}), "at most {} properties"),
    Rule("unique", "many", _ALL, "no value twice"),
    Rule("utf8", "whole", frozenset(), "valid UTF-8 without byte order mark or lone surrogates"),
    Rule("json", "whole", frozenset(), "one JSON value as RFC 8259 writes it, and nothing after it"),
    Rule("duplicate_key", "whole", frozenset(), "no key twice in one object"),
    Rule("depth", "whole", frozenset(), "at most {} levels of nesting"),
    Rule("number", "whole", frozenset(), "numbers of at most 400 digits and an exponent within 400"),
    Rule("equals", "whole", frozenset(), "{}"),
    Rule("known", "whole", frozenset(), "{}"),
)
RULES: Mapping[str, Rule] = {row.name: row for row in _ROWS}


def words(rule: str, argument: Any) -> str:
    """What a clause wants, in words: `at most 5`, `one of low, normal, high`."""
    shown = ", ".join(map(str, argument)) if isinstance(argument, tuple) else str(argument)
    return RULES[rule].wanted.format(shown)


def names(scope: str) -> frozenset[str]:
    """The names of all rules of one scope."""
    return frozenset(name for name, row in RULES.items() if row.scope == scope)


def expect_rows(table: Mapping[str, Any], expected: frozenset[str], where: str) -> None:
    """Fail at import when a room's own table and this one differ: a hole must not reach production."""
    missing, unknown = expected - table.keys(), table.keys() - expected
    if missing or unknown:
        raise TypeError(f"{where}: rows missing {sorted(missing)}, rows without a meaning {sorted(unknown)}")
