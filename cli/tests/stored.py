"""Stored values in the words of the reference's `meaning`, so that `==` compares values and not their classes."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from contracts.compiler.model import Field


def meant(field: Field, value: Any, clock: Callable[[Any], time]) -> Any:
    """A value as a store gave it back: `clock` reads its form of a time of day, moments come out in UTC."""
    if value is None:
        return None
    if field.type == "time":
        return clock(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if field.type == "integer":
        return int(value)
    if field.items is not None:
        return [meant(field.items, item, clock) for item in value]
    if field.value is not None:
        return {name: meant(field.value, item, clock) for name, item in value.items()}
    return {child.name: meant(child, value[child.name], clock) for child in field.properties} or value


def of_microseconds(value: int) -> time:
    """A time of day that is kept as microseconds."""
    seconds, micros = divmod(value, 1_000_000)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, micros)
