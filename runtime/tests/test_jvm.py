"""The real thing: Kafka and Spark as Java processes, with everything between them."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import broker, kafka
from runtime.broker import record as records
from runtime.engine import Engine
from runtime.errors import MachineError
from runtime.spark import close_session, open_session
from runtime.wait import until
from runtime.workspace import Workspace

pytestmark = pytest.mark.jvm
DEADLINE_S = 30.0


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace for the whole module; its broker is stopped at the end, whatever happened."""
    space = Workspace.open(tmp_path_factory.mktemp("space"))
    yield space
    broker.down(space)


def produce(bootstrap: str, topic: str, *values: bytes) -> None:
    """Send values and wait until the broker has them."""
    from confluent_kafka import Producer

    producer = Producer(kafka.client_config(bootstrap))
    for value in values:
        producer.produce(topic, value, key=b"k")
    assert producer.flush(DEADLINE_S) == 0


def first_value(bootstrap: str, topic: str) -> bytes:
    """The first record's value, read through a consumer group."""
    from confluent_kafka import Consumer

    settings = {"group.id": "test", "auto.offset.reset": "earliest", "enable.auto.commit": "false"}
    consumer = Consumer({**kafka.client_config(bootstrap), **settings})
    try:
        consumer.subscribe([topic])
        message = until(lambda: consumer.poll(1.0), DEADLINE_S)
        assert message is not None
        value = message.value()
        assert isinstance(value, bytes)
        return value
    finally:
        consumer.close()


def test_events_survive_restart_and_kill(space: Workspace) -> None:
    """What was produced is there after a stop and after kill -9, at the same address."""
    with broker.connect("embedded", space) as first:
        kafka.ensure_topic(first.bootstrap, "kept", 3, {"retention.ms": "-1"})
        produce(first.bootstrap, "kept", b"one")
        assert first_value(first.bootstrap, "kept") == b"one"
    with broker.connect("embedded", space) as second:
        record = records.read(space.broker)
        assert record is not None
        assert record.pid is not None
        os.kill(record.pid, signal.SIGKILL)
        assert until(lambda: not broker.alive(record), DEADLINE_S)
        with broker.connect("embedded", space) as third:
            marks = kafka.watermarks(third.bootstrap, "kept")
            assert sorted(marks.values()) == [(0, 0), (0, 0), (0, 1)]
    assert first == second == third


def test_a_topic_is_never_altered(space: Workspace) -> None:
    """Asking again changes nothing; other partitions, a bad setting and a missing topic are named."""
    with broker.connect("embedded", space) as found:
        kafka.ensure_topic(found.bootstrap, "fixed", 2, {})
        kafka.ensure_topic(found.bootstrap, "fixed", 2, {})
        with pytest.raises(MachineError, match="has 2 partitions, the contract wants 4"):
            kafka.ensure_topic(found.bootstrap, "fixed", 4, {})
        with pytest.raises(MachineError, match="can't be created"):
            kafka.ensure_topic(found.bootstrap, "bad", 1, {"retention.ms": "soon"})
        with pytest.raises(MachineError, match="topic nowhere does not exist"):
            kafka.watermarks(found.bootstrap, "nowhere")
        assert set(kafka.admin(found.bootstrap).list_topics(timeout=DEADLINE_S).topics) <= {
            "fixed",
            "kept",
            "__consumer_offsets",
        }


def test_spark_reads_the_topic_and_writes_delta(space: Workspace, tmp_path: Path) -> None:
    """One session has the Kafka source, Delta, UTC and Python workers; Ctrl-C keeps its handler."""
    handler = signal.getsignal(signal.SIGINT)
    with broker.connect("embedded", space) as found:
        kafka.ensure_topic(found.bootstrap, "to_spark", 2, {})
        produce(found.bootstrap, "to_spark", b"a", b"b")
        spark = open_session("test", scratch=tmp_path / "scratch", on=Engine("local[2]", None, {}))
        try:
            assert signal.getsignal(signal.SIGINT) is handler
            assert spark.conf.get("spark.sql.session.timeZone") == "UTC"
            source = spark.read.format("kafka").options(**kafka.spark_options(found.bootstrap))
            rows = source.option("subscribe", "to_spark").load().selectExpr("CAST(value AS STRING) AS value")
            upper = rows.mapInArrow(lambda batches: batches, "value string")
            upper.write.format("delta").save(str(tmp_path / "table"))
            table = spark.read.format("delta").load(str(tmp_path / "table"))
            assert sorted(row.value for row in table.collect()) == ["a", "b"]
            java = spark.sparkContext._gateway.proc.pid
            assert os.getpgid(java) == java
        finally:
            close_session(spark)
    assert (tmp_path / "scratch" / "spark.log").exists()
