"""A contract and one full event to rows of a cases file: what is changed of the event, to keep a clause or to break it.

A row has the words of the file: `set` by path, `drop`, `raw`, `raw_base64`, `key`, `headers`. What a row breaks is for
the judge to say; broken values are drawn, the same for the same contract and event.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from cli.init.event import START
from contracts.compiler.model import Clause, Contract, Field

Row = dict[str, Any]
DRAWS = 8  # of what breaks one clause
_STEP = re.compile(r"[^.\[\]]+")  # what a path can name
_GENERATED = "times"  # a mapping with this word says how to make a long text, and is no value


def keeping(contract: Contract, event: Mapping[str, Any]) -> Iterator[Row]:
    """Changes that should break nothing: optional fields absent and null, other values of each list, empty lists."""
    if optional := [field.name for field in contract.fields if not field.required and field.name in event]:
        yield {"drop": optional}
        yield {"set": dict.fromkeys(optional)}
    for place, field, value in _places(contract.fields, event, ""):
        listed = field.clause("enum")
        yield from ({"set": {place: other}} for other in (listed.argument if listed else ()) if other != value)
        if field.items is not None:
            yield {"set": {place: []}}


def _places(fields: Sequence[Field], holder: Any, above: str) -> Iterator[tuple[str, Field, Any]]:
    """Every field that the event has, the first items of lists included, by its path there."""
    for field in fields:
        value = holder.get(field.name) if isinstance(holder, dict) else None
        if value is None:
            continue
        yield f"{above}{field.name}", field, value
        yield from _places(field.properties, value, f"{above}{field.name}.")
        if field.items is not None and value and value[0] is not None:
            first = f"{above}{field.name}[0]"
            yield first, field.items, value[0]
            yield from _places(field.items.properties, value[0], f"{first}.")


def breaking(contract: Contract, event: dict[str, Any]) -> Iterator[tuple[Clause, list[Row]]]:
    """For each clause of an event what may break it, the shortest of what breaks it alone first; maybe nothing."""
    from producer.broken.breakers import Breaker
    from producer.event import Event, sealer

    breaker, (key, headers) = Breaker(contract), sealer(contract)(event)
    sealed = Event(event, key, headers, START)

    def drawn(clause: Clause, rng: Random) -> tuple[int, Row] | None:
        """How many clauses it breaks, as far as the value says, and the row."""
        if breaker.judges_envelope(clause):
            other = breaker.break_clause(clause, sealed, rng)
            return (1, _envelope(sealed, other)) if other else None
        broken = breaker.break_payload(clause, {} if clause.path == "$" else deepcopy(event), rng)
        if broken is None:
            return None
        value = broken.value
        return len(broken.clauses), (_raw(value) if isinstance(value, bytes) else difference(event, value))

    for clause in contract.all_clauses():
        rng = Random(clause.id)  # noqa: S311 - drawn by seed, not secret
        rows = filter(None, (drawn(clause, rng) for _ in range(0 if _is_ambiguous(contract, clause) else DRAWS)))
        shortest = {str(row): (count, len(str(row)), row) for count, row in rows if _is_writable(row)}
        yield clause, [row for _, _, row in sorted(shortest.values(), key=lambda one: one[:2])]


def _is_ambiguous(contract: Contract, clause: Clause) -> bool:
    """Whether a field is named as the whole value (`$`) or a part of the envelope (`@key`): breakers mix them up."""
    named = any(whole.path == clause.path for whole in contract.clauses)
    return named and any(field.path == clause.path for field in contract.walk())


def _raw(value: bytes) -> Row:
    try:
        return {"raw": value.decode()}
    except UnicodeDecodeError:
        return {"raw_base64": base64.b64encode(value).decode()}


def _envelope(before: Any, after: Any) -> Row:
    """What is another key or header than before; null for one that is gone."""
    sent, kept = dict(after.headers), dict(before.headers)
    changed = {name: sent.get(name) for name in kept | sent if sent.get(name) != kept.get(name)}
    headers = {name: None if text is None else text.decode() for name, text in changed.items()}
    return ({"key": after.key.decode()} if after.key != before.key else {}) | ({"headers": headers} if headers else {})


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Row:
    """One event as changes of another."""
    gone = [name for name in before if name not in after]
    changed = [name for name in after if name not in before or not _is_same(before[name], after[name])]
    placed = dict(_narrowed(name, before.get(name), after[name]) for name in changed)
    return ({"set": placed} if placed else {}) | ({"drop": gone} if gone else {})


def _is_same(one: Any, other: Any) -> bool:
    """As JSON: true is not 1, and 1.0 is not 1."""
    return repr(one) == repr(other)


def _narrowed(place: str, before: Any, after: Any) -> tuple[str, Any]:
    """The innermost place of a change, and what stands there then."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() <= after.keys():
        steps = [(f"{place}.{name}", name) for name in after if _STEP.fullmatch(name)]
        whole = len(steps) == len(after)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        steps, whole = [(f"{place}[{number}]", number) for number in range(len(after))], True
    else:
        return place, after
    moved = [(path, step) for path, step in steps if not _has(before, step) or not _is_same(before[step], after[step])]
    if not whole or len(moved) != 1:
        return place, after
    [(path, step)] = moved
    return _narrowed(path, before[step] if _has(before, step) else None, after[step])


def _has(holder: Any, step: Any) -> bool:
    return isinstance(holder, list) or step in holder


def _is_writable(row: Row) -> bool:
    """Whether the file can say it: text that is UTF-8, and no mapping that reads as a rule for making one."""
    text = json.dumps(row, ensure_ascii=False, default=str)
    return f'"{_GENERATED}":' not in text and text.encode("utf-8", "replace") == text.encode("utf-8", "surrogatepass")
