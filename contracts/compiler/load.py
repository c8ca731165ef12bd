"""YAML to Contract: this module and properties.py (one schema property) are the only ones that know ODCS key names.

Everything wrong is collected before anything is refused, so that one run of the linter shows the whole list.
"""

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft201909Validator

from contracts.compiler import custom, yaml_reader
from contracts.compiler.custom import HEADER_WORDS, PRODUCER
from contracts.compiler.errors import ContractError, Problem
from contracts.compiler.model import Clause, Contract, Envelope, Field, Role, ServiceLevel
from contracts.compiler.properties import read_fields
from contracts.compiler.quality import read_quality
from contracts.compiler.reading import Reading, frozen
from contracts.compiler.strict_json import MAX_DEPTH

ENVELOPE = ("kafkaKey", "kafkaPartitions", "kafkaRetention")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
_NAME_REMEDY = "It begins every clause id: use letters, digits, _ and -, such as client_tickets."
_HOSTILE = re.compile(r"[/\\\x00-\x1f\x7f]|\.\.")


def load(path: Path) -> Contract:
    """One contract file as a Contract; ContractError with every problem in it."""
    return compile_document(yaml_reader.read(path), str(path))


def compile_document(document: Mapping[str, Any], file: str) -> Contract:
    """A contract that is already plain values, as a Contract; `file` is what its problems are said of."""
    reading = Reading(file)
    _check_standard(document, reading)
    if reading.problems:
        raise ContractError(tuple(reading.problems))
    contract = _contract(document, reading)
    if reading.problems or contract is None:
        raise ContractError(tuple(reading.problems))
    return contract


@functools.cache
def _standard() -> Draft201909Validator:
    """A validator of the ODCS JSON Schema, from the standard's own package (its code is not imported: 0.2 s)."""
    spec = find_spec("open_data_contract_standard")
    if spec is None or not spec.submodule_search_locations:
        raise ContractError((Problem("", "", "the ODCS schema is not installed", "Run `make setup`."),))
    schema = Path(spec.submodule_search_locations[0]) / "schema.json"
    return Draft201909Validator(json.loads(schema.read_text("utf-8")))


def _check_standard(document: Mapping[str, Any], reading: Reading) -> None:
    if document.get("kind") != "DataContract" or "apiVersion" not in document:
        reading.wrong("kind", "is not an ODCS data contract", "Set kind: DataContract and apiVersion: v3.1.0.")
        return
    if not str(document["apiVersion"]).startswith("v3."):
        reading.wrong("apiVersion", f"'{document['apiVersion']}' is not read here", "Use v3.1.0 (or v3.2.0).")
        return
    for error in _standard().iter_errors(document):
        path = list(error.instance_path)
        if path[-1:] != ["logicalType"] and not _untyped(document, path):  # properties.py names these better
            words = f"ODCS: {error.message[:200]}"
            reading.wrong(_place(document, path), words, "See the ODCS 3.1 reference for this element.")


def _untyped(document: Any, path: list[Any]) -> bool:
    """Whether a path leads to or through a property without a logicalType.

    The standard's schema then demands what each type demands (`map`, `dimensions`), since its conditions hold of a
    missing word too.
    """
    here, above = document, ""
    for step in path:
        here = here[step]
        if above in ("properties", "items", "map") and isinstance(here, dict) and "logicalType" not in here:
            return above != "map" or step in ("key", "value")
        above = str(step) if not isinstance(step, int) else above
    return False


def _place(document: Any, path: list[Any]) -> str:
    """A readable place: list positions become the name of the element that stands there."""
    parts, here = [], document
    for step in path:
        here = here[step]
        name = (here.get("name") or here.get("property")) if isinstance(here, dict) else None
        parts.append(str(name) if isinstance(step, int) and name else str(step))
    return ".".join(part for part in parts if part != "properties")


