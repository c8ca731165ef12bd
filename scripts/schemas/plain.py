"""The other YAML files of ours to JSON Schemas: cases, labelled pairs, seeded defects, waivers, licences."""

from collections.abc import Mapping
from typing import Any

from architecture.load import TARGETS
from architecture.parts import SECTIONS
from contracts.compiler import rules
from contracts.compiler.diff import waivers
from contracts.compiler.diff.proof import BACKWARD, FORWARD
from contracts.compiler.diff.table import RULES

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2019-09/schema"
_TEXT: Schema = {"type": "string", "minLength": 1}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def _closed(words: Mapping[str, Schema], required: tuple[str, ...], about: str = "") -> Schema:
    said = {"description": about} if about else {}
    return {
        **said,
        "type": "object",
        "required": list(required),
        "properties": dict(words),
        "additionalProperties": False,
    }


def _document(title: str, words: Mapping[str, Schema], required: tuple[str, ...]) -> Schema:
    made = f"Made by `python -m scripts.schemas`: {title[0].lower()}{title[1:]}."
    return {"$schema": DRAFT, "title": title, "$comment": made, **_closed(words, required)}


def cases_schema() -> Schema:
    """`v<major>.cases.yaml` beside a contract."""
    clause = {
        "type": "string",
        "pattern": f"^.+/({'|'.join(sorted(rules.RULES))})(#[0-9]+)?$",
        "description": "A clause id without the contract: <path>/<rule>, such as priority/enum.",
    }
    clauses = {"type": "array", "items": clause, "uniqueItems": True}
    body: dict[str, Schema] = {
        "set": {"type": "object", "description": "Values by path (attachments[0].name); {text, times} for long ones."},
        "drop": {**_TEXTS, "description": "Fields to leave out."},
        "raw": {"type": ["string", "object"], "description": "Another value altogether."},
        "raw_base64": {"type": "string", "description": "Its bytes."},
        "key": {"type": ["string", "null"], "description": "The record key; null: none."},
        "headers": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
    }
    accepted = _closed(body, (), "The event with a change, which breaks nothing.")
    refused = _closed(
        {"clauses": {**clauses, "minItems": 1}, **body},
        ("clauses",),
        "The event with a change, and all that it breaks.",
    )
    rows = {"type": "array", "items": {"type": "object"}, "description": "What each row changes of the event."}
    table = _closed({"clauses": clauses, "rows": rows}, ("clauses", "rows"), "Rows that are judged together.")
    words: dict[str, Schema] = {
        "event": {"type": "object", "description": "An event that breaks nothing."},
        "accepted": {"type": "array", "items": accepted},
        "refused": {"type": "array", "items": refused},
        "tables": {"type": "array", "items": table},
    }
    return _document("What a contract accepts and refuses at its edges", words, ("event", "accepted", "refused"))


def labelled_schema() -> Schema:
    """cli/review/tests/labelled.yaml."""
    source = _closed({"project": _TEXT, "file": _TEXT}, ("project", "file"))
    fields = {"type": "array", "items": {"type": "object", "required": ["name", "logicalType"]}}
    pair = _closed(
        {
            "name": _TEXT,
            "from": {**_TEXT, "description": "One of `sources`."},
            "way": {"enum": [BACKWARD, FORWARD], "description": "backward: NEW reads what OLD wrote."},
            "compatible": {"type": "boolean", "description": "The label of the source."},
            "old": fields,
            "new": fields,
        },
        ("name", "from", "way", "compatible", "old", "new"),
    )
    words = {"sources": {"type": "object", "additionalProperties": source}, "pairs": {"type": "array", "items": pair}}
    return _document("Pairs of schemas that others have labelled", words, ("sources", "pairs"))


def defect_schema() -> Schema:
    """architecture/tests/defects/<rule>.yml."""
    parts = {"type": "object", "additionalProperties": {"type": "object"}}
    layer = {"type": "object", "properties": dict.fromkeys(SECTIONS, parts), "additionalProperties": False}
    words = {
        "says": {**_TEXT, "description": "The fault in a sentence."},
        "target": {"enum": list(TARGETS)},
        "set": {**layer, "description": "Words of parts, by section and id, replaced."},
        "add": {**layer, "description": "Parts added, and items appended to lists."},
        "without": {**_TEXTS, "description": "Parts dropped."},
    }
    return _document("One fault for one rule of the architecture to find", words, ("says",))


def diff_waivers_schema() -> Schema:
    """waivers.yaml beside contracts, for `tickets contracts diff`."""
    words: dict[str, Schema] = dict.fromkeys(waivers._NEEDED, _TEXT)
    words |= {"rule": {"enum": sorted(RULES)}, "expires": _DAY, "contract": _TEXT}
    rows = {"type": "array", "items": _closed(words, waivers._NEEDED)}
    return _document("Findings of a contract change that are let pass", {"waivers": rows}, ("waivers",))


def licences_schema() -> Schema:
    """scripts/audit/licences.yaml."""
    by_name = {"type": "object", "additionalProperties": _TEXT}
    words = {
        "allowed": {**by_name, "description": "SPDX id, and why it may be."},
        "python": {**by_name, "description": "SPDX expression by package."},
        "jars": {**by_name, "description": "SPDX expression by group, or group:artifact."},
    }
    return _document("Under which licence each part of a run is", words, tuple(words))


def audit_waivers_schema() -> Schema:
    """scripts/audit/waivers.yaml."""
    names = ("id", "package", "reason", "until")
    row = _closed({**dict.fromkeys(names, _TEXT), "until": _DAY}, names)
    words: dict[str, Schema] = {"waivers": {"type": "array", "items": row}}
    return _document("Known weaknesses that are accepted for a while", words, ("waivers",))
