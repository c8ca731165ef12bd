"""Value to record: what travels in one Kafka record, as the contract's envelope says."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from contracts.compiler.custom import HEADER_WORDS
from contracts.compiler.model import Contract, Envelope
from producer.errors import ProducerError

Headers = list[tuple[str, bytes]]
UNNAMED = "tickets"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LineSeal = Callable[[bytes], tuple[bytes, Headers]]
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Event(NamedTuple):
    """One record to be: `value` a JSON object, or bytes where a clause of the bytes themselves is broken.

    `sent_at` (UTC) becomes the record's timestamp, which late and early are judged against.
    """

    value: dict[str, Any] | bytes
    key: bytes
    headers: Headers
    sent_at: datetime


class Record(NamedTuple):
    """One Kafka record as it is sent, or was to be sent; `timestamp_ms` since 1970 is what the broker keeps of it."""

    value: bytes
    key: bytes | None
    headers: Headers
    timestamp_ms: int


def milliseconds(moment: datetime) -> int:
    """A record timestamp: whole milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def encode(value: Any) -> bytes:
    """Compact UTF-8 JSON; Decimals keep their digits, bytes are already encoded."""
    return value if isinstance(value, bytes) else _ENCODER.encode(value)


def text_of(value: Any) -> bytes:
    """A field as key or header: the text of a string, the JSON text of anything else (7.0 is 7)."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    return encode(value)


def envelope_of(contract: Contract) -> Envelope:
    """The envelope of an event contract; ProducerError for any other."""
    if contract.envelope is None:
        raise ProducerError(
            f"{contract.key} is no topic: one of its rows is {contract.rows}, not an event",
            "Produce to an event contract, such as those `tickets contracts list` marks so.",
        )
    return contract.envelope


def sealer(contract: Contract, producer: str = UNNAMED) -> Callable[[dict[str, Any]], tuple[bytes, Headers]]:
    """A function that makes key and headers of a value, which must hold the fields they are taken from.

    `producer` is the name of who sends; records that are judged and never sent are of nobody in particular.
    """
    envelope = envelope_of(contract)
    words = {"$contract": contract.name, "$version": contract.version, "$producer": producer}
    constants = {word: text.encode() for word, text in words.items()}
    plan = [(header.name, header.source, constants.get(header.source)) for header in envelope.headers]
    key = envelope.key

    def seal(value: dict[str, Any]) -> tuple[bytes, Headers]:
        headers = [
            (name, text_of(value[source]) if constant is None else constant)
            for name, source, constant in plan
            if constant is not None or value.get(source) is not None
        ]
        return text_of(value[key]), headers

    return seal


def line_sealer(
    contract: Contract, producer: str = UNNAMED, places: Mapping[str, slice] = MappingProxyType({})
) -> LineSeal:
    """`sealer` for values that are bytes as `encode` writes them; it reads no more of them than key and headers need.

    `places` says of some fields where their texts stand in each value, unescaped; nothing is read where these are all.
    """
    envelope, seal = envelope_of(contract), sealer(contract, producer)
    needed = {envelope.key, *(header.source for header in envelope.headers if header.source not in HEADER_WORDS)}
    if needed <= places.keys():
        return _cutter(envelope, seal(dict.fromkeys(needed, ""))[1], places)

    def read(value: bytes) -> tuple[bytes, Headers]:
        members = _MEMBERS.decode(value)
        return seal({name: json.loads(bytes(members[name]), parse_float=Decimal) for name in needed & members.keys()})

    return read


def _cutter(envelope: Envelope, pattern: Headers, places: Mapping[str, slice]) -> LineSeal:
    """Key and headers cut out of each value; `pattern` are the headers, of which only those of fields change."""
    key = places[envelope.key]
    moving = [
        (number, header.name, places[header.source])
        for number, header in enumerate(envelope.headers)
        if header.source not in HEADER_WORDS
    ]

    def cut(value: bytes) -> tuple[bytes, Headers]:
        headers = pattern.copy()
        for number, name, place in moving:
            headers[number] = name, value[place]
        return value[key], headers

    return cut


def event_id(contract: Contract, value: bytes) -> str | None:
    """The id inside a value's bytes, as far as it can be read; for reports only."""
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        return None
    found = document.get(contract.event_id) if isinstance(document, dict) else None
    return None if found is None else str(found)
