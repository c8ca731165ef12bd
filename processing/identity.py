"""Stored values to body hash: what tells the same event sent twice from another event under the same id.

Equal values have equal hashes however they were written, and whichever version of the contract they were read with:
null fields do not count, nor does the order of fields, so a contract that gains an optional field changes no hash.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from contracts.compiler.model import Field

Plain = Callable[[Any], Any]


class BodyHash:
    """The hash of rows with these fields: keyed BLAKE2b (RFC 7693) of 16 bytes; `key` is the pseudonyms' secret."""

    def __init__(self, fields: tuple[Field, ...], key: bytes) -> None:
        self._key = key
        named = sorted((field.name, place, _plain(field)) for place, field in enumerate(fields))
        self._plan = tuple(named)

    def __call__(self, stored: tuple[Any, ...], unknown: str | None) -> bytes:
        """Of values in field order, and of the unknown fields as JSON text."""
        held = [
            (name, stored[place] if plain is None else plain(stored[place]))
            for name, place, plain in self._plan
            if stored[place] is not None
        ]
        return hashlib.blake2b(repr((held, unknown)).encode(), key=self._key, digest_size=16).digest()


def _plain(field: Field) -> Plain | None:
    """What leaves null members out of the objects in a value; None where it holds no objects."""
    if not any(below.type == "object" for below in field.walk()):
        return None
    if field.items is not None:
        item = _plain(field.items)
        return lambda value: [None if one is None or item is None else item(one) for one in value]
    if field.value is not None:
        member = _plain(field.value)
        return lambda value: {name: None if v is None or member is None else member(v) for name, v in value.items()}
    plans = sorted((child.name, _plain(child)) for child in field.properties)
    return lambda value: {
        name: value[name] if plain is None else plain(value[name])
        for name, plain in plans
        if value.get(name) is not None
    }