def _contract(document: Mapping[str, Any], reading: Reading) -> Contract | None:
    name, version = _clause_name(document, reading), str(document["version"])
    parts = version.split(".")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        reading.wrong("version", f"'{version}' is no semantic version", "Write MAJOR.MINOR.PATCH, such as 1.0.0.")
    schemas = document.get("schema") or []
    if len(schemas) != 1:
        reading.wrong("schema", f"has {len(schemas)} schemas, and one contract is one table here", "Describe one.")
    elif not schemas[0].get("properties"):
        reading.wrong(f"schema.{schemas[0]['name']}.properties", "are missing", "Describe the fields.")
    if reading.problems:
        return None
    reading.key = f"{name}.v{parts[0]}"
    own = _custom(document, reading)
    schema = schemas[0]
    place = f"schema.{schema['name']}"
    fields = read_fields(schema["properties"], "", place, reading)
    quality = read_quality(schema.get("quality") or (), "$", place, "$", frozen, reading)
    for clause in quality.many:
        for column in set(clause.argument.columns or ()) - {field.name for field in fields}:
            reading.wrong(f"{place}.quality", f"names the property '{column}', which is not there", "Name a property.")
    envelope = _envelope(document, schema, own, fields, reading)
    keys = [row.name for row in fields if row.primary_key]
    many = list(quality.many)
    if len(keys) > 1:
        fields = tuple(_of_composite_key(row) if row.primary_key else row for row in fields)
        many.insert(0, reading.clause("$", "primaryKey", tuple(keys)))
    if reading.problems:
        return None
    words = document.get("description") or {}
    return Contract(
        name=name,
        version=version,
        status=str(document.get("status", "")),
        description=str(words.get("purpose", "")),
        owner=str((document.get("team") or {}).get("name", "")) if isinstance(document.get("team"), dict) else "",
        rows=own.get("rows", "event"),
        fields=fields,
        clauses=_whole_clauses(envelope, reading) if own.get("rows", "event") == "event" else (),
        many=tuple(many),
        queries=(*reading.queries, *quality.queries),
        notes=(*reading.notes, *quality.notes),
        other_properties=tuple(row["property"] for row in document.get("customProperties") or () if _is_foreign(row)),
        envelope=envelope,
        event_id=keys[0] if len(keys) == 1 else None,
        event_time=own.get("eventTime"),
        late_after=own.get("lateAfter"),
        early_after=own.get("earlyAfter"),
        data_subject=own.get("dataSubject"),
        life_cycle=own.get("lifeCycle"),
        compatibility=own.get("compatibility", "full"),
        source=own.get("sourceContract"),
        references=own.get("referenceContracts", ()),
        data=_data_file(document, reading),
        roles=tuple(
            Role(row["role"], str(row.get("access", "")), str(row.get("description", "")))
            for row in document.get("roles") or ()
        ),
        service_levels=tuple(
            ServiceLevel(row["property"], str(row["value"]), str(row.get("unit", "")), str(row.get("description", "")))
            for row in document.get("slaProperties") or ()
        ),
        file=reading.file,
    )


def _clause_name(document: Mapping[str, Any], reading: Reading) -> str:
    """What every clause id begins with: the contract's name, or where that is a title its id, or its schema's name."""
    for key in ("id", "name"):
        text = str(document.get(key, ""))
        if _HOSTILE.search(text) or len(text) > 200:
            reading.wrong(key, f"{text[:60]!r} is no identifier", "Leave out slashes, dots in a row and control codes.")
    schema = (document.get("schema") or [{}])[0]
    for candidate in (document.get("name"), document.get("id"), schema.get("name")):
        if candidate is not None and _NAME.fullmatch(str(candidate)):
            return str(candidate)
    reading.wrong("name", f"'{document.get('name', document['id'])}' is no contract name", _NAME_REMEDY)
    return ""


