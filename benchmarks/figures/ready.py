"""Payloads that are ready, sent as fast as confluent-kafka can: `python -m benchmarks.figures.ready`.

Arguments: BOOTSTRAP TOPIC EVENTS SEED METHOD. METHOD `produce` sends each with key and headers, as the product's
records have them; `produce_batch` hands over lists of 10,000 values with keys, and can't send headers. Settings are the
product's (idempotent, acks=all, lz4). It makes the payloads, prints `ready`, waits for a line, sends, and prints
{"events", "seconds"}: from the first call to the last acknowledgement. It fails if one is not acknowledged.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import Producer

from contracts.compiler.catalogue import HOME, Catalogue
from producer.blocks.lines import lines
from producer.event import Headers, sealer
from producer.send import Route, settings
from runtime import kafka

START = datetime(2026, 1, 5, tzinfo=UTC)
MANY = 10_000  # messages of one call, and between two looks at the callbacks
MAX_BYTES = 1_000_000
DEADLINE_S = 120.0
Ready = list[tuple[bytes, bytes, Headers]]


def made(events: int, seed: int) -> Ready:
    """Value, key and headers of so many valid v1 events."""
    contract = Catalogue(HOME).get("client_tickets.v1")
    seal = sealer(contract)
    payloads = lines(contract, count=events, seed=seed, start=START)
    return [(payload, *seal(json.loads(payload))) for payload in payloads]


def produce(producer: Any, topic: str, ready: Ready) -> None:
    """One call a record."""
    for number, (value, key, headers) in enumerate(ready):
        while True:
            try:
                producer.produce(topic, value, key, headers=headers)
                break
            except BufferError:
                producer.poll(0.05)
        if number % MANY == 0:
            producer.poll(0)


def produce_batch(producer: Any, topic: str, ready: Ready) -> None:
    """One call for MANY records."""
    messages = [{"value": value, "key": key} for value, key, _ in ready]
    for at in range(0, len(messages), MANY):
        left = messages[at : at + MANY]
        while left:
            producer.produce_batch(topic, left)
            left = [one for one in left if one.get("_error") is not None]
            for one in left:
                del one["_error"]
            producer.poll(0.05 if left else 0)


METHODS: Mapping[str, Callable[[Any, str, Ready], None]] = {"produce": produce, "produce_batch": produce_batch}


def main(bootstrap: str, topic: str, events: int, seed: int, method: str) -> None:
    """Make, wait, send, print."""
    ready = made(events, seed)
    failed: list[str] = []
    route = Route(kafka.client_config(bootstrap), topic, MAX_BYTES, MAX_BYTES, DEADLINE_S)
    told = {"delivery.report.only.error": True, "on_delivery": lambda error, _: failed.append(str(error))}
    producer = Producer({**route.client, **settings(route), **told})
    producer.list_topics(topic, DEADLINE_S)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    METHODS[method](producer, topic, ready)
    left = producer.flush(DEADLINE_S)
    seconds = time.perf_counter() - began
    if left or failed:
        raise SystemExit(f"{left} records were not sent in time, {len(failed)} failed: {failed[:1]}")
    print(json.dumps({"events": events, "seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
