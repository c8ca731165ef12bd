"""Traffic through a session to a broker (librdkafka's mock cluster): what arrives, what is counted, what is kept."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from contracts.compiler.model import Contract
from producer.event import Record, line_sealer, milliseconds
from producer.mix import Sending, mixed
from producer.outbox import Outbox, record_of
from producer.pace import Pace
from producer.plan import Plan, Shares, plan
from producer.receipts import Receipts
from producer.run import TOGETHER, Control, Sent, send_all
from producer.send import Route, Sender
from producer.traffic import traffic

TOPIC = "arrivals"
COUNT = 9000  # more than a block
DEADLINE_S = 30.0
BAD = Shares(Decimal("0.02"), Decimal("0.02"), Decimal("0.02"))
CLEAN = Shares(Decimal(0), Decimal(0), Decimal(0))


@pytest.fixture
def bootstrap() -> Iterator[str]:
    """A mock broker with the topic, alive as long as the client that holds it."""
    keeper = Producer({"bootstrap.servers": "none", "test.mock.num.brokers": 1, "log_level": 0})
    keeper.list_topics(TOPIC, DEADLINE_S)
    (broker,) = keeper.list_topics(timeout=DEADLINE_S).brokers.values()
    yield f"{broker.host}:{broker.port}"


def sender(bootstrap: str, folder: Path, **more: Any) -> tuple[Sender, Outbox]:
    """A session of its own, with an outbox."""
    outbox = Outbox(folder / "outbox.jsonl", TOPIC, lambda _: None)
    client = {"bootstrap.servers": bootstrap, "log_level": "0"}
    limit = more.pop("max_bytes", 1_000_000)
    return Sender(Route(client, TOPIC, limit, limit, more.pop("timeout_s", DEADLINE_S)), outbox, **more), outbox


def steered(stop_after: int | None = None, rate: float | None = None) -> Control:
    """Without end, or until so many records are handed over."""
    handed = [0]

    def advance(many: int) -> None:
        handed[0] += many

    return Control(Pace(rate, 0.0), lambda: stop_after is not None and handed[0] >= stop_after, advance)


def arrived(bootstrap: str, many: int) -> list[Record]:
    """So many records as the broker has them, and no more."""
    settings = {"bootstrap.servers": bootstrap, "group.id": "g", "log_level": 0, "enable.partition.eof": False}
    consumer = Consumer(settings)
    partitions = consumer.list_topics(TOPIC, DEADLINE_S).topics[TOPIC].partitions
    consumer.assign([TopicPartition(TOPIC, number, 0) for number in partitions])
    ends = [consumer.get_watermark_offsets(TopicPartition(TOPIC, number), DEADLINE_S)[1] for number in partitions]
    assert sum(ends) == many
    messages = consumer.consume(many, DEADLINE_S)
    assert len(messages) == many
    consumer.close()
    return [Record(m.value(), m.key(), m.headers() or [], m.timestamp()[1]) for m in messages]


def wanted(sendings: list[Sending]) -> list[Record]:
    """The records that sendings are."""
    return [Record(one.value, one.key, one.headers, milliseconds(one.sent_at)) for one in sendings]


def by_key(records: list[Record]) -> dict[bytes | None, list[Record]]:
    """The records of each key, in their order."""
    found: dict[bytes | None, list[Record]] = {}
    for record in records:
        found.setdefault(record.key, []).append(record)
    return found


def counted(contract: Contract, shares: Shares) -> Plan:
    """How many of COUNT are what."""
    return plan(contract, COUNT, shares)


@pytest.mark.parametrize("shares", [CLEAN, BAD], ids=["clean", "bad"])
def test_traffic_arrives_as_it_is_made(
    contract: Contract, start: datetime, bootstrap: str, tmp_path: Path, shares: Shares
) -> None:
    """Value, key, headers and time of each record, and the order of each key's records; all counted by kind."""
    counts = counted(contract, shares)
    session, outbox = sender(bootstrap, tmp_path)
    sent = send_all(traffic(contract, COUNT, 5, start, counts, "me"), session, steered())
    done = session.finish()
    assert (done.sent, done.acknowledged, done.failed, outbox.used) == (COUNT, COUNT, 0, False)
    assert by_key(arrived(bootstrap, COUNT)) == by_key(wanted(list(mixed(contract, COUNT, 5, start, counts, "me"))))
    assert sent.whole
    kinds = {"valid": counts.valid, "invalid": counts.invalid, "duplicate": counts.duplicates}
    assert (+sent.kinds, sent.late) == ({kind: many for kind, many in kinds.items() if many}, counts.late)
    assert sum(sent.by_clause.values()) == counts.invalid


def test_a_stop_counts_what_was_handed_over(tickets: Contract, start: datetime, bootstrap: str, tmp_path: Path) -> None:
    """In the middle of a block too: these are acknowledged, and no others are sent."""
    counts = counted(tickets, BAD)
    session, _ = sender(bootstrap, tmp_path)
    sent = send_all(traffic(tickets, COUNT, 5, start, counts), session, steered(stop_after=1000))
    done = session.finish()
    assert done.sent == done.acknowledged == 1000
    first = list(mixed(tickets, COUNT, 5, start, counts))[:1000]
    assert not sent.whole
    assert +sent.kinds == {kind: sum(one.kind == kind for one in first) for kind in {one.kind for one in first}}
    assert sent.late == sum(one.late for one in first)
    assert sum(sent.by_clause.values()) == sent.kinds["invalid"]


