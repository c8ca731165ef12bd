"""A small contract for tests: a topic of orders, quick to compare."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from cli.review.versions import Written, written

ORDERS: dict[str, Any] = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "orders",
    "name": "orders",
    "version": "1.0.0",
    "status": "active",
    "servers": [{"server": "production", "type": "kafka", "host": "kafka:9092", "format": "json"}],
    "customProperties": [
        {"property": "rows", "value": "event"},
        {"property": "kafkaKey", "value": "order_id"},
        {"property": "kafkaPartitions", "value": 4},
        {"property": "kafkaRetention", "value": "P7D"},
    ],
    "schema": [
        {
            "name": "orders",
            "physicalName": "orders",
            "logicalType": "object",
            "properties": [
                {"name": "order_id", "logicalType": "string", "required": True, "primaryKey": True},
                {"name": "amount", "logicalType": "integer", "logicalTypeOptions": {"minimum": 0, "maximum": 100}},
                {"name": "note", "logicalType": "string", "logicalTypeOptions": {"maxLength": 20}},
            ],
        }
    ],
    "team": {"name": "sales"},
    "slaProperties": [{"property": "latency", "value": 60, "unit": "s"}],
    "roles": [{"role": "shop", "access": "write"}],
}


def orders(**changes: Any) -> dict[str, Any]:
    """The contract with some top elements replaced."""
    return {**deepcopy(ORDERS), **changes}


def fields(document: dict[str, Any]) -> dict[str, Any]:
    """The properties of a document by name, to be changed in place."""
    return {row["name"]: row for row in document["schema"][0]["properties"]}


def version(document: dict[str, Any], where: str = "orders.yaml") -> Written:
    """A document as a version that can be compared."""
    return written(document, text(document), where)


def text(document: dict[str, Any]) -> str:
    """The document as YAML."""
    return yaml.safe_dump(document, sort_keys=False)


def save(document: dict[str, Any], file: Path) -> Path:
    """The document in a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text(document), "utf-8")
    return file
