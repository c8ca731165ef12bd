"""Our customProperties to JSON Schemas of their values: one row per row of contracts/compiler/custom.py."""

from collections.abc import Mapping
from typing import Any

from contracts.compiler import custom

Schema = Mapping[str, Any]
_FIELD: Schema = {"type": "string", "minLength": 1}
_FIELDS: Schema = {"type": "array", "items": {"type": "string"}}
_COUNT: Schema = {"type": "integer", "minimum": 1}
_DURATION: Schema = {
    "type": "string",
    "pattern": "^P(?=T?\\d)(\\d+D)?(T(\\d+H)?(\\d+M)?(\\d+S)?)?$",
    "examples": ["P7D", "PT1H"],
}
_KEY: Schema = {"type": "string", "pattern": "^.+\\.v[0-9]+$", "examples": ["client_tickets.v2"]}
_BY_STATE: Schema = {"type": "object", "additionalProperties": _FIELDS}
_HEADER: Schema = {
    "type": "object",
    "required": ["name", "from"],
    "properties": {
        "name": _FIELD,
        "from": {
            **_FIELD,
            "description": f"A field, or one of {', '.join(custom.HEADER_WORDS)}.",
            "examples": list(custom.HEADER_WORDS),
        },
        "required": {"type": "boolean"},
    },
    "additionalProperties": False,
}
_LIFE_CYCLE: Schema = {
    "type": "object",
    "required": ["key", "state", "start", "transitions"],
    "properties": {
        "key": _FIELD,
        "state": _FIELD,
        "start": _FIELDS,
        "transitions": _BY_STATE,
        "constant": _FIELDS,
        "only": _BY_STATE,
    },
    "additionalProperties": False,
}
VALUES: Mapping[str, Schema] = {
    "rows": {"enum": list(custom.ROWS)},
    "kafkaKey": _FIELD,
    "kafkaHeaders": {"type": "array", "items": _HEADER},
    "kafkaPartitions": _COUNT,
    "kafkaRetention": _DURATION,
    "kafkaMaxBytes": _COUNT,
    "eventTime": _FIELD,
    "lateAfter": _DURATION,
    "earlyAfter": _DURATION,
    "dataSubject": _FIELD,
    "lifeCycle": _LIFE_CYCLE,
    "compatibility": {"enum": list(custom.MODES)},
    "sourceContract": _KEY,
    "referenceContracts": {"type": "array", "items": _KEY},
}
if VALUES.keys() != custom.PROPERTIES.keys():
    raise TypeError(f"scripts.schemas.custom_values: {sorted(VALUES.keys() ^ custom.PROPERTIES.keys())} not in both")
