"""What a draft contract says before it is YAML: frozen values, each word of them with the reason for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.compiler.model import MASKED_CLASSES


class UndescribableError(Exception):
    """No one type of the contract takes all values seen at a place; the message says why, and holds no value."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A member of an object that the draft does not describe. Readers keep such members among the unknown fields;
    a writer that is held to the contract must not send them.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One property as it will be written; `options` are logicalTypeOptions, `physical` the physicalType or None.

    `enum` are all values it may have, or None. `children` are an object's members, `items` what an array holds,
    `value` what a map holds under each key. `notes` say of an ODCS word (`required`) why it is written; `hints` are
    further suggestions.
    """

    name: str
    type: str
    options: Mapping[str, Any]
    physical: str | None
    enum: tuple[str, ...] | None
    required: bool
    classification: str
    examples: tuple[Any, ...]
    children: "tuple[Draft, ...]"
    items: "Draft | None"
    value: "Draft | None"
    left: tuple[LeftOut, ...]
    notes: Mapping[str, str]
    hints: tuple[str, ...]

    @property
    def masked(self) -> bool:
        """Whether its values may hold what nobody should read in a key, an id or a comment."""
        return self.classification in MASKED_CLASSES


@dataclass(frozen=True, slots=True)
class Role:
    """A part that a field plays for the topic (event id, key, event time); `field` is None where none can."""

    field: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """A whole draft: its fields, and which of them the topic needs by name. `origin` says what it was made from."""

    topic: str
    owner: str | None
    origin: str
    fields: tuple[Draft, ...]
    left: tuple[LeftOut, ...]
    event_id: Role
    key: Role
    event_time: Role
    subject: Role

    def missing(self) -> dict[str, str]:
        """What the topic needs and no field is fit for, by ODCS word, with the reason."""
        roles = {"primaryKey": self.event_id, "kafkaKey": self.key, "eventTime": self.event_time}
        return {word: role.note for word, role in roles.items() if role.field is None}
