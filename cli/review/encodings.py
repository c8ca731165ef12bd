"""An event in the formats that ODCS names beside JSON, as far as a reader of JSON ever gets to see them.

Small genuine documents of each format: enough for the real JSON decoder to say what it makes of such a record.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring


def _varint(number: int) -> bytes:
    """A variable-length integer, base 128, least significant first (protobuf and Avro write lengths so)."""
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*made, number))


def _texts(event: Mapping[str, Any]) -> Iterator[bytes]:
    for value in event.values():
        yield value.encode() if isinstance(value, str) else json.dumps(value, default=str).encode()


def _avro(event: Mapping[str, Any]) -> bytes:
    """Avro's binary encoding of a record whose fields are all strings: each a zigzag length and its UTF-8."""
    return b"".join(_varint(2 * len(text)) + text for text in _texts(event))


def _protobuf(event: Mapping[str, Any]) -> bytes:
    """A protobuf message whose fields are all strings: tag (number, wire type 2), length, UTF-8."""
    return b"".join(
        _varint(number << 3 | 2) + _varint(len(text)) + text for number, text in enumerate(_texts(event), 1)
    )


def _xml(event: Mapping[str, Any]) -> bytes:
    root = Element("event")
    for name, text in zip(event, _texts(event), strict=True):
        SubElement(root, name).text = text.decode()
    return bytes(tostring(root, encoding="utf-8"))


ENCODED: Mapping[str, Callable[[Mapping[str, Any]], bytes]] = {"avro": _avro, "protobuf": _protobuf, "xml": _xml}
