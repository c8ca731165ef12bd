"""What a contract means, as frozen values: no YAML, no Spark, no Kafka."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from contracts.compiler.temporal import TimeForm

MASKED_CLASSES = frozenset({"personal", "confidential"})


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing a contract demands.

    `id` is `<contract>.v<major>/<path>/<rule>` and the same wherever the demand turns up; `argument` is the bound,
    list or pattern the rule compares with (hashable; None where the rule needs none); `wanted` says it in words.
    """

    id: str
    path: str
    rule: str
    argument: Any
    wanted: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """The argument of a clause over many rows: the metric's number (`rows` or `percent` of all) and what it must be.

    `operator` is ODCS's (`mustBeLessThan`), `bound` its number, or two of them. `values` are the valid or the missing
    values, `pattern` the valid text, `columns` the columns that together must not repeat; None where not given.
    """

    operator: str
    bound: Any
    unit: str
    values: tuple[Any, ...] | None
    pattern: str | None
    columns: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Query:
    """A `quality` rule of type sql: run by the export check, on the table that is published.

    `{object}` and `{property}` in `query` stand for the table and the column (`column` is None at schema level).
    """

    id: str
    query: str
    column: str | None
    operator: str
    bound: Any
    description: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something a contract says that no enforcer judges, and why."""

    place: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One clause that one value breaks.

    `path` is a JSON path into the event (`$.tags[2]`), `@...` for the envelope. `found` is already masked where the
    field's class asks for it, so a Finding may be logged.
    """

    clause: str
    path: str
    found: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a schema, at any depth.

    `path` uses `.` and `[]` (`attachments[].size_bytes`). `type` is a key of `types.TYPES`, `storage` the exact
    stored form (`i64`, `decimal(18,2)`). `clauses` are judged per event, in order: required, type, the rest;
    `many` over the rows of a table. `time_form` says how a date, time or timestamp is written (None for other types).
    A map has `key` and `value` (paths `labels.key`, `labels.value`), an array `items` (`tags[]`). `sources` and
    `transform` say, in an output contract, which source columns fill the field, and how.
    """

    name: str
    path: str
    type: str
    storage: str
    required: bool
    unique: bool
    primary_key: bool
    classification: str | None
    description: str
    examples: tuple[Any, ...]
    time_form: TimeForm | None
    clauses: tuple[Clause, ...]
    many: tuple[Clause, ...]
    properties: tuple[Field, ...]
    items: Field | None
    key: Field | None
    value: Field | None
    sources: tuple[str, ...]
    transform: str | None

    @property
    def masked(self) -> bool:
        """Whether values of this field are hidden in logs, reasons and reports."""
        return self.classification in MASKED_CLASSES

    def clause(self, rule: str) -> Clause | None:
        """The field's own clause of a rule, or None."""
        return next((clause for clause in self.clauses if clause.rule == rule), None)

    @property
    def children(self) -> tuple[Field, ...]:
        """The fields right below: an object's properties, an array's items, a map's key and value."""
        return (*self.properties, *(below for below in (self.items, self.key, self.value) if below is not None))

    @property
    def null_clauses(self) -> tuple[Clause, ...]:
        """The clauses that an absent or null value breaks; empty where null is allowed."""
        return tuple(
            clause
            for clause in self.clauses
            if clause.rule in ("required", "nullValues") or (clause.rule == "missingValues" and None in clause.argument)
        )

    def walk(self) -> Iterator[Field]:
        """This field and everything below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Header:
    """A Kafka header the producer sets: `source` is a word of custom.HEADER_WORDS or a field's name."""

    name: str
    source: str
    required: bool


@dataclass(frozen=True, slots=True)
class Envelope:
    """How an event travels: what ODCS has no word for and our customProperties say.

    `key` is the field whose value is the record key (UTF-8 text of a string, JSON text of a number).
    """

    topic: str
    key: str
    headers: tuple[Header, ...]
    partitions: int
    retention: timedelta
    max_bytes: int


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """The states one entity goes through, as a producer must respect and a generator replays them.

    `transitions` maps each value of field `state` to the values that may follow; `start` may come first.
    `constant` fields keep their value over the entity's life; `only` fields occur in the listed states alone.
    """

    key: str
    state: str
    start: tuple[str, ...]
    transitions: Mapping[str, tuple[str, ...]]
    constant: tuple[str, ...]
    only: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Role:
    """Who may do what: `access` is `read` or `write`."""

    name: str
    access: str
    description: str


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """One promise about the data (`freshness`, 5, `minutes`)."""

    name: str
    value: str
    unit: str
    description: str


@dataclass(frozen=True, slots=True)
class Contract:
    """One major version of one data contract.

    `rows` says what one row is: `event` (a topic), `accepted`, `refused`, `aggregate` (outputs of `source`) or
    `reference` (`data` is then its file). `event_id` is the one primary key field (else None).
    `clauses` are those of the whole value and the envelope, `many` those over the rows of the table; a field's own are
    at the field. `compatibility` says which readers a new version must not break (backward, forward, full).
    `notes` lists what the contract says and nothing enforces, `other_properties` the custom properties
    that are not ours.
    """

    name: str
    version: str
    status: str
    description: str
    owner: str
    rows: str
    fields: tuple[Field, ...]
    clauses: tuple[Clause, ...]
    many: tuple[Clause, ...]
    queries: tuple[Query, ...]
    notes: tuple[Note, ...]
    other_properties: tuple[str, ...]
    envelope: Envelope | None
    event_id: str | None
    event_time: str | None
    late_after: timedelta | None
    early_after: timedelta | None
    data_subject: str | None
    life_cycle: LifeCycle | None
    compatibility: str
    source: str | None
    references: tuple[str, ...]
    data: str | None
    roles: tuple[Role, ...]
    service_levels: tuple[ServiceLevel, ...]
    file: str

    @property
    def major(self) -> int:
        """The number before the first dot of the version."""
        return int(self.version.split(".")[0])

    @property
    def key(self) -> str:
        """`<name>.v<major>`: what other contracts and clause ids call this one."""
        return f"{self.name}.v{self.major}"

    def field(self, path: str) -> Field:
        """The field at a path; KeyError where there is none."""
        return {field.path: field for field in self.walk()}[path]

    def walk(self) -> Iterator[Field]:
        """Every field at every depth, parents first."""
        for field in self.fields:
            yield from field.walk()

    def all_clauses(self) -> Iterator[Clause]:
        """Every clause judged per event: syntax, envelope, then field by field."""
        yield from self.clauses
        for field in self.walk():
            yield from field.clauses

    def row_clauses(self) -> Iterator[Clause]:
        """Every clause judged over the rows of a table: the table's own, then field by field."""
        yield from self.many
        for field in self.walk():
            yield from field.many

    def wholes(self) -> dict[str, Clause]:
        """The clauses of value and envelope by `<path>/<rule>` (`$/json`, `@key/equals`)."""
        return {f"{clause.path}/{clause.rule}": clause for clause in self.clauses}
