"""One record sent to a topic and read back: whether a broker lets this client do both, now."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runtime import kafka
from runtime.errors import MachineError

DEADLINE_S = 30.0
Pairs = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Sent:
    """One record as it is sent, and as it should come back."""

    key: bytes
    value: bytes
    headers: Pairs


def publish(bootstrap: str, topic: str, record: Sent) -> tuple[int, int]:
    """Send the record as the producer does, acknowledged by all copies; its partition and offset.

    MachineError with the broker's words where it is not acknowledged in time.
    """
    from confluent_kafka import KafkaException, Producer

    answers: list[tuple[Any, Any]] = []
    complaints: list[Any] = []
    own = {"enable.idempotence": True, "acks": "all", "message.timeout.ms": int(DEADLINE_S * 1000)}
    unasked = {"allow.auto.create.topics": False, "error_cb": complaints.append}
    producer = Producer({**kafka.client_config(bootstrap), **own, **unasked})
    try:
        producer.produce(
            topic,
            record.value,
            record.key,
            headers=list(record.headers),
            on_delivery=lambda error, message: answers.append((error, message)),
        )
        producer.flush(DEADLINE_S)
    except KafkaException as error:
        raise refused(f"sent to {topic}", error.args[0]) from error
    if not answers:
        raise refused(f"acknowledged in {topic}", complaints[-1] if complaints else None)
    failure, message = answers[0]
    if failure is not None:
        raise refused(f"acknowledged in {topic}", failure)
    return message.partition(), message.offset()


def consume(bootstrap: str, topic: str, place: tuple[int, int]) -> Sent:
    """The record at a place, read by a consumer of a group of ours; MachineError where it can't be had in time."""
    from confluent_kafka import Consumer, KafkaError, TopicPartition

    own = {"group.id": kafka.group("check"), "enable.auto.commit": False, "auto.offset.reset": "error"}
    consumer = Consumer({**kafka.client_config(bootstrap), **own, "allow.auto.create.topics": False})
    partition, offset = place
    try:
        consumer.assign([TopicPartition(topic, partition, offset)])
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            message = consumer.poll(0.2)
            if message is None:
                continue
            error = message.error()
            if error is None:
                return Sent(message.key(), message.value(), message.headers() or [])
            if error.code() not in (KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN):
                raise refused(f"read from {topic}", error)
    finally:
        consumer.close()
    raise refused(f"read from {topic}", None)


def remove(bootstrap: str, topic: str) -> None:
    """Remove a topic of ours."""
    from confluent_kafka import KafkaException

    client = kafka.admin(bootstrap)
    try:
        client.delete_topics([topic], request_timeout=kafka.REQUEST_S)[topic].result()
    except KafkaException as error:
        raise refused(f"removed with {topic}", error.args[0]) from error


def refused(what: str, error: Any) -> MachineError:
    """What was not possible, in the broker's words where it had any."""
    why = f"{error.name()}: {error.str()}" if error is not None else f"nothing came within {DEADLINE_S:.0f} s"
    return MachineError(
        f"the event could not be {what}: {why}",
        f"Look at the rights of the user in {kafka.VARIABLE} (`tickets contracts show --as acl` lists them).",
    )
