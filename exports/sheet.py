"""Payloads to rows: JSON values read into columns, with a note of where each value came from and what was refused.

The notes of a field stand in the order in which `places.values` gives its values, so that a judgement of the n-th value
is one of the n-th note.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from contracts.compiler.model import Clause, Field, Finding
from exports.columns import EXACT, NESTED, Forms, dtype, entry_of, item_of
from exports.failures import shown
from exports.leaves import READ, READ_AS, Refusal
from exports.places import member_step

Take = Callable[[Any, str, "Sheet"], Any]


class Note(NamedTuple):
    """One value that a field has: of which payload, where in it, as it was sent.

    `order` counts the values of all payloads, parents first. `refused`: it stands as null in its column. `whole`:
    nothing below it was refused, absent or unknown, so that its column holds all that was sent.
    """

    payload: int
    order: int
    path: str
    sent: Any
    refused: bool
    whole: bool


class Sheet:
    """What payloads are read into; `dropped` counts what their columns do not hold."""

    def __init__(self) -> None:
        self.payload = 0
        self.dropped = 0
        self.notes: dict[str, list[Note]] = defaultdict(list)
        self.findings: dict[int, list[tuple[int, int, Finding]]] = defaultdict(list)
        self._order = 0

    def next_order(self) -> int:
        """The number of the next value."""
        self._order += 1
        return self._order

    def find(self, field: Field, clause: Clause, note: Note, masked: bool) -> None:
        """Note that a value breaks a clause."""
        finding = Finding(clause.id, note.path, shown(note.sent, masked), clause.wanted)
        self.findings[note.payload].append((note.order, field.clauses.index(clause), finding))

    def verdict(self, payload: int) -> tuple[Finding, ...]:
        """All findings of one payload, parents first, in the order of the clauses."""
        return tuple(finding for _, _, finding in sorted(self.findings[payload], key=lambda found: found[:2]))


def compile_take(field: Field, masked: bool = False) -> Take:
    """How a field's value is taken into a sheet: gives what its column holds, null for null, absent and refused."""
    hidden = masked or field.masked
    read, clauses = READ[field.type](field), {clause.rule: clause for clause in reversed(field.clauses)}
    below = _BELOW.get(field.type, _leaf)(field, hidden)

    def take(sent: Any, path: str, sheet: Sheet) -> Any:
        order, dropped = sheet.next_order(), sheet.dropped
        made = None if sent is None else read(sent)
        refused = False
        if isinstance(made, Refusal):
            sheet.dropped += 1
            refused = made.instead is None
            sheet.find(field, clauses[made.rule], Note(sheet.payload, order, path, sent, refused, whole=False), hidden)
            made = made.instead
        elif made is not None:
            made = below(made, path, sheet)
        sheet.notes[field.path].append(Note(sheet.payload, order, path, sent, refused, sheet.dropped == dropped))
        return made

    return take


def _leaf(_: Field, __: bool) -> Take:
    return lambda value, _, __: value


def _items(field: Field, masked: bool) -> Take:
    take = compile_take(item_of(field), masked)
    return lambda value, path, sheet: [take(item, f"{path}[{at}]", sheet) for at, item in enumerate(value)]


def _members(field: Field, masked: bool) -> Take:
    return compile_members(field.properties, masked)


def compile_members(fields: tuple[Field, ...], masked: bool = False) -> Take:
    """How an object's members are taken, by name; unknown ones are left out, as an open reader does."""
    takes = tuple((field.name, compile_take(field, masked)) for field in fields)
    names = frozenset(field.name for field in fields)

    def members(value: Mapping[str, Any], path: str, sheet: Sheet) -> dict[str, Any]:
        if value.keys() != names:
            sheet.dropped += 1
        return {name: take(value.get(name), f"{path}.{name}", sheet) for name, take in takes}

    return members


def _entries(field: Field, masked: bool) -> Take:
    key, value = entry_of(field)
    take_key, take_value, hidden = compile_take(key, masked), compile_take(value, masked), masked or key.masked

    def entries(members: Mapping[str, Any], path: str, sheet: Sheet) -> list[dict[str, Any]]:
        return list(taken(members, path, sheet))

    def taken(members: Mapping[str, Any], path: str, sheet: Sheet) -> Iterator[dict[str, Any]]:
        for name, member in members.items():
            here = path + member_step(name, hidden)
            yield {"key": take_key(name, here, sheet), "value": take_value(member, here, sheet)}

    return entries


_BELOW: Mapping[str, Callable[[Field, bool], Take]] = {"array": _items, "object": _members, "map": _entries}
if _BELOW.keys() != NESTED.keys():
    raise TypeError(f"exports.sheet._BELOW differs from columns.py: {sorted(_BELOW.keys() ^ NESTED.keys())}")


def frame_of(fields: tuple[Field, ...], taken: Sequence[Mapping[str, Any]], forms: Forms = EXACT) -> pl.DataFrame:
    """What `compile_members` took, as a table in one of the forms."""
    columns = (
        pl.Series(field.name, [row[field.name] for row in taken], dtype=dtype(field, READ_AS), strict=True)
        for field in fields
    )
    return pl.DataFrame(columns).cast({field.name: dtype(field, forms) for field in fields})
