"""Contracts to problems: what ODCS allows and this project does not, within a contract and across contracts."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from contracts.compiler.custom import PROPERTIES
from contracts.compiler.errors import Problem
from contracts.compiler.model import Contract, Field

CLASSES = ("public", "internal", "restricted", "confidential", "personal")
STATUSES = ("proposed", "draft", "active", "deprecated", "retired")
TRANSFORMS = ("enrich", "kpi", "pseudonym")
PARTS = ("[]", "key", "value")  # of an array or a map: their class is that of the whole, unless they say otherwise
Check = Callable[[Contract, Mapping[str, Contract]], Iterable[tuple[str, str, str]]]


def judge(contract: Contract, others: Mapping[str, Contract]) -> tuple[Problem, ...]:
    """Every convention a contract breaks; `others` are all contracts by key (`tickets.v1`), itself among them."""
    return tuple(Problem(contract.file, *found) for check in CHECKS for found in check(contract, others))


def _words(contract: Contract, _: Mapping[str, Contract]) -> Iterable[tuple[str, str, str]]:
    if not contract.description:
        yield "description.purpose", "is missing", "Say in one sentence what one row is for."
    if not contract.owner:
        yield "team.name", "is missing", "Name the team that owns the contract."
    if contract.status not in STATUSES:
        yield "status", f"'{contract.status}' is not one of {', '.join(STATUSES)}", "Use one of these."
    if not contract.service_levels:
        yield "slaProperties", "is missing", "Promise at least one service level, such as freshness."
    if not contract.roles:
        yield "roles", "is missing", "Name who may read and who may write."
    for role in contract.roles:
        if role.access not in ("read", "write"):
            yield f"roles.{role.name}", f"access '{role.access}' is not read or write", "Write read or write."
    for field in contract.walk():
        if not field.description:
            yield (
                f"schema.{field.path}",
                "has no description",
                "Say what it means, its unit, and what null means.",
            )


def _names(contract: Contract, _: Mapping[str, Contract]) -> Iterable[tuple[str, str, str]]:
    if contract.name != contract.name.lower() or "-" in contract.name:
        yield "name", f"'{contract.name}' is no contract name here", "Use lower case letters, digits and _."
    for name in contract.other_properties:
        known = ", ".join(sorted(PROPERTIES))
        yield f"customProperties.{name}", "is not a property we know", f"Known: {known}. Others need a `vendor`."


def _place(contract: Contract, _: Mapping[str, Contract]) -> Iterable[tuple[str, str, str]]:
    path = Path(contract.file)
    if path.parent.name != contract.name:
        yield "name", f"'{contract.name}' is not its folder's name '{path.parent.name}'", "Make them equal."
    if not path.name.startswith(f"v{contract.major}."):
        yield (
            "version",
            f"{contract.version} stands in {path.name}",
            f"Name the file v{contract.major}.odcs.yaml.",
        )


def _classes(contract: Contract, _: Mapping[str, Contract]) -> Iterable[tuple[str, str, str]]:
    for field in contract.walk():
        if field.classification is None and field.name in PARTS:
            continue
        if field.classification not in CLASSES:
            known = ", ".join(CLASSES)
            yield (
                f"schema.{field.path}",
                f"classification '{field.classification}' is not one of {known}",
                "Classify it.",
            )
        if field.classification == "personal" and field.type != "string":
            yield (
                f"schema.{field.path}",
                "is personal and no string",
                "Send it as a string, which can be pseudonymised.",
            )


def _input(contract: Contract, _: Mapping[str, Contract]) -> Iterable[tuple[str, str, str]]:
    if contract.rows != "event":
        return
    if contract.envelope is None:
        yield (
            "customProperties",
            "describe no topic: it has no kafka server, or lacks kafkaKey, kafkaPartitions or kafkaRetention",
            "Add them, or say `rows: accepted` and the like.",
        )
    if contract.event_id is None:
        yield (
            "schema",
            "has no primaryKey, or several",
            "Mark the one field that identifies an event with primaryKey: true.",
        )
    elif not contract.field(contract.event_id).required:
        yield f"schema.{contract.event_id}", "identifies an event and is optional", "Set required: true."
    if contract.event_time is None:
        yield "customProperties", "lacks eventTime", "Name the timestamp that says when an event happened."
    elif contract.field(contract.event_time).type != "timestamp" or not contract.field(contract.event_time).required:
        yield "customProperties.eventTime", "is no required timestamp", "Name a required timestamp field."


def _life_cycle(contract: Contract, _: Mapping[str, Contract]) -> Iterable[tuple[str, str, str]]:
    cycle = contract.life_cycle
    if cycle is None:
        return
    place, names = "customProperties.lifeCycle", {field.name for field in contract.fields}
    for name in (cycle.key, cycle.state, *cycle.constant, *cycle.only):
        if name not in names:
            yield (
                place,
                f"names the field '{name}', which the schema does not have",
                f"Use one of {', '.join(names)}.",
            )
            return
    enum = contract.field(cycle.state).clause("enum")
    states = set(enum.argument) if enum else set()
    used = {*cycle.start, *cycle.transitions, *(s for after in cycle.transitions.values() for s in after)}
    used |= {state for only in cycle.only.values() for state in only}
    if states != used:
        yield (
            place,
            f"differs from the states of {cycle.state}: {sorted(states ^ used)}",
            "Name every state, and no other.",
        )


def _lineage(contract: Contract, others: Mapping[str, Contract]) -> Iterable[tuple[str, str, str]]:
    for key in (*((contract.source,) if contract.source else ()), *contract.references):
        if key not in others:
            yield (
                "customProperties",
                f"names '{key}', which is no contract here",
                f"There are: {', '.join(sorted(others))}.",
            )
    if contract.rows in ("accepted", "refused", "aggregate"):
        if contract.source is None:
            yield (
                "customProperties",
                "lacks sourceContract",
                "Name the input contract, such as client_tickets.v1.",
            )
            return
        for field in contract.fields:
            yield from _field_lineage(field, others)


def _field_lineage(field: Field, others: Mapping[str, Contract]) -> Iterable[tuple[str, str, str]]:
    place = f"schema.{field.path}"
    if field.transform is not None and field.transform not in TRANSFORMS:
        yield (
            place,
            f"transformLogic '{field.transform}' is not one of {', '.join(TRANSFORMS)}",
            "Use one of these.",
        )
    if not field.sources:
        yield (
            place,
            "has no source",
            "Name it in transformSourceObjects, such as client_tickets.v1/ticket_id.",
        )
    for source in field.sources:
        key, _, path = source.partition("/")
        if key == "ledger":
            continue
        origin = next((f for f in others[key].walk() if f.path == path), None) if key in others else None
        if origin is None:
            yield place, f"comes from '{source}', which does not exist", "Mend transformSourceObjects."
        elif field.transform is None:
            yield from _drift(place, field, origin, source)


def _drift(place: str, field: Field, origin: Field, source: str) -> Iterable[tuple[str, str, str]]:
    """A copied field has its source's stored form and enum, or one of the two contracts is out of date."""
    if (field.type, field.storage) != (origin.type, origin.storage):
        yield (
            place,
            f"is {field.type} ({field.storage}), its source {source} is {origin.type} ({origin.storage})",
            "Make the types equal, or name a transformLogic.",
        )
    mine, theirs = field.clause("enum"), origin.clause("enum")
    if (set(mine.argument) if mine else None) != (set(theirs.argument) if theirs else None):
        yield place, f"has other enum values than its source {source}", "Make the lists equal."
    if field.required and not origin.required:
        yield place, f"is required, its source {source} is not", "Drop required, or require it at the source."


CHECKS: tuple[Check, ...] = (_words, _names, _place, _classes, _input, _life_cycle, _lineage)
