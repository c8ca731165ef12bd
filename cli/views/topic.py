"""Contract to topic: its name, partitions, key, headers and the broker's settings, as JSON."""

import json
from typing import Any

import click

from contracts.compiler.model import Contract, Envelope


def render(contract: Contract) -> str:
    """One JSON document."""
    envelope = envelope_of(contract)
    shown: dict[str, Any] = {
        "topic": envelope.topic,
        "partitions": envelope.partitions,
        "key": envelope.key,
        "headers": {header.name: header.source for header in envelope.headers},
        "config": topic_config(contract),
    }
    return json.dumps(shown, indent=2)


def envelope_of(contract: Contract) -> Envelope:
    """How the contract's events travel; wrong use where it describes no topic."""
    if contract.envelope is None:
        raise click.UsageError(
            f"{contract.key} describes no topic, so this view has nothing to show. "
            "Name a contract with a Kafka server, such as client_tickets, or choose another view."
        )
    return contract.envelope


def topic_config(contract: Contract) -> dict[str, str]:
    """The broker's settings of a contract's topic; empty for a contract without one."""
    envelope = contract.envelope
    if envelope is None:
        return {}
    return {
        "retention.ms": str(int(envelope.retention.total_seconds() * 1000)),
        "max.message.bytes": str(envelope.max_bytes),
        "cleanup.policy": "delete",
    }
