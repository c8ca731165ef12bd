"""How much CPU an event costs to decode, with the kernel and without it.

    .venv/bin/python benchmarks/decode.py [--events N] [--rounds N] [--json]

Valid client_tickets events with their keys and headers, in one Arrow batch as a Spark task has it, to the batch of
ledger rows; one process without threads. The ways take turns within each round, so that a machine that slows down
slows both. Microseconds of this process's CPU time (`time.process_time`) an event.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

import pyarrow as pa

from contracts.compiler.catalogue import HOME, Catalogue
from processing.kernel import Kernel
from processing.ledger import _decode_batch
from processing.versions import VersionedDecoder, Versions
from producer.blocks.lines import lines
from producer.event import sealer

CONTRACT = Catalogue(HOME).get("client_tickets.v1")
VERSIONS, KEY = Versions(CONTRACT, ()), b"a-key-of-a-benchmark-hides-nothing"
START = datetime(2026, 1, 5, tzinfo=UTC)


def records(count: int) -> pa.RecordBatch:
    """Valid events as the Kafka source hands them to a task."""
    payloads = list(lines(CONTRACT, count=count, seed=1, start=START))
    seal = sealer(CONTRACT)
    sealed = [seal(json.loads(payload)) for payload in payloads]
    headers = [[{"key": name, "value": content} for name, content in sent] for _, sent in sealed]
    return pa.RecordBatch.from_pydict(
        {
            "partition": pa.array([0] * count, pa.int32()),
            "offset": pa.array(range(count), pa.int64()),
            "received_at": pa.array([START] * count, pa.timestamp("us", tz="UTC")),
            "key": pa.array([key for key, _ in sealed], pa.binary()),
            "value": pa.array(payloads, pa.binary()),
            "headers": pa.array(headers, pa.list_(pa.struct([("key", pa.string()), ("value", pa.binary())]))),
        }
    )


def ways(batch: pa.RecordBatch) -> dict[str, Callable[[], pa.RecordBatch]]:
    """Each way by name. SystemExit where the kernel is not built."""
    decoder, kernel = VersionedDecoder(VERSIONS, KEY), Kernel(VERSIONS, KEY)
    if kernel.reason is not None:
        raise SystemExit(kernel.reason)
    return {
        "with the kernel": lambda: _decode_batch(batch, decoder, CONTRACT, kernel),
        "in Python": lambda: _decode_batch(batch, decoder, CONTRACT),
    }


def run(count: int, rounds: int) -> dict[str, Any]:
    """Every way in each round; what they make must be the same."""
    batch = records(count)
    made = [way() for way in ways(batch).values()]  # the first calls warm up
    if not made[0].equals(made[1]):
        raise SystemExit("the two ways make different rows")
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, way in ways(batch).items():
            begun = time.process_time()
            way()
            found.setdefault(name, []).append((time.process_time() - begun) / count * 1e6)
    return {
        "contract": CONTRACT.key,
        "events": count,
        "bytes_per_event": round(sum(map(len, batch.column("value").to_pylist())) / count),
        "accepted": made[0].column("outcome").to_pylist().count("accepted"),
        "rounds": rounds,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "cpu_us_per_event": {
            name: {"best": round(min(us), 2), "median": round(median(us), 2)} for name, us in found.items()
        },
    }


def told(done: dict[str, Any]) -> str:
    """The result as aligned lines."""
    head = f"{done['contract']}: {done['events']:,} events of {done['bytes_per_event']} bytes, {done['rounds']} rounds"
    out = [f"{head}, Python {done['python']}, {done['cores']} cores, load {done['load']:.1f}"]
    out.append(f"{'microseconds of CPU an event':<30}{'best':>8}{'median':>8}")
    rows = done["cpu_us_per_event"].items()
    return "\n".join([*out, *(f"{name:<30}{row['best']:>8.2f}{row['median']:>8.2f}" for name, row in rows)])


def main() -> None:
    """Measure, and print text or JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=20_000, help="events in the batch")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    chosen = parser.parse_args()
    done = run(chosen.events, chosen.rounds)
    print(json.dumps(done, indent=2) if chosen.json else told(done))


if __name__ == "__main__":
    main()
