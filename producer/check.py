"""Contract to verdict: the bytes of one event to every clause they break, before anything is sent.

As a writer (closed) a field that the contract does not name is refused, with the nearest name; as a reader it is not.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from contracts.compiler.model import Contract, Field, Finding
from contracts.compiler.strict_json import RefusedBytes, read
from producer.json_schema import json_schema
from producer.judge import ExactValidator

UNKNOWN = "unknown_field"
SHOWN_CHARACTERS = 60
GATES = frozenset({"required", "type"})  # below these nothing more is judged
TIMES = frozenset({"timestamp", "date"})
Place = tuple[str | int, ...]


class Check:
    """One contract's judge; call it with the bytes of a value.

    Findings come in the contract's order of clauses, empty for a valid event. `found` is masked where the field's
    class asks for it, and is never the content of an array, an object or an unnamed field.
    """

    def __init__(self, contract: Contract, closed: bool) -> None:
        self._key = contract.key
        self._validator = ExactValidator(json_schema(contract, closed=closed))
        self._fields = {field.path: field for field in contract.walk()}
        self._names = {"": [field.name for field in contract.fields]} | {
            field.path: [child.name for child in field.properties] for field in contract.walk()
        }
        self._masked = frozenset(masked_paths(contract.fields, False))
        self._clauses = {(clause.path, clause.rule): clause for clause in contract.all_clauses()}
        self._order = {clause.id: rank for rank, clause in enumerate(contract.all_clauses())}

    def __call__(self, value: bytes) -> tuple[Finding, ...]:
        """Every clause the bytes break; a clause of the bytes themselves stands alone."""
        try:
            document = read(value)
        except RefusedBytes as refused:
            clause = self._clauses["$", refused.rule]
            return (Finding(clause.id, "$", refused.found, clause.wanted),)
        return self.judge(document)

    def judge(self, document: Any) -> tuple[Finding, ...]:
        """Every clause a value breaks that strict_json has read."""
        broken = [
            (tuple(error.absolute_path), self._rule(error), error) for error in self._validator.iter_errors(document)
        ]
        if not broken:
            return ()
        shut = {place for place, rule, _ in broken if rule in GATES}
        kept = {self._finding(*row) for row in broken if row[1] in GATES or not _below(row[0], shut)}
        return tuple(sorted(kept, key=self._rank))

    def _rule(self, error: Any) -> str:
        """The contract's rule behind a keyword of the schema."""
        path = field_path(error.absolute_path)
        keyword = str(error.validator).removeprefix("x-")
        if keyword == "additionalProperties":
            return UNKNOWN
        if keyword == "type":
            return "required" if error.instance is None and (path, "required") in self._clauses else "type"
        field = self._fields.get(path)
        if keyword == "storage" or "allOf" in error.schema_path:
            return "type"
        return "type" if keyword == "format" and field is not None and field.type in TIMES else keyword

    def _finding(self, place: Place, rule: str, error: Any) -> Finding:
        path = field_path(place)
        if rule == UNKNOWN:
            return self._unknown(path, place, error.instance)
        clause = self._clauses[path or "$", rule]
        found = "absent" if error.validator == "required" else shown(error.instance, path in self._masked)
        return Finding(clause.id, json_path(place), found, clause.wanted)

    def _unknown(self, path: str, place: Place, value: Any) -> Finding:
        names = self._names[field_path(place[:-1])]
        near = get_close_matches(str(place[-1]), names, 1, cutoff=0.0)
        wanted = f"a field of the contract; nearest: {near[0]}" if near else "a field of the contract"
        return Finding(f"{self._key}/{path}/{UNKNOWN}", json_path(place), described(value), wanted)

    def _rank(self, finding: Finding) -> tuple[int, str]:
        return self._order.get(finding.clause, len(self._order)), finding.path


def compile_check(contract: Contract, *, closed: bool = True) -> Check:
    """The judge of one contract; `closed` as writers are, open as readers are."""
    return Check(contract, closed)


def masked_paths(fields: Iterable[Field], inherited: bool) -> Iterable[str]:
    """Paths whose values are hidden: by their own class, or by their parent's where they have none."""
    for field in fields:
        masked = inherited if field.classification is None else field.masked
        if masked:
            yield field.path
        yield from masked_paths((*field.properties, *((field.items,) if field.items else ())), masked)


def field_path(place: Iterable[str | int]) -> str:
    """Steps into a value to a field's path: `('list', 2)` to `list[]`."""
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def json_path(place: Iterable[str | int]) -> str:
    """Steps into a value to a JSON path: `('list', 2)` to `$.list[2]`."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)


def shown(value: Any, masked: bool) -> str:
    """What was found: a scalar as JSON, shortened; masked or composed values by type and size alone."""
    if value is None:
        return "null"
    if masked or isinstance(value, dict | list):
        return described(value)
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}... ({described(value)})"


_DESCRIBED: Mapping[type, str] = {
    str: "string of {} characters",
    dict: "object of {} properties",
    list: "array of {} items",
}


def described(value: Any) -> str:
    """A value's type and size, nothing of its content."""
    if words := _DESCRIBED.get(type(value)):
        return words.format(len(value))
    return "null" if value is None else "boolean" if isinstance(value, bool) else "number"


def _below(place: Place, shut: set[Place]) -> bool:
    return any(place[: len(gate)] == gate for gate in shut)
