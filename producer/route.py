"""Where records go, to the settings of librdkafka that make their delivery exact and fast."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

QUEUED = 100_000
BATCH_BYTES = 1_000_000
# How long a topic may be missing before it counts as gone, at most, and as a share of the longest silence. librdkafka
# may wait so long three times before the last record fails: it begins anew when its note of the broker's answer has
# expired (its state goes from "exists" to "unknown"), and for records that come when it has given the topic up.
PROPAGATION_S = 30.0
PROPAGATION_SHARE = 1 / 5


@dataclass(frozen=True, slots=True)
class Route:
    """Where records go: `client` are librdkafka's settings to reach the broker, `timeout_s` how long it may be silent.

    `max_bytes` is the contract's; `batch_bytes` what the topic takes at once now, which may be less: a batch above it
    is refused whole, the small records in it too.
    """

    client: Mapping[str, str]
    topic: str
    max_bytes: int
    batch_bytes: int
    timeout_s: float


def settings(route: Route) -> dict[str, Any]:
    """What makes delivery exact (idempotence, acks, one partitioner for all clients), then what makes it fast.

    No record times out by its own age: `Sender` ends a run by the broker's silence.
    """
    return {
        "enable.idempotence": True,
        "acks": "all",
        "partitioner": "murmur2_random",
        "message.max.bytes": route.max_bytes,
        "message.timeout.ms": 0,
        "reconnect.backoff.max.ms": 1000,
        "allow.auto.create.topics": False,  # a topic that was deleted must not come back with the broker's defaults
        "topic.metadata.propagation.max.ms": int(min(PROPAGATION_S, route.timeout_s * PROPAGATION_SHARE) * 1000),
        "compression.type": "lz4",
        "batch.size": min(BATCH_BYTES, route.batch_bytes),
        "linger.ms": 20,
        "queue.buffering.max.messages": QUEUED,
    }
