"""THE table of logical types: what ODCS calls them, how JSON writes them, how exactly they may be stored.

A new type is one row here, and one row in each room's own table with the same keys (compared at import).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NUMERIC_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
INTEGER_RANGES: Mapping[str, tuple[int, int]] = {
    **{f"i{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64, 128)},
    **{f"u{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64, 128)},
}


@dataclass(frozen=True, slots=True)
class LogicalType:
    """One row: `json` is the JSON type of a value, `options` what logicalTypeOptions may hold,
    `storages` the stored forms (the first is the default), `wanted` the words of the type clause.
    """

    name: str
    json: str
    options: frozenset[str]
    storages: tuple[str, ...]
    wanted: str


_ROWS = (
    LogicalType(
        "string",
        "string",
        frozenset({"minLength", "maxLength", "pattern", "format"}),
        ("string",),
        "a string",
    ),
    LogicalType(
        "integer",
        "integer",
        NUMERIC_BOUNDS | {"multipleOf", "format"},
        ("i64", "i8", "i16", "i32", "u8", "u16", "u32", "u64", "i128", "u128"),
        "an integer",
    ),
    LogicalType("number", "number", NUMERIC_BOUNDS | {"multipleOf", "format"}, ("f64", "f32", "decimal"), "a number"),
    LogicalType("boolean", "boolean", frozenset(), ("boolean",), "true or false"),
    LogicalType(
        "timestamp",
        "string",
        NUMERIC_BOUNDS | {"format", "timezone", "defaultTimezone"},
        ("timestamp",),
        "text",
    ),
    LogicalType("date", "string", NUMERIC_BOUNDS | {"format"}, ("date",), "text"),
    LogicalType("time", "string", NUMERIC_BOUNDS | {"format", "timezone", "defaultTimezone"}, ("time",), "text"),
    LogicalType("array", "array", frozenset({"minItems", "maxItems", "uniqueItems"}), ("array",), "an array"),
    LogicalType(
        "object", "object", frozenset({"minProperties", "maxProperties", "required"}), ("object",), "an object"
    ),
    LogicalType("map", "object", frozenset({"minProperties", "maxProperties"}), ("map",), "an object of any keys"),
)
TYPES: Mapping[str, LogicalType] = {row.name: row for row in _ROWS}

TEMPORAL = frozenset({"timestamp", "date", "time"})
WIDE = frozenset({"i128", "u128"})
"""Wider than any stored number (38 digits): read only where the contract's own bounds keep them within it."""
_DECIMAL = re.compile(r"(?i)\s*(?:decimal|numeric)\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)\s*")


def storage(type_: LogicalType, options: Mapping[str, Any], physical: str | None) -> str:
    """The exact stored form of a field: the format's, else a decimal physicalType's, else the type's default.

    ValueError, with what to write instead, where the contract asks for a form that does not exist.
    """
    wanted = options.get("format") if type_.name in ("integer", "number") else None
    if wanted is not None:
        if wanted not in type_.storages:
            forms = ", ".join(form for form in type_.storages if form != "decimal")
            raise ValueError(f"format '{wanted}' cannot be stored exactly; use one of {forms}")
        return str(wanted)
    if type_.name == "number" and physical and (match := _DECIMAL.fullmatch(physical)):
        precision, scale = int(match[1]), int(match[2])
        if not 0 < precision <= 38 or scale > precision:
            raise ValueError(f"physicalType '{physical}' needs a precision of 1 to 38 and a scale not above it")
        return f"decimal({precision},{scale})"
    return type_.storages[0]


def decimal_parts(storage_: str) -> tuple[int, int] | None:
    """(precision, scale) of a `decimal(p,s)` storage, None for any other."""
    match = _DECIMAL.fullmatch(storage_)
    return (int(match[1]), int(match[2])) if match else None
