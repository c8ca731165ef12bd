"""Field to judge: the compiled walk through a JSON value that says what it breaks and makes what is stored.

Judged per field in the order null, type (or time format), the rest; below a null or a failed gate nothing more.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from contracts.compiler.model import Clause, Field, Finding
from processing.checks import CHECKS
from processing.values import EXACT, READ, pseudonym, same, store

MAX_SHOWN = 100
MAX_NAME = 256  # characters of a map's key in a path: paths repeat it at everything below
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_AMBIGUOUS = re.compile(r"[.\[]")


class Judgement:
    """What one value collects on its way through the fields: findings, and unknown members by path without `$.`."""

    __slots__ = ("findings", "unknown")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.unknown: dict[str, Any] = {}


Judge = Callable[[Any, str, Judgement], Any]


def finding(clause: Clause, path: str, found: str) -> Finding:
    """A clause that is broken at a path."""
    return Finding(clause.id, path, found, clause.wanted)


def shown(value: Any, masked: bool) -> str:
    """A value as a finding may show it: its JSON text cut at 100 characters, or only type and length if masked."""
    if masked:
        size = (
            f" of {len(value)} {'characters' if isinstance(value, str) else 'items'}"
            if hasattr(value, "__len__")
            else ""
        )
        return f"{json_type(value)}{size}"
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=json_number)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}... ({len(text)} characters)"


def json_type(value: Any) -> str:
    """The JSON type of a value, in a word."""
    names: Mapping[type, str] = {
        str: "string",
        bool: "boolean",
        list: "array",
        dict: "object",
        type(None): "null",
    }
    return names.get(type(value), "number")


def json_number(value: Decimal) -> int | float | str:
    """A Decimal that nothing has judged as json writes it: a number where that is exact, else its text."""
    if value == value.to_integral_value():
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)


def compile_field(field: Field, key: bytes, masked: bool) -> Judge:
    """A field's judge: gives the stored value, None for null or refused (the latter with findings)."""
    masked = masked or field.masked
    hidden = masked or any(below.masked for below in field.walk())  # a whole would show its parts
    read, gate, nulls = READ[field.type](field), _gate(field), field.null_clauses
    rest = tuple(_rest(field))
    below = _BELOW.get(field.type)
    go_on = below(field, key, masked) if below else None
    exact, keep = EXACT.get(field.type), store(field, key)
    as_is = keep is same and go_on is None  # most fields: spares a call

    def judge(value: Any, path: str, judgement: Judgement) -> Any:
        if value is None:
            for clause in nulls:
                judgement.findings.append(finding(clause, path, "null"))
            return None
        judged = value if type(value) is exact else read(value)
        if judged is None:
            judgement.findings.append(finding(gate(value), path, shown(value, hidden)))
            return None
        for holds, clause in rest:
            if not holds(judged):
                judgement.findings.append(finding(clause, path, shown(value, hidden)))
        if as_is:
            return judged
        return keep(judged) if go_on is None else go_on(judged, path, judgement)

    return judge


def _gate(field: Field) -> Callable[[Any], Clause]:
    """Which clause an unreadable value breaks: `format` for a text that a contract's own time format can't read."""
    type_ = field.clause("type")
    assert type_ is not None  # noqa: S101 - properties.py gives every field a type clause
    form = field.clause("format") if field.time_form is not None else None
    if form is None:
        return lambda _: type_
    return lambda value: form if type(value) is str else type_


def _rest(field: Field) -> Iterator[tuple[Callable[[Any], bool], Clause]]:
    """The predicates of a typed value: all clauses but those of null and of the gate."""
    before = {"required", "nullValues", "type"} | ({"format"} if field.time_form is not None else set())
    for clause in field.clauses:
        if clause.rule not in before:
            yield CHECKS[clause.rule](clause.argument), clause


def _compile_array(field: Field, key: bytes, masked: bool) -> Judge:
    assert field.items is not None  # noqa: S101 - properties.py refuses an array without items
    item = compile_field(field.items, key, masked)
    return lambda judged, path, judgement: [item(value, f"{path}[{i}]", judgement) for i, value in enumerate(judged)]


def _compile_object(field: Field, key: bytes, masked: bool) -> Judge:
    members = compile_members(field.properties, key, masked)
    names = tuple(child.name for child in field.properties)
    return lambda judged, path, judgement: dict(zip(names, members(judged, path, judgement), strict=True))


def _compile_map(field: Field, key: bytes, masked: bool) -> Judge:
    """Stored by ascending key, so that equal maps are stored alike. A hidden key stands in paths as its pseudonym:
    findings are logged, and the paths of unknown members are stored.
    """
    assert field.key is not None and field.value is not None  # noqa: S101 - properties.py refuses others
    name_of, value_of = compile_field(field.key, key, masked), compile_field(field.value, key, masked)
    hidden = masked or field.key.masked

    def judge(value: dict[str, Any], path: str, judgement: Judgement) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, member in value.items():
            here = f"{path}{_step(pseudonym(name, key) if hidden else _cut(name, key))}"
            made[name_of(name, here, judgement)] = value_of(member, here, judgement)
        return dict(sorted(made.items()))

    return judge


def _cut(name: str, key: bytes) -> str:
    """A key as a path shows it; a very long one ends in its pseudonym instead, which keeps it distinct."""
    return name if len(name) <= MAX_NAME else f"{name[:MAX_NAME]}...{pseudonym(name, key)}"


def _step(name: str) -> str:
    """A map's member in a JSON path."""
    return f".{name}" if _PLAIN_NAME.fullmatch(name) else f"[{json.dumps(name, ensure_ascii=False)}]"


_BELOW: Mapping[str, Callable[[Field, bytes, bool], Judge]] = {
    "array": _compile_array,
    "object": _compile_object,
    "map": _compile_map,
}


def compile_members(fields: tuple[Field, ...], key: bytes, masked: bool) -> Judge:
    """The judge of an object's members: stored values in field order; unknown members are kept aside, not refused."""
    plan = tuple((row.name, f".{row.name}", compile_field(row, key, masked), row.null_clauses) for row in fields)
    names = frozenset(field.name for field in fields)

    def judge(value: dict[str, Any], path: str, judgement: Judgement) -> tuple[Any, ...]:
        made: list[Any] = []
        for name, step, member, nulls in plan:
            found = value.get(name)
            if found is not None:
                made.append(member(found, path + step, judgement))
                continue
            made.append(None)
            for clause in nulls:
                judgement.findings.append(finding(clause, path + step, "null" if name in value else "absent"))
        if not names.issuperset(value):
            for name in value.keys() - names:
                judgement.unknown[_aside(path, name)] = value[name]
        return tuple(made)

    return judge


def _aside(path: str, name: str) -> str:
    """An unknown member's name among the unknown fields; one that could be read as a path is quoted."""
    if _AMBIGUOUS.search(name):
        return f"{path}[{json.dumps(name, ensure_ascii=False)}]".removeprefix("$").removeprefix(".")
    return f"{path}.{name}"[2:]
