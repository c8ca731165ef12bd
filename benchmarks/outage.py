"""Does the capacity model say how long the job takes to catch up after its broker was away?

    .venv/bin/python benchmarks/outage.py [--share N] [--outage S] [--batch N] [--write] [--json]

The product's own processes on one machine: an embedded broker, a producer, the job in small batches. First the job
reads what is in the topic already: its rate in full batches is its capacity (the first four warm up). Then a producer
sends events at a steady rate, a share of that capacity. The broker is killed by its process id and is back `--outage`
seconds later, or when at least three batches wait; the producer holds events back meanwhile. Predicted by
architecture.capacity: events that wait once the job reads again (rate x time without reading), and how long until none
does. Seen: the topic's end and the job's log. Needs Java; takes two to ten minutes.
One long file, since a benchmark here runs by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from architecture.capacity import backlog, drain_h
from contracts.compiler.catalogue import HOME, Catalogue
from runtime import kafka

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "results" / "outage.json"
COMMAND = Path(sys.executable).parent / "tickets"
CONTRACT = "client_tickets"
DEADLINE_S = 400.0
LOOK_S = 0.2  # between two looks at a condition
PLANNED_S = 3.0  # a batch's extent is decided some time before it is begun
WARM = 4  # batches of a job that has just started are slower
FULL = 0.98  # of the most records of a batch: Spark shares them out among partitions and rounds down
STEADY = 3  # batches of the stream, before the broker is killed
BEFORE = 12  # batches in the topic before the job starts
WAITING = 3  # batches that wait at least, before the broker comes back
OUTCOMES = ("accepted", "rejected", "duplicate", "conflict", "tombstone")


@dataclass(frozen=True)
class Batch:
    """A committed batch: seconds (since the epoch) when it was begun and when it was committed, and its records."""

    begun: float
    committed: float
    records: int


@dataclass
class Job:
    """A running `tickets process`, seen through its log; started again if it ends, as a supervisor would do."""

    arguments: list[str]
    environment: dict[str, str]
    log: Path
    starts: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """One more run, which appends to the same log."""
        self.starts += 1
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [COMMAND, *self.arguments], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def keep_up(self) -> None:
        """Start it anew where it has ended."""
        if self.process is not None and self.process.poll() is not None:
            self.start()

    def batches(self) -> list[Batch]:
        """Those committed so far that had records."""
        made, begun = [], 0.0
        for line in self.log.read_bytes().splitlines():
            told = _parsed(line)
            if told.get("event") == "batch begun":
                begun = _seconds(told)
            elif told.get("event") == "batch committed":
                made.append(Batch(begun, _seconds(told), sum(told.get(name, 0) for name in OUTCOMES)))
        return made

    def stop(self) -> None:
        """SIGTERM, and the end of the batch under way."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(DEADLINE_S)


@dataclass
class Watch:
    """When the topic's end was where: (seconds, records), as often as anybody looks."""

    bootstrap: str
    topic: str
    seen: list[tuple[float, int]] = field(default_factory=list)

    def look(self) -> int:
        """Records in the topic now."""
        marks = kafka.watermarks(self.bootstrap, self.topic)
        self.seen.append((time.time(), sum(high - low for low, high in marks.values())))
        return self.seen[-1][1]

    def at(self, moment: float) -> float:
        """Records at a moment between two looks, in a straight line."""
        before = max((each for each in self.seen if each[0] <= moment), default=self.seen[0])
        after = min((each for each in self.seen if each[0] > moment), default=self.seen[-1])
        if after[0] <= before[0]:
            return before[1]
        return before[1] + (after[1] - before[1]) * (moment - before[0]) / (after[0] - before[0])


@dataclass(frozen=True)
class Plan:
    """What is asked for: events as a share of the job's capacity, seconds without a broker, records of a batch."""

    share: float
    outage_s: float
    batch: int

    def full(self, batch: Batch) -> bool:
        """Whether a batch left something unread, for want of room."""
        return batch.records >= FULL * self.batch


