"""Two ways onto the topic: the product's producer, and a plain client that checks nothing; both leave receipts.

A receipt is a line {"id", "partition", "offset"}: what a producer was told by the broker, and may rely on.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from features.faults.traffic import Sending

TOPIC = "client_tickets"
FLUSH_DEADLINE_S = 120.0
QUEUE_DEADLINE_S = 60.0
QUIET = {"log_level": "0", "log.connection.close": "false"}
EXACT = {"enable.idempotence": True, "acks": "all", "partitioner": "murmur2_random", "compression.type": "none"}


def send(bootstrap: str, sendings: Iterable[Sending], receipts: Path) -> Counter[str]:
    """Send all, in order, and wait; how many of each label the broker took. What it refuses has no receipt.

    Giants go through a producer of their own: a refusal ends the order that the other one keeps.
    """
    taken: Counter[str] = Counter()
    with receipts.open("a", encoding="utf-8") as file:
        ordinary, giants = (_producer(bootstrap, more) for more in (EXACT, {"partitioner": "murmur2_random"}))
        for sending in sendings:
            producer = giants if sending.label == "giant" else ordinary
            _put(producer, sending, _delivered(sending, file, taken))
        left = [producer.flush(FLUSH_DEADLINE_S) for producer in (ordinary, giants)]
    assert left == [0, 0], f"{left} records are neither acknowledged nor refused"
    return taken


def _producer(bootstrap: str, more: dict[str, Any]) -> Any:
    from confluent_kafka import Producer

    sizes = {"message.max.bytes": 4_000_000, "queue.buffering.max.kbytes": 1 << 20}
    return Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, **QUIET, **sizes, **more})


def _delivered(sending: Sending, file: Any, taken: Counter[str]) -> Callable[[Any, Any], None]:
    def done(error: Any, message: Any) -> None:
        if error is None:
            taken[sending.label] += 1
            line = {"id": sending.id, "partition": message.partition(), "offset": message.offset()}
            file.write(json.dumps(line) + "\n")

    return done


def _put(producer: Any, sending: Sending, done: Callable[[Any, Any], None]) -> None:
    """Hand one record over, waiting while the queue is full."""
    stamp = {} if sending.at is None else {"timestamp": int(sending.at.timestamp() * 1000)}
    end = time.monotonic() + QUEUE_DEADLINE_S
    while True:
        try:
            producer.produce(
                TOPIC, sending.value, sending.key, headers=list(sending.headers), on_delivery=done, **stamp
            )
            producer.poll(0)
            return
        except BufferError:
            assert time.monotonic() < end, "the broker takes nothing"
            producer.poll(0.1)


def read_receipts(folder: Path) -> Iterable[dict[str, Any]]:
    """Every whole line of every file of receipts; the last line of a producer that was killed may be torn."""
    for path in sorted(folder.glob("*.jsonl")):
        text = path.read_text("utf-8")
        whole = text[: text.rfind("\n") + 1]
        yield from ({**json.loads(line), "file": path.name} for line in whole.splitlines())
