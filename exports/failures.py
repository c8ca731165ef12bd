"""Broken rows to words: which row, whose, what stands there (masked where the field's class asks), what is wanted."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from contracts.compiler.model import Field

MAX_SHOWN = 100  # characters of a value
MAX_ROWS = 10  # rows of one clause that are described; all are counted
_NAMES: Mapping[type, str] = {
    str: "string",
    bool: "boolean",
    datetime: "timestamp",
    date: "date",
    list: "array",
    dict: "object",
    type(None): "null",
}
_SIZES: Mapping[type, str] = {str: "characters", list: "items", dict: "members"}


@dataclass(frozen=True, slots=True)
class Failure:
    """One row that breaks one clause.

    `row` counts from 1 in the order of the export; None where a whole column is wrong. `identity` names the row by
    its primary key, coordinates or groups. `path` is the JSON path of the value in the row.
    """

    clause: str
    row: int | None
    identity: Mapping[str, str]
    found: str
    wanted: str
    path: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the check of one table found: `totals` counts broken rows by clause, `failures` describes the first ones.

    `judged` lists the clauses that were, `gaps` those that stored rows cannot tell, each with its reason.
    """

    rows: int
    judged: tuple[str, ...]
    gaps: Mapping[str, str]
    totals: Mapping[str, int]
    failures: tuple[Failure, ...]

    def lines(self, table: str) -> Iterator[str]:
        """The findings as text: a line per clause, then one per described row."""
        for clause, total in self.totals.items():
            shown = [failure for failure in self.failures if failure.clause == clause]
            wanted = shown[0].wanted if shown else ""
            yield f"{table}: clause {clause} wants {wanted}; {total} of {self.rows} rows break it:"
            for failure in shown:
                who = ", ".join(f"{name} {value}" for name, value in failure.identity.items())
                where = f"row {failure.row}" if failure.row else "column"
                yield f"  {where}{f' ({who})' if who else ''}: {failure.path} is {failure.found}"
            if total > len(shown):
                yield f"  ... and {total - len(shown)} more"

    def as_dict(self) -> dict[str, Any]:
        """The same for --json."""
        return {"rows": self.rows, "totals": dict(self.totals), "failures": [asdict(one) for one in self.failures]}


def shown(value: Any, masked: bool) -> str:
    """A value as text cut at 100 characters, or only its type and length if masked."""
    if masked:
        size = f" of {len(value)} {_SIZES[type(value)]}" if type(value) in _SIZES else ""
        return f"{_NAMES.get(type(value), 'number')}{size}"
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}... ({len(text)} characters)"


def leaves(chain: Sequence[Field], value: Any, path: str = "$") -> Iterator[tuple[str, Any]]:
    """Every value that the last field of a chain has in one row's column value, with its JSON path.

    Nothing lies below a null, as the clauses judge it.
    """
    field, rest = chain[0], chain[1:]
    path = path if field.name == "[]" else f"{path}.{field.name}"
    if not rest:
        yield path, value
    elif value is not None and rest[0].name == "[]":
        for index, item in enumerate(value):
            yield from leaves(rest, item, f"{path}[{index}]")
    elif value is not None:
        yield from leaves(rest, value[rest[0].name], path)
