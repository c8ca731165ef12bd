"""Clause to records that break it: the clauses of bytes and envelope, which no field carries.

Rows of the bytes are given the clause and an encoded value, those of the envelope the whole event.
"""

import json
from collections.abc import Callable, Iterator, Mapping

from contracts.compiler import rules
from contracts.compiler.model import Clause, Contract
from contracts.compiler.strict_json import MAX_DIGITS
from producer.event import Event, Headers

EXTRA = b'"not_in_the_contract":'
Bytes = Callable[[Clause, bytes], tuple[bytes, ...]]
Records = Callable[[Contract, Clause, Event], Iterator[Event]]


def _with(extra: bytes, value: bytes) -> bytes:
    """The object with one more member in front, which an open reader accepts if it can read it."""
    return b"{" + EXTRA + extra + (b"," if value != b"{}" else b"") + value[1:]


def _utf8(_: Clause, value: bytes) -> tuple[bytes, ...]:
    return _with(b'"\xff"', value), b"\xef\xbb\xbf" + value, _with(b'"\\ud800"', value)


def _json(_: Clause, value: bytes) -> tuple[bytes, ...]:
    return value[:-1], value + b"{}", _with(b"NaN", value), _with(b"'x'", value), b"", value + b"]"


def _repeated(_: Clause, value: bytes) -> tuple[bytes, ...]:
    twice = _with(b"1", _with(b"1", value))
    for name, first in list(json.loads(value).items())[:1]:
        return b"{" + json.dumps(name).encode() + b":" + json.dumps(first).encode() + b"," + value[1:], twice
    return (twice,)


def _deep(clause: Clause, value: bytes) -> tuple[bytes, ...]:
    levels = int(clause.argument)
    return (_with(b"[" * levels + b"]" * levels, value),)


def _huge(_: Clause, value: bytes) -> tuple[bytes, ...]:
    return _with(b"1e999999999", value), _with(b"9" * (MAX_DIGITS + 1), value), _with(b"1e-999999999", value)


def _no_object(_: Clause, value: bytes) -> tuple[bytes, ...]:
    return b"[" + value + b"]", b'"an event"', b"7", b"true", b"null"


def _other(contract: Contract, clause: Clause, event: Event) -> Iterator[Event]:
    """Another text than the one demanded, in the key or a header."""
    if clause.path == "@key":
        yield event._replace(key=event.key + b"0")
        return
    name = clause.path.removeprefix("@header.")
    yield event._replace(headers=[(n, text + b"0" if n == name else text) for n, text in event.headers])


FAR = 900  # majors: the next one may be known to a job that reads this contract beside it


def _unknown_version(contract: Contract, clause: Clause, event: Event) -> Iterator[Event]:
    version = f"{contract.major + FAR}.0.0".encode()
    names = _named(contract, clause)
    yield event._replace(headers=[(n, version if n in names else text) for n, text in event.headers])


def _without(contract: Contract, clause: Clause, event: Event) -> Iterator[Event]:
    """The record without a header it must have."""
    names = _named(contract, clause)
    kept: Headers = [(name, text) for name, text in event.headers if name not in names]
    yield event._replace(headers=kept)


def _named(contract: Contract, clause: Clause) -> set[str]:
    """The headers a clause is about; `@version` stands for the one that carries the version."""
    rows = contract.envelope.headers if contract.envelope else ()
    return {
        row.name for row in rows if clause.path == ("@version" if row.source == "$version" else f"@header.{row.name}")
    }


VALUES: Mapping[str, Bytes] = {
    "utf8": _utf8,
    "json": _json,
    "duplicate_key": _repeated,
    "depth": _deep,
    "number": _huge,
    "type": _no_object,
}
"""Rules of `$`."""
ENVELOPE: Mapping[str, Records] = {
    "equals": _other,
    "known": _unknown_version,
    "required": _without,
}
"""Rules of `@`."""
SHARED = frozenset({"type", "required"})  # rules of single values that are also judged on the whole
rules.expect_rows({**VALUES, **ENVELOPE}, rules.names("whole") | SHARED, "producer/broken/wholes.py")