def run(plan: Plan, folder: Path) -> dict[str, Any]:
    """One outage, and what was predicted and seen."""
    environment = {**os.environ, "TICKETS_DATA": str(folder / "data"), "TICKETS_BROKER": "embedded"}
    broker = _up(environment)
    address = {**environment, "TICKETS_BROKER": broker["bootstrap"]}
    envelope = Catalogue(HOME).get(CONTRACT).envelope
    watch = Watch(broker["bootstrap"], envelope.topic if envelope else CONTRACT)
    reading = ["process", CONTRACT, "--every", "1s", "--max-events", str(plan.batch), "--log-format", "json"]
    job = Job(reading, address, folder / "job.log")
    before = ["produce", CONTRACT, "--events", str(BEFORE * plan.batch)]
    try:
        subprocess.run([COMMAND, *before], env=address, check=True, capture_output=True)
        job.start()
        capacity = _calibrated(plan, job)
        rate = plan.share * capacity
        with _producing(rate, address, folder / "producer.log"):
            return _outage(plan, job, watch, environment, (capacity, rate), broker["pid"])
    finally:
        job.stop()
        subprocess.run([COMMAND, "broker", "down"], env=environment, check=False, capture_output=True)


def _calibrated(plan: Plan, job: Job) -> float:
    """Events a second of full batches, from the beginning of the first warm one to that of the one after the last."""

    def read() -> bool:
        return sum(each.records for each in job.batches()) >= BEFORE * plan.batch

    _until(read, "the job has read what was there before")
    batches = job.batches()
    full = [number for number, each in enumerate(batches) if plan.full(each) and number >= WARM]
    first, last = full[0], full[-1]
    end = batches[last + 1].begun if last + 1 < len(batches) else batches[last].committed
    return sum(each.records for each in batches[first : last + 1]) / (end - batches[first].begun)


def _outage(
    plan: Plan, job: Job, watch: Watch, environment: dict[str, str], rates: tuple[float, float], pid: int
) -> dict[str, Any]:
    steady = len(job.batches()) + STEADY

    def going() -> bool:
        watch.look()
        return len(job.batches()) >= steady and not plan.full(job.batches()[-1])

    _until(going, "the job reads as events come in")
    os.kill(pid, signal.SIGKILL)
    killed = time.time()
    time.sleep(max(plan.outage_s, WAITING * plan.batch / rates[1]))  # the outage itself
    _up(environment)
    back = time.time()

    came = Came(watch.at(killed), killed, rates[1])

    def caught_up() -> bool:
        job.keep_up()
        watch.look()
        return _level(job.batches(), came, back) is not None

    _until(caught_up, "the job has caught up")
    return _compared(plan, job, watch, came, (killed, back), rates[0])


@dataclass(frozen=True)
class Came:
    """Events that have come in by a moment, the producer's queue included: as many as the topic had, and the rate."""

    records: float
    moment: float
    rate: float

    def by(self, moment: float) -> float:
        """Events, at a moment after that."""
        return self.records + self.rate * (moment - self.moment)


def _level(batches: list[Batch], came: Came, back: float) -> Batch | None:
    """The first batch since the broker came back that read all there was but for what came while it was planned."""
    read = 0
    for batch in batches:
        read += batch.records
        if batch.begun > back and read >= came.by(batch.begun) - PLANNED_S * came.rate:
            return batch
    return None


