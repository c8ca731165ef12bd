"""Broken rows to words: which row, whose, what stands there (masked where the field's class asks), what is wanted."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

MAX_SHOWN = 100  # characters of a value
MAX_ROWS = 10  # rows of one clause that are described; all are counted
_NAMES: Mapping[type, str] = {
    str: "string",
    bool: "boolean",
    datetime: "timestamp",
    date: "date",
    time: "time",
    list: "array",
    dict: "object",
    type(None): "null",
}
_SIZES: Mapping[type, str] = {str: "characters", list: "items", dict: "members"}


@dataclass(frozen=True, slots=True)
class Failure:
    """One row that breaks one clause, or one table.

    `row` counts from 1 in the order of the export; None where a whole column is wrong, or a number made of all rows
    (`found` is then that number). `identity` names the row by its primary key, coordinates or groups. `path` is the
    JSON path of the value in the row.
    """

    clause: str
    row: int | None
    identity: Mapping[str, str]
    found: str
    wanted: str
    path: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the check of one table found: `totals` counts broken rows by clause (1 where a number made of all rows is
    wrong), `failures` describes the first ones.

    `judged` lists the clauses that were, `gaps` those that stored rows cannot tell, each with its reason. `numbers`
    are those that clauses and queries over many rows came to, by clause.
    """

    rows: int
    judged: tuple[str, ...]
    gaps: Mapping[str, str]
    numbers: Mapping[str, str]
    totals: Mapping[str, int]
    failures: tuple[Failure, ...]

    def lines(self, table: str) -> Iterator[str]:
        """The findings as text: a line per clause, then one per described row."""
        for clause, total in self.totals.items():
            shown = [failure for failure in self.failures if failure.clause == clause]
            wanted = shown[0].wanted if shown else ""
            if clause in self.numbers:
                yield f"{table}: clause {clause} wants {wanted}; of {self.rows} rows it is {self.numbers[clause]}"
                continue
            yield f"{table}: clause {clause} wants {wanted}; {total} of {self.rows} rows break it:"
            yield from map(_line, shown)
            if total > len(shown):
                yield f"  ... and {total - len(shown)} more"

    def as_dict(self) -> dict[str, Any]:
        """The same for --json."""
        return {"rows": self.rows, "totals": dict(self.totals), "failures": [asdict(one) for one in self.failures]}


def _line(failure: Failure) -> str:
    who = ", ".join(f"{name} {value}" for name, value in failure.identity.items())
    where = f"row {failure.row}" if failure.row else "column"
    return f"  {where}{f' ({who})' if who else ''}: {failure.path} is {failure.found}"


def kind_of(value: Any) -> str:
    """What a value is, in the words of JSON: all that is said of one that may not be shown."""
    return _NAMES.get(type(value), "number")


def shown(value: Any, masked: bool) -> str:
    """A value as text cut at 100 characters, or only its type and length if masked."""
    if masked:
        size = f" of {len(value)} {_SIZES[type(value)]}" if type(value) in _SIZES else ""
        return f"{kind_of(value)}{size}"
    text = _text(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}... ({len(text)} characters)"


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (RecursionError, ValueError):  # deeper, or of more digits, than Python writes
        return kind_of(value)
