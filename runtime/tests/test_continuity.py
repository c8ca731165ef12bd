"""A topic that is still the one that was read is told from one that lost records or was made anew."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from runtime import kafka
from runtime.broker import Broker, connect
from runtime.continuity import BrokenError, Continuity
from runtime.wait import until
from runtime.workspace import Workspace

pytestmark = [pytest.mark.jvm, pytest.mark.timeout(300)]
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """An embedded broker for the module."""
    with connect("embedded", Workspace.open(tmp_path_factory.mktemp("data"))) as made:
        yield made


def fill(broker: Broker, topic: str, records: int, began: datetime = BEGAN) -> None:
    """Send records, a second apart, to the topic's one partition."""
    from confluent_kafka import Producer

    kafka.ensure_topic(broker.bootstrap, topic, 1, {})
    producer = Producer(kafka.client_config(broker.bootstrap))
    for number in range(records):
        producer.produce(topic, b"x", timestamp=int(at(number, began).timestamp() * 1000))
    assert producer.flush(60) == 0


def at(number: int, began: datetime = BEGAN) -> datetime:
    """When a record was sent."""
    return began + timedelta(seconds=number)


def cut(broker: Broker, topic: str, before: int) -> None:
    """Remove the records before an offset, as retention does."""
    from confluent_kafka import TopicPartition

    client, place = kafka.admin(broker.bootstrap), TopicPartition(topic, 0, before)
    client.delete_records([place])[place].result(30)


def renew(broker: Broker, topic: str, records: int) -> None:
    """Delete a topic and make it anew, with records of another day."""
    client = kafka.admin(broker.bootstrap)
    client.delete_topics([topic])[topic].result()
    assert until(lambda: kafka.partition_count(client, topic) == 0, 30)
    fill(broker, topic, records, BEGAN + timedelta(days=1))


def test_a_topic_that_grew(broker: Broker) -> None:
    """Nothing is wrong, however often it is asked; nor where nothing was read yet."""
    fill(broker, "grew", 10)
    with closing(Continuity(broker.bootstrap, "grew")) as asked:
        assert asked.check({}) == {}
        assert asked.check({0: (4, at(4))}) == {}
        fill(broker, "grew", 5)
        assert asked.check({0: (9, at(9))}) == {}


def test_records_that_were_removed(broker: Broker) -> None:
    """Those not read yet are named, and passed over only where that was asked for; those read are not missed."""
    fill(broker, "cut", 10)
    cut(broker, "cut", 7)
    with closing(Continuity(broker.bootstrap, "cut")) as asked:
        assert asked.check({0: (6, at(6))}) == {}
        with pytest.raises(BrokenError, match="partition 0 offsets 3 to 6"):
            asked.check({0: (2, at(2))})
    with closing(Continuity(broker.bootstrap, "cut", accept_loss=True)) as asked:
        assert asked.check({0: (2, at(2))}) == {0: (3, 6)}


def test_a_topic_made_anew(broker: Broker) -> None:
    """It is told by its end while it is short, and by the record at the last offset once it has grown past that."""
    fill(broker, "anew", 10)
    renew(broker, "anew", 4)
    with closing(Continuity(broker.bootstrap, "anew", accept_loss=True)) as asked:
        with pytest.raises(BrokenError, match="ends at offset 3, and was read up to 9"):
            asked.check({0: (9, at(9))})
        fill(broker, "anew", 20, BEGAN + timedelta(days=2))
        with pytest.raises(BrokenError, match="another record at offset 9"):
            asked.check({0: (9, at(9))})


def test_a_record_that_was_compacted(broker: Broker) -> None:
    """Where the last offset holds a transaction's marker, there is nothing to compare, and that is no fault."""
    from confluent_kafka import Producer

    fill(broker, "marked", 1)
    producer = Producer({**kafka.client_config(broker.bootstrap), "transactional.id": "t"})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce("marked", b"y")
    producer.commit_transaction(30)
    assert until(lambda: kafka.watermarks(broker.bootstrap, "marked") == {0: (0, 3)}, 30)  # the marker comes later
    with closing(Continuity(broker.bootstrap, "marked")) as asked:
        assert asked.check({0: (2, at(2))}) == {}
