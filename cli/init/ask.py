"""Questions on a terminal to fields: a name, a type by number, whether it is always there, an example."""

import json
from dataclasses import replace
from typing import Any, NamedTuple

import click

from cli.init.draft import Draft, UndescribableError
from cli.init.samples import Event
from cli.init.shape import describe, fields_of


class Choice(NamedTuple):
    """A type that can be chosen, and the example that stands for one where none is given."""

    words: str
    type: str
    example: Any


CHOICES = (
    Choice("text", "string", "text"),
    Choice("whole number", "integer", 1),
    Choice("number with decimals", "number", "1.5"),
    Choice("true or false", "boolean", True),
    Choice("timestamp", "timestamp", "2026-01-05T08:30:00Z"),
    Choice("date", "date", "2026-01-05"),
    Choice("list of texts", "array", ["text"]),
)


def fields_asked() -> tuple[tuple[Draft, ...], Event]:
    """Fields as a person says, one after the other until an empty name, and an event of their examples."""
    click.echo("One field after the other; an empty name ends.")
    for number, choice in enumerate(CHOICES, 1):
        click.echo(f"  {number} {choice.words}")
    made: dict[str, Draft] = {}
    event: dict[str, Any] = {}
    while name := click.prompt("Field", default="", show_default=False).strip():
        _, left = fields_of([{name: 1}])
        if name in made or left:
            click.echo(f"'{name}' is there already." if name in made else f"'{name}': {left[0].reason}.")
            continue
        made[name], event[name] = _field(name)
    from producer.event import encode

    return tuple(made.values()), Event(1, encode(event), event)


def _field(name: str) -> tuple[Draft, Any]:
    choice = CHOICES[click.prompt("  Type", type=click.IntRange(1, len(CHOICES)), default=1) - 1]
    required = click.confirm("  In every event?", default=True)
    while True:
        given = click.prompt("  Example", default="", show_default=False).strip()
        value = _value(choice, given)
        draft = _described(name, choice, value)
        if draft is not None:
            notes = {word: why for word, why in draft.notes.items() if word == "classification"}
            examples = (value,) if given and draft.type == "string" and not draft.masked and not draft.options else ()
            return replace(draft, required=required, examples=examples, hints=(), notes=notes), value
        click.echo(f"  '{given}' is no {choice.words}; such as {json.dumps(choice.example)}.")


def _value(choice: Choice, given: str) -> Any:
    """What an answer is in an event; the answer itself where it does not read as the type."""
    from contracts.compiler.strict_json import RefusedBytes, read

    if not given:
        given = choice.example if isinstance(choice.example, str) else json.dumps(choice.example)
    if choice.type in ("string", "timestamp", "date"):
        return given
    if choice.type == "array" and not given.startswith("["):
        return [part.strip() for part in given.split(",")]
    try:
        return read(given.encode())
    except RefusedBytes:
        return given


def _described(name: str, choice: Choice, value: Any) -> Draft | None:
    """The field of one example, None where that is not of the type chosen. A text may look like anything else."""
    try:
        draft = describe(name, [value], 1, 1)
    except UndescribableError:
        return None
    if draft.type == choice.type or (choice.type == "number" and draft.type == "integer"):
        return replace(draft, type=choice.type, options=draft.options if draft.type == choice.type else {})
    return replace(draft, type="string", options={}) if choice.type == "string" else None
