"""Contract to the export check's verdict on payloads: the same pandera checks, on rows that JSON values are read into.

A value that does not convert into its column is refused (`type`, or `format` of a time) and stands there as null;
nothing at or below it is judged otherwise. Unknown members are left out. Personal values are judged as they were sent.

Items of an array that is to hold none twice are compared as the columns hold them. Where these do not hold all that was
sent (a refused item, an absent or unknown member), the same check compares the items' JSON texts.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import polars as pl

from contracts.compiler.load import readable
from contracts.compiler.model import Contract, Finding
from contracts.compiler.strict_json import MAX_DEPTH
from exports.errors import ExportError
from exports.failures import kind_of
from exports.leaves import READ_INTO, framed, is_computable
from exports.numbers import BOUNDS, FLOATS, is_number
from exports.places import VALUE
from exports.plan import Judged, plan
from exports.rules import twice
from exports.schema import broken_by, judged_by, schema_of
from exports.sheet import Note, Sheet, compile_members, frame_of

ROUNDED = "a number written with more digits than its float keeps is compared as the float"
BYTES = "judged on the bytes, before there is a value"
ENVELOPE = "judged on the record, of which a value is only a part"
_COMPARED = frozenset({*BOUNDS, "multipleOf", "enum", "missingValues"})


def gaps(contract: Contract) -> Mapping[str, str]:
    """By clause id, what a payload check does not judge, or only as far as the reason says."""
    wholes = {
        clause.id: ENVELOPE if clause.path.startswith("@") else BYTES
        for clause in contract.clauses
        if (clause.path, clause.rule) != ("$", "type")
    }
    rounded = {
        clause.id: ROUNDED
        for field in contract.walk()
        for clause in field.clauses
        if field.storage in FLOATS and clause.rule in _COMPARED
    }
    return {**wholes, **rounded, **plan(contract, stored=False).gaps}


class PayloadCheck:
    """The compiled check of one contract's payloads. Making one imports pandera, which takes seconds."""

    def __init__(self, contract: Contract) -> None:
        readable_ = readable(contract)
        self._whole = readable_.wholes()["$/type"]
        self._contract = replace(contract, fields=tuple(map(framed, contract.fields)))
        self._take = compile_members(contract.fields)
        self._plan = plan(self._contract, stored=False)
        self._schema = schema_of(self._contract, self._plan, READ_INTO)

    def judge(self, value: Any) -> tuple[Finding, ...]:
        """Every clause that one JSON value (as strict_json reads it) breaks, with each place in it that does."""
        return self.judge_all((value,))[0]

    def judge_all(self, values: Sequence[Any]) -> list[tuple[Finding, ...]]:
        """The same for many values in one go: pandera costs tens of milliseconds a call."""
        sheet, rows = Sheet(), list[dict[str, Any]]()
        for number, value in enumerate(values):
            sheet.payload = number
            if type(value) is dict:
                rows.append(self._take(value, "$", sheet))
        frame = frame_of(self._contract.fields, rows, READ_INTO)
        for error in broken_by(self._schema, frame):
            self._add(sheet, frame, error)
        return [
            sheet.verdict(number) if type(value) is dict else (self._no_object(value),)
            for number, value in enumerate(values)
        ]

    def _no_object(self, value: Any) -> Finding:
        return Finding(self._whole.id, "$", kind_of(value), self._whole.wanted)

    def _add(self, sheet: Sheet, frame: pl.DataFrame, error: Any) -> None:
        """What one of pandera's errors means: the values that break its clause."""
        judged = judged_by(self._plan, error)
        if not isinstance(judged, Judged):
            what = f"{self._contract.key}: {error.check} could not be judged on payloads"
            raise ExportError(what, "This is a defect of the check: report it.")
        notes = sheet.notes[judged.clause.path]
        flagged = [notes[at] for at in judged.flags(frame)[VALUE].arg_true()]
        found = [note for note in flagged if not note.refused]
        for note in _alike(found) if judged.clause.rule == "uniqueItems" else found:
            sheet.find(judged.chain[-1], judged.clause, note, judged.masked)


def _alike(notes: list[Note]) -> Iterator[Note]:
    """Of arrays that hold an item twice as their columns hold them, those that do so as they were sent."""
    texts = [None if note.whole else [_text(item) for item in note.sent] for note in notes]
    same = pl.Series(VALUE, texts, dtype=pl.List(pl.String)).to_frame().select(twice(pl.col(VALUE))).to_series()
    return (note for note, alike in zip(notes, same, strict=True) if note.whole or alike)


def _text(value: Any, depth: int = 0) -> str:
    """A text that is the same for two JSON values that are: 1 and 1.0 are, members have no order."""
    if depth > MAX_DEPTH:
        return "..."  # deeper than the strict reader goes
    if isinstance(value, dict):
        members = sorted(f"{json.dumps(name)}:{_text(member, depth + 1)}" for name, member in value.items())
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(_text(item, depth + 1) for item in value)}]"
    if is_number(value):
        return str(Fraction(value)) if is_computable(value) else f"{value:x}" if isinstance(value, int) else str(value)
    return json.dumps(value)
