"""Does the capacity model say how long the job takes to catch up after its broker was away?

    .venv/bin/python benchmarks/outage.py [--rate N] [--outage S] [--lead S] [--batch N] [--write] [--json]

The product's own processes on one machine: an embedded broker, a producer at a steady rate, the job. First the job is
left off while events come in, then started: what it reads of that in full batches is its capacity (the first two warm
up). Later the broker is killed by its process id, comes back after `--outage` seconds, and the producer, which has held
events back meanwhile, goes on. Predicted by architecture.capacity: events that wait once the job reads again (rate x
time without reading), and how long until none waits. Seen: the topic's end and the job's log. Needs Java.
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
from runtime.errors import MachineError

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "results" / "outage.json"
COMMAND = Path(sys.executable).parent / "tickets"
CONTRACT = "client_tickets"
DEADLINE_S = 240.0
LOOK_S = 0.2  # between two looks at a condition
WARM = 2  # batches of a job that has just started are slower
FULL = 0.98  # of the most records of a batch: Spark shares them out among partitions and rounds down
STEADY = 3  # batches that are not full, before the broker is killed
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
    """What is asked for: events a second, seconds without a broker, seconds before the job starts, records a batch."""

    rate: float
    outage_s: float
    lead_s: float
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
    with _producing(plan, address, folder / "producer.log"):
        _until(
            lambda: _topic_is_there(watch) and watch.look() >= plan.rate * plan.lead_s, "events before the job starts"
        )
        job.start()
        try:
            return _outage(plan, job, watch, environment, broker["pid"])
        finally:
            job.stop()
            subprocess.run([COMMAND, "broker", "down"], env=environment, check=False, capture_output=True)


def _outage(plan: Plan, job: Job, watch: Watch, environment: dict[str, str], pid: int) -> dict[str, Any]:
    def steady() -> bool:
        watch.look()
        batches = job.batches()
        return len(batches) > WARM and not any(plan.full(each) for each in batches[-STEADY:])

    _until(steady, "the job has read all there was")
    first = job.batches()
    capacity = _capacity(first, plan)
    os.kill(pid, signal.SIGKILL)
    killed = time.time()
    time.sleep(plan.outage_s)  # the outage itself
    _up(environment)
    back = time.time()

    def caught_up() -> bool:
        job.keep_up()
        watch.look()
        since = [each for each in job.batches() if each.begun > back]
        return any(map(plan.full, since)) and not plan.full(since[-1])

    _until(caught_up, "the job has caught up")
    return _compared(plan, job, watch, capacity, (killed, back))


def _compared(plan: Plan, job: Job, watch: Watch, capacity: float, outage: tuple[float, float]) -> dict[str, Any]:
    killed, back = outage
    batches = job.batches()
    read = [each for each in batches if each.committed <= killed]
    since = [each for each in batches if each.begun > back]
    begun = since[0].begun
    whole = next(each for each in since if not plan.full(each) and each.begun > begun)  # read all there was
    without_h = (begun - read[-1].begun) / 3_600  # what came after that batch was begun, it has not read
    done = sum(each.records for each in batches if each.begun < begun)
    waiting, predicted = watch.at(begun) - done, backlog(plan.rate, without_h)
    seen_s, predicted_s = whole.begun - begun, drain_h(predicted, capacity, plan.rate) * 3_600
    return {
        "asked": {"rate_per_s": plan.rate, "outage_s": plan.outage_s, "batch": plan.batch},
        "capacity_per_s": round(capacity, 1),
        "outage": {
            "broker_away_s": round(back - killed, 1),
            "not_reading_s": round(without_h * 3_600, 1),
            "job_started_again": job.starts - 1,
        },
        "backlog": {"predicted": round(predicted), "seen": round(waiting), "ratio": round(waiting / predicted, 3)},
        "catch_up_s": {
            "predicted": round(predicted_s, 1),
            "seen": round(seen_s, 1),
            "ratio": round(seen_s / predicted_s, 3),
        },
        "batches": {"before": len(read), "catching_up": sum(each.begun < whole.begun for each in since)},
        "machine": {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)},
    }


def _capacity(batches: list[Batch], plan: Plan) -> float:
    """Events a second of the full batches, from the beginning of the first to that of the one after the last."""
    reading = [number for number, each in enumerate(batches) if plan.full(each) and number >= WARM]
    if len(reading) < 2:
        counts = ", ".join(str(each.records) for each in batches)
        raise SystemExit(f"Too few full batches ({counts}): give a longer --lead or a smaller --batch.")
    first, last = reading[0], reading[-1]
    records = sum(each.records for each in batches[first : last + 1])
    end = batches[last + 1].begun if last + 1 < len(batches) else batches[last].committed
    return records / (end - batches[first].begun)


@contextmanager
def _producing(plan: Plan, environment: dict[str, str], log: Path) -> Iterator[None]:
    """A producer at a steady rate for longer than all of this takes; what it cannot send it holds back."""
    events = int(plan.rate * (plan.lead_s + plan.outage_s + 3 * DEADLINE_S))
    arguments = ["produce", CONTRACT, "--events", str(events), "--rate", str(plan.rate), "--timeout", "600"]
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
    asked = [COMMAND, "broker", "status", "--json"]
    found: dict[str, Any] = json.loads(subprocess.run(asked, env=environment, check=True, capture_output=True).stdout)
    return found


def _topic_is_there(watch: Watch) -> bool:
    try:
        watch.look()
    except MachineError:  # until the producer has made it, there is none
        return False
    return True


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
            f"{result['asked']['rate_per_s']:g} events a second; the job takes {result['capacity_per_s']:,.0f} "
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
    parser.add_argument("--rate", type=float, default=500, help="events a second (500)")
    parser.add_argument("--outage", type=float, default=30, help="seconds without a broker (30)")
    parser.add_argument("--lead", type=float, default=60, help="seconds of events before the job starts (60)")
    parser.add_argument("--batch", type=int, default=2_000, help="records in one batch at most (2,000)")
    parser.add_argument("--write", action="store_true", help=f"also write {RESULT.relative_to(ROOT)}")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outage-", ignore_cleanup_errors=True) as folder:
        result = run(Plan(given.rate, given.outage, given.lead, given.batch), Path(folder))
    if given.write:
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result, indent=2) if given.json else told(result))


if __name__ == "__main__":
    main()
