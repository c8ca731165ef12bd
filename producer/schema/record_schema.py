"""Contract to JSON Schema of a whole record: key and headers beside the value, for the clauses of the envelope.

A record is written `{"key": text or null, "headers": {name: text}, "value": {...}}`. Our keyword `x-same-text` compares
two places of one document, which JSON Schema has no word for: a plain validator ignores it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

from contracts.compiler.model import Contract, Header
from contracts.compiler.patterns import compile_pattern
from contracts.compiler.strict_json import RefusedBytes, read
from producer.event import text_of
from producer.schema.json_schema import DIALECT, Schema, json_schema
from producer.schema.validator import Errors


def record_schema(contract: Contract) -> Schema:
    """The schema of one record; each clause of the envelope is one entry of `allOf`, its id in `$comment`."""
    return {
        "$schema": DIALECT,
        "title": f"{contract.key} record",
        "type": "object",
        "required": ["key", "headers", "value"],
        "properties": {
            "key": {"type": ["string", "null"]},
            "headers": {"type": "object"},
            "value": json_schema(contract),
        },
        "allOf": [{"$comment": id_, **schema} for id_, schema in envelope_schemas(contract).items()],
    }


def envelope_schemas(contract: Contract) -> dict[str, Schema]:
    """By clause id, what a record must be to keep one clause of the envelope."""
    if contract.envelope is None:
        return {}
    wholes = contract.wholes()
    made = {wholes["@key/equals"].id: _same_text(["key"], contract.envelope.key)}
    for header in contract.envelope.headers:
        path = "@version" if header.source == "$version" else f"@header.{header.name}"
        if header.required:
            made[wholes[f"{path}/required"].id] = {"properties": {"headers": {"required": [header.name]}}}
        if header.source == "$version":
            made[wholes[f"{path}/known"].id] = _header(header, {"pattern": rf"^{contract.major}(\.|$)"})
        elif header.source == "$contract":
            made[wholes[f"{path}/equals"].id] = _header(header, {"const": contract.name})
        elif header.source != "$producer":
            made[wholes[f"{path}/equals"].id] = _same_text(["headers", header.name], header.source)
    return made


def _header(header: Header, schema: Schema) -> Schema:
    return {"properties": {"headers": {"properties": {header.name: schema}}}}


def _same_text(place: list[str], field: str) -> Schema:
    return {"x-same-text": {"place": place, "field": field}}


def _compared(_: Any, wanted: Mapping[str, Any], record: Any, __: Any) -> Errors:
    """The text at a place of the record is the text of a field of its value; nothing to compare where that is null."""
    here: Any = record
    for step in wanted["place"]:
        if step not in here:
            return
        here = here[step]
    meant = record["value"].get(wanted["field"])
    if meant is not None and here != text_of(meant).decode():
        yield ValidationError("another text")


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Errors:
    if not compile_pattern(pattern).search(instance):
        yield ValidationError("no match")


_Validator: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"x-same-text": _compared, "pattern": _pattern}
)


class EnvelopeCheck:
    """The envelope's clauses of one contract, judged as JSON Schema."""

    def __init__(self, contract: Contract) -> None:
        self._validators = {id_: _Validator(schema) for id_, schema in envelope_schemas(contract).items()}

    def judge(self, value: bytes, key: bytes | None, headers: Sequence[tuple[str, bytes | None]]) -> frozenset[str]:
        """The ids of the clauses that a record breaks; none where its value is no JSON object, as `$/type` says."""
        try:
            document = read(value)
        except RefusedBytes:
            return frozenset()
        if not isinstance(document, dict):
            return frozenset()
        sent = {name: text.decode("utf-8", "replace") for name, text in headers if text is not None}
        record = {"key": None if key is None else key.decode("utf-8", "replace"), "headers": sent, "value": document}
        return frozenset(id_ for id_, validator in self._validators.items() if not validator.is_valid(record))
