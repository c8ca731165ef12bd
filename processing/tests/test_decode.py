"""One record to its verdict, without Spark."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from processing.decode import Decoder, Verdict
from processing.tests.tickets import TICKET

CONTRACT = Catalogue(HOME).get("client_tickets.v1")
DECODER = Decoder(CONTRACT, b"k" * 32)
EVENT = {**TICKET, "client_email": "ada@example.com", "amount": 12.07, "satisfaction": 5}


def decode(event: Any, key: bytes | None = b"TCK-00000042", **headers: str | None) -> Verdict:
    """The verdict on an event with the headers that belong to it, changed as asked (None: left out)."""
    sent: dict[str, str | None] = {
        "contract": "client_tickets",
        "contract_version": "1.0.0",
        "event_id": EVENT["event_id"],
    }
    sent.update(headers)
    value = event if isinstance(event, bytes | None) else json.dumps(event).encode()
    return DECODER.decode(value, key, [(name, text.encode()) for name, text in sent.items() if text is not None])


def clauses(verdict: Verdict) -> list[str]:
    """The broken clauses, without the contract's name."""
    return [finding.clause.removeprefix("client_tickets.v1/") for finding in verdict.findings]


def test_a_valid_event_is_accepted_and_typed() -> None:
    """Each value arrives as the stored type, exactly; personal text as a keyed hash."""
    verdict = decode(EVENT)
    assert verdict.outcome == "accepted"
    assert verdict.event is not None
    stored = dict(zip((field.name for field in CONTRACT.fields), verdict.event, strict=True))
    assert stored["amount"] == Decimal("12.07")
    assert stored["satisfaction"] == 5
    assert stored["due_on"] is None
    assert stored["client_email"] != EVENT["client_email"]
    assert len(stored["client_email"]) == 32


def test_every_broken_clause_is_named() -> None:
    """All at once, in the order of the contract, each with its place."""
    event = {**EVENT, "priority": "urgent!!", "satisfaction": 9, "tags": ["a", "a", None, 3]}
    del event["channel"]
    verdict = decode(event)
    assert clauses(verdict) == [
        "priority/enum",
        "channel/required",
        "satisfaction/maximum",
        "tags/uniqueItems",
        "tags[]/required",
        "tags[]/type",
    ]
    assert [finding.path for finding in verdict.findings][-2:] == ["$.tags[2]", "$.tags[3]"]


def test_nothing_is_judged_below_a_failed_type() -> None:
    """A list that is a text breaks `type` alone."""
    assert clauses(decode({**EVENT, "tags": "vip", "satisfaction": "9"})) == ["satisfaction/type", "tags/type"]


def test_masked_values_are_not_shown() -> None:
    """Of personal and confidential fields a finding tells type and length only, below them too."""
    event = {**EVENT, "client_email": "secret-value", "request": "", "attachments": [{"name": "", "media_type": "x y"}]}
    text = repr(decode(event).findings)
    assert "secret-value" not in text
    assert "x y" not in text
    assert "string of 12 characters" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("satisfaction", 5.0),
        ("amount", 0.07),
        ("amount", 1e2),
        ("due_on", None),
        ("tags", []),
        ("request", "🙂" * 2000),
    ],
)
def test_values_at_the_edge_are_accepted(name: str, value: Any) -> None:
    """7.0 is an integer, cents are exact, null is absent, length counts code points."""
    assert decode({**EVENT, name: value}).outcome == "accepted"


@pytest.mark.parametrize(
    ("name", "value", "clause"),
    [
        ("satisfaction", True, "satisfaction/type"),
        ("satisfaction", 2**40, "satisfaction/type"),
        ("amount", 0.071, "amount/multipleOf"),
        ("amount", 1e12, "amount/type"),
        ("amount", "1", "amount/type"),
        ("request", "🙂" * 2001, "request/maxLength"),
        ("ticket_id", "TCK-00000042\n", "ticket_id/pattern"),
        ("tags", [str(i) for i in range(11)], "tags/maxItems"),
    ],
)
def test_values_beyond_the_edge_are_refused(name: str, value: Any, clause: str) -> None:
    """The first value outside each bound."""
    assert clause in clauses(decode({**EVENT, name: value}))


def test_the_envelope_is_judged() -> None:
    """Key and headers must say what the body says."""
    assert clauses(decode(EVENT, key=b"TCK-1")) == ["@key/equals"]
    assert clauses(decode(EVENT, key=None)) == ["@key/equals"]
    assert clauses(decode(EVENT, event_id=None)) == ["@header.event_id/required"]
    assert clauses(decode(EVENT, event_id="other")) == ["@header.event_id/equals"]
    assert clauses(decode(EVENT, contract="tickets")) == ["@header.contract/equals"]
    assert clauses(decode(EVENT, contract_version=None)) == ["@version/required"]


def test_an_unknown_version_is_the_only_finding() -> None:
    """The body of another language is not judged by ours."""
    assert clauses(decode({}, contract_version="3.1.0")) == ["@version/known"]
    assert decode(EVENT, contract_version="1.9.0").outcome == "accepted"


def test_unknown_fields_are_kept_aside() -> None:
    """Readers are open: the event counts, and nothing of it is lost."""
    verdict = decode({**EVENT, "mood": "curious"})
    assert (verdict.outcome, verdict.unknown) == ("accepted", '{"mood": "curious"}')


def test_the_body_hash_is_of_the_value() -> None:
    """Equal for other bytes of the same value, different for another value or unknown field."""
    same = {
        **dict(reversed(EVENT.items())),
        "satisfaction": 5.0,
        "occurred_at": "2026-01-05T10:30:00+02:00",
        "due_on": None,
    }
    first = decode(EVENT).body_hash
    assert first == decode(same).body_hash
    assert first != decode({**EVENT, "priority": "high"}).body_hash
    assert first != decode({**EVENT, "mood": "curious"}).body_hash


def test_bytes_that_are_no_event() -> None:
    """Null is a tombstone; the rest is refused under `$`."""
    assert decode(None).outcome == "tombstone"
    assert clauses(decode(b"[1]")) == ["$/type"]
    assert clauses(decode(b"{} {}")) == ["$/json"]
    assert clauses(decode(b'{"a":1,"a":1}')) == ["$/duplicate_key"]


def test_the_id_of_an_accepted_event_is_whole() -> None:
    """Two long ids that begin alike are two events; of a refused one some of it says enough."""
    named = Decoder(replace(CONTRACT, event_id="request"), b"k" * 32)
    said = {"contract": "client_tickets", "contract_version": "1.0.0", "event_id": EVENT["event_id"]}
    headers = [(name, text.encode()) for name, text in said.items()]

    def seen(**members: Any) -> Verdict:
        return named.decode(json.dumps({**EVENT, **members}).encode(), b"TCK-00000042", headers)

    accepted, refused = seen(request="é" * 300), seen(request="é" * 300, priority="urgent!!")
    assert (accepted.outcome, accepted.event_id) == ("accepted", "é" * 300)
    assert (refused.outcome, refused.event_id) == ("rejected", "é" * 200)
