"""One record's key and headers against the contract's envelope, in its own words."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from cli.agreement.reference import json_text
from contracts.compiler.model import Contract


def judge_envelope(
    contract: Contract, data: bytes, key: bytes | None, headers: Sequence[tuple[str, bytes | None]]
) -> frozenset[str]:
    """The ids of the envelope's clauses that a record breaks; the value must be a readable JSON object."""
    return frozenset(_broken(contract, json_text.read(data), key, dict(headers)))


def _broken(
    contract: Contract, value: dict[str, Any], key: bytes | None, sent: Mapping[str, bytes | None]
) -> Iterator[str]:
    if contract.envelope is None:
        return
    wholes = contract.wholes()
    wanted = value.get(contract.envelope.key)
    if wanted is not None and key != _text(wanted).encode():
        yield wholes["@key/equals"].id
    for header in contract.envelope.headers:
        content = sent.get(header.name)
        if header.source == "$version":
            if content is None and header.required:
                yield wholes["@version/required"].id
            if content is not None and content.decode().split(".")[0] != str(contract.major):
                yield wholes["@version/known"].id
            continue
        path = f"@header.{header.name}"
        if content is None:
            if header.required:
                yield wholes[f"{path}/required"].id
            continue
        if header.source == "$producer":
            continue
        meant = contract.name if header.source == "$contract" else value.get(header.source)
        if meant is not None and content.decode() != _text(meant):
            yield wholes[f"{path}/equals"].id


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    return str(value)
