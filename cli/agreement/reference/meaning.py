"""JSON value to what it means: the plain Python value that a store must give back, type by type."""

from decimal import Decimal
from struct import pack, unpack
from typing import Any

from cli.agreement.reference import times
from contracts.compiler.model import Field


def meaning(field: Field, value: Any) -> Any:
    """What a valid value means: int, float, Decimal, str, bool, date, time or aware datetime; lists and dicts of them.

    An absent member is None, an unnamed one is left out, f32 is the nearest 32-bit float.
    """
    if value is None:
        return None
    if field.time_form is not None:
        return times.read(field.time_form, value)
    if field.type == "integer":
        return int(value)
    if field.storage == "f32":
        return unpack("<f", pack("<f", float(value)))[0]
    if field.storage == "f64":
        return float(value)
    if field.type == "number":
        return Decimal(value)
    if field.items is not None:
        return [meaning(field.items, item) for item in value]
    if field.value is not None:
        return {name: meaning(field.value, item) for name, item in value.items()}
    return {child.name: meaning(child, value.get(child.name)) for child in field.properties} or value