def test_a_pace_goes_record_by_record(tickets: Contract, start: datetime, bootstrap: str, tmp_path: Path) -> None:
    """With a rate, a stop is seen after each record."""
    session, _ = sender(bootstrap, tmp_path)
    blocks = traffic(tickets, COUNT, 5, start, counted(tickets, CLEAN))
    send_all(blocks, session, steered(stop_after=7, rate=1e6))
    assert session.finish().acknowledged == 7


def test_acknowledgements_one_by_one(tickets: Contract, start: datetime, bootstrap: str, tmp_path: Path) -> None:
    """With receipts each record has its line, with id and place."""
    receipts = Receipts(tmp_path / "receipts.jsonl", lambda value: str(json.loads(value)["event_id"]))
    session, _ = sender(bootstrap, tmp_path, receipts=receipts)
    send_all(traffic(tickets, COUNT, 5, start, counted(tickets, CLEAN)), session, steered())
    assert session.finish().acknowledged == COUNT
    rows = [json.loads(line) for line in (tmp_path / "receipts.jsonl").read_bytes().splitlines()]
    ids = [dict(one.headers)["event_id"].decode() for one in mixed(tickets, COUNT, 5, start, counted(tickets, CLEAN))]
    assert sorted(row["id"] for row in rows) == sorted(ids)
    assert len({(row["partition"], row["offset"]) for row in rows}) == COUNT


def test_one_record_is_told_of_its_own_acknowledgement(bootstrap: str, tmp_path: Path) -> None:
    """In a session that hears of each."""
    heard: list[int] = []
    session, _ = sender(bootstrap, tmp_path, each=True)
    for number in range(3):
        session.send(Record(b"{}", b"k", [], 1), lambda number=number: heard.append(number))  # type: ignore[misc]
    session.finish()
    assert sorted(heard) == [0, 1, 2]


@pytest.mark.parametrize("shares", [CLEAN, BAD], ids=["clean", "bad"])
def test_what_nobody_acknowledges_is_kept_as_it_was(
    contract: Contract, start: datetime, tmp_path: Path, shares: Shares
) -> None:
    """Without a broker, each record that was handed over stands in the outbox: bytes, key, headers and time."""
    counts = counted(contract, shares)
    session, outbox = sender("127.0.0.1:1", tmp_path, timeout_s=600.0)
    send_all(traffic(contract, COUNT, 5, start, counts), session, steered(stop_after=5 * TOGETHER))
    done = session.abandon()
    assert (done.sent, done.acknowledged, done.failed) == (5 * TOGETHER, 0, 5 * TOGETHER)
    kept = [record_of(line)[1] for line in outbox.path.read_bytes().splitlines()]
    first = wanted(list(mixed(contract, COUNT, 5, start, counts))[: 5 * TOGETHER])
    assert sorted(kept, key=repr) == sorted(first, key=repr)


def test_what_the_client_refuses_is_kept_and_the_rest_arrives(
    tickets: Contract, start: datetime, bootstrap: str, tmp_path: Path
) -> None:
    """Records larger than allowed fail one by one, whatever stands beside them."""
    session, outbox = sender(bootstrap, tmp_path, max_bytes=1000)
    seal = line_sealer(tickets)
    values = [one.value for one in mixed(tickets, 100, 5, start, plan(tickets, 100, CLEAN))]
    large = json.dumps({**json.loads(values[50]), "request": "x" * 2000}).encode()
    rows: list[Any] = [(value, 1, None) for value in [*values[:50], large, *values[51:]]]
    assert session.send_many(rows, seal) == 100
    done = session.finish()
    assert (done.sent, done.acknowledged, done.failed) == (100, 99, 1)
    assert record_of(outbox.path.read_bytes())[1].value == large


def test_a_silent_broker_ends_a_block(tickets: Contract, start: datetime, tmp_path: Path) -> None:
    """Where the queue is full and nobody takes anything, the run ends within the time-out, and says what it handed
    over.
    """
    session, outbox = sender("127.0.0.1:1", tmp_path, timeout_s=1.0)
    real, took = session._producer, [0]

    class Full:
        def produce(self, *words: Any, **named: Any) -> None:
            if took[0] == 300:
                raise BufferError
            took[0] += 1
            real.produce(*words, **named)

        def __len__(self) -> int:
            return len(real)

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    session._producer = Full()
    sent: Sent = send_all(traffic(tickets, COUNT, 5, start, counted(tickets, CLEAN)), session, steered())
    done = session.finish()
    assert (sent.whole, sent.kinds["valid"]) == (False, 301)
    assert (done.sent, done.failed) == (301, 301)
    assert len(outbox.path.read_bytes().splitlines()) == 301
