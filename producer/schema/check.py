"""Contract to verdict: the bytes of one event to every clause they break, before anything is sent.

As a writer (closed) a field that the contract does not name is refused, with the nearest name; as a reader it is not.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from contracts.compiler.load import readable
from contracts.compiler.model import Clause, Contract, Field, Finding
from contracts.compiler.strict_json import RefusedBytes, read
from producer.schema.json_schema import json_schema
from producer.schema.validator import ExactValidator, broken_clauses

UNKNOWN = "unknown_field"
SHOWN_CHARACTERS = 60
NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")
Step = str | int
Place = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """What there is to know of a clause: `rank` in the contract's order, whether its values are `masked`, whether it
    shuts its place when broken (`gate`), and whether it judges a map's names (`named`), not what stands at them.
    """

    clause: Clause
    rank: int
    masked: bool
    gate: bool
    named: bool


class Check:
    """One contract's judge; call it with the bytes of a value.

    Findings come in the contract's order of clauses, empty for a valid event. `found` is masked where the field's
    class asks for it, and is never the content of an array, an object or an unnamed field.
    """

    def __init__(self, contract: Contract, closed: bool) -> None:
        contract = readable(contract)
        self._contract = contract
        self._validator = ExactValidator(json_schema(contract, closed=closed))
        self._wholes = contract.wholes()
        self._masked = frozenset(masked_paths(contract.fields, False))
        self._rows = _rows(contract, self._masked)

    def __call__(self, value: bytes) -> tuple[Finding, ...]:
        """Every clause the bytes break; a clause of the bytes themselves stands alone."""
        try:
            document = read(value)
        except RefusedBytes as refused:
            clause = self._wholes[f"$/{refused.rule}"]
            return (Finding(clause.id, "$", refused.found, clause.wanted),)
        return self.judge(document)

    def judge(self, document: Any) -> tuple[Finding, ...]:
        """Every clause a value breaks that strict_json has read."""
        broken = [(tuple(error.absolute_path), error) for error in self._validator.iter_errors(document)]
        if not broken:
            return ()
        unknown = [self._unknown(place, error.instance) for place, error in broken if _is_unknown(error)]
        found = [(place, self._rows[id_], error) for place, error in broken for id_ in broken_clauses(error)]
        shut = {place for place, row, error in found if _shuts(row, error)}
        kept = {
            (row.rank, _finding(self._path(place), row, error))
            for place, row, error in found
            if row.named or place not in shut or _shuts(row, error)
        }
        return (*(finding for _, finding in sorted(kept, key=_order)), *sorted(unknown, key=_path))

    def _path(self, place: Place) -> str:
        return json_path(self._contract, place, self._masked)

    def _unknown(self, place: Place, value: Any) -> Finding:
        name = str(place[-1])
        holder, _ = _along(self._contract, place)[-1]
        fields, prefix = (holder.properties, f"{holder.path}.") if holder else (self._contract.fields, "")
        near = get_close_matches(name[:SHOWN_CHARACTERS], [field.name for field in fields], 1, cutoff=0.0)
        wanted = f"a field of the contract; nearest: {near[0]}" if near else "a field of the contract"
        return Finding(f"{self._contract.key}/{prefix}{name}/{UNKNOWN}", self._path(place), described(value), wanted)


def _rows(contract: Contract, masked: frozenset[str]) -> dict[str, _Row]:
    """Every clause of the value by its id."""
    keys = {field.key.path for field in contract.walk() if field.key}
    return {
        clause.id: _Row(
            clause,
            rank,
            clause.path in masked,
            clause.rule == "type",
            clause.path in keys,
        )
        for rank, clause in enumerate(contract.all_clauses())
    }


def _is_unknown(error: Any) -> bool:
    return bool(error.validator == "additionalProperties")


def _shuts(row: _Row, error: Any) -> bool:
    """Whether nothing more is judged there: the value is absent, null, or of another type.

    A time that can't be read, whether that is a matter of its type or of its format, is compared with nothing anyway.
    """
    return row.gate or (error.instance is None and error.validator in ("type", "required"))


def _finding(path: str, row: _Row, error: Any) -> Finding:
    found = "absent" if error.validator == "required" else shown(error.instance, row.masked)
    return Finding(row.clause.id, path, found, row.clause.wanted)


def _order(row: tuple[int, Finding]) -> tuple[int, str]:
    return row[0], row[1].path


def _path(finding: Finding) -> str:
    return finding.path


def compile_check(contract: Contract, *, closed: bool = True) -> Check:
    """The judge of one contract; `closed` as writers are, open as readers are."""
    return Check(contract, closed)


def masked_paths(fields: Iterable[Field], inherited: bool) -> Iterable[str]:
    """Paths whose values are hidden: by their own class, or by that of what they are part of."""
    for field in fields:
        masked = inherited or field.masked
        if masked:
            yield field.path
        yield from masked_paths(field.children, masked)


def json_path(contract: Contract, place: Place, masked: frozenset[str]) -> str:
    """Steps into a value to a JSON path: `('list', 2)` to `$.list[2]`, `('map', 'a b')` to `$.map["a b"]`.

    A map's name that its class hides is left out (`$.map["*"]`), since a finding may be logged.
    """
    path = "$"
    for step, (holder, _) in zip(place, _along(contract, place), strict=True):
        if isinstance(step, int):
            path += f"[{step}]"
        elif holder is None or holder.key is None:
            path += f".{step}"
        else:
            path += _member("*" if {holder.path, holder.key.path} & masked else step)
    return path


def _member(name: str) -> str:
    return f".{name}" if NAME.fullmatch(name) else f"[{json.dumps(name, ensure_ascii=False)}]"


def _along(contract: Contract, place: Place) -> list[tuple[Field | None, Field | None]]:
    """For each step the field that holds it (None: the whole value), and the field there (None: an unnamed one)."""
    made: list[tuple[Field | None, Field | None]] = []
    holder: Field | None = None
    for step in place:
        fields = contract.fields if holder is None else holder.properties
        part = holder and (holder.items or holder.value)
        made.append((holder, part or next((field for field in fields if field.name == step), None)))
        holder = made[-1][1]
    return made


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
