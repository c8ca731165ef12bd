"""Stored values to body hash: what tells the same event sent twice from another event under the same id.

Equal values have equal hashes however they were written, and whichever version of the contract they were read with:
null fields do not count, nor does the order of fields, so a contract that gains an optional field changes no hash.

What is hashed are canonical bytes, which any language can write. Each value has a tag; sizes and counts are 4 bytes,
and all numbers are big-endian:
    s size text                  a text in UTF-8
    n size text                  a number in plain notation without needless zeros (`-12.5`, `700`), whatever its type
    f 8 bytes                    an IEEE 754 double that is not whole, or beyond 2^53 on either side
    b 0 or 1                     false or true
    m 8 bytes                    microseconds since 1970-01-01T00:00:00Z
    d 4 bytes                    days since 1970-01-01
    l count values               an array
    o count (size name value)    an object's members that are not null, by ascending name
    p count (size name value)    a map's entries by ascending name
    z                            null, where it counts: as an item, or in a map
An event is its object, then the text of its unknown fields or `z`. `native/src/secret.rs` writes the same bytes.
"""

import hashlib
import struct
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from contracts.compiler.model import Field

Write = Callable[[Any], bytes]
_NULL = b"z"
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_FIRST_DAY = date(1970, 1, 1).toordinal()
_EXACT = 2.0**53


class BodyHash:
    """The hash of rows with these fields: keyed BLAKE2b (RFC 7693) of 16 bytes; `key` is the pseudonyms' secret."""

    def __init__(self, fields: tuple[Field, ...], key: bytes) -> None:
        self._key = key
        named = sorted((field.name, place, _writer(field)) for place, field in enumerate(fields))
        self._plan = tuple((place, _sized(name.encode()), write) for name, place, write in named)

    def __call__(self, stored: tuple[Any, ...], unknown: str | None) -> bytes:
        """Of values in field order, and of the unknown fields as JSON text."""
        held = [name + write(stored[place]) for place, name, write in self._plan if stored[place] is not None]
        whole = _many(b"o", held) + (_NULL if unknown is None else _text(unknown))
        return hashlib.blake2b(whole, key=self._key, digest_size=16).digest()


def _size(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _sized(content: bytes) -> bytes:
    return _size(len(content)) + content


def _many(tag: bytes, parts: list[bytes]) -> bytes:
    return b"".join((tag, _size(len(parts)), *parts))


def _text(value: str) -> bytes:
    return b"s" + _sized(value.encode("utf-8", "surrogatepass"))


def _whole(value: int) -> bytes:
    return b"n" + _sized(str(value).encode())


def _decimal(value: Decimal) -> bytes:
    text = f"{value:f}"
    return b"n" + _sized((text.rstrip("0").rstrip(".") if "." in text else text).encode())


def _float(value: float) -> bytes:
    return _whole(int(value)) if value.is_integer() and abs(value) < _EXACT else b"f" + struct.pack(">d", value)


def _moment(value: datetime) -> bytes:
    return b"m" + ((value - _EPOCH) // _MICROSECOND).to_bytes(8, "big", signed=True)


def _day(value: date) -> bytes:
    return b"d" + (value.toordinal() - _FIRST_DAY).to_bytes(4, "big", signed=True)


_PLAIN: Mapping[type, Write] = {
    str: _text,
    int: _whole,
    Decimal: _decimal,
    float: _float,
    bool: lambda value: b"b\1" if value else b"b\0",
    datetime: _moment,
    date: _day,
}


def _scalar(value: Any) -> bytes:
    """By the type that is held: a personal number is held as text."""
    return _NULL if value is None else _PLAIN[type(value)](value)


def _writer(field: Field) -> Write:
    """How a field's stored value is written; null is `z`, which only items and a map's values are."""
    if field.items is not None:
        item = _writer(field.items)
        return lambda value: _NULL if value is None else _many(b"l", list(map(item, value)))
    if field.value is not None:
        member = _writer(field.value)
        return lambda value: _NULL if value is None else _entries(b"p", [(n, member(v)) for n, v in value.items()])
    if not field.properties:
        return _scalar
    plans = [(child.name, _writer(child)) for child in field.properties]
    return lambda value: (
        _NULL
        if value is None
        else _entries(b"o", [(name, write(value[name])) for name, write in plans if value.get(name) is not None])
    )


def _entries(tag: bytes, members: list[tuple[str, bytes]]) -> bytes:
    return _many(tag, [_sized(name.encode("utf-8", "surrogatepass")) + written for name, written in sorted(members)])
