"""Generated events: valid, reproducible, in an order that makes sense, and broken on request."""

import heapq
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from contracts.compiler.model import Contract
from producer import life_cycle
from producer.broken.breakers import Breaker, break_clause, breakable
from producer.errors import ProducerError
from producer.event import UNNAMED, Event, encode
from producer.mix import Shares, mixed, plan, span_of
from producer.payloads import events
from producer.schema.check import compile_check


def values(contract: Contract, count: int, seed: int, start: datetime) -> list[dict[str, Any]]:
    """The values of generated events."""
    made = [event.value for event in events(contract, count=count, seed=seed, start=start)]
    return [value for value in made if isinstance(value, dict)]


@pytest.mark.parametrize("seed", [0, 1, 2, 99])
@pytest.mark.parametrize("count", [1, 2, 7, 400])
def test_generated_events_are_valid(contract: Contract, start: datetime, seed: int, count: int) -> None:
    """As many events as asked, each passing the closed check, in the order of their timestamps."""
    check = compile_check(contract)
    made = list(events(contract, count=count, seed=seed, start=start))
    assert len(made) == count
    assert not [found for event in made for found in check(encode(event.value))]
    assert made == sorted(made, key=lambda event: event.sent_at)


def test_seed_and_start_define_the_bytes(contract: Contract, start: datetime) -> None:
    """The same seed and start give the same bytes, another of either gives others."""

    def taken(seed: int, first: datetime) -> list[Event]:
        return [
            event._replace(value=encode(event.value)) for event in events(contract, count=60, seed=seed, start=first)
        ]

    assert taken(3, start) == taken(3, start)
    other_seed, other_start = taken(4, start), taken(3, start + timedelta(days=1))
    ids = [{encode(event.value) for event in made} for made in (taken(3, start), other_seed, other_start)]
    assert len(set.union(*ids)) == 180


def test_events_fill_their_span(contract: Contract, start: datetime) -> None:
    """They happen from the start on, reach its last day, and never lie after its end."""
    assert contract.event_time
    times = [value[contract.event_time] for value in values(contract, 4000, 1, start)]
    assert min(times) >= "2026-01-05T00:00:00"
    assert "2026-01-11T00" < max(times) < "2026-01-12"


def test_ids_differ(contract: Contract, start: datetime) -> None:
    """No event id occurs twice, within a seed or across two."""
    assert contract.event_id
    ids = [value[contract.event_id] for seed in (1, 2) for value in values(contract, 2000, seed, start)]
    assert len(set(ids)) == 4000


def test_optional_fields_are_sometimes_absent_and_sometimes_null(contract: Contract, start: datetime) -> None:
    """A reader meets both forms of nothing."""
    made = values(contract, 500, 1, start)
    for field in contract.fields:
        if not field.required and not (contract.life_cycle and field.name in contract.life_cycle.only):
            assert any(field.name not in value for value in made), field.name
            assert any(field.name in value and value[field.name] is None for value in made), field.name


def test_lives_make_sense(tickets: Contract, start: datetime) -> None:
    """Each ticket starts where it may, moves only along the transitions, and keeps what is constant."""
    cycle = tickets.life_cycle
    assert cycle
    lives: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for value in values(tickets, 5000, 7, start):
        lives[value[cycle.key]].append(value)
    assert len(lives) > 1000
    for life in lives.values():
        states = [value[cycle.state] for value in life]
        assert states[0] in cycle.start
        assert all(after in cycle.transitions[before] for before, after in pairwise(states))
        assert [value["occurred_at"] for value in life] == sorted(value["occurred_at"] for value in life)
        assert len({repr({name: value.get(name) for name in cycle.constant}) for value in life}) == 1
        assert all(value[cycle.state] in only for value in life for name, only in cycle.only.items() if name in value)
    assert {value[cycle.state] for life in lives.values() for value in life} == set(cycle.transitions)
    assert any("satisfaction" in value for life in lives.values() for value in life)


