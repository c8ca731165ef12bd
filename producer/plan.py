"""Shares of a bad day to exact counts, and how long its traffic lasts."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from contracts.compiler.model import Contract
from producer.errors import ProducerError
from producer.payloads import SPAN


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of all events is invalid, sent twice or late: from 0 to 1 each."""

    invalid: Decimal
    duplicates: Decimal
    late: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """The exact counts. `valid` events are sent once first; `late` are some of them, `duplicates` repeat some."""

    valid: int
    invalid: int
    duplicates: int
    late: int


def plan(contract: Contract, count: int, shares: Shares) -> Plan:
    """Shares to counts, rounded half up; ProducerError where they do not fit into each other."""
    invalid, duplicates, late = (
        int((share * count).to_integral_value(ROUND_HALF_UP))
        for share in (shares.invalid, shares.duplicates, shares.late)
    )
    valid = count - invalid - duplicates
    if valid < max(duplicates, late, 0):
        raise ProducerError(
            f"of {count} events {invalid} invalid and {duplicates} duplicate leave {max(valid, 0)} valid ones, "
            f"too few to repeat {duplicates} and delay {late} of them",
            "Ask for smaller shares.",
        )
    if late and contract.late_after is None:
        raise ProducerError(f"{contract.key} does not say when an event is late", "Leave out --late, or set lateAfter.")
    return Plan(valid, invalid, duplicates, late)


def span_of(contract: Contract) -> timedelta:
    """How long the traffic lasts: a week, or half of what the topic keeps, so that nothing expires while it is read."""
    return min(SPAN, contract.envelope.retention / 2) if contract.envelope else SPAN
