"""Contracts to the topics, access rules and schemas that a broker should have."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import click

from cli.views.acl import granted
from cli.views.json_schema import render
from cli.views.topic import envelope_of, topic_config
from contracts.compiler.catalogue import Catalogue
from contracts.compiler.model import Contract
from runtime.access import Acl, Topic


@dataclass(frozen=True, slots=True)
class Wanted:
    """What contracts ask of a broker; `schemas` are JSON Schemas by subject, `notes` what could not be granted."""

    topics: tuple[Topic, ...]
    acls: tuple[Acl, ...]
    schemas: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def principals(self) -> frozenset[str]:
        """Who is given anything."""
        return frozenset(acl.principal for acl in self.acls)

    @property
    def users(self) -> frozenset[str]:
        """The same as the names that they log in with."""
        return frozenset(principal.partition(":")[2] for principal in self.principals)


def wanted(contracts: Iterable[Contract], folder: Catalogue) -> Wanted:
    """What these contracts ask for.

    Roles of older versions on the same topic count too: their producers may not have moved yet. The settings and the
    schema are the newest version's. Wrong use where two contracts describe one topic.
    """
    by_topic: dict[str, Contract] = {}
    for contract in contracts:
        other = by_topic.setdefault(envelope_of(contract).topic, contract)
        if other is not contract:
            raise click.UsageError(f"{other.key} and {contract.key} describe the same topic: name one of them.")
    versions = [version for contract in by_topic.values() for version in _on_topic(contract, folder)]
    grants = [granted(version) for version in versions]
    unmet = [
        f"{version.key}: role '{role.name}' gets no right: {why}"
        for version, (_, refused) in zip(versions, grants, strict=True)
        for role, why in refused.items()
    ]
    return Wanted(
        tuple(map(_topic, by_topic.values())),
        tuple(dict.fromkeys(acl for acls, _ in grants for acl in acls)),
        {f"{topic}-value": render(contract) for topic, contract in by_topic.items()},
        tuple(unmet),
    )


def _on_topic(contract: Contract, folder: Catalogue) -> Iterator[Contract]:
    yield contract
    topic = envelope_of(contract).topic
    yield from (older for older in folder.older(contract) if older.envelope and older.envelope.topic == topic)


def _topic(contract: Contract) -> Topic:
    envelope, config = envelope_of(contract), topic_config(contract)
    return Topic(envelope.topic, envelope.partitions, config, config)
