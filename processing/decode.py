"""Record to verdict: the decoder of one contract, compiled once and used for every record of a Spark task.

Strict: bytes that RFC 8259 refuses are refused, nothing is rounded or coerced, and a refusal names *every* clause
it breaks. Judged in the order syntax, envelope, type, the rest; below a failed type or a null nothing more.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.compiler import strict_json
from contracts.compiler.model import Clause, Contract, Field, Finding
from processing.checks import CHECKS
from processing.values import READ, store

MAX_SHOWN = 100
Headers = Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one record is: `outcome` accepted, rejected or tombstone (duplicates are found later, over many).

    `event` holds the stored values in the contract's field order, None unless accepted. `body_hash` (16 bytes,
    keyed) is equal for equal decoded values, unknown fields included, however they were written.
    """

    outcome: str
    event_id: str | None
    version: str | None
    body_hash: bytes | None
    unknown: str | None
    findings: tuple[Finding, ...]
    event: tuple[Any, ...] | None


class _Judgement:
    """What one record collects on its way through the fields: findings and unknown fields."""

    __slots__ = ("findings", "unknown")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.unknown: dict[str, Any] = {}


Judge = Callable[[Any, str, _Judgement], Any]


def shown(value: Any, masked: bool) -> str:
    """A value as a finding may show it: its JSON text cut at 100 characters, or only type and length if masked."""
    if masked:
        size = (
            f" of {len(value)} {'characters' if isinstance(value, str) else 'items'}"
            if hasattr(value, "__len__")
            else ""
        )
        return f"{_json_type(value)}{size}"
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=_number)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}... ({len(text)} characters)"


def _json_type(value: Any) -> str:
    names: Mapping[type, str] = {
        str: "string",
        bool: "boolean",
        list: "array",
        dict: "object",
        type(None): "null",
    }
    return names.get(type(value), "number")


def _compile(field: Field, key: bytes, masked: bool) -> Judge:
    """A field's judge: gives the stored value, None for null, absent or refused (then with findings)."""
    masked = masked or field.masked
    required, type_ = field.clause("required"), field.clause("type")
    read = READ[field.type](field)
    rest = tuple((CHECKS[c.rule](c.argument), c) for c in field.clauses if c.rule not in ("required", "type"))
    below = _COMPILE_BELOW.get(field.type)
    keep = below(field, key, masked) if below else _compile_store(field, key)
    assert type_ is not None  # noqa: S101 - load.py gives every field a type clause

    def judge(value: Any, path: str, judgement: _Judgement) -> Any:
        if value is None:
            if required is not None:
                judgement.findings.append(Finding(required.id, path, "null", required.wanted))
            return None
        judged = read(value)
        if judged is None:
            judgement.findings.append(Finding(type_.id, path, shown(value, masked), type_.wanted))
            return None
        for holds, clause in rest:
            if not holds(judged):
                judgement.findings.append(Finding(clause.id, path, shown(value, masked), clause.wanted))
        return keep(judged, path, judgement)

    return judge


def _compile_store(field: Field, key: bytes) -> Judge:
    keep = store(field, key)
    return lambda judged, _path, _judgement: keep(judged)


def _compile_array(field: Field, key: bytes, masked: bool) -> Judge:
    assert field.items is not None  # noqa: S101 - load.py refuses an array without items
    item = _compile(field.items, key, masked)
    return lambda judged, path, judgement: [item(value, f"{path}[{i}]", judgement) for i, value in enumerate(judged)]


def _compile_object(field: Field, key: bytes, masked: bool) -> Judge:
    members = _compile_members(field.properties, key, masked)
    names = tuple(child.name for child in field.properties)
    return lambda judged, path, judgement: dict(zip(names, members(judged, path, judgement), strict=True))


_COMPILE_BELOW: Mapping[str, Callable[[Field, bytes, bool], Judge]] = {
    "array": _compile_array,
    "object": _compile_object,
}


def _compile_members(fields: tuple[Field, ...], key: bytes, masked: bool) -> Judge:
    """The judge of an object's members: stored values in field order; unknown members are kept aside, not refused."""
    plan = tuple((f.name, _compile(f, key, masked), f.clause("required")) for f in fields)
    names = frozenset(field.name for field in fields)

    def judge(value: dict[str, Any], path: str, judgement: _Judgement) -> tuple[Any, ...]:
        made: list[Any] = []
        for name, member, required in plan:
            found = value.get(name)
            if found is None and required is not None and name not in value:
                judgement.findings.append(Finding(required.id, f"{path}.{name}", "absent", required.wanted))
                made.append(None)
            else:
                made.append(member(found, f"{path}.{name}", judgement))
        if not names.issuperset(value):
            for name in value.keys() - names:
                judgement.unknown[f"{path}.{name}"[2:]] = value[name]
        return tuple(made)

    return judge


