"""The body hash: its canonical bytes, and what must and must not change it."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Field
from processing.identity import BodyHash

KEY = b"k" * 32
TICKETS = Catalogue(HOME).get("client_tickets.v1")
TYPES = Catalogue(Path(__file__).parent / "contracts").get("every_type")
TEXT = replace(TICKETS.field("ticket_id"), name="a")


def hashed(field: Field, value: Any, unknown: str | None = None) -> bytes:
    """The hash of an event with one field."""
    return BodyHash((field,), KEY)((value,), unknown)


def keyed(canonical: bytes) -> bytes:
    """The hash of canonical bytes."""
    return hashlib.blake2b(canonical, key=KEY, digest_size=16).digest()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("é", b"s\0\0\0\2\xc3\xa9"),
        (7, b"n\0\0\0\0017"),
        (Decimal("-12.50"), b"n\0\0\0\5-12.5"),
        (Decimal("700.00"), b"n\0\0\0\x03700"),
        (7.0, b"n\0\0\0\0017"),
        (0.5, b"f\x3f\xe0\0\0\0\0\0\0"),
        (True, b"b\1"),
        (datetime(1970, 1, 1, 1, 0, 0, 1, tzinfo=timezone(timedelta(hours=1))), b"m\0\0\0\0\0\0\0\1"),
        (date(1969, 12, 31), b"d\xff\xff\xff\xff"),
    ],
)
def test_the_canonical_bytes_of_each_type(value: Any, written: bytes) -> None:
    """As the module says, so that another language can write them."""
    assert hashed(TEXT, value) == keyed(b"o\0\0\0\1\0\0\0\1a" + written + b"z")


def test_the_canonical_bytes_of_parts() -> None:
    """Items count where they are null; members that are null do not, and stand by name."""
    attachments = TICKETS.field("attachments")
    one = {"name": "x", "media_type": None, "size_bytes": 3}
    name = b"o\0\0\0\1\0\0\0\x0battachments"
    members = b"o\0\0\0\2\0\0\0\4names\0\0\0\1x\0\0\0\nsize_bytesn\0\0\0\0013"
    assert hashed(attachments, [one, None], "{}") == keyed(name + b"l\0\0\0\2" + members + b"z" + b"s\0\0\0\2{}")


def test_a_new_optional_field_changes_no_hash() -> None:
    """Nor does the order of fields."""
    fields = TICKETS.fields[:3]
    before = BodyHash(fields, KEY)(("x", "opened", "y"), None)
    assert BodyHash((TICKETS.field("amount"), *reversed(fields)), KEY)((None, "y", "opened", "x"), None) == before


def test_no_two_events_share_their_canonical_bytes() -> None:
    """Text can't pose as a number, as a neighbour's text, or as the unknown fields; true is not 1."""
    tags = TICKETS.field("tags")
    lists: list[Any] = [None, [], [None], [""], ["a", "b"], ["ab"], ["as\0\0\0\1b"]]
    hashes = [hashed(tags, value) for value in lists]
    hashes += [hashed(TEXT, value) for value in ("7", 7, True, 1, 7.5, Decimal("7.5"), date(1970, 1, 8))]
    hashes += [hashed(TEXT, None, "7"), hashed(TEXT, "7", "7"), hashed(replace(TEXT, name="b"), "7")]
    assert len(set(hashes)) == len(hashes)


def test_maps_are_hashed_by_ascending_key_and_keep_their_nulls() -> None:
    """However they were made."""
    (labels,) = [field for field in TYPES.fields if field.type == "map"][:1]
    assert hashed(labels, {"b": None, "a": None}) == hashed(labels, {"a": None, "b": None})
    assert hashed(labels, {"b": None}) != hashed(labels, {})


def test_moments_are_hashed_by_the_instant() -> None:
    """The same instant in two zones is one value."""
    here = datetime(2026, 1, 5, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    assert hashed(TEXT, here) == hashed(TEXT, here.astimezone(UTC))
