"""A file of sample events to values: each line is either read or named with what is wrong with it, never skipped."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple, TypeVar

from contracts.compiler.strict_json import RefusedBytes, read

KINDS = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}


class Event(NamedTuple):
    """One event that was read: the line of the file where it begins, its bytes as JSON, and its value."""

    line: int
    raw: bytes
    value: dict[str, Any]


class Bad(NamedTuple):
    """One line that is no event, and why; the reason holds nothing of its text."""

    line: int
    reason: str


class Row(NamedTuple):
    """One row of a CSV file, as text: its cells are read once all of their columns are known."""

    line: int
    cells: list[str]


Line = TypeVar("Line", Event | Bad, Row | Bad)


class Samples(NamedTuple):
    """What was read of a file: `more` says that it goes on after what was asked for."""

    events: tuple[Event, ...]
    bad: tuple[Bad, ...]
    more: bool


class CsvError(Exception):
    """The header of a CSV file says no columns; the message says why."""


def read_samples(file: BinaryIO, form: str, most: int) -> Samples:
    """The first `most` lines (rows) of a file of `form` jsonl or csv; CsvError where a header can't be read."""
    lines = {"jsonl": _jsonl, "csv": _csv}[form](file, most + 1)
    events = tuple(line for line in lines if isinstance(line, Event))
    bad = [line for line in lines if isinstance(line, Bad)]
    more = len(events) > most
    return Samples(events[:most], tuple(bad), more)


def _jsonl(file: BinaryIO, most: int) -> list[Event | Bad]:
    return _until(most, (_event(number, text.rstrip(b"\r\n")) for number, text in enumerate(file, 1)))


def _until(most: int, lines: Iterator[Line]) -> list[Line]:
    """Lines up to the event after which no more are wanted; those that are no event do not count."""
    made, events = list[Line](), 0
    for line in lines:
        made.append(line)
        events += not isinstance(line, Bad)
        if events == most:
            break
    return made


def _event(number: int, raw: bytes) -> Event | Bad:
    try:
        value = read(raw)
    except RefusedBytes as refused:
        return Bad(number, f"{refused.rule}: {refused.found}")
    if isinstance(value, dict):
        return Event(number, raw, value)
    hint = "; of a file that is one list, `jq -c '.[]'` makes lines" if isinstance(value, list) else ""
    return Bad(number, f"{KINDS.get(type(value), 'a number')}, and an event is a JSON object{hint}")


def _csv(file: BinaryIO, most: int) -> list[Event | Bad]:
    """Rows below the header; a cell's type is that of its whole column, and an empty cell is an absent field."""
    from producer.event import encode

    names, rows = _table(file, most)
    cells = [row.cells for row in rows if isinstance(row, Row)]
    columns = [_reader([row[place] for row in cells]) for place in range(len(names))]
    made = list[Event | Bad]()
    for row in rows:
        if isinstance(row, Bad):
            made.append(row)
            continue
        value = _tree(names, [of(cell) for of, cell in zip(columns, row.cells, strict=True)])
        made.append(Event(row.line, encode(value), value))
    return made


def _table(file: BinaryIO, most: int) -> tuple[list[str], list[Row | Bad]]:
    """The names of the columns, and the rows below them."""
    from producer.table import CELL_LIMIT, DELIMITERS

    csv.field_size_limit(CELL_LIMIT)
    lines = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
    first = lines.readline()
    try:
        headers = [next(csv.reader([first], delimiter=mark, strict=True), []) for mark in DELIMITERS]
    except csv.Error as error:
        raise CsvError(f"its first line is no row of CSV: {error}") from None
    names = max(headers, key=len)
    for name in names:
        if names.count(name) > 1 or any(other.startswith(f"{name}.") for other in names):
            raise CsvError(f"its header names '{name}' twice, or an object and its member")
    delimiter = DELIMITERS[headers.index(names)]
    return names, _until(most, _rows(csv.reader(lines, delimiter=delimiter, strict=True), len(names)))


def _rows(reader: Any, width: int) -> Iterator[Row | Bad]:
    while True:
        number = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Bad(number, f"cells: {error}")
            continue
        if len(cells) != width:
            yield Bad(number, f"cells: {len(cells)}, and the header has {width}")
        elif any(cell.encode("utf-8", "replace") != cell.encode("utf-8", "surrogateescape") for cell in cells):
            yield Bad(number, "utf8: bytes that are no UTF-8")
        else:
            yield Row(number, cells)


def _reader(cells: list[str]) -> Callable[[str], Any]:
    """How the cells of one column are read: as JSON where all of them are numbers, all true or false, or all nested."""
    from producer.table import NUMBER

    filled = [cell for cell in cells if cell]
    truths = all(cell in ("true", "false") for cell in filled)
    numbers = all(NUMBER.fullmatch(cell) for cell in filled)
    if filled and (truths or numbers or all(cell[0] in "{[" for cell in filled)) and all(map(_is_json, filled)):
        return lambda cell: read(cell.encode()) if cell else None
    return str


def _is_json(cell: str) -> bool:
    try:
        read(cell.encode())
    except RefusedBytes:
        return False
    return True


def _tree(names: list[str], values: list[Any]) -> dict[str, Any]:
    """One row as an event: a dot in a column's name leads into an object."""
    made: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        if value in (None, ""):
            continue
        *way, last = name.split(".")
        here = made
        for step in way:
            here = here.setdefault(step, {})
        here[last] = value
    return made
