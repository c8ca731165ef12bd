"""Records to whether they are an erased person's, knowing only keyed hashes: so every candidate text is hashed.

Whose an event is, its data subject's field says. Where that can't be read (half JSON, another encoding, bytes that
are nothing), every text of an id's length that stands between two edges of words is tried.
"""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from contracts.compiler.model import Contract, Field
from contracts.compiler.strict_json import MAX_DIGITS
from processing.decode import Headers, Verdict, text_of
from processing.erased import ErasedList, digest, digest_of
from processing.errors import ProcessingError
from processing.judges import Judgement, compile_field

LOOSE = 5  # a shorter id is found only beside its field's name: as a loose word it is in anything
_ROUNDS = 3  # how often a text may have been escaped
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SHORT_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_WRITTEN = re.compile(r'[^\x00-\x1f\x7f"\\\ufffd]+')  # no id has anything else
_EDGE = re.compile(r"(?<![^\W_])|(?![^\W_])")  # not between two letters or digits
_BASE64 = re.compile("[A-Za-z0-9+/_-]{16,}")
_URL_SAFE = str.maketrans("-_", "+/")
_STORED = ("string", "integer")  # types whose stored value has the text it was sent with


class _Members(list[tuple[str, Any]]):
    """A JSON object's members, those that stand twice included."""


_LENIENT = json.JSONDecoder(
    object_pairs_hook=_Members,
    parse_float=str,
    parse_int=lambda text: int(text) if len(text) <= MAX_DIGITS else text,
    strict=False,
)


class Traces:
    """Finds the persons of a list in what one topic carries; compiled once, like a decoder.

    `contracts` are the majors that are read, the newest first. ProcessingError where one cannot say whose an event is.
    """

    def __init__(self, contracts: tuple[Contract, ...], key: bytes, erased: ErasedList) -> None:
        subjects = tuple(subject_of(contract) for contract in contracts)
        self._key, self._digests = key, erased.digests
        self._lengths = tuple(length for length in erased.lengths if length >= LOOSE)
        self._at = contracts[0].fields.index(subjects[0])
        self._personal = subjects[0].classification == "personal"
        self._judges = [(field.name, compile_field(field, key, True)) for field in subjects]
        names = "|".join(re.escape(name) for name in {field.name for field in subjects})
        self._beside = re.compile(rf"(?<!\w)(?:{names})[\"']?\s*[:=]\s*[\"']?([^\"',;&\s}}\]]+)")

    def covers(self, verdict: Verdict, value: bytes | None, key: bytes | None, headers: Headers) -> bool:
        """Whether a record that was judged so is one of theirs."""
        if verdict.event is not None:
            return self.stored(verdict.event[self._at])
        return self.in_record(value, key, headers)

    def stored(self, value: Any) -> bool:
        """Whether a stored value of the data subject's field is one of them."""
        if value is None:
            return False
        found = digest(value, self._key) if self._personal else digest_of(text_of(value), self._key)
        return found in self._digests

    def in_record(self, value: bytes | None, key: bytes | None, headers: Headers) -> bool:
        """Whether a record that was refused is one of theirs, or its key or a header names one."""
        around = (key, *(content for _, content in headers))
        return any(part and self._in_bytes(part) for part in around) or (value is not None and self.in_value(value))

    def in_value(self, value: bytes) -> bool:
        """Whether bytes that should be an event are one of theirs: by its field, else by any text in them."""
        said = self._said(value)
        return self._in_bytes(value) if said is None else said

    def in_text(self, text: str) -> bool:
        """Whether a text is, or holds, the id of one of them."""
        if self._is(text.strip()) or any(self._is(found[1]) for found in self._beside.finditer(text)):
            return True
        return any(map(self._is, set(self._words(text))))

    def _is(self, text: str) -> bool:
        try:
            return digest_of(text, self._key) in self._digests
        except UnicodeEncodeError:  # half of a character, which no id has
            return False

    def _said(self, value: bytes) -> bool | None:
        """What the field says; None where it is not there or holds what no person's id can be."""
        found = [
            (member, judge) for name, judge in self._judges for said, member in _members(value) or () if said == name
        ]
        if any(isinstance(member, str | int) and self._is(text_of(member).strip()) for member, _ in found):
            return True
        return False if found and all(_fits(member, judge) for member, judge in found) else None

    def _in_bytes(self, value: bytes) -> bool:
        return any(self.in_text(text) for text in texts(value))

    def _words(self, text: str) -> Iterator[str]:
        for found in _WRITTEN.finditer(text) if self._lengths else ():
            piece = found[0]
            edges = {edge.start() for edge in _EDGE.finditer(piece)} if len(piece) >= min(self._lengths) else ()
            for length in self._lengths:
                yield from (piece[at : at + length] for at in edges if at + length in edges)


def subject_of(contract: Contract) -> Field:
    """The field that says whose data an event is. ProcessingError where there is none that could be looked up."""
    if contract.data_subject is None:
        raise ProcessingError(
            f"{contract.key} does not say whose data an event is", "Name the field in its custom property dataSubject."
        )
    field = contract.field(contract.data_subject)
    if field.type not in _STORED:
        raise ProcessingError(
            f"{field.name}, the data subject of {contract.key}, is of type {field.type}",
            f"Persons are found by a field of type {' or '.join(_STORED)}.",
        )
    return field


def texts(value: bytes) -> Iterator[str]:
    """Every text that the bytes may be, as far as a producer's mistakes go: escaped, in another encoding, in base64."""
    seen: set[str] = set()
    runs: set[str] = set()
    for text in _unescaped(value):
        if text not in seen:
            yield text
            runs.update(run[0] for run in _BASE64.finditer(text))
        seen.add(text)
    for run in runs:
        yield from _unescaped(base64.b64decode(run[: len(run) // 4 * 4].translate(_URL_SAFE)))


def _unescaped(value: bytes) -> Iterator[str]:
    for text in _decoded(value):
        yield text
        for _ in range(_ROUNDS):
            before, text = text, _ESCAPE.sub(_character, text)
            if text == before:
                break
            yield text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _decoded(value: bytes) -> Iterator[str]:
    text = value.decode("utf-8", "replace")
    yield text
    if "\ufffd" in text:
        yield value.decode("latin-1")
    if 0 in value:
        yield value.decode("utf-16-le", "replace")
        yield value.decode("utf-16-be", "replace")
        yield value.replace(b"\0", b"").decode("utf-8", "replace")


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _SHORT_ESCAPES.get(found[2], found[2])


def _members(value: bytes) -> _Members | None:
    """The members of the JSON object that the bytes are, more or less; None where they are none."""
    try:
        made = _LENIENT.decode(value.decode("utf-8", "replace").lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return made if isinstance(made, _Members) else None


def _fits(member: Any, judge: Any) -> bool:
    judgement = Judgement()
    judge(member, "$", judgement)
    return member is not None and not judgement.findings
