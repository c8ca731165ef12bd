"""How many valid payloads of client_tickets one process makes in a second, beside what people write by hand.

    .venv/bin/python benchmarks/payloads.py [--events N] [--rounds N] [--json]

The ways take turns within each round, so that a machine that slows down slows all of them. Rates are per second of
this process's CPU time (wall time beside it). What each way does is said in benchmarks/README.md.
"""

import argparse
import json
import os
import platform
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from contracts.compiler.load import load
from producer.blocks.lines import chunks, lines
from producer.event import encode
from producer.payloads import values

CONTRACT = load(Path(__file__).resolve().parents[1] / "contracts" / "client_tickets" / "v1.odcs.yaml")
START = datetime(2026, 1, 5, tzinfo=UTC)
REQUESTS = CONTRACT.field("request").examples
NAMES = ("ada", "alan", "amina", "chen", "elena", "grace", "ines", "jonas")


def by_hand(rng: Random) -> dict[str, Any]:
    """One event as one would write it with `random` alone: right in form, and a ticket of its own each time."""
    state = rng.choice(("opened", "assigned", "resolved", "reopened", "closed"))
    moment = START + timedelta(seconds=rng.random() * 604_800)
    event: dict[str, Any] = {
        "event_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "event_type": state,
        "ticket_id": f"TCK-{rng.randrange(10**8):08d}",
        "client_id": f"CLI-{rng.randrange(10**6):06d}",
        "occurred_at": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "request": rng.choice(REQUESTS),
        "request_type": rng.choice(("billing", "technical", "delivery", "contract", "complaint", "information")),
        "priority": rng.choice(("low", "normal", "high", "urgent")),
        "channel": rng.choice(("email", "phone", "web", "chat", "branch")),
        "client_email": f"{rng.choice(NAMES)}.{rng.randrange(10_000)}@example.com",
        "language": rng.choice(("fr", "en", "de", "fr-FR", "en-GB")),
        "due_on": (moment + timedelta(days=rng.randrange(10))).date().isoformat(),
        "tags": rng.sample(("vip", "refund", "second-contact", "legal"), rng.randrange(4)),
        "attachments": [
            {
                "name": rng.choice(("invoice.pdf", "screenshot.png")),
                "media_type": rng.choice(("application/pdf", "image/png")),
                "size_bytes": rng.randrange(26_214_401),
            }
            for _ in range(rng.randrange(4))
        ],
    }
    if state == "closed":
        event["satisfaction"] = rng.randint(1, 5)
    if state in ("resolved", "closed"):
        event["amount"] = round(rng.uniform(0, 1000), 2)
    return event


def ways(count: int, ready: list[dict[str, Any]]) -> dict[str, Callable[[int], Iterable[bytes]]]:
    """Each way by name: a function of the round's number that makes `count` events as bytes."""

    def asked(seed: int) -> dict[str, Any]:
        return {"count": count, "seed": seed, "start": START}

    def written_by_hand(seed: int) -> Iterable[bytes]:
        rng = Random(seed)  # noqa: S311 - payloads are reproducible by seed, not secret
        return (json.dumps(by_hand(rng)).encode() for _ in range(count))

    return {
        "lines": lambda seed: lines(CONTRACT, **asked(seed)),
        "chunks": lambda seed: chunks(CONTRACT, **asked(seed)),
        "general": lambda seed: map(encode, values(CONTRACT, **asked(seed))),
        "msgspec of ready dicts": lambda _: map(encode, ready),
        "json.dumps of ready dicts": lambda _: (json.dumps(event).encode() for event in ready),
        "random and json.dumps": written_by_hand,
    }


def measured(make: Callable[[int], Iterable[bytes]], seed: int) -> tuple[float, float, int]:
    """Seconds of CPU and of the clock until all is made, and how many bytes that is."""
    cpu, clock = time.process_time(), time.perf_counter()
    size = sum(map(len, make(seed)))
    return time.process_time() - cpu, time.perf_counter() - clock, size


def run(count: int, rounds: int) -> dict[str, Any]:
    """Every way in each round; rates in events per second, ratios of `lines` to each other way within a round."""
    ready = [json.loads(line) for line in lines(CONTRACT, count=count, seed=0, start=START)]
    rows: dict[str, list[tuple[float, float, int]]] = {}
    for number in range(rounds):
        for name, make in ways(count, ready).items():
            rows.setdefault(name, []).append(measured(make, number + 1))
    own = [cpu for cpu, _, _ in rows["lines"]]
    return {
        "contract": CONTRACT.key,
        "events": count,
        "rounds": rounds,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "ways": {name: _summary(count, found, own) for name, found in rows.items()},
    }


def _summary(count: int, found: list[tuple[float, float, int]], own: list[float]) -> dict[str, Any]:
    rates = [count / cpu for cpu, _, _ in found]
    return {
        "best_per_cpu_s": round(max(rates)),
        "median_per_cpu_s": round(median(rates)),
        "median_per_wall_s": round(median(count / clock for _, clock, _ in found)),
        "bytes_per_event": round(found[0][2] / count),
        "lines_are_faster": round(median(cpu / mine for (cpu, _, _), mine in zip(found, own, strict=True)), 2),
    }


def told(done: dict[str, Any]) -> str:
    """The result as aligned lines."""
    head = f"{done['contract']}: {done['events']:,} events a round, {done['rounds']} rounds, Python {done['python']}"
    out = [f"{head}, {done['cores']} cores", f"{'':<28}{'best/s':>10}{'median/s':>10}{'wall/s':>10}{'lines are':>11}"]
    for name, row in done["ways"].items():
        rates = (row["best_per_cpu_s"], row["median_per_cpu_s"], row["median_per_wall_s"])
        out.append(f"{name:<28}" + "".join(f"{rate:>10,}" for rate in rates) + f"{row['lines_are_faster']:>10}x")
    return "\n".join(out)


def main() -> None:
    """Measure, and print text or JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000, help="events a way makes in each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    chosen = parser.parse_args()
    done = run(chosen.events, chosen.rounds)
    print(json.dumps(done, indent=2) if chosen.json else told(done))


if __name__ == "__main__":
    main()
