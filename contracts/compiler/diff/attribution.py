"""Breaks to changes: how well a change explains that a clause refuses, or that a field is read as another value."""

from collections.abc import Mapping

from contracts.compiler.diff.changes import paths
from contracts.compiler.diff.evidence import READS, Break
from contracts.compiler.diff.model import Change
from contracts.compiler.diff.rule import PROMISE, ROWS, UNKNOWN, WORDS, Element
from contracts.compiler.diff.table import ELEMENTS

_ENVELOPE: Mapping[str, str] = {
    "key": "@key",
    "topic": "@topic",
    "value-format": "@value",
    "max-bytes": "@value",
    "event-time": "@event_time",
    "contract-name": "@header.contract",
}


def explains(change: Change, one: Break) -> float:
    """How well a change explains a break: 0 not at all, 3 by the very clause."""
    element = ELEMENTS[change.element]
    if one.path.startswith("@"):
        return _of_record(change, element, one)
    if element.effect in (WORDS, UNKNOWN, PROMISE):
        return 0
    best = 0.0
    for path in paths(change):
        if one.path == path:
            best = max(best, 3 if one.rule in element.clauses else 2 if one.rule == READS else 1)
        elif _below(one.path, path) and element.name in ("field", "field-name", "type", "classification"):
            best = max(best, 0.8)
        elif _below(path, one.path):
            best = max(best, 0.5)
    if one.path == "$" and element.effect == ROWS:
        best = max(best, 3 if one.rule in element.clauses else 0.5)
    if one.rule in ("json", "utf8", "type") and one.path == "$" and element.name == "value-format":
        best = 3
    return best


def _of_record(change: Change, element: Element, one: Break) -> float:
    if change.path.startswith("@header."):
        return 3 if change.path == one.path else 0
    at = _ENVELOPE.get(element.name)
    if element.name == "rows":  # what is no event has no record around it
        return 0.4
    if at != one.path:
        return 0.4 if element.name in ("field-name", "type", "contract-name") and one.rule == "equals" else 0
    said = {text.rpartition("/")[2] for text in element.clauses}
    return 3 if one.rule in said or one.rule == READS else 1


def _below(path: str, above: str) -> bool:
    return path.startswith((f"{above}.", f"{above}["))
