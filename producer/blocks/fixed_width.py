"""Fields of one width to tables of bytes: members that are always there and always as long, many rows at once.

A row of the table is the JSON text of all of them, such as `{"id":"...","at":"..."`.
"""

import json
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from contracts.compiler.model import Field
from contracts.compiler.temporal import ISO_TIMESTAMP
from producer.blocks.entropy import Entropy, Octets
from producer.blocks.fragments import Pieces, Rows
from producer.blocks.layout import Distinct
from producer.values.quantities import DAY_US, argument, day_text
from producer.values.strings import of_pattern_alone
from producer.values.texts import Chars, Node, Repeat
from producer.values.texts import Sequence as Nodes
from producer.values.wheels import Padded

PLAIN = frozenset(string.printable) - frozenset('"\\\t\n\r\x0b\x0c')
"""Characters that are one byte, and stand in JSON as they are."""
WIDEST = 200
DIGITS = 18  # of a number that 64 bits hold
_HEX = np.frombuffer("".join(f"{octet:02x}" for octet in range(256)).encode(), np.uint16)
_TWO = np.frombuffer("".join(f"{number:02d}" for number in range(100)).encode(), np.uint8).reshape(100, 2)


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a table: its name, the text that never changes (other places are filled), and what fills it."""

    name: str
    text: bytes
    fill: Callable[[Octets, Rows], None]


class Table:
    """Some cells side by side; `lead` stands before the first."""

    def __init__(self, cells: Sequence[Cell], lead: bytes) -> None:
        text, self._places = lead, list[tuple[slice, Cell]]()
        for number, cell in enumerate(cells):
            text += b"%b%b:" % (b"," * (number > 0), json.dumps(cell.name).encode()) + b'"'
            self._places.append((slice(len(text), len(text) + len(cell.text)), cell))
            text += cell.text + b'"'
        self._text = np.frombuffer(text, np.uint8)

    @property
    def width(self) -> int:
        """Bytes of each row."""
        return len(self._text)

    @property
    def places(self) -> Mapping[str, slice]:
        """Field to where its text stands in each row, without its quotes; it stands there as it is, unescaped."""
        return {cell.name: place for place, cell in self._places}

    def __call__(self, rows: Rows) -> Pieces:
        """The text of each row."""
        table = np.empty((len(rows), len(self._text)), np.uint8)
        table[:] = self._text
        for place, cell in self._places:
            cell.fill(table[:, place], rows)
        pieces: list[bytes] = table.view(f"S{self.width}").ravel().tolist()
        return pieces


def counted_cell(row: Distinct, entropy: Entropy) -> Cell | None:
    """The cell of a field that differs from row to row; None where its texts are not all of one plain width."""
    if not row.always:
        return None
    if row.counted is None:
        uuid = argument(row.field, "format") == "uuid"
        return Cell(row.field.name, b"0" * 36, _uuids(entropy)) if uuid else None
    place, capacity = row.counted
    if not isinstance(place, Padded) or place.width > DIGITS or not set(place.head) <= PLAIN:
        return None
    return Cell(row.field.name, (place.head + "0" * place.width).encode(), _numbers(row, place, capacity))


def time_cell(field: Field) -> Cell | None:
    """The cell of the event's moment in the usual form; None for others and where bounds are to be kept."""
    judged = {clause.rule for clause in field.clauses} - {"required", "nullValues", "type"}
    usual = field.time_form == ISO_TIMESTAMP and not judged
    return Cell(field.name, b"0000-00-00T00:00:00.000000Z", _moments) if usual else None


def pattern_cell(field: Field, entropy: Entropy) -> Cell | None:
    """The cell of a field that is always there and of a pattern of one width; None for any other."""
    tree = of_pattern_alone(field) if field.null_clauses and field.time_form is None else None
    wheels = None if tree is None else _wheels(tree)
    if wheels is None or len(wheels) > WIDEST or not set("".join(wheels)) <= PLAIN:
        return None
    return Cell(field.name, "".join(wheel[0] for wheel in wheels).encode(), _drawn(wheels, entropy))


def _wheels(node: Node) -> list[str] | None:
    """The characters to choose from at each place, None where texts differ in length."""
    if isinstance(node, Chars):
        return [node.chars]
    if isinstance(node, Repeat):
        below = _wheels(node.node)
        return None if below is None or node.least != node.most else below * node.least
    if not isinstance(node, Nodes):
        return None
    found = [_wheels(part) for part in node.nodes]
    known = [part for part in found if part is not None]
    return [wheel for part in known for wheel in part] if len(known) == len(found) else None


def _drawn(wheels: list[str], entropy: Entropy) -> Callable[[Octets, Rows], None]:
    moving = [(place, np.frombuffer(wheel.encode(), np.uint8)) for place, wheel in enumerate(wheels) if len(wheel) > 1]

    def fill(table: Octets, rows: Rows) -> None:
        for place, chars in moving:
            table[:, place] = chars[entropy.below(len(chars), len(rows))]

    return fill


def _uuids(entropy: Entropy) -> Callable[[Octets, Rows], None]:
    """Random (version 4) UUIDs, RFC 9562."""

    def fill(table: Octets, rows: Rows) -> None:
        octets = entropy.octets(len(rows), 16)
        octets[:, 6] = octets[:, 6] & 0x0F | 0x40
        octets[:, 8] = octets[:, 8] & 0x3F | 0x80
        digits = _HEX[octets].view(np.uint8)
        start = 0
        for place, width in ((0, 8), (9, 4), (14, 4), (19, 4), (24, 12)):
            table[:, place : place + width] = digits[:, start : start + width]
            start += width
        table[:, [8, 13, 18, 23]] = ord("-")

    return fill


def _numbers(row: Distinct, place: Padded, capacity: int) -> Callable[[Octets, Rows], None]:
    head = len(place.head)

    def fill(table: Octets, rows: Rows) -> None:
        if rows.first + len(rows) > capacity:
            row.make(Random(0), capacity)  # says what is wrong
        start = (row.base + rows.first) % capacity
        numbers = (np.arange(len(rows), dtype=np.int64) + start) % capacity
        for digit in range(place.width - 1, -1, -1):
            numbers, last = np.divmod(numbers, 10)
            table[:, head + digit] = last + ord("0")

    return fill


def _moments(table: Octets, rows: Rows) -> None:
    days, rest = np.divmod(rows.moments, DAY_US)
    known, places = np.unique(days, return_inverse=True)
    dates = "".join(day_text(int(day)) for day in known).encode()
    table[:, :10] = np.frombuffer(dates, np.uint8).reshape(-1, 10)[places]
    for place, unit in ((11, 3_600_000_000), (14, 60_000_000), (17, 1_000_000), (20, 10_000), (22, 100), (24, 1)):
        units, rest = np.divmod(rest, unit)
        table[:, place : place + 2] = _TWO[units]
