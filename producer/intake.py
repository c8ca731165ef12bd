"""Somebody's own file to events: JSONL or CSV, line by line, each checked as a writer is before it is sent.

Nothing is lost silently: each line is either sent or written to the file of refusals, with every clause it breaks and
its own text, so that `jq -r .raw` on that file, mended, can be sent again (of CSV: below its header row). The file
holds what people wrote, so only its owner may read it. JSONL lines are sent byte for byte. Three refusals are the
intake's own and no clauses: `<contract>/<path>/unknown_field`, `<contract>/$/max_bytes`, and `<contract>/$/cells`
(a CSV row that does not fit its header).

An id that is made is a UUID of version 5, of the line's number and its bytes: the same file sent again, whole or after
a kill in the middle, is the same events, so that what went twice is a duplicate and no new event. Equal lines at
different places stay different events; of a CSV row the bytes are the row's own, without the header.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from contracts.compiler.model import Contract, Finding
from contracts.compiler.strict_json import RefusedBytes, read
from producer.errors import ProducerError
from producer.event import Headers, encode, envelope_of, sealer
from producer.outbox import locked_file
from producer.schema.check import Check

LINES = uuid.UUID("4b1e7c52-7f0c-5d55-9d3e-0d6c0a8a6f31")  # the namespace of made ids; another would make other events


class Line(NamedTuple):
    """One event as it was read: `number` of its line, counted from 1; `value` JSON bytes, or None with `refused`."""

    number: int
    raw: bytes
    value: bytes | None
    refused: tuple[Finding, ...]


class Ready(NamedTuple):
    """One line that may be sent."""

    line: Line
    value: bytes
    key: bytes
    headers: Headers


def jsonl(file: BinaryIO) -> Iterator[Line]:
    """Each line is one event; an empty line is an event that is empty."""
    for number, text in enumerate(file, 1):
        value = text.removesuffix(b"\n").removesuffix(b"\r")
        yield Line(number, value, value, ())


class Gate:
    """Judges lines against one contract; `make_ids` gives an event without identity the one of its line.

    `producer` is as for `sealer`.
    """

    def __init__(self, contract: Contract, make_ids: bool, producer: str) -> None:
        self._contract = contract
        self._check = Check(contract, closed=True)
        self._seal = sealer(contract, producer)
        self._max_bytes = envelope_of(contract).max_bytes
        self._id = identity(contract) if make_ids else None
        self.ids_made = 0

    def judge(self, line: Line) -> Ready | tuple[Finding, ...]:
        """The line ready to be sent, or every clause it breaks."""
        if line.value is None:
            return line.refused
        if len(line.value) > self._max_bytes:
            wanted = f"at most {self._max_bytes} bytes"
            return (finding(self._contract, "max_bytes", f"{len(line.value)} bytes", wanted),)
        value = line.value
        try:
            document = read(value)
        except RefusedBytes:
            return self._check(value)
        if self._id and isinstance(document, dict) and document.get(self._id) is None:
            document = {self._id: line_id(line), **{k: v for k, v in document.items() if k != self._id}}
            value = encode(document)
            self.ids_made += 1
        if broken := self._check.judge(document):
            return broken
        key, headers = self._seal(document)
        return Ready(line, value, key, headers)


def line_id(line: Line) -> str:
    """The id of a line's event: RFC 9562's name-based UUID of `number:bytes`."""
    name = LINES.bytes + b"%d:" % line.number + line.raw
    return str(uuid.UUID(bytes=hashlib.sha1(name, usedforsecurity=False).digest()[:16], version=5))


def identity(contract: Contract) -> str:
    """The field that an id can be made for; ProducerError where its values are no UUIDs."""
    if contract.event_id:
        clause = contract.field(contract.event_id).clause("format")
        if clause is not None and clause.argument == "uuid":
            return contract.event_id
    raise ProducerError(
        f"ids of {contract.key} can't be made: its primary key is not of format uuid", "Leave out --make-ids."
    )


def finding(contract: Contract, rule: str, found: str, wanted: str) -> Finding:
    """A refusal of the intake itself, about the line as a whole."""
    return Finding(f"{contract.key}/$/{rule}", "$", found, wanted)


class Refusals:
    """A JSONL file of refused lines, for its owner alone; made with its first line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.by_clause: dict[str, int] = {}
        self._file: BinaryIO | None = None

    def put(self, line: Line, findings: tuple[Finding, ...]) -> None:
        """Keep one line: its number, what is wrong with it, and its own text (base64 where it is no UTF-8)."""
        if self._file is None:
            self._file = locked_file(self.path)
        rows = [dict(zip(("clause", "path", "found", "wanted"), _texts(row), strict=True)) for row in findings]
        said = json.dumps({"line": line.number, "violations": rows, **_raw(line.raw)}, ensure_ascii=False)
        self._file.write(said.encode() + b"\n")
        self.count += 1
        for clause in {row.clause for row in findings}:
            self.by_clause[clause] = self.by_clause.get(clause, 0) + 1

    def close(self) -> None:
        """Write what is buffered."""
        if self._file is not None:
            self._file.close()


def _texts(row: Finding) -> tuple[str, ...]:
    return tuple(text.encode("utf-8", "replace").decode() for text in (row.clause, row.path, row.found, row.wanted))


def _raw(raw: bytes) -> dict[str, Any]:
    try:
        return {"raw": raw.decode()}
    except UnicodeDecodeError:
        return {"raw_base64": base64.b64encode(raw).decode()}
