"""A draft to the YAML of a contract, in which a comment marks each guess: `# guess: in all 200; ...`."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from cli.init.draft import Draft, LeftOut, Role, Sketch
from cli.refusals import printable

_PLAIN = re.compile(
    r"[A-Za-z_][A-Za-z0-9_]*(?:\([0-9, ]+\))?|[A-Za-z_][A-Za-z0-9_.]*/[A-Za-z_]+"
    r"|\$[a-z]+|P[0-9T][0-9A-Z]*|v?[0-9]+\.[0-9]+\.[0-9]+"
)
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_MEANING = "To do: say what it means, its unit, and what null means."
_UNKNOWN = "readers keep it in unknown_fields, writers must not send it"
_PURPOSE = "To do: say in one sentence what one event is."


def text_of(sketch: Sketch) -> str:
    """The whole file."""
    return "\n".join((*_head(sketch), *_topic(sketch), *_schema(sketch), *_tail(sketch))) + "\n"


def comment(word: str, note: str) -> str:
    """A comment that stays one line of printable characters, whatever a name in it holds."""
    return f"# {word}: {printable(note)}"


def scalar(value: Any) -> str:
    """One value as YAML 1.1 and 1.2 read it alike; text that is not plainly a word is quoted."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float | Decimal):
        return f"{Decimal(str(value)):f}"  # with an exponent alone, YAML 1.1 reads a text
    if not isinstance(value, str):
        return str(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if '"' in value and "'" not in value and value.isprintable():
        return f"'{value}'"
    return '"' + "".join(_escaped(char) for char in value) + '"'


def flow(value: Any) -> str:
    """A value on one line: `{format: uuid}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(name)}: {flow(below)}" for name, below in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _head(sketch: Sketch) -> Iterator[str]:
    yield f"# Draft made by `tickets init {sketch.topic}` from {printable(sketch.origin)}."
    yield '# Look at each line marked "guess" or "to do", then take the mark away. `tickets contracts lint` judges it.'
    maps = any(field.type == "map" for field in _every(sketch.fields))
    yield f"apiVersion: v3.{2 if maps else 1}.0"
    yield "kind: DataContract"
    yield f"id: {sketch.topic}"
    yield f"name: {sketch.topic}"
    yield "version: 1.0.0"
    yield "status: draft"
    yield "description:"
    yield f"  purpose: {scalar(_PURPOSE)}"
    yield "servers:"
    yield '  - {server: production, type: kafka, host: "{TICKETS_BROKER}", format: json}'


def _topic(sketch: Sketch) -> Iterator[str]:
    yield "customProperties:"
    yield "  - {property: rows, value: event}"
    yield from _role("kafkaKey", sketch.key, needed=True)
    yield "  - property: kafkaHeaders"
    yield "    value:"
    yield "      - {name: contract, from: $contract, required: true}"
    yield "      - {name: contract_version, from: $version, required: true}"
    if sketch.event_id.field is not None:
        yield f"      - {{name: event_id, from: {scalar(sketch.event_id.field)}, required: true}}"
    yield "      - {name: producer, from: $producer}"
    yield f"  - {{property: kafkaPartitions, value: 2}}  {comment('guess', 'enough for a start; more is more at once')}"
    yield f"  - {{property: kafkaRetention, value: P7D}}  {comment('guess', 'how long the broker keeps a record')}"
    yield from _role("eventTime", sketch.event_time, needed=True)
    yield from _role("dataSubject", sketch.subject, needed=False)


def _role(word: str, role: Role, *, needed: bool) -> Iterator[str]:
    if role.field is not None:
        yield f"  - {{property: {word}, value: {scalar(role.field)}}}  {comment('guess', role.note)}"
    elif needed:
        yield f"  {comment('to do', f'{word}: {role.note}')}"


def _schema(sketch: Sketch) -> Iterator[str]:
    yield "schema:"
    yield f"  - name: {sketch.topic}"
    yield "    physicalType: topic"
    yield "    logicalType: object"
    yield f"    description: {scalar(_PURPOSE)}"
    if sketch.event_id.field is None:
        yield f"    {comment('to do', f'primaryKey: {sketch.event_id.note}')}"
    yield "    properties:"
    for field in sketch.fields:
        own = sketch.event_id if field.name == sketch.event_id.field else None
        yield from _listed(field, "      ", own)
    yield from _left(sketch.left, "      ")


def _listed(field: Draft, indent: str, identity: Role | None = None) -> Iterator[str]:
    """A property as an element of a list."""
    yield f"{indent}- name: {scalar(field.name)}"
    yield from _property(field, f"{indent}  ", identity)


def _property(field: Draft, indent: str, identity: Role | None = None) -> Iterator[str]:
    """The words of a property below its name, one a line, each with its reason."""
    for word, value, marked in _words(field, identity):
        why = field.notes.get(word) if word != "primaryKey" or identity is None else identity.note
        yield f"{indent}{word}: {flow(value)}" + (f"  {comment('guess', why)}" if marked and why else "")
    if field.enum is not None:
        why = field.notes.get("quality")
        yield f"{indent}quality:" + (f"  {comment('guess', why)}" if why else "")
        yield f"{indent}  - metric: invalidValues"
        yield f"{indent}    arguments: {flow({'validValues': field.enum})}"
        yield f"{indent}    mustBe: 0"
        yield f"{indent}    unit: rows"
    yield from (f"{indent}{comment('suggestion', hint)}" for hint in field.hints)
    yield from _below(field, indent)


def _words(field: Draft, identity: Role | None) -> Iterator[tuple[str, Any, bool]]:
    """(ODCS word, value, whether it is a guess that says why) of the plain ones."""
    options, part = dict(field.options), field.name in ("[]", "value")
    yield "logicalType", field.type, not options and field.enum is None
    if options:
        yield "logicalTypeOptions", options, True
    if field.physical:
        yield "physicalType", field.physical, True
    if identity is not None:
        yield "primaryKey", True, True
        yield "primaryKeyPosition", 1, False
    yield "required", field.required, True
    if not part or field.classification != "internal":
        yield "classification", field.classification, True
    yield "description", _MEANING, False
    if field.examples:
        yield "examples", field.examples, False


def _below(field: Draft, indent: str) -> Iterator[str]:
    if field.children:
        yield f"{indent}properties:"
        for child in field.children:
            yield from _listed(child, f"{indent}  ")
    yield from _left(field.left, f"{indent}  ")
    if field.items is not None:
        yield f"{indent}items:"
        yield from _property(field.items, f"{indent}  ")
    if field.value is not None:
        yield f"{indent}map:"
        yield f"{indent}  key: {{logicalType: string, description: {scalar('To do: say what a key is.')}}}"
        yield f"{indent}  value:"
        yield from _property(field.value, f"{indent}    ")


def _left(left: tuple[LeftOut, ...], indent: str) -> Iterator[str]:
    for member in left:
        yield f"{indent}{comment('left out', f'{member.name}: {member.reason}; {_UNKNOWN}')}"


def _tail(sketch: Sketch) -> Iterator[str]:
    yield "team:"
    owner = "to_do  " + comment("to do", "the team that owns the contract") if sketch.owner is None else None
    yield f"  name: {owner or scalar(sketch.owner)}"
    yield f"roles:  {comment('guess', 'who may write and who may read')}"
    yield f"  - {{role: {sketch.topic}-producer, access: write, description: Whoever sends the events.}}"
    yield f"  - {{role: {sketch.topic}-processing, access: read, description: The streaming job.}}"
    yield f"slaProperties:  {comment('guess', 'what is promised to readers')}"
    yield "  - {property: latency, value: 60, unit: s, description: From the event to the record in the topic.}"


def _every(fields: tuple[Draft, ...]) -> Iterator[Draft]:
    for field in fields:
        yield field
        yield from _every(field.children)
        yield from _every(tuple(below for below in (field.items, field.value) if below is not None))