def text_of(value: Any) -> str:
    """A key or header's text of a field value: a string as it is, any other value as its JSON text (7.0 is 7)."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    return json.dumps(value, default=str)


class Decoder:
    """The compiled reader of one contract; `key` is the secret of the pseudonyms and body hashes."""

    def __init__(self, contract: Contract, key: bytes) -> None:
        self._key = key
        self._members = _compile_members(contract.fields, key, masked=False)
        self._wholes = contract.wholes()
        self._event_id = contract.event_id or ""
        self._names = tuple(field.name for field in contract.fields)
        self._masked = {field.name: field.masked for field in contract.fields}
        self._envelope = contract.envelope
        sources = {header.source: header.name for header in contract.envelope.headers} if contract.envelope else {}
        self._version_header = sources.get("$version")
        self._id_header = sources.get(self._event_id)
        self._contract_name = contract.name

    def decode(self, value: bytes | None, key: bytes | None, headers: Headers) -> Verdict:
        """The verdict on one record; never raises, whatever the bytes."""
        sent = dict(headers)
        version = _text(sent.get(self._version_header)) if self._version_header else None
        named = _text(sent.get(self._id_header)) if self._id_header else None
        if value is None:
            return Verdict("tombstone", named, version, None, None, (), None)
        unread = self._unread(version)
        if unread is not None:
            return Verdict("rejected", named, version, None, None, (unread,), None)
        try:
            body = strict_json.read(value)
        except strict_json.RefusedBytes as refused:
            clause = self._wholes[f"$/{refused.rule}"]
            return Verdict("rejected", named, version, None, None, (_finding(clause, "$", refused.found),), None)
        if type(body) is not dict:
            finding = _finding(self._wholes["$/type"], "$", _json_type(body))
            return Verdict("rejected", named, version, None, None, (finding,), None)
        return self._judged(body, key, sent, version, named)

    def _unread(self, version: str | None) -> Finding | None:
        """The finding on a version this reader does not know: then the body's clauses would judge another language."""
        known = self._wholes.get("@version/known")
        if known is None or version is None or version.split(".")[0] == str(known.argument):
            return None
        return _finding(known, "@version", shown(version, False))

    def _judged(
        self,
        body: dict[str, Any],
        key: bytes | None,
        sent: Mapping[str, bytes | None],
        version: str | None,
        named: str | None,
    ) -> Verdict:
        judgement = _Judgement()
        self._judge_envelope(body, key, sent, judgement)
        stored = self._members(body, "$", judgement)
        identity = body.get(self._event_id)
        event_id = text_of(identity)[:200] if isinstance(identity, str | int | Decimal) else named
        unknown = (
            json.dumps(judgement.unknown, sort_keys=True, ensure_ascii=False, default=_number)
            if judgement.unknown
            else None
        )
        if judgement.findings:
            return Verdict("rejected", event_id, version, None, unknown, tuple(judgement.findings), None)
        same = hashlib.blake2b(repr((stored, unknown)).encode(), key=self._key, digest_size=16).digest()
        return Verdict("accepted", event_id, version, same, unknown, (), stored)

    def _judge_envelope(
        self, body: dict[str, Any], key: bytes | None, sent: Mapping[str, bytes | None], judgement: _Judgement
    ) -> None:
        if self._envelope is None:
            return
        wanted = body.get(self._envelope.key)
        if wanted is not None and key != text_of(wanted).encode("utf-8", "surrogatepass"):
            clause, masked = self._wholes["@key/equals"], self._masked[self._envelope.key]
            judgement.findings.append(_finding(clause, "@key", shown(_text(key), masked)))
        for header in self._envelope.headers:
            path = "@version" if header.source == "$version" else f"@header.{header.name}"
            content = sent.get(header.name)
            if content is None:
                if needed := self._wholes.get(f"{path}/required"):
                    judgement.findings.append(_finding(needed, path, "absent"))
            elif equals := self._wholes.get(f"{path}/equals"):
                expected = self._contract_name if header.source == "$contract" else body.get(header.source)
                if expected is not None and _text(content) != text_of(expected):
                    masked = self._masked.get(header.source, False)
                    judgement.findings.append(_finding(equals, path, shown(_text(content), masked)))


def _finding(clause: Clause, path: str, found: str) -> Finding:
    return Finding(clause.id, path, found, clause.wanted)


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "replace")[:200]


def _number(value: Any) -> Any:
    """Decimals of unknown fields, which nothing has judged: exact where JSON's own number can say it."""
    return int(value) if value == value.to_integral_value() else float(value)
