"""Reports made by hand for the tests of the formats: every verdict, every kind of witness, and hostile text."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from contracts.compiler.diff.model import (
    BREAKING,
    COMPATIBLE,
    EXPORTS,
    NEW_TO_OLD,
    OLD_TO_NEW,
    PRODUCERS,
    READERS_OF_NEW,
    READERS_OF_OLD,
    UNPROVEN,
    Comparison,
    Finding,
    Replayed,
    Report,
    VersionVerdict,
    Waiver,
    Witness,
)

EVENT: dict[str, Any] = {
    "event_id": "0b7c1f8e-5d0a-4a53-9f0e-5a8f7f1f2c11",
    "ticket_id": "T-000017",
    "occurred_at": "2026-01-05T09:30:00.000Z",
    "satisfaction": 5,
    "price": Decimal("12345678901234567890.123456789012345678"),
    "body": "The printer is on fire. " * 20,
    "attachments": [{"name": "photo.png", "size_bytes": 26214400}],
}
WITNESS = Witness(
    OLD_TO_NEW,
    "client_tickets 1.0.0",
    "client_tickets 1.1.0",
    EVENT,
    None,
    {},
    "client_tickets.v1/satisfaction/maximum",
    "5 is more than 4.",
)
MAXIMUM = Finding(
    rule="maximum-tightened",
    place="schema.client_tickets.satisfaction.logicalTypeOptions.maximum",
    path="satisfaction",
    old=5,
    new=4,
    says="satisfaction may be at most 4; it was 5.",
    verdict=BREAKING,
    breaks=(READERS_OF_OLD, PRODUCERS),
    witness=WITNESS,
    remedy="Keep 5, or write v2.odcs.yaml and let both run until the old events are gone.",
    bump="major",
    allowed_by_mode=False,
    line=84,
    waiver=None,
)
UNIQUE = replace(
    MAXIMUM,
    rule="unique-added",
    place="schema.client_tickets.ticket_id.unique",
    path="ticket_id",
    old=None,
    new=True,
    says="ticket_id must now differ between rows.",
    breaks=(EXPORTS,),
    witness=replace(
        WITNESS,
        event=None,
        events=(EVENT, EVENT),
        circumstances={"@key": "T-000017"},
        clause="client_tickets.v1/ticket_id/unique",
        says="The same value twice.",
    ),
)
ROLE = replace(
    MAXIMUM,
    rule="role-removed",
    place="roles.reporting",
    path="",
    old={"role": "reporting", "access": "read"},
    new=None,
    says="The role reporting may no longer read.",
    breaks=(READERS_OF_NEW,),
    witness=replace(WITNESS, event=None, clause=None, direction=NEW_TO_OLD, says="reporting is refused by the broker."),
    line=None,
)
PATTERN = replace(
    MAXIMUM,
    rule="pattern-changed",
    place="schema.client_tickets.ticket_id.logicalTypeOptions.pattern",
    path="ticket_id",
    old="^T-[0-9]{6}$",
    new="^T-\\d{6}$",
    says="No event was found that only one of the two patterns takes.",
    verdict=UNPROVEN,
    breaks=(),
    witness=None,
    line=41,
)
READ_DIFFERENTLY = replace(
    MAXIMUM,
    rule="timezone-changed",
    place="schema.client_tickets.occurred_at.logicalTypeOptions.defaultTimezone",
    old=datetime(2026, 1, 5, tzinfo=UTC),
    new=Decimal("0.1000000000000000000001"),
    witness=replace(WITNESS, clause=None, says="09:30 is read as 08:30."),
)
ALLOWED = replace(MAXIMUM, rule="enum-extended", verdict=COMPATIBLE, breaks=(READERS_OF_NEW,), allowed_by_mode=True)
WORDS = replace(
    MAXIMUM,
    rule="description-changed",
    place="schema.client_tickets.satisfaction.description",
    old="Stars.",
    new="Stars given.",
    says="The description changed.",
    verdict=COMPATIBLE,
    breaks=(),
    witness=None,
    remedy="",
    bump="patch",
    line=80,
)
WAIVER = Waiver("maximum-tightened", "priority", "", "Nobody sends it since May.", "support-data", "2026-12-31")
WAIVED = replace(MAXIMUM, place="schema.client_tickets.priority.logicalTypeOptions.maximum", waiver=WAIVER)
DISHONEST = VersionVerdict(
    old="1.0.0",
    new="1.1.0",
    asked="major",
    given="minor",
    honest=False,
    fails=True,
    says="The changes ask for 2.0.0 in a file of its own.",
    published=True,
    own_file=False,
)
TICKETS = Comparison(
    contract="client_tickets.v1",
    file="contracts/client_tickets/v1.odcs.yaml",
    against="3f2a1b0",
    mode="full",
    findings=(WORDS, PATTERN, WAIVED, ALLOWED, MAXIMUM, UNIQUE, ROLE, READ_DIFFERENTLY),
    replayed=Replayed(1_200, 1_231, 88, 16),
    version=DISHONEST,
    informative=False,
)
TABLE = replace(
    TICKETS, contract="tickets.v1", file="contracts/tickets/v1.odcs.yaml", findings=(), replayed=None, version=None
)
NEW_MAJOR = replace(
    TICKETS,
    contract="client_tickets.v2",
    file="contracts/client_tickets/v2.odcs.yaml",
    findings=(MAXIMUM,),
    version=replace(DISHONEST, new="2.0.0", honest=True, fails=False, says="A new major beside the old one."),
    informative=True,
)
REPORT = Report((TABLE, NEW_MAJOR, TICKETS), ("minimum-tightened at priority: expired on 2026-01-01.",))
CLEAN = Report((TABLE,), ())
NOTHING = Report((), ())

HOSTILE = (
    "<script>alert(1)</script> | a | b |\r\n# heading\n---\n```\n````\n`code` --> ]]> </details> @octocat and "
    "#1 GH-2 https://evil.example www.evil.example [x](javascript:y) ![i](x) **b** _i_ ~s~ $x$ \\ &amp; "
    "\n::error::owned\n##[error]owned %0A::warning::x \x00\x07\x1b[31m\x7f\u202e\ud800\uffff\u200b"
)


def hostile() -> Report:
    """HOSTILE wherever a contract, a waiver or a witness may say anything."""
    event = {HOSTILE: HOSTILE, "deep": {"list": [None, {"x": [HOSTILE]}], "number": float("nan")}, "big": "x" * 10_000}
    witness = Witness(OLD_TO_NEW, HOSTILE, HOSTILE, event, None, {HOSTILE: HOSTILE}, HOSTILE, HOSTILE)
    waiver = Waiver(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    finding = replace(MAXIMUM, rule=HOSTILE, place=HOSTILE, path=HOSTILE, old=HOSTILE, new={"a": HOSTILE}, says=HOSTILE)
    finding = replace(finding, remedy=HOSTILE, witness=witness)
    findings = (
        finding,
        replace(finding, waiver=waiver),
        replace(finding, verdict=UNPROVEN, old=b"\x00\xff", new=("y" * 2_000, Decimal("Infinity"), {1: 10**5_000})),
        replace(finding, verdict=COMPATIBLE, breaks=(), old=None, new=None, says="", remedy="", place=""),
    )
    version = replace(DISHONEST, old=HOSTILE, new=HOSTILE, given="none", says=HOSTILE)
    made = Comparison(HOSTILE, HOSTILE, HOSTILE, HOSTILE, findings, Replayed(1, 1, 1, 0), version, informative=False)
    return Report((made, replace(made, informative=True)), (HOSTILE,))


def crowded(contracts: int, findings: int) -> Report:
    """So many changes that a comment cannot hold them."""
    rows = tuple(replace(MAXIMUM, place=f"schema.client_tickets.field_{n}", line=n + 1) for n in range(findings))
    return Report(tuple(replace(TICKETS, contract=f"c{n}.v1", findings=rows) for n in range(contracts)), ())