def _compared(
    plan: Plan, job: Job, watch: Watch, came: Came, outage: tuple[float, float], capacity: float
) -> dict[str, Any]:
    killed, back = outage
    batches = job.batches()
    before = [each for each in batches if each.begun < back]
    since = [each for each in batches if each.begun > back]
    level = _level(batches, came, back)
    if level is None:
        raise SystemExit("The job has not caught up.")
    begun = since[0].begun
    without_s = begun - before[-1].begun  # what came in after that batch was begun, it has not read
    arrived = watch.seen[-1][1] - came.rate * (watch.seen[-1][0] - begun)  # held back ones are in the topic by now
    seen = arrived - sum(each.records for each in before)
    predicted = backlog(came.rate, without_s / 3_600)
    seen_s, predicted_s = level.begun - begun, drain_h(predicted, capacity, came.rate) * 3_600
    return {
        "asked": {"share": plan.share, "outage_s": plan.outage_s, "batch": plan.batch},
        "rate_per_s": round(came.rate, 1),
        "capacity_per_s": round(capacity, 1),
        "outage": {
            "broker_away_s": round(back - killed, 1),
            "not_reading_s": round(without_s, 1),
            "job_started_again": job.starts - 1,
        },
        "backlog": {"predicted": round(predicted), "seen": round(seen), "ratio": round(seen / predicted, 3)},
        "catch_up_s": {
            "predicted": round(predicted_s, 1),
            "seen": round(seen_s, 1),
            "ratio": round(seen_s / predicted_s, 3),
        },
        "batches": {"before": len(before), "catching_up": sum(each.begun < level.begun for each in since)},
        "machine": {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)},
    }


@contextmanager
def _producing(rate: float, environment: dict[str, str], log: Path) -> Iterator[None]:
    """A producer at a steady rate for longer than all of this takes; what it cannot send it holds back."""
    events = int(rate * 4 * DEADLINE_S)
    arguments = ["produce", CONTRACT, "--events", str(events), "--seed", "2", "--rate", str(rate), "--timeout", "900"]
    with log.open("ab") as file:
        process = subprocess.Popen([COMMAND, *arguments], env=environment, stdout=file, stderr=file)
    try:
        yield
    finally:
        process.kill()  # it would wait for its broker first
        process.wait(DEADLINE_S)


def _up(environment: dict[str, str]) -> dict[str, Any]:
    """Start the workspace's broker, on last time's port, and say where it is."""
    subprocess.run([COMMAND, "broker", "up"], env=environment, check=True, capture_output=True)
    asked = [str(COMMAND), "broker", "status", "--json"]
    found: dict[str, Any] = json.loads(subprocess.run(asked, env=environment, check=True, capture_output=True).stdout)
    return found


def _until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"Not within {DEADLINE_S:.0f} s: {what}.")
        time.sleep(LOOK_S)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(told: dict[str, Any]) -> float:
    return datetime.fromisoformat(told["ts"]).timestamp()


def told(result: dict[str, Any]) -> str:
    """The result as text."""
    away, waiting, taken = result["outage"], result["backlog"], result["catch_up_s"]
    return "\n".join(
        (
            f"{result['rate_per_s']:g} events a second; the job takes {result['capacity_per_s']:,.0f} "
            f"in batches of {result['asked']['batch']:,}",
            f"broker away {away['broker_away_s']} s, nothing read for {away['not_reading_s']} s, "
            f"job started again {away['job_started_again']} times",
            f"{'':<22}{'predicted':>10}{'seen':>10}{'ratio':>8}",
            f"{'events that wait':<22}{waiting['predicted']:>10,}{waiting['seen']:>10,}{waiting['ratio']:>8.2f}",
            f"{'seconds to catch up':<22}{taken['predicted']:>10.1f}{taken['seen']:>10.1f}{taken['ratio']:>8.2f}",
        )
    )


def main() -> None:
    """Arguments to a result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=0.4, help="events as a share of the job's capacity (0.4)")
    parser.add_argument("--outage", type=float, default=30, help="seconds without a broker (30)")
    parser.add_argument("--batch", type=int, default=2_000, help="records in one batch at most (2,000)")
    parser.add_argument("--write", action="store_true", help=f"also write {RESULT.relative_to(ROOT)}")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outage-", ignore_cleanup_errors=True) as folder:
        result = run(Plan(given.share, given.outage, given.batch), Path(folder))
    if given.write:
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result, indent=2) if given.json else told(result))


if __name__ == "__main__":
    main()
