"""Record to verdict: the decoder of one contract, compiled once and used for every record of a Spark task.

Strict: bytes that RFC 8259 refuses are refused, nothing is rounded or coerced, and a refusal names *every* clause
it breaks. Judged in the order syntax, envelope, then field by field.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.compiler import strict_json
from contracts.compiler.model import Clause, Contract, Finding
from processing.identity import BodyHash
from processing.judges import Judgement, compile_members, finding, json_number, json_type, shown

Headers = Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one record is: `outcome` accepted, rejected, tombstone or erased (duplicates are found later, over many).

    `event` holds the stored values in the contract's field order, None unless accepted; `body_hash` is theirs
    (identity.py).
    """

    outcome: str
    event_id: str | None
    version: str | None
    body_hash: bytes | None
    unknown: str | None
    findings: tuple[Finding, ...]
    event: tuple[Any, ...] | None


ERASED = Verdict("erased", None, None, None, None, (), None)  # all that is said of a record of an erased person


@dataclass(frozen=True, slots=True)
class _Demand:
    """One header as it is judged: `source` is the field it repeats, or None where `constant` is what it must be."""

    name: str
    path: str
    required: Clause | None
    equals: Clause | None
    source: str | None
    constant: str | None
    masked: bool


def _demands(contract: Contract) -> Iterator[_Demand]:
    wholes, masked = contract.wholes(), {field.name: field.masked for field in contract.fields}
    for header in contract.envelope.headers if contract.envelope else ():
        path = "@version" if header.source == "$version" else f"@header.{header.name}"
        yield _Demand(
            name=header.name,
            path=path,
            required=wholes.get(f"{path}/required"),
            equals=wholes.get(f"{path}/equals"),
            source=None if header.source == "$contract" else header.source,
            constant=contract.name if header.source == "$contract" else None,
            masked=masked.get(header.source, False),
        )


def text_of(value: Any) -> str:
    """A key or header's text of a field value: a string as it is, any other value as its JSON text (7.0 is 7)."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    return json.dumps(value, default=str)


class Decoder:
    """The compiled reader of one contract; `key` is the secret of the pseudonyms and body hashes.

    The contract has the clauses of the bytes: an input contract, or any other made `load.readable`.
    """

    def __init__(self, contract: Contract, key: bytes) -> None:
        self._body_hash = BodyHash(contract.fields, key)
        self._members = compile_members(contract.fields, key, masked=False)
        self._wholes = contract.wholes()
        self._ranks = {clause.id: rank for rank, clause in enumerate(contract.all_clauses())}
        self._event_id = contract.event_id
        self._key_field = contract.field(contract.envelope.key) if contract.envelope else None
        self._demands = tuple(_demands(contract))
        sources = {header.source: header.name for header in contract.envelope.headers} if contract.envelope else {}
        self._version_header = sources.get("$version")
        self._id_header = sources.get(self._event_id or "")

    def version_of(self, headers: Headers) -> str | None:
        """The version that a record says it was written with, None where it says none."""
        return _text(dict(headers).get(self._version_header)) if self._version_header else None

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
        body = self._read(value)
        if isinstance(body, Finding):
            return Verdict("rejected", named, version, None, None, (body,), None)
        return self._judged(body, key, sent, version, named)

    def judge(self, value: bytes) -> tuple[Finding, ...]:
        """What the bytes alone break, without the record they travel in: every clause, in the contract's order."""
        body, judgement = self._read(value), Judgement()
        if isinstance(body, Finding):
            return (body,)
        self._members(body, "$", judgement)
        return tuple(sorted(judgement.findings, key=lambda found: self._ranks[found.clause]))

    def stored(self, value: bytes) -> tuple[Any, ...] | None:
        """The stored values that the bytes mean, in the contract's field order; None where they break a clause."""
        body, judgement = self._read(value), Judgement()
        if isinstance(body, Finding):
            return None
        made: tuple[Any, ...] = self._members(body, "$", judgement)
        return None if judgement.findings else made

    def in_part(self, value: bytes) -> tuple[Any, ...] | None:
        """As `stored`, whatever clauses break: what can't be read is None there. None where the bytes are no object."""
        body = self._read(value)
        if isinstance(body, Finding):
            return None
        made: tuple[Any, ...] = self._members(body, "$", Judgement())
        return made

    def _read(self, value: bytes) -> dict[str, Any] | Finding:
        """The bytes as a JSON object, or the finding on what they are instead."""
        try:
            body = strict_json.read(value)
        except strict_json.RefusedBytes as refused:
            return finding(self._wholes[f"$/{refused.rule}"], "$", refused.found)
        return body if type(body) is dict else finding(self._wholes["$/type"], "$", json_type(body))

    def _unread(self, version: str | None) -> Finding | None:
        """The finding on a version this reader does not know: then the body's clauses would judge another language."""
        known = self._wholes.get("@version/known")
        if known is None or version is None or version.split(".")[0] == str(known.argument):
            return None
        return finding(known, "@version", shown(version, False))

    def _judged(
        self,
        body: dict[str, Any],
        key: bytes | None,
        sent: Mapping[str, bytes | None],
        version: str | None,
        named: str | None,
    ) -> Verdict:
        judgement = Judgement()
        self._judge_envelope(body, key, sent, judgement)
        stored = self._members(body, "$", judgement)
        identity = body.get(self._event_id) if self._event_id is not None else None
        event_id = text_of(identity) if isinstance(identity, str | int | Decimal) else named
        unknown = (
            json.dumps(judgement.unknown, sort_keys=True, ensure_ascii=False, default=json_number)
            if judgement.unknown
            else None
        )
        if judgement.findings:
            return Verdict(
                "rejected", event_id and event_id[:200], version, None, unknown, tuple(judgement.findings), None
            )
        return Verdict("accepted", event_id, version, self._body_hash(stored, unknown), unknown, (), stored)

    def _judge_envelope(
        self, body: dict[str, Any], key: bytes | None, sent: Mapping[str, bytes | None], judgement: Judgement
    ) -> None:
        if self._key_field is None:
            return
        wanted = body.get(self._key_field.name)
        if wanted is not None and key != _bytes(wanted):
            judgement.findings.append(finding(self._wholes["@key/equals"], "@key", _shown(key, self._key_field.masked)))
        for row in self._demands:
            content = sent.get(row.name)
            if content is None:
                if row.required is not None:
                    judgement.findings.append(finding(row.required, row.path, "absent"))
            elif row.equals is not None:
                expected = row.constant if row.source is None else body.get(row.source)
                if expected is not None and content != _bytes(expected):
                    judgement.findings.append(finding(row.equals, row.path, _shown(content, row.masked)))


def _bytes(value: Any) -> bytes:
    return text_of(value).encode("utf-8", "surrogatepass")


def _shown(content: bytes | None, masked: bool) -> str:
    return shown(_text(content), masked)


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "replace")[:200]
