"""A peer's values are compared as values, not as they are written."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from benchmarks.peers.ours import alike, sent_id
from benchmarks.speed.topic import CONTRACT
from contracts.compiler.catalogue import HOME, Catalogue


def test_texts_numbers_and_persons_become_comparable() -> None:
    """Moments in UTC, days, exact amounts of a double, absent fields as null; a person's address is a pseudonym."""
    made = alike(Catalogue(HOME).get(CONTRACT))(
        {
            "event_id": "a",
            "occurred_at": "2026-01-05T09:30:00.5+01:00",
            "due_on": "2026-01-08",
            "amount": 49.99,
            "client_email": "ada@example.com",
        }
    )
    assert made["event_id"] == "a"
    assert made["occurred_at"] == datetime(2026, 1, 5, 8, 30, 0, 500_000, tzinfo=UTC)
    assert made["due_on"] == date(2026, 1, 8)
    assert made["amount"] == Decimal("49.99")
    assert made["satisfaction"] is None
    assert len(made["client_email"]) == 32 and "@" not in made["client_email"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b'{"event_id": "a", "amount": "wrong"}', "a"),
        (b'{"event_id": 7}', "7"),
        (b'{"event_id": null}', None),
        (b"[]", None),
        (b"{", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
        (None, None),
    ],
)
def test_an_event_id_is_read_from_any_text(value: bytes | None, found: str | None) -> None:
    """Whatever else is wrong with it, and never with an error."""
    assert sent_id(value) == found
