"""Lines made in blocks: the same bytes for the same seed, valid, in lives and in order, whatever the contract."""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contracts.compiler.load import load
from contracts.compiler.model import Contract
from producer import life_cycle
from producer.blocks import fragments, timeline
from producer.blocks.entropy import Entropy
from producer.blocks.lines import LINES, chunks, lines
from producer.errors import ProducerError
from producer.payloads import events
from producer.schema.check import Check

Compiled = Callable[..., Contract]
START = datetime(2026, 1, 5, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
TICKETS = ROOT / "contracts" / "client_tickets" / "v1.odcs.yaml"
MANY = 20_000


@pytest.fixture(scope="module")
def made() -> list[bytes]:
    """Many lines of client_tickets, made once."""
    return list(lines(load(TICKETS), count=MANY, seed=7, start=START))


def test_every_line_is_valid(tickets: Contract, made: list[bytes]) -> None:
    """Each of 20,000 lines is one JSON document that keeps every clause, as a closed writer must."""
    check = Check(tickets, closed=True)
    assert len(made) == MANY
    assert not [found for line in made for found in check(line)]


def test_ids_differ(made: list[bytes]) -> None:
    """No event id occurs twice, and each is a version 4 UUID."""
    ids = {json.loads(line)["event_id"] for line in made}
    assert len(ids) == MANY
    assert {id_[14] for id_ in ids} == {"4"}
    assert {id_[19] for id_ in ids} == set("89ab")


def test_lives_make_sense(tickets: Contract, made: list[bytes]) -> None:
    """Lines are in the order of time; each ticket starts where it may, moves along the transitions, keeps what is
    constant, and has fields of some states in these alone.
    """
    cycle = tickets.life_cycle
    assert cycle
    lives: dict[str, list[dict[str, Any]]] = defaultdict(list)
    values = [json.loads(line) for line in made]
    times = [value["occurred_at"] for value in values]
    assert times == sorted(times)
    assert "2026-01-05T00:00" <= times[0] < "2026-01-11T00" < times[-1] < "2026-01-12"
    for value in values:
        lives[value[cycle.key]].append(value)
    for life in lives.values():
        states = [value[cycle.state] for value in life]
        assert states[0] in cycle.start
        assert all(after in cycle.transitions[before] for before, after in pairwise(states))
        assert len({repr({name: value.get(name) for name in cycle.constant}) for value in life}) == 1
        assert all(value[cycle.state] in only for value in life for name, only in cycle.only.items() if name in value)


def test_lines_are_distributed_as_events(tickets: Contract, made: list[bytes]) -> None:
    """Lives are as long as those of `events`, and values as often there, null or absent."""
    others: list[Any] = [event.value for event in events(tickets, count=MANY, seed=7, start=START)]
    values = [json.loads(line) for line in made]

    def shares(rows: list[Any], name: str) -> dict[str, float]:
        kinds = Counter("absent" if name not in row else "null" if row[name] is None else "there" for row in rows)
        return {kind: count / MANY for kind, count in kinds.items()}

    for name in ("client_email", "satisfaction", "amount", "due_on", "tags"):
        assert shares(values, name) == pytest.approx(shares(others, name), abs=0.03)
    lives = [len({row["ticket_id"] for row in rows}) for rows in (values, others)]
    assert lives[0] == pytest.approx(lives[1], rel=0.03)


def test_boundaries_are_met(made: list[bytes]) -> None:
    """Bounds that the contract writes, exact lengths and sizes, and empty arrays are among the lines."""
    values = [json.loads(line) for line in made]

    def seen(name: str) -> list[Any]:
        return [value[name] for value in values if value.get(name) is not None]

    assert {1, 5} <= set(seen("satisfaction"))
    assert 0 in seen("amount")
    assert {0, 10} <= {len(tags) for tags in seen("tags")}
    assert {0, 20} <= {len(files) for files in seen("attachments")}
    assert {1, 2000} <= {len(text) for text in seen("request")}
    assert {0, 26_214_400} <= {file["size_bytes"] for files in seen("attachments") for file in files}
    assert len({value["client_id"] for value in values}) > 4000


def test_seed_and_start_define_the_bytes(contract: Contract) -> None:
    """The same seed and start give the same bytes, another of either gives other lines altogether."""
    one, again, other_seed = (list(lines(contract, count=3000, seed=seed, start=START)) for seed in (3, 3, 4))
    other_start = list(lines(contract, count=3000, seed=3, start=START + timedelta(days=1)))
    assert one == again
    assert len({*one, *other_seed, *other_start}) == 9000


def test_bytes_stay_the_same(tickets: Contract) -> None:
    """The random bits behind the lines are the same on every machine and with every numpy."""
    assert Entropy("a name").raw(2).tolist() == [9903774710206284206, 13762100851086154502]
    line = next(lines(tickets, count=1, seed=1, start=START))
    assert list(json.loads(line))[:4] == ["event_id", "occurred_at", "ticket_id", "client_id"]


@pytest.mark.parametrize("count", [0, 1, 2, 17, 5000, LINES + 1])
@pytest.mark.parametrize("span", [timedelta(days=7), timedelta(seconds=1), timedelta(microseconds=3)])
def test_counts_are_exact(contract: Contract, count: int, span: timedelta) -> None:
    """As many lines as asked for, however short the span, all of them within it."""
    assert contract.event_time
    made = [json.loads(line) for line in lines(contract, count=count, seed=2, start=START, span=span)]
    assert len(made) == count
    times = [datetime.fromisoformat(value[contract.event_time]) for value in made]
    assert times == sorted(times)
    assert all(START <= time < START + span for time in times)


def test_chunks_are_the_lines(contract: Contract) -> None:
    """Chunks hold the same lines, each with its line break, at most LINES of them."""
    made = list(chunks(contract, count=10_000, seed=5, start=START))
    assert b"".join(made) == b"".join(line + b"\n" for line in lines(contract, count=10_000, seed=5, start=START))
    assert max(chunk.count(b"\n") for chunk in made) <= LINES


def test_memory_stays_bounded(tickets: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    """With more entities than may wait at once, delays shrink instead of the changes that wait growing."""
    monkeypatch.setattr(life_cycle, "OPEN_LIMIT", 50)
    monkeypatch.setattr(timeline, "BLOCK", 20)
    waiting: list[int] = []
    put = timeline.Changes.with_more

    def noted(self: timeline.Changes, other: timeline.Changes) -> timeline.Changes:
        made = put(self, other)
        waiting.append(len(made))
        return made

    monkeypatch.setattr(timeline.Changes, "with_more", noted)
    assert sum(1 for _ in lines(tickets, count=20_000, seed=1, start=START)) == 20_000
    assert max(waiting) < 600


def test_pools_are_renewed() -> None:
    """A pool is filled as the run goes on and then renewed, so that new values come for ever."""
    numbers = iter(range(10**9))
    pool = fragments.Pool(lambda: b"%d" % next(numbers), 16, Entropy("x"))
    rows = fragments.Rows(0, np.zeros(1000, np.int64))
    blocks = [set(pool(rows)) for _ in range(200)]
    assert blocks[0] <= {b"%d" % number for number in range(16)}
    assert all(int(max(block, key=int)) > 4096 for block in blocks[-5:])
    assert not blocks[0] & blocks[-1]


PROPERTIES = (
    {"name": "n", "logicalType": "integer", "primaryKey": True, "required": True},
    {"name": 'odd "name"', "logicalType": "string", "required": True, "logicalTypeOptions": {"pattern": "^[a-c]{4}$"}},
    {"name": "quoted", "logicalType": "string", "required": True, "logicalTypeOptions": {"pattern": '^["\\\\]{3}$'}},
    {
        "name": "less",
        "logicalType": "string",
        "required": True,
        "logicalTypeOptions": {"pattern": "^[ab]{2}$"},
        "quality": [{"metric": "missingValues", "mustBe": 0, "arguments": {"missingValues": ["aa"]}}],
    },
    {"name": "at", "logicalType": "timestamp", "required": True},
    {"name": "day", "logicalType": "date"},
    {"name": "local", "logicalType": "timestamp", "logicalTypeOptions": {"timezone": False}},
    {"name": "clock", "logicalType": "time"},
    {
        "name": "parts",
        "logicalType": "object",
        "properties": [{"name": "seen", "logicalType": "timestamp"}, {"name": "on", "logicalType": "date"}],
    },
    {
        "name": "labels",
        "logicalType": "map",
        "map": {"key": {"logicalType": "string"}, "value": {"logicalType": "date"}},
    },
)


def test_any_contract_has_lines(compiled: Compiled) -> None:
    """Contracts with any types, with and without event time, key or required fields, have valid lines."""
    for properties, more in (
        (PROPERTIES, {"customProperties": [{"property": "eventTime", "value": "at"}]}),
        (PROPERTIES, {}),
        (PROPERTIES[5:], {}),
        (PROPERTIES[1:2], {}),
    ):
        contract = compiled(*properties, **more)
        check = Check(contract, closed=True)
        made = list(lines(contract, count=1500, seed=1, start=START))
        assert len(made) == 1500
        assert not [found for line in made for found in check(line)]


def test_times_follow_their_event(compiled: Compiled) -> None:
    """A time within an object is near its own event, as in `events`, though it is drawn in blocks."""
    contract = compiled(*PROPERTIES, customProperties=[{"property": "eventTime", "value": "at"}])
    for line in lines(contract, count=3000, seed=1, start=START):
        value = json.loads(line)
        at = datetime.fromisoformat(value["at"])
        parts = value.get("parts") or {}
        if parts.get("seen"):
            assert timedelta(0) <= at - datetime.fromisoformat(parts["seen"]) <= timedelta(hours=1)
        if parts.get("on"):
            assert 0 <= (datetime.fromisoformat(parts["on"]).date() - at.date()).days < 10


def test_a_life_without_table(compiled: Compiled) -> None:
    """Lives whose keys are numbers, of a contract without event time, are lines too."""
    cycle = {"key": "n", "state": "state", "start": ["on"], "transitions": {"on": ["off"], "off": ["on"]}}
    contract = compiled(
        {"name": "n", "logicalType": "integer", "required": True},
        {"name": "state", "logicalType": "string", "required": True, "enum": [{"value": "on"}, {"value": "off"}]},
        {"name": "level", "logicalType": "integer"},
        customProperties=[{"property": "lifeCycle", "value": cycle}],
    )
    lives: dict[int, list[str]] = defaultdict(list)
    for line in lines(contract, count=2000, seed=1, start=START):
        value = json.loads(line)
        lives[value["n"]].append(value["state"])
    assert all(life == (["on", "off"] * len(life))[: len(life)] for life in lives.values())


def test_errors_come_before_the_first_line(compiled: Compiled) -> None:
    """What can't be made is named at once; keys that run out are named when they do."""
    odd = {"name": "odd", "logicalType": "integer", "logicalTypeOptions": {"minimum": 2, "maximum": 1}}
    with pytest.raises(ProducerError, match="'odd'"):
        next(lines(compiled(odd), count=10, seed=1, start=START))
    cycle = {"key": "n", "state": "s", "start": ["a"], "transitions": {"a": []}}
    contract = compiled(
        {"name": "n", "logicalType": "string", "required": True, "logicalTypeOptions": {"pattern": "^T[0-9]{2}$"}},
        {"name": "s", "logicalType": "string", "required": True, "enum": [{"value": "a"}]},
        customProperties=[{"property": "lifeCycle", "value": cycle}],
    )
    with pytest.raises(ProducerError, match="'n' has only 100 different values"):
        list(lines(contract, count=200, seed=1, start=START))


def test_the_benchmark_runs() -> None:
    """The benchmark measures every way, and says how much faster lines are than each."""
    command = [sys.executable, str(ROOT / "benchmarks" / "payloads.py")]
    done = subprocess.run(
        [*command, "--events", "300", "--rounds", "2", "--json"], capture_output=True, check=True, timeout=120
    )
    found = json.loads(done.stdout)
    assert found["ways"]["lines"]["lines_are_faster"] == 1
    assert all(way["best_per_cpu_s"] >= way["median_per_cpu_s"] > 0 for way in found["ways"].values())
