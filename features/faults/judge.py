"""A raw record to what it ought to become, by means of our own: none of the product's readers has a say.

The bodies are judged with the contract's JSON Schema as `tickets contracts show` prints it; syntax, formats and
envelope are judged here, by contracts/README.md and the RFCs it names.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

MAX_DEPTH, MAX_DIGITS, MAX_EXPONENT = 64, 400, 4
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WORD, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{1,254}}\Z)(?=[^@]{{1,64}}@){_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})+")
RENAMED = {1: {"language": "locale"}}  # version 1's fields as version 2 calls them


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the topic, as the broker gave it."""

    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes | None]
    at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """`kind` is valid, invalid or tombstone; `body` is equal for equal values (None unless valid)."""

    kind: str
    id: str | None
    body: dict[str, Any] | None


class Judge:
    """The judgement on one topic's records; `schemas` by major, as reader schemas."""

    def __init__(self, contract: str, schemas: Mapping[int, dict[str, Any]]) -> None:
        from jsonschema_rs import Draft202012Validator

        self._contract = contract
        self._valid = {
            major: Draft202012Validator(schema, validate_formats=True, formats=dict(FORMATS)).is_valid
            for major, schema in schemas.items()
        }

    def __call__(self, record: Record) -> Judged:
        """What the record is; never raises."""
        named = _text(record.headers.get("event_id"))
        if record.value is None:
            return Judged("tombstone", named, None)
        try:
            body = strict(record.value)
            major = int((_text(record.headers.get("contract_version")) or "0").split(".")[0])
        except (ValueError, RecursionError):
            return Judged("invalid", named, None)
        if not (isinstance(body, dict) and major in self._valid and self._enveloped(record, body)):
            return Judged("invalid", named, None)
        if not self._valid[major](body):
            return Judged("invalid", named, None)
        return Judged("valid", body["event_id"], normal(body, major))

    def _enveloped(self, record: Record, body: dict[str, Any]) -> bool:
        """Key and headers say what the body says."""
        said = {"contract": self._contract, "event_id": body.get("event_id")}
        headers = all(_text(record.headers.get(name)) == wanted for name, wanted in said.items())
        return headers and record.key is not None and _text(record.key) == body.get("ticket_id")


def ids_of(record: Record) -> set[str]:
    """Every id that a record names, in its header or its body, whatever else is wrong with it."""
    found = {_text(record.headers.get("event_id"))}
    try:
        body = json.loads(record.value or b"null")
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        found.add(str(body.get("event_id")))
    return {id_ for id_ in found if id_ is not None}


def strict(data: bytes) -> Any:
    """The JSON value of bytes by RFC 8259, without what its readers disagree on; ValueError for anything else."""
    text = data.decode("utf-8")
    value = json.loads(
        text, parse_float=_decimal, parse_int=_integer, parse_constant=_refuse, object_pairs_hook=_members
    )
    if text.startswith("\ufeff") or _depth(value) > MAX_DEPTH:
        raise ValueError("a byte order mark, or too deep")
    json.dumps(value, ensure_ascii=False, default=str).encode()  # a lone surrogate has no UTF-8
    return value


def _refuse(word: str) -> None:
    raise ValueError(word)


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError("a number of too many digits")
    return int(text)


def _decimal(text: str) -> Decimal:
    exponent = text.lower().partition("e")[2]
    if len(text) > MAX_DIGITS or len(exponent.lstrip("+-0")) > MAX_EXPONENT:
        raise ValueError("a number out of bounds")
    number = Decimal(text)
    if abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError("a number out of bounds")
    return number


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name that stands twice")
    return made


def _depth(value: Any) -> int:
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if below is None else 1 + max(map(_depth, below), default=0)


def normal(body: Mapping[str, Any], major: int) -> dict[str, Any]:
    """A valid body as it compares: by version 2's names, null as absent, numbers and moments by value."""
    names = RENAMED.get(major, {})
    made = {names.get(name, name): value for name, value in body.items() if value is not None}
    made["occurred_at"] = moment(made["occurred_at"])
    return made


def moment(text: str) -> datetime:
    """An ISO 8601 timestamp with offset, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _text(data: bytes | None) -> str | None:
    try:
        return None if data is None else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_moment(text: str) -> bool:
    return _MOMENT.fullmatch(text) is not None and _parses(moment, text)


def _parses(read: Callable[[str], Any], text: str) -> bool:
    try:
        read(text)
    except (ValueError, OverflowError):
        return False
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "uuid": lambda text: _UUID.fullmatch(text) is not None,
    "email": lambda text: _EMAIL.fullmatch(text) is not None,
    "date-time": _is_moment,
    "date": lambda text: _DAY.fullmatch(text) is not None and _parses(date.fromisoformat, text),
}