def _custom(document: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for row in document.get("customProperties") or ():
        name, place = row["property"], f"customProperties.{row['property']}"
        known = custom.PROPERTIES.get(name)
        if known is None:
            continue
        try:
            made[name] = known.read(row["value"])
        except ValueError as wanted:
            reading.wrong(place, f"is not {wanted}", f"It says {known.meaning}.")
    return made


def _is_foreign(row: Mapping[str, Any]) -> bool:
    """Whether a custom property is neither ours nor marked as a vendor's."""
    return row["property"] not in custom.PROPERTIES and "vendor" not in row


def _of_composite_key(row: Field) -> Field:
    """Of a composite key, no field is unique by itself."""
    return replace(row, unique=False, many=tuple(clause for clause in row.many if clause.rule != "primaryKey"))


def readable(contract: Contract) -> Contract:
    """The contract with the clauses of the bytes (`$/json` and its kin), so that payloads can be judged by it."""
    if contract.clauses:
        return contract
    return replace(contract, clauses=_whole_clauses(None, Reading(contract.file, contract.key)))


def _data_file(document: Mapping[str, Any], reading: Reading) -> str | None:
    for server in document.get("servers") or ():
        if server.get("type") == "local":
            path = str(server.get("path", ""))
            if Path(path).is_absolute() or ".." in Path(path).parts:
                reading.wrong("servers.path", f"'{path}' leaves the contract's folder", "Name a file beside it.")
            return path
    return None


def _envelope(
    document: Mapping[str, Any],
    schema: Mapping[str, Any],
    own: Mapping[str, Any],
    fields: tuple[Field, ...],
    reading: Reading,
) -> Envelope | None:
    by_name = {row.name: row for row in fields}
    for property_ in ("kafkaKey", "eventTime", "dataSubject"):
        if property_ in own and own[property_] not in by_name:
            reading.wrong(
                f"customProperties.{property_}",
                f"names the field '{own[property_]}', which the schema does not have",
                f"Use one of {', '.join(by_name)}.",
            )
    servers = [row for row in document.get("servers") or () if row.get("type") == "kafka"]
    if not servers and own.get("rows") != "event":
        return None
    for row in servers:
        if row.get("format", "json") != "json":
            place = f"servers.{row.get('server', 0)}.format"
            reading.wrong(place, f"'{row['format']}' is not json", "Only JSON values are read; set format: json.")
    if not all(name in own for name in ENVELOPE):
        return None  # `conventions` asks for them; the values can be judged without
    for header in own.get("kafkaHeaders", ()):
        if header.source not in HEADER_WORDS and header.source not in by_name:
            remedy = f"Name a field of the schema, or one of {', '.join(HEADER_WORDS)}."
            reading.wrong("customProperties.kafkaHeaders", f"takes '{header.source}'", remedy)
    if reading.problems:
        return None
    key = by_name[own["kafkaKey"]]
    if key.type not in ("string", "integer") or not key.required:
        reading.wrong("customProperties.kafkaKey", "is not a required string or integer", "Choose such a field.")
    return Envelope(
        topic=str(schema.get("physicalName") or document.get("name") or document["id"]),
        key=own["kafkaKey"],
        headers=own.get("kafkaHeaders", ()),
        partitions=own["kafkaPartitions"],
        retention=own["kafkaRetention"],
        max_bytes=own.get("kafkaMaxBytes", 1_000_000),
    )


def _whole_clauses(envelope: Envelope | None, reading: Reading) -> tuple[Clause, ...]:
    """The clauses no field carries: what the bytes and the envelope must be."""
    made = [
        reading.clause("$", rule, MAX_DEPTH if rule == "depth" else None)
        for rule in ("utf8", "json", "duplicate_key", "depth", "number")
    ]
    made.append(reading.clause("$", "type", "object", "a JSON object"))
    if envelope is None:
        return tuple(made)
    made.append(reading.clause("@key", "equals", envelope.key, f"the value of {envelope.key}"))
    for header in envelope.headers:
        path = "@version" if header.source == "$version" else f"@header.{header.name}"
        if header.required:
            made.append(reading.clause(path, "required", header.name))
        if header.source == "$version":
            major = int(reading.key.rsplit(".v", 1)[1])
            made.append(reading.clause(path, "known", major, f"a version this reader knows ({major}.x)"))
        elif header.source != PRODUCER:  # which is whatever the sender calls itself, so there is nothing to compare
            wanted = reading.key.rsplit(".v", 1)[0] if header.source == "$contract" else f"the value of {header.source}"
            made.append(reading.clause(path, "equals", header.source, wanted))
    return tuple(made)
