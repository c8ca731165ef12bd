"""A contract version as its readers and its writers are: the real decoder and the real JSON Schema, open and closed."""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from cli.review.encodings import ENCODED
from cli.review.versions import JSON, Written
from contracts.compiler.diff.evidence import READS
from contracts.compiler.model import Contract, Field, Finding
from processing.decode import Decoder, Verdict
from producer.errors import ProducerError
from producer.event import encode, sealer
from producer.schema.check import Check, compile_check

SECRET = b"events-are-compared-and-not-kept"  # pseudonyms are made and thrown away
ABSENT = "absent"
_REMEMBERED = 8_192  # verdicts: a record is decoded when it is made, and asked for again when all are replayed


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One event as its writer sends it: its value as bytes, and the envelope (key None for what is no topic's).
    `left_out` are headers that the contract lets a writer leave out, and this one did.

    Compared by identity: both versions decode a record once, and ask for its verdict again and again.
    """

    event: dict[str, Any]
    value: bytes
    key: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    left_out: frozenset[str]
    topic: str | None
    format: str

    @property
    def size(self) -> int:
        """Its bytes, as a topic's limit counts them: value, key and headers."""
        return len(self.value) + len(self.key or b"") + sum(len(name) + len(value) for name, value in self.headers)


class Otherwise(NamedTuple):
    """One way in which a reader does not read what was written: `clause` is None where rule is READS."""

    path: str
    rule: str
    clause: str | None
    says: str


class Side:
    """One version of a contract; compiled once. `known` of the version header is left out of what a reader demands:
    which major versions a job knows is its own matter, and every comparison of two majors would end there.
    """

    def __init__(self, given: Written) -> None:
        self.contract = _as_read(given.version.contract)
        self.format = given.format
        self.topic = self.contract.envelope.topic if self.contract.envelope else None
        self._decoder = decoder = Decoder(self.contract, SECRET)

        def decode(record: Record) -> Verdict:
            return decoder.decode(record.value, record.key, record.headers)

        self._decode: Callable[[Record], Verdict] = lru_cache(maxsize=_REMEMBERED)(decode)
        self._open = compile_check(self.contract, closed=False)
        self._closed: Check = compile_check(self.contract, closed=True)
        self._seal = sealer(self.contract) if self.contract.envelope else None
        headers = self.contract.envelope.headers if self.contract.envelope else ()
        self._version_header = next((row.name for row in headers if row.source == "$version"), None)

    @property
    def optional_headers(self) -> tuple[str, ...]:
        """The headers that a record of this version may lack."""
        envelope = self.contract.envelope
        return tuple(row.name for row in envelope.headers if not row.required) if envelope else ()

    def record(self, event: dict[str, Any], left_out: frozenset[str] = frozenset()) -> Record | None:
        """The event as this version's producer sends it; None where it lacks what the record is made of, and where the
        record is larger than its own topic takes.
        """
        try:
            key, headers = self._seal(event) if self._seal else (None, [])
        except (KeyError, ProducerError):
            return None
        sent = tuple(pair for pair in headers if pair[0] not in left_out)
        made = Record(event, encode(event), key, sent, left_out, self.topic, self.format)
        envelope = self.contract.envelope
        return made if envelope is None or made.size <= envelope.max_bytes else None

    def admits(self, record: Record) -> bool:
        """Whether the event is valid for this version's writers, as the decoder says: accepted, nothing unknown."""
        verdict = self._decode(record)
        return verdict.outcome == "accepted" and verdict.unknown is None

    def valid(self, record: Record) -> bool:
        """The same by decoder and closed JSON Schema together; what is shown as a proof is held to both."""
        return self.admits(record) and not self._closed(record.value)

    def refused_by_writer(self, event: dict[str, Any]) -> bool:
        """Whether this version's producer would refuse to send the event."""
        return bool(self._closed(encode(event)))

    def values(self, record: Record) -> Mapping[str, Any] | None:
        """The stored values by field; None where the record is refused."""
        verdict = self._decode(record)
        if verdict.event is None:
            return None
        return dict(zip((field.name for field in self.contract.fields), verdict.event, strict=True))

    def in_part(self, record: Record) -> Mapping[str, Any]:
        """The same of a record that is refused: what can be read of it, null where nothing can."""
        found = self._decoder.in_part(record.value) or ()
        return dict(zip((field.name for field in self.contract.fields), found, strict=False))

    def refusals(self, record: Record) -> tuple[Otherwise, ...]:
        """Every reason for which this version's readers refuse the record: decoder and JSON Schema together.

        Where it was sent elsewhere, or in another format, its value is judged all the same, as if it had come: one
        change must not hide what another one breaks.
        """
        verdict = self._decode(record)
        found = {finding.clause: finding for finding in (*self._open(record.value), *verdict.findings)}
        return (*self._not_delivered(record), *(self._otherwise(finding) for finding in found.values()))

    def _not_delivered(self, record: Record) -> Iterator[Otherwise]:
        """Why the value of a record does not get as far as being judged."""
        if record.topic is not None and self.topic is not None and record.topic != self.topic:
            says = f"it is never read: it was sent to {record.topic}, and this version reads {self.topic}"
            yield Otherwise("@topic", "equals", None, says)
        if self.format == record.format:
            return
        if self.format != JSON:
            says = f"it is no {self.format}, which this version reads, but {record.format}"
            yield Otherwise("@value", "format", None, says)
            return
        encoder = ENCODED.get(record.format)
        sent = encode(record.event) if encoder is None else encoder(record.event)
        for finding in self._decoder.decode(sent, record.key, record.headers).findings:
            yield self._otherwise(finding)

    def _otherwise(self, finding: Finding) -> Otherwise:
        path, _, rule = finding.clause.partition("/")[2].rpartition("/")
        if path == "@version":
            path = f"@header.{self._version_header}"
        says = f"refused: {finding.path} is {finding.found}, {finding.clause} wants {finding.wanted}"
        return Otherwise(path, rule.partition("#")[0], finding.clause, says)


def _as_read(contract: Contract) -> Contract:
    """Without `known`; and what is no topic's has no envelope, whatever else its contract still says of one."""
    kept = tuple(clause for clause in contract.clauses if clause.rule != "known")
    return replace(contract, clauses=kept, envelope=contract.envelope if contract.rows == "event" else None)


def otherwise(writer: Side, reader: Side, record: Record, promised: tuple[Field, ...]) -> tuple[Otherwise, ...]:
    """Every way in which the reader does not read what the writer wrote.

    Values are compared at the fields of the older version, `promised`: what it does not name, nobody was promised. A
    field that the reader has no more reads as nothing, which is another value unless it was null.
    """
    refused = reader.refusals(record)
    sent = writer.values(record)
    read = reader.in_part(record) if refused else reader.values(record)
    if sent is None or read is None:
        return refused
    names, unread = {field.name: field for field in writer.contract.fields}, frozenset(row.path for row in refused)
    differing = (row for field in promised for row in _differing(field, names.get(field.name), sent, read))
    found = [*refused, *(row for row in differing if row.path not in unread)]
    times = [side.contract.event_time for side in (writer, reader)]
    if times[0] != times[1] and all(times):
        one, two = sent.get(str(times[0])), read.get(str(times[1]))
        if one is not None and two is not None and one != two:
            found.append(Otherwise("@event_time", READS, None, f"read as an event of {two}, and it happened at {one}"))
    return tuple(found)


def _differing(
    field: Field, of_writer: Field | None, sent: Mapping[str, Any], read: Mapping[str, Any]
) -> Iterator[Otherwise]:
    """The field itself, or the parts of it that are read as another value."""
    if of_writer is None or field.name not in sent:
        return
    if field.name not in read:
        if sent[field.name] is not None:
            says = f"read without {field.path}, which is {_shown(sent[field.name])}"
            yield Otherwise(field.path, READS, None, says)
        return
    yield from _values(field, of_writer, sent[field.name], read[field.name])


def _values(field: Field, of_writer: Field, one: Any, two: Any) -> Iterator[Otherwise]:
    if isinstance(one, dict) and isinstance(two, dict) and field.properties and of_writer.properties:
        named = {child.name: child for child in of_writer.properties}
        for child in field.properties:
            yield from _differing(child, named.get(child.name), one, two)
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two) and field.items and of_writer.items:
        for before, after in zip(one, two, strict=True):
            yield from _values(field.items, of_writer.items, before, after)
    elif isinstance(one, dict) and isinstance(two, dict) and field.value and of_writer.value and [*one] == [*two]:
        for name in one:
            yield from _values(field.value, of_writer.value, one[name], two[name])
    elif not _same(one, two, of_writer.storage):
        yield Otherwise(field.path, READS, None, f"{field.path} is read as {_shown(two)}, and is {_shown(one)}")


def _shown(value: Any) -> str:
    text = value.isoformat() if hasattr(value, "isoformat") else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 100 else f"{text[:100]}... ({len(text)} characters)"


def _same(one: Any, two: Any, storage: str) -> bool:
    """Whether the reader has what the writer meant, or more exactly: f32 and f64 mean the nearest value."""
    if type(one) is bool or type(two) is bool:
        return one is two
    if isinstance(one, float) and isinstance(two, int | float | Decimal):
        return _nearest(float(two), storage) == one
    if isinstance(two, float) and isinstance(one, int | Decimal):
        return Decimal(repr(two)) == Decimal(one)
    return bool(one == two)


def _nearest(number: float, storage: str) -> float:
    if storage != "f32":
        return number
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return number
