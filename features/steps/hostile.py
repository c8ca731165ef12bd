"""Records that programs stumble over, by the name that features/bad_bytes.feature gives them.

Each differs from a valid event of version 2 in one thing; what is not a field or a header of it stands here as bytes.
"""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from features.steps.sending import valid_event

SIZE = 10_000_000
CLEAR = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e"  # clears a terminal, names its window, turns the reading direction


@dataclass
class Record:
    """A record as a client sends it; `texts` are what its event holds under the fields of the same name."""

    value: bytes | None
    key: bytes | None
    headers: dict[str, bytes]
    event_id: str
    texts: dict[str, str] = field(default_factory=dict)
    place: tuple[int, int] = (-1, -1)


def _record(value: Callable[[bytes], bytes | None] = lambda event: event, **fields: object) -> Record:
    """A valid event of version 2 with these fields, its bytes changed by `value`."""
    draft = valid_event(2)
    event = draft.event | fields
    headers = {name: text.encode() for name, text in draft.headers.items()}
    sent = value(json.dumps(event, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return Record(sent, str(draft.key).encode(), headers, str(event["event_id"]))


def _member(text: str) -> Record:
    """An event with one member more, as this JSON text."""
    return _record(lambda event: event[:-1] + b", " + text.encode() + b"}")


def _text(text: str) -> Record:
    """An accepted event with this text in every field that takes any."""
    item = {"name": text, "media_type": "text/plain", "size_bytes": 1}
    made = _record(product=text, tags=[text], attachments=[item])
    made.texts["product"] = text
    return made


def _envelope(**changed: bytes | None) -> Record:
    """A valid event in a record with another key or other headers; None for without."""
    made = _record()
    made.key = changed.pop("key", made.key)
    sent = made.headers | changed
    made.headers = {name: text for name, text in sent.items() if text is not None}
    return made


def _nested(levels: int) -> str:
    return "[" * levels + "]" * levels


BYTES: Mapping[str, Callable[[], Record]] = {
    "half a JSON object": lambda: _record(lambda event: event[: len(event) // 2]),
    "two JSON objects": lambda: _record(lambda event: event + event),
    "a comma too many": lambda: _record(lambda event: event[:-1] + b",}"),
    "nothing at all": lambda: _record(lambda _: b""),
    "spaces alone": lambda: _record(lambda _: b" \t\r\n"),
    "NaN as amount": lambda: _member('"amount": NaN'),
    "Infinity as amount": lambda: _member('"amount": Infinity'),
    "-Infinity as amount": lambda: _member('"amount": -Infinity'),
    "a line break in a text, unescaped": lambda: _member('"product": "a\nb"'),
    "a NUL in a text, unescaped": lambda: _member('"product": "a\0b"'),
    "UTF-16 without a mark": lambda: _record(lambda event: event.decode().encode("utf-16-le")),
    "10 MB of one letter": lambda: _record(lambda _: b"x" * SIZE),
    "10 MB of spaces": lambda: _record(lambda _: b" " * SIZE),
    "the word null": lambda: _record(lambda _: b"null"),
    "a list of events": lambda: _record(lambda event: b"[" + event + b"]"),
    "bytes that no UTF-8 has": lambda: _record(lambda event: event.replace(b"invoice", b"\xff\xfe")),
    "an overlong encoding": lambda: _record(lambda event: event.replace(b"invoice", b"\xc0\xaf")),
    "Latin-1": lambda: _record(lambda event: event.decode().encode("latin-1"), product="Carte privilège"),
    "UTF-16": lambda: _record(lambda event: event.decode().encode("utf-16")),
    "gzip": lambda: _record(gzip.compress),
    "a byte order mark": lambda: _record(lambda event: b"\xef\xbb\xbf" + event),
    "a lone surrogate": lambda: _member(r'"product": "\ud800"'),
    "surrogates in the wrong order": lambda: _member(r'"product": "\ude00\ud83d"'),
    "a lone surrogate in a field's name": lambda: _member(r'"\udfff": 1'),
    "1,000 nested lists": lambda: _record(lambda _: _nested(1000).encode()),
    "1,000 nested objects in a field": lambda: _member('"mood": ' + '{"a": ' * 1000 + "1" + "}" * 1000),
    "65 levels": lambda: _member(f'"mood": {_nested(64)}'),
    "64 levels": lambda: _member(f'"mood": {_nested(63)}'),
    "a field that stands twice": lambda: _member('"channel": "web"'),
    "a field that stands twice, inside": lambda: _member('"mood": [{"a": 1, "a": 1}]'),
    "1e999999999 as amount": lambda: _member('"amount": 1e999999999'),
    "1e-999999999 as amount": lambda: _member('"amount": 1e-999999999'),
    "390 digits as amount": lambda: _member(f'"amount": {"9" * 390}'),
    "1,000 digits as amount": lambda: _member(f'"amount": {"9" * 1000}'),
    "1,000 digits as a fraction": lambda: _member(f'"amount": 0.{"0" * 1000}'),
    "1.00 with 390 zeros as amount": lambda: _member(f'"amount": 1.{"0" * 390}'),
    "a number of 10 MB": lambda: _member(f'"amount": {"9" * SIZE}'),
    "-0 as amount": lambda: _member('"amount": -0.00'),
    "-0 as satisfaction": lambda: _member('"satisfaction": -0'),
    "no value": lambda: _record(lambda _: None),
}
FIELDS: Mapping[str, Callable[[], Record]] = {
    "a request of 10 MB": lambda: _record(request="x" * SIZE),
    "an unknown field of 10 MB": lambda: _record(mood="x" * SIZE),
    "a priority that clears the terminal": lambda: _record(priority=CLEAR),
    "a priority that is a formula": lambda: _record(priority="=1+1"),
    "the product =1+1": lambda: _text("=1+1"),
    "the product +1+1": lambda: _text("+1+1"),
    "the product -1+1": lambda: _text("-1+1"),
    "the product @SUM(1,1)": lambda: _text("@SUM(1,1)"),
    "a formula after a tab": lambda: _text("\t=1+1"),
    "a formula after a line break": lambda: _text("\r\n=1+1"),
    "a formula in full-width letters": lambda: _text("\uff1d1\uff0b1"),
    "a formula after an apostrophe": lambda: _text("'=1+1"),
    "a formula that starts a program": lambda: _text("=cmd|' /C calc'!A0"),
    "every kind of line break": lambda: _text("a\r\nb\nc\rd\x0be\x0cf\x85g\u2028h\u2029i"),
    "quotes of every kind": lambda: _text('"a" \'b\' ""c"" `d` “e” «f»'),
    "every separator": lambda: _text("a,b;c\td|e:f\x1fg"),
    "backslashes": lambda: _text('C:\\new\\table "\\"'),
    "spaces at both ends": lambda: _text("  a \xa0"),
    "the product NULL": lambda: _text("NULL"),
    r"the product \N": lambda: _text(r"\N"),
    "JSON in a text": lambda: _text('{"a": [1, null]}'),
    "a text from right to left": lambda: _text("שלום עולם، مرحبا"),
    "a text that turns the direction": lambda: _text("invoice\u202egnp.exe\u2066!\u2069"),
    "letters beyond the basic plane": lambda: _text("😀 𝕏 🇫🇷 👩‍👩‍👧 𠮷"),
    "a NUL in a text, escaped": lambda: _text("a\0b"),
    "control characters, escaped": lambda: _text("\x01\x08\x1b[31m\x07\x7f\x80\x9b"),
    "characters that are none": lambda: _text("\ufffe\uffff\U0010ffff"),
    "a byte order mark in a text": lambda: _text("\ufeffa\ufeff"),
}
AROUND: Mapping[str, Callable[[], Record]] = {
    "no header contract": lambda: _envelope(contract=None),
    "no header contract_version": lambda: _envelope(contract_version=None),
    "no header event_id": lambda: _envelope(event_id=None),
    "the version 3.0.0": lambda: _envelope(contract_version=b"3.0.0"),
    "a version that is a formula": lambda: _envelope(contract_version=b"=1+1"),
    "a version of bytes that are no text": lambda: _envelope(contract_version=b"\xff\x1b[2J\0"),
    "another ticket's key": lambda: _envelope(key=b"TCK-99999999"),
    "no key": lambda: _envelope(key=None),
    "a key of bytes that are no text": lambda: _envelope(key=b"\xff\x1b[2J\0"),
    "an id that clears the terminal": lambda: _envelope(event_id=CLEAR.encode()),
    "a producer that clears the terminal": lambda: _envelope(producer=CLEAR.encode()),
}
RECORDS = {**BYTES, **FIELDS, **AROUND}
