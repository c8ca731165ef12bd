"""Values to JSON bytes as anybody may write them, and bytes to bytes that are nearly the same."""

import json
from decimal import Decimal
from random import Random
from typing import Any

_SPACE = ("", "", "", " ", "\n", "\t", "\r\n", "  ")
_ODD = (
    b"",
    b'"',
    b"\\",
    b"\x00",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b",",
    b"}",
    b"0",
    b"-",
    b".",
    b"e1",
    b"n",
    b"\xa0",
)
_WHOLE = (  # events that are none, or are by the width of a hair
    b"",
    b" ",
    b"null",
    b"[]",
    b"{}",
    b"{",
    b"{}{}",
    b"{} x",
    b"{,}",
    b'{"a"}',
    b'{"a":}',
    b'{"a":1,}',
    b"{'a':1}",
    b'{"a":NaN}',
    b'{"a":Infinity}',
    b'{"a":"\\ud800"}',
    b"\xef\xbb\xbf{}",
    b"\x00\x00\x00\x00\x01{}",
    b"{" * 70,
    b'{"a":' * 70 + b"1" + b"}" * 70,
)


def whole(rng: Random) -> bytes:
    """Bytes that are no event."""
    return rng.choice(_WHOLE)


def written(value: Any, rng: Random, odd: float) -> bytes:
    """JSON text of a value: with white space, escapes, members in any order, and now and then (`odd`, a share) a
    number, a word or a member that no serializer would write.
    """
    return _written(value, rng, odd).encode("utf-8", "surrogatepass")


def _written(value: Any, rng: Random, odd: float) -> str:
    if isinstance(value, dict):
        members = list(value.items())
        if rng.random() < 0.3:
            rng.shuffle(members)
        if members and rng.random() < odd:
            members.append(rng.choice([rng.choice(members), ("stranger", [1, {}]), ("", None)]))
        inner = ",".join(_spaced(_text(k, rng, odd), rng) + ":" + _written(v, rng, odd) for k, v in members)
        return _spaced("{" + inner + "}", rng)
    if isinstance(value, list):
        return _spaced("[" + ",".join(_written(item, rng, odd) for item in value) + "]", rng)
    return _spaced(_text(value, rng, odd) if isinstance(value, str) else _plain(value, rng, odd), rng)


def _spaced(text: str, rng: Random) -> str:
    return rng.choice(_SPACE) + text + rng.choice(_SPACE)


def _text(value: str, rng: Random, odd: float) -> str:
    escapes = rng.random()
    if escapes < odd:
        return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else c for c in value) + '"'
    return json.dumps(value, ensure_ascii=escapes < 0.5).replace("/", "\\/" if rng.random() < odd else "/")


def _plain(value: Any, rng: Random, odd: float) -> str:
    if value is None or isinstance(value, bool):
        text = {None: "null", True: "true", False: "false"}[value]
        return text.upper() if rng.random() < odd / 4 else text
    short = isinstance(value, Decimal) and abs(value.adjusted()) < 50
    text = f"{value:f}" if short else str(value)
    if rng.random() >= odd:
        return text
    whole = "." not in text and "e" not in text
    return rng.choice(
        [f"{text}e0", f"{text}E+1", f"-{text}", f"0{text}", f"{text}0", f"+{text}"]
        + ([f"{text}.0", f"{text}.00", f"{text}.", f"{text}.5"] if whole else [])
    )


def nearly(value: bytes, rng: Random) -> bytes:
    """The bytes with one of them gone, changed, put in, or the rest cut off."""
    at = rng.randrange(len(value) + 1)
    kind = rng.randrange(5)
    if kind == 0:
        return value[:at] + value[at + 1 :]
    if kind == 1:
        return value[:at] + bytes([rng.randrange(256)]) + value[at + 1 :]
    if kind == 2:
        return value[:at]
    if kind == 3:
        return value[:at] + value[max(0, at - 9) : at] + value[at:]
    return value[:at] + rng.choice(_ODD) + value[at:]