def test_memory_stays_bounded(tickets: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    """With more entities than may wait at once, delays shrink instead of the heap growing."""
    monkeypatch.setattr(life_cycle, "OPEN_LIMIT", 50)
    heaps: list[int] = []
    push = heapq.heappush

    def noted(heap: list[Any], row: Any) -> None:
        push(heap, row)
        heaps.append(len(heap))

    monkeypatch.setattr(heapq, "heappush", noted)
    assert tickets.life_cycle
    made = life_cycle.changes(tickets.life_cycle, Random(1), 20_000, 0, 7 * 86_400_000_000, lambda *_: None)
    assert sum(1 for _ in made) == 20_000
    assert max(heaps) < 150


def test_money_has_its_cents(tickets: Contract, start: datetime) -> None:
    """A decimal is written with all its digits and never as a binary float."""
    amounts = [value["amount"] for value in values(tickets, 300, 1, start) if value.get("amount") is not None]
    assert amounts
    assert all(isinstance(amount, Decimal) and amount.as_tuple().exponent == -2 for amount in amounts)
    assert b'"amount":12.50' in encode({"amount": Decimal("12.50")})


def test_envelope(tickets: Contract, logs: Contract, start: datetime) -> None:
    """The key is a string's text or an integer's digits; headers are those of the contract."""
    event, line = (next(events(contract, count=1, seed=1, start=start)) for contract in (tickets, logs))
    assert isinstance(event.value, dict)
    assert isinstance(line.value, dict)
    assert event.key == event.value["ticket_id"].encode()
    assert event.headers == [
        ("contract", b"client_tickets"),
        ("contract_version", tickets.version.encode()),
        ("event_id", event.value["event_id"].encode()),
        ("producer", UNNAMED.encode()),
    ]
    assert (line.key, line.headers) == (str(line.value["line"]).encode(), [])


def test_every_clause_can_be_broken(contract: Contract, start: datetime) -> None:
    """Each breakable clause of the value is reported by the open check for each event it was broken in."""
    breaker, check, rng = Breaker(contract), compile_check(contract, closed=False), Random(5)
    made = list(events(contract, count=15, seed=3, start=start))
    for clause in breaker.clauses:
        for event in made:
            broken = breaker.break_clause(clause, event, rng)
            assert broken is not None, clause.id
            found = {finding.clause for finding in check(encode(broken.value))}
            if clause.path.startswith("@"):
                assert not found
                assert (broken.key, broken.headers) != (event.key, event.headers)
            else:
                assert clause.id in found, clause.id


def test_no_clause_is_left_out(contract: Contract) -> None:
    """Every clause of both contracts can be broken: an empty row of the breakers' tables would show here."""
    assert set(breakable(contract)) == set(contract.all_clauses())


def test_breaking_leaves_the_event_alone(tickets: Contract, start: datetime) -> None:
    """The event that is broken is copied, and one clause alone is broken where that can be."""
    event = next(events(tickets, count=1, seed=3, start=start))
    clause = tickets.field("attachments[].size_bytes").clause("maximum")
    assert clause
    before = encode(event.value)
    broken = break_clause(tickets, clause, event, Random(1))
    assert broken is not None
    assert encode(event.value) == before
    assert [found.clause for found in compile_check(tickets)(encode(broken.value))] == [clause.id]


def test_mix_is_exact(contract: Contract, start: datetime) -> None:
    """Exactly N are sent, in order, with the shares asked for; what is not invalid a closed writer may send."""
    counts = plan(contract, 1000, Shares(Decimal("0.1"), Decimal("0.05"), Decimal("0.02")))
    made = list(mixed(contract, 1000, 3, start, counts))
    assert Counter(row.kind for row in made) == {"valid": 850, "invalid": 100, "duplicate": 50}
    assert [row.sent_at for row in made] == sorted(row.sent_at for row in made)
    assert made[-1].sent_at < start + span_of(contract)
    check, closed = compile_check(contract, closed=False), compile_check(contract)
    for row in made:
        findings = {found.clause for found in check(row.value)}
        if row.kind != "invalid":
            assert not closed(row.value)
        elif row.clause and "/@" not in row.clause:
            assert row.clause in findings
    late = [row for row in made if row.late]
    assert len(late) == 20
    assert {row.clause for row in made if row.kind == "invalid"} == {clause.id for clause in breakable(contract)}


def test_late_events_are_late(tickets: Contract, start: datetime) -> None:
    """A late event's record timestamp is beyond what the contract calls in time, any other's is not."""
    made = list(mixed(tickets, 500, 1, start, plan(tickets, 500, Shares(Decimal(0), Decimal("0.1"), Decimal("0.1")))))
    assert tickets.late_after
    for row in made:
        happened = datetime.fromisoformat(_member(row.value, "occurred_at"))
        if row.kind == "valid":
            assert (row.sent_at - happened > tickets.late_after) == row.late


def test_duplicates_follow_their_twin(tickets: Contract, start: datetime) -> None:
    """A duplicate has the value, key and headers of an earlier valid event, sometimes with members in another order."""
    made = list(mixed(tickets, 500, 1, start, plan(tickets, 500, Shares(Decimal("0.1"), Decimal("0.1"), Decimal(0)))))
    seen: dict[str, Any] = {}
    same = []
    for row in made:
        if row.kind == "duplicate":
            twin = seen[_member(row.value, "event_id")]
            assert (json.loads(row.value), row.key, row.headers) == (json.loads(twin.value), twin.key, twin.headers)
            same.append(row.value == twin.value)
        elif row.kind == "valid":
            seen[_member(row.value, "event_id")] = row
    assert set(same) == {True, False}


def test_shares_that_do_not_fit(tickets: Contract, start: datetime) -> None:
    """More duplicates than valid events, or lateness that no contract defines, are refused before the start."""
    with pytest.raises(ProducerError, match="too few"):
        plan(tickets, 10, Shares(Decimal("0.5"), Decimal("0.4"), Decimal(0)))
    with pytest.raises(ProducerError, match="late"):
        plan(replace(tickets, late_after=None), 10, Shares(Decimal(0), Decimal(0), Decimal("0.1")))


def _member(value: bytes, name: str) -> str:
    return str(json.loads(value)[name])


def test_a_field_nobody_can_make_is_named(tickets: Contract, start: datetime) -> None:
    """A pattern beyond the subset and without examples is an error with the field's name and a remedy."""

    def changed() -> Iterator[Any]:
        for field in tickets.fields:
            if field.name == "language":
                odd = tuple(replace(c, argument="^(xx|$de)$") if c.rule == "pattern" else c for c in field.clauses)
                yield replace(field, clauses=odd, examples=())
            else:
                yield field

    with pytest.raises(ProducerError, match=r"'language'.*can't be generated"):
        next(events(replace(tickets, fields=tuple(changed())), count=1, seed=1, start=start))
