"""CSV to events: each row's cells become the members of one JSON value, by the types of the contract's fields.

The first row names fields, with dots for those of objects (`source.host.label`) and for the names of a map
(`labels.fr`). An empty cell is an absent field. A cell that does not read as its field's type is kept as text, and the
check then says what is wrong with it.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, TextIO

from contracts.compiler import rules
from contracts.compiler.model import Contract, Field
from contracts.compiler.strict_json import RefusedBytes, read
from contracts.compiler.types import TYPES
from producer.errors import ProducerError
from producer.intake import Line, finding

DELIMITERS = ",;\t"
CELL_LIMIT = 10_000_000
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def _text(cell: str) -> str:
    return json.dumps(cell, ensure_ascii=False)


def _number(cell: str) -> str:
    return cell if NUMBER.fullmatch(cell) else _text(cell)


def _truth(cell: str) -> str:
    return cell if cell in ("true", "false") else _text(cell)


def _nested(cell: str) -> str:
    """JSON text as it stands; anything else as text."""
    try:
        read(cell.encode("utf-8", "surrogateescape"))
    except RefusedBytes:
        return _text(cell)
    return cell


CELLS: Mapping[str, Callable[[str], str]] = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": _truth,
    "timestamp": _text,
    "date": _text,
    "time": _text,
    "array": _nested,
    "object": _nested,
    "map": _nested,
}
rules.expect_rows(CELLS, frozenset(TYPES), "producer/table.py")


def rows(contract: Contract, file: BinaryIO) -> Iterator[Line]:
    """One Line per row below the header; `number` is the line of the file where the row begins.

    ProducerError where the header names a column twice, or an object and its member. Bytes that are no UTF-8 reach the
    check as they are. The delimiter (comma, semicolon, tab) is the one that finds most fields in the header.
    """
    csv.field_size_limit(CELL_LIMIT)
    lines = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
    first = lines.readline()
    if not first:
        return
    try:
        delimiter = max(DELIMITERS, key=lambda mark: _known(contract, first, mark))
        header = next(csv.reader([first], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ProducerError(f"the header is no row of CSV: {error}", "Name one field per column.") from error
    yield from _rows(contract, Columns(contract, header), lines, delimiter)


def _known(contract: Contract, header: str, delimiter: str) -> int:
    names = next(csv.reader([header], delimiter=delimiter), [])
    return sum(_place(contract.fields, name.split("."))[1] is not None for name in names)


def _place(fields: tuple[Field, ...], steps: list[str]) -> tuple[list[str], Field | None]:
    """The way to a column's value, and its field: None where the contract names none. A map's names may hold dots."""
    field = next((field for field in fields if field.name == steps[0]), None)
    if field is None or len(steps) == 1:
        return steps, field
    rest, value = steps[1:], field.value
    if value is None:
        below, found = _place(field.properties, rest)
    elif value.children:
        below, found = _place((replace(value, name=rest[0]),), rest)
    else:
        below, found = [".".join(rest)], value
    return [steps[0], *below], found


def _rows(contract: Contract, plan: "Columns", lines: TextIO, delimiter: str) -> Iterator[Line]:
    taken: list[str] = []
    reader = csv.reader(_noted(lines, taken), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 2
        taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            refused = finding(contract, "cells", str(error), "a row of CSV as RFC 4180 writes it")
            yield Line(number, _raw(taken), None, (refused,))
            continue
        if len(cells) == len(plan.names):
            value = plan.value(cells).encode("utf-8", "surrogateescape")
            yield Line(number, _raw(taken), value, ())
        else:
            wanted = f"{len(plan.names)} cells, one for each column of the header"
            refused = finding(contract, "cells", f"{len(cells)} cells", wanted)
            yield Line(number, _raw(taken), None, (refused,))


def _noted(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    """The lines, each noted as it is taken, so that a row's own text is known whatever becomes of it."""
    for line in lines:
        taken.append(line)
        yield line


def _raw(taken: list[str]) -> bytes:
    return "".join(taken).removesuffix("\n").removesuffix("\r").encode("utf-8", "surrogateescape")


class Columns:
    """The header, compiled: which cell goes where in the value, and how it is written."""

    def __init__(self, contract: Contract, names: list[str]) -> None:
        self.names = names
        for name in names:
            if names.count(name) > 1 or any(other.startswith(f"{name}.") for other in names):
                raise ProducerError(
                    f"the header names '{name}' twice, or names an object and its members", "Keep one column of it."
                )
        places = [_place(contract.fields, name.split(".")) for name in names]
        self._write = [_text if field is None else CELLS[field.type] for _, field in places]
        self._paths = [path for path, _ in places]

    def value(self, cells: list[str]) -> str:
        """The JSON text of one row."""
        tree: dict[str, Any] = {}
        for path, write, cell in zip(self._paths, self._write, cells, strict=True):
            if cell != "":
                here = tree
                for step in path[:-1]:
                    here = here.setdefault(step, {})
                here[path[-1]] = write(cell)
        return _written(tree)


def _written(tree: dict[str, Any]) -> str:
    members = (f"{_text(name)}:{_written(below) if isinstance(below, dict) else below}" for name, below in tree.items())
    return "{" + ",".join(members) + "}"
