"""Traffic in blocks: what is drawn, what broken values are used again, and key and headers cut from lines."""

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from contracts.compiler.model import Contract
from producer.blocks.lines import LINES, blocks, lines
from producer.blocks.spread import Spread
from producer.broken.breakers import Breaker
from producer.broken.reuse import KNOWN, Reuser
from producer.event import Event, encode, line_sealer, sealer
from producer.payloads import events
from producer.plan import Shares, plan
from producer.traffic import traffic


@pytest.mark.parametrize(("hits", "total"), [(0, 10), (1, 10), (3, 10), (10, 10), (333, 1000), (0, 0)])
def test_places_are_exactly_as_many(hits: int, total: int) -> None:
    """However the places go by, each is drawn at most once."""
    for step in (1, 3, max(total, 1)):
        spread, found = Spread(hits, total, Random(1)), list[int]()
        for first in range(0, total, step):
            found += [first + place for place in spread.among(min(step, total - first))]
        assert len(set(found)) == len(found) == hits
        assert found == sorted(found)


def test_each_place_is_drawn_as_often() -> None:
    """Over many seeds no place is favoured."""
    drawn = Counter(place for seed in range(4000) for place in Spread(2, 10, Random(seed)).among(10))
    assert set(drawn) == set(range(10))
    assert max(drawn.values()) < 1.3 * min(drawn.values())


def test_what_was_judged_once_breaks_the_same_again(contract: Contract, start: datetime) -> None:
    """A wrong value that is put into another event breaks the clause there too, and nothing else than it did; there
    are several of each clause.
    """
    breaker = Breaker(contract)
    reuser, rng, broken = Reuser(breaker), Random(3), dict[str, list[Event]]()
    fields = [clause for clause in breaker.clauses if breaker.member_of(clause)]
    made = events(contract, count=3 * KNOWN * len(fields), seed=1, start=start)
    for number, event in enumerate(made):
        clause = fields[number % len(fields)]
        if found := reuser.break_clause(clause, event, rng):
            broken.setdefault(clause.id, []).append(found)
    for id_, rows in broken.items():
        judged, again = rows[:KNOWN], rows[KNOWN:]
        first = {breaker.labels(encode(row.value)) for row in judged}
        assert {breaker.labels(encode(row.value)) for row in again} <= first, id_
        assert all(id_ in labels for labels in first)
        assert len({row.value for row in rows}) > len(rows) / 2
    assert sum(map(len, broken.values())) > 2 * KNOWN * len(fields)


def test_seed_and_start_define_all_traffic(contract: Contract, start: datetime) -> None:
    """The same seed gives the same bytes, what is broken, repeated and late too; another seed gives others."""
    count = LINES + 500
    counts = plan(contract, count, Shares(Decimal("0.05"), Decimal("0.05"), Decimal("0.05")))

    def made(seed: int) -> list[Any]:
        return [block[:3] for block in traffic(contract, count, seed, start, counts)]

    assert made(1) == made(1)
    assert not {value for block in made(1) for value in block[0]} >= {value for block in made(2) for value in block[0]}


def test_only_what_is_bad_is_looked_at(tickets: Contract, start: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three bad events in a hundred, the others are never read again."""
    looked, read = [0], json.loads

    def counted(line: bytes) -> Any:
        looked[0] += 1
        return read(line, parse_float=Decimal)

    counts = plan(tickets, 5000, Shares(Decimal("0.01"), Decimal("0.01"), Decimal("0.01")))
    monkeypatch.setattr("producer.traffic._value", counted)
    assert sum(len(block.values) for block in traffic(tickets, 5000, 1, start, counts)) == 5000
    assert counts.invalid < looked[0] <= counts.invalid + counts.duplicates


def test_key_and_headers_of_lines(contract: Contract, start: datetime) -> None:
    """Cut out of a line, or read from it, they are those of its value."""
    seal = sealer(contract, "me")
    for block in blocks(contract, count=300, seed=2, start=start):
        for line in block.lines():
            wanted = seal(json.loads(line, parse_float=Decimal))
            assert line_sealer(contract, "me", block.places)(line) == wanted
            assert line_sealer(contract, "me")(line) == wanted


def test_places_of_fields_in_lines(tickets: Contract, start: datetime) -> None:
    """The usual contract needs no reading: all that its records take from values has its place."""
    (block,) = blocks(tickets, count=50, seed=2, start=start)
    assert {"event_id", "ticket_id", "occurred_at"} <= block.places.keys()
    for line in block.lines():
        value = json.loads(line)
        assert all(line[place].decode() == value[name] for name, place in block.places.items())
    assert b"".join(line + b"\n" for line in block.lines()) == block.text()
    assert block.lines() == list(lines(tickets, count=50, seed=2, start=start))


def test_headers_of_numbers_and_of_what_is_absent(tickets: Contract) -> None:
    """A number is written as JSON has it, 7.0 as 7; an absent or null field is no header."""
    envelope = tickets.envelope
    assert envelope
    headers = tuple(replace(envelope.headers[0], name=name, source=name) for name in ("a", "b", "c"))
    odd = replace(tickets, envelope=replace(envelope, key="k", headers=headers))
    assert line_sealer(odd)(b'{"k":"\\u00e9","a":7.0,"b":null,"z":[1,{"a":2}]}') == ("é".encode(), [("a", b"7")])


def test_blocks_go_on_where_the_last_one_ended(
    tickets: Contract, start: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long an event takes from its change to its send, timestamps never go back, between blocks either."""
    monkeypatch.setattr("producer.traffic.LAG_US", (0, 3_600_000_000))
    count = 3 * LINES
    made = traffic(tickets, count, 1, start, plan(tickets, count, Shares(Decimal(0), Decimal(0), Decimal("0.01"))))
    times = [sent_us for block in made for sent_us in block.sent_us]
    assert len(times) == count
    assert times == sorted(times)
