"""Bytes to JSON value, strictly: what RFC 8259 refuses is refused, and so is what it calls unpredictable.

Numbers with a fraction or exponent come back as Decimal, so nothing is rounded before a clause has judged it. What a
Schema Registry's serializer has framed (a byte 0, four bytes of the schema's id, the payload) is no JSON either: it is
refused by the rule that its first wrong byte breaks, and `found` says what it is.
"""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

MAX_DEPTH = 64
MAX_DIGITS = 400
FRAME_BYTES = 5  # https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/ (wire format)
_SURROGATE = re.compile("[\ud800-\udfff]")


class RefusedBytes(Exception):  # noqa: N818 - a verdict on input, not a fault of the program
    """The value is not one we read: `rule` is the `$` clause's rule, `found` says what stands there (no content)."""

    def __init__(self, rule: str, found: str) -> None:
        super().__init__(f"{rule}: {found}")
        self.rule = rule
        self.found = found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise RefusedBytes("duplicate_key", "a key that stands twice")
    return made


def _constant(text: str) -> NoReturn:
    raise RefusedBytes("json", text)


def _float(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise RefusedBytes("number", "a number out of every range") from None
    if len(text) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
        raise RefusedBytes("number", "a number out of every range")
    return number


def _int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise RefusedBytes("number", f"an integer of {len(text)} digits")
    return int(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_float, parse_int=_int, parse_constant=_constant, strict=True
)


def _framed(value: bytes) -> str | None:
    """What bytes are that a Schema Registry's serializer has framed, None for others.

    UTF-16 begins with a byte 0 too, where its first character is ASCII; then so does its second one.
    """
    if len(value) <= FRAME_BYTES or value[0] != 0 or (value[1] and not value[2]):
        return None
    schema = int.from_bytes(value[1:FRAME_BYTES], "big")
    return f"a value framed by a Schema Registry serializer (byte 0, then schema id {schema}), not plain JSON"


def _depth(value: Any) -> int:
    deepest, stack = 0, [(value, 1)]
    while stack:
        here, depth = stack.pop()
        if isinstance(here, dict | list):
            deepest = max(deepest, depth)
            stack += [(child, depth + 1) for child in (here.values() if isinstance(here, dict) else here)]
    return deepest


def read(value: bytes) -> Any:
    """The JSON value of a record's bytes; RefusedBytes where they are none.

    Surrogates are looked for only where an escape could have made one: most events hold none.
    """
    if not value.strip(b" \t\r\n"):
        raise RefusedBytes("json", "an empty value")
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError as error:
        found = _framed(value) or f"byte 0x{value[error.start]:02x} at {error.start}"
        raise RefusedBytes("utf8", found) from None
    if text[0] == "\ufeff":
        raise RefusedBytes("utf8", "a byte order mark")
    try:
        made = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise RefusedBytes("json", _framed(value) or f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise RefusedBytes("depth", "more levels than can be read") from None
    if value.count(b"{") + value.count(b"[") > MAX_DEPTH and _depth(made) > MAX_DEPTH:
        raise RefusedBytes("depth", f"{_depth(made)} levels")
    if b"\\u" in value and _SURROGATE.search(json.dumps(made, ensure_ascii=False, default=str)):
        raise RefusedBytes("utf8", "a lone surrogate")
    return made
