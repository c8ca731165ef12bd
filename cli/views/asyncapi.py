"""Contract to AsyncAPI 3.0.0, as YAML: server, channel, message and operations with their Kafka bindings (0.5.0).

The payload is the project's JSON Schema, as readers take it. A write role sends, a read role receives; other accesses
have no operation. Servers have no security scheme: a contract does not say how one logs in. AsyncAPI 3 has no
messageId any more; the event id is the correlation id.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cli.views.about import About, about
from cli.views.topic import envelope_of, topic_config
from cli.views.yaml_text import yaml_text
from contracts.compiler.model import Contract, Header, Role

BINDING_VERSION = "0.5.0"
SCHEMA_FORMAT = "application/schema+json;version=draft-2020-12"
ACTIONS: Mapping[str, str] = {"write": "send", "read": "receive"}
_VARIABLE = re.compile(r"\{([A-Za-z0-9_-]+)\}")


def render(contract: Contract) -> str:
    """One YAML document."""
    return yaml_text(document(contract))


def document(contract: Contract) -> dict[str, Any]:
    """The document as plain values."""
    told = about(contract)
    channel = _key(envelope_of(contract).topic)
    servers = _servers(told)
    return _given(
        {
            "asyncapi": "3.0.0",
            "info": _info(contract, told),
            "defaultContentType": "application/json",
            "servers": servers,
            "channels": {channel: _channel(contract, told, list(servers))},
            "operations": _operations(contract, channel),
            "components": {"messages": {_key(contract.name): _message(contract)}},
        }
    )


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the contract says; AsyncAPI has no empty texts, lists and objects."""
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def _key(text: str) -> str:
    """Text as a name in the document; AsyncAPI allows letters, digits, `.`, `-` and `_`."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)


def _keys(names: Iterable[str]) -> dict[str, str]:
    """A name in the document for each text, no two alike."""
    made: dict[str, str] = {}
    for name in dict.fromkeys(names):
        alike = sum(_key(other) == _key(name) for other in made)
        made[name] = f"{_key(name)}_{alike + 1}" if alike else _key(name)
    return made


def _pointer(*names: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(name.replace("~", "~0").replace("/", "~1") for name in names)}


def _info(contract: Contract, told: About) -> dict[str, Any]:
    support = next((link.url for link in told.support if link.url), "")
    paragraphs = (
        contract.description,
        told.usage and f"Usage: {told.usage}",
        told.limitations and f"Limitations: {told.limitations}",
    )
    return _given(
        {
            "title": contract.name,
            "version": contract.version,
            "description": "\n\n".join(filter(None, paragraphs)),
            "contact": _given({"name": contract.owner, "url": support, "email": told.email}),
            "tags": [{"name": tag} for tag in told.tags],
            "externalDocs": next(
                (_given({"description": link.text, "url": link.url}) for link in told.documents if link.url), None
            ),
            "x-contract": contract.key,
            "x-status": contract.status,
        }
    )


def _servers(told: About) -> dict[str, Any]:
    keys = _keys(server.name for server in told.servers)
    return {
        keys[server.name]: _given(
            {
                "host": server.host,
                "protocol": "kafka",
                "description": server.description,
                "variables": {
                    name: {"description": f"A setting of the run, not of the contract: {name}."}
                    for name in _VARIABLE.findall(server.host)
                },
                "bindings": {"kafka": {"bindingVersion": BINDING_VERSION}},
            }
        )
        for server in told.servers
    }


def _channel(contract: Contract, told: About, servers: list[str]) -> dict[str, Any]:
    envelope = envelope_of(contract)
    settings: dict[str, Any] = dict(topic_config(contract))
    settings["cleanup.policy"] = [settings["cleanup.policy"]]
    for name in ("retention.ms", "max.message.bytes"):
        settings[name] = int(settings[name])
    return _given(
        {
            "address": envelope.topic,
            "title": contract.name,
            "description": told.granularity,
            "servers": [_pointer("servers", name) for name in servers],
            "messages": {_key(contract.name): _pointer("components", "messages", _key(contract.name))},
            "bindings": {
                "kafka": {
                    "topic": envelope.topic,
                    "partitions": envelope.partitions,
                    "topicConfiguration": settings,
                    "bindingVersion": BINDING_VERSION,
                }
            },
        }
    )


def _message(contract: Contract) -> dict[str, Any]:
    from producer.schema.json_schema import json_schema

    schema = json_schema(contract)
    fields: Mapping[str, Any] = schema["properties"]
    envelope = envelope_of(contract)
    return _given(
        {
            "name": contract.name,
            "title": contract.key,
            "summary": contract.description,
            "contentType": "application/json",
            "correlationId": _correlation(contract),
            "headers": _headers(contract, envelope.headers, fields),
            "payload": {"schemaFormat": SCHEMA_FORMAT, "schema": schema},
            "bindings": {"kafka": {"key": fields[envelope.key], "bindingVersion": BINDING_VERSION}},
        }
    )


def _correlation(contract: Contract) -> dict[str, str] | None:
    """Where the event id is: in a header where there is one, else in the payload."""
    if contract.event_id is None:
        return None
    header = next((row.name for row in envelope_of(contract).headers if row.source == contract.event_id), None)
    place, name = ("payload", contract.event_id) if header is None else ("header", header)
    return {
        "description": "Identity of the event.",
        "location": f"$message.{place}{_pointer(name)['$ref']}",
    }


def _headers(contract: Contract, headers: tuple[Header, ...], fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the headers hold, as text: a header of a field that is no string holds its JSON text."""
    if not headers:
        return None
    made: dict[str, Any] = {
        "type": "object",
        "properties": {row.name: _header(contract, row, fields) for row in headers},
    }
    if required := [row.name for row in headers if row.required]:
        made["required"] = required
    return {"schemaFormat": SCHEMA_FORMAT, "schema": made}


def _header(contract: Contract, header: Header, fields: Mapping[str, Any]) -> dict[str, Any]:
    fixed: dict[str, dict[str, Any]] = {
        "$contract": {"type": "string", "const": contract.name, "description": "The contract's name."},
        "$version": {
            "type": "string",
            "pattern": rf"^{contract.major}\.",
            "description": f"The contract's version; a reader knows {contract.major}.x.",
            "examples": [contract.version],
        },
        "$producer": {"type": "string", "description": "The name of the producer that sent the record."},
    }
    if header.source in fixed:
        return fixed[header.source]
    words = f"The value of {header.source}."
    if fields[header.source].get("type") == "string":
        return {**fields[header.source], "description": words}
    return {"type": "string", "description": words}


def _operations(contract: Contract, channel: str) -> dict[str, Any]:
    """One per role and access that has a meaning here."""
    roles = {f"{ACTIONS[role.access]}_{role.name}": role for role in contract.roles if role.access in ACTIONS}
    return {key: _operation(contract, roles[name], channel) for name, key in _keys(roles).items()}


def _operation(contract: Contract, role: Role, channel: str) -> dict[str, Any]:
    """A reader's consumer group begins with its role's name, as `acl` grants it."""
    kafka: dict[str, Any] = {"bindingVersion": BINDING_VERSION}
    if role.access == "read":
        kafka = {"groupId": {"type": "string", "pattern": f"^{re.escape(role.name)}"}, **kafka}
    return _given(
        {
            "action": ACTIONS[role.access],
            "channel": _pointer("channels", channel),
            "title": role.name,
            "summary": role.description,
            "messages": [_pointer("channels", channel, "messages", _key(contract.name))],
            "bindings": {"kafka": kafka},
        }
    )
