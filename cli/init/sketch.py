"""Sample events to a draft, and what its own enforcers say of it: the problems of the file, the events it refuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from cli.init import roles
from cli.init.draft import Draft, LeftOut, Sketch
from cli.init.samples import Event
from cli.init.shape import fields_of
from cli.init.written import text_of
from contracts.compiler import conventions, yaml_reader
from contracts.compiler.errors import ContractError, Problem
from contracts.compiler.load import compile_document, readable
from contracts.compiler.model import Contract, Finding


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person said about the whole: parts of the topic by field (None: guess), and the owner (None: unknown)."""

    event_id: str | None
    key: str | None
    event_time: str | None
    owner: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft as text, and what was found: `contract` is None where the text does not compile.

    `refused` are the events that the draft refuses, by the line they came from; empty unless a guess is wrong.
    """

    sketch: Sketch
    text: str
    contract: Contract | None
    problems: tuple[Problem, ...]
    refused: Mapping[int, tuple[Finding, ...]]


def sketch_of(topic: str, origin: str, events: Sequence[Mapping[str, Any]], asked: Asked) -> Sketch:
    """The draft that describes some events; a part that names no field of theirs is wrong use."""
    fields, left = fields_of(events)
    return whole(topic, origin, fields, left, events, asked)


def whole(
    topic: str,
    origin: str,
    fields: tuple[Draft, ...],
    left: tuple[LeftOut, ...],
    events: Sequence[Mapping[str, Any]],
    asked: Asked,
) -> Sketch:
    """Fields that are described already, with the parts that they play."""
    known = [field.name for field in fields]
    for option, name in (("--id", asked.event_id), ("--key", asked.key), ("--time", asked.event_time)):
        if name is not None and name not in known:
            raise click.UsageError(f"{option} names '{name}', which is none of {', '.join(known) or 'no fields'}.")
    identity = roles.event_id(fields, events, asked.event_id)
    return Sketch(
        topic=topic,
        owner=asked.owner,
        origin=origin,
        fields=fields,
        left=left,
        event_id=identity,
        key=roles.key(fields, events, identity, asked.key),
        event_time=roles.event_time(fields, asked.event_time),
        subject=roles.subject(fields),
    )


def judged(sketch: Sketch, place: str, events: Sequence[Event]) -> Judged:
    """The draft as it will stand at `place`, compiled, linted, and held against the events it was made from."""
    text = text_of(sketch)
    try:
        contract = compile_document(yaml_reader.read_text(text, place), place)
    except ContractError as error:
        return Judged(sketch, text, None, error.problems, {})
    problems = conventions.judge(contract, {contract.key: contract})
    return Judged(sketch, text, contract, problems, refused(contract, events))


def refused(contract: Contract, events: Sequence[Event]) -> dict[int, tuple[Finding, ...]]:
    """The events that a contract refuses, as a reader judges them, with every clause each breaks."""
    from cli.agreement.enforcers import ENFORCERS

    findings = ENFORCERS["decoder"](readable(contract))([event.raw for event in events])
    return {event.line: found for event, found in zip(events, findings, strict=True) if found}
