"""A campaign's folder: the workspace, its broker, the processes started in it; the product driven as somebody would.

Everything is started here, so that everything can be ended here, by its own id.
"""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import psutil

from features.faults import evidence, processes
from features.faults.broker import Broker
from features.faults.clients import TOPIC
from features.faults.job import Job
from features.harness import COMMAND, ROOT

LAUNCH = (sys.executable, "-m", "features.faults.launch")
END_DEADLINE_S = 60.0


@dataclass
class Site:
    """One campaign's place. `jobs` are all processes started here, `leftovers` what may outlive its driver."""

    folder: Path
    seed: int
    jobs: list[Job] = field(default_factory=list)
    leftovers: list[psutil.Process] = field(default_factory=list)

    @cached_property
    def broker(self) -> Broker:
        """Made with its first use; started and killed by the campaign."""
        return Broker(self.folder / "broker", self.seed)

    @property
    def data(self) -> Path:
        """The workspace under test."""
        return self.folder / "workspace"

    @property
    def receipts(self) -> Path:
        """One file for each producer that ran."""
        return self.folder / "receipts"

    def open(self) -> None:
        """Start the broker, and make the topic as the product's producer makes it."""
        for path in (self.data, self.receipts, self.folder / "logs"):
            path.mkdir(parents=True, exist_ok=True)
        self.broker.start()
        self.run("produce", TOPIC, "--from", "-")

    def environment(self, link: str | None = None) -> dict[str, str]:
        """What the command reads its defaults from; through a link's proxy where one is named."""
        where = self.broker.through(link) if link else self.broker.bootstrap
        chosen = {"TICKETS_DATA": str(self.data), "TICKETS_BROKER": where, "TICKETS_CONTRACTS": str(ROOT / "contracts")}
        return {**os.environ, **chosen, "COLUMNS": "100"}

    def run(self, *arguments: str, link: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, whatever its exit code."""
        return subprocess.run(
            [COMMAND, *arguments], env=self.environment(link), capture_output=True, text=True, input="", timeout=280
        )

    def start(self, log: str, *arguments: str, link: str | None = None, how: tuple[str, ...] = ()) -> Job:
        """Start the command in a process group of its own; `how` are options of launch.py (none: the command bare)."""
        path = self.folder / "logs" / f"{len(self.jobs):04d}-{log}.log"
        command: list[str | Path] = [*LAUNCH, *how, "--", *arguments] if how else [COMMAND, *arguments]
        with path.open("ab") as output:
            process = subprocess.Popen(
                command, env=self.environment(link), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
        self.jobs.append(Job(process, path))
        return self.jobs[-1]

    def process(self, *, every: bool, max_events: int, how: tuple[str, ...] = ()) -> Job:
        """Start the job, reading through its link."""
        way = ("--every", "100ms") if every else ("--once",)
        limits = ("--max-events", str(max_events), "--log-format", "json")
        return self.start("process", "process", TOPIC, *way, *limits, link="READING", how=how)

    def produce(self, name: str, *, version: int, events: int, seed: int, rate: int | None = None) -> Job:
        """Start the product's producer, through its link, with receipts; the same seed sends the same again."""
        mix = ("--invalid", "3%", "--duplicates", "2%", "--late", "2%", "--start", self.first_day)
        pace = ("--rate", str(rate)) if rate else ()
        which = ("--events", str(events), "--seed", str(seed), "--receipts", str(self.receipt(name)))
        return self.start("produce", "produce", f"{TOPIC}.v{version}", *which, *mix, *pace, "--json", link="PRODUCING")

    def produce_file(self, name: str, version: int, lines: list[bytes]) -> Job:
        """Start the product's producer on somebody's own lines, with receipts."""
        file = self.folder / "own.jsonl"
        file.write_bytes(b"".join(line + b"\n" for line in lines))
        which = ("--from", str(file), "--receipts", str(self.receipt(name)))
        return self.start("produce", "produce", f"{TOPIC}.v{version}", *which, "--json", link="PRODUCING")

    @cached_property
    def first_day(self) -> str:
        """Where generated traffic begins; the same for the whole campaign, so that a resend is one."""
        return (datetime.now(UTC) - timedelta(days=8)).date().isoformat()

    def receipt(self, name: str) -> Path:
        """A producer's file of receipts."""
        return self.receipts / f"{name}.jsonl"

    def backlog(self) -> int:
        """Records of the topic that the ledger does not have yet."""
        held = evidence.rows(self.data / "tables" / TOPIC / "ledger", ("offset",))
        return evidence.high_offsets(self.broker.bootstrap) - len(held)

    def refresh(self) -> None:
        """Make the tables in `data` be as they are now: they always are."""

    def settle(self) -> list[int]:
        """Wait for what outlived its driver to end by itself; the ids of what had to be killed after the deadline."""
        processes.until(lambda: all(processes.gone(process) for process in self.leftovers), END_DEADLINE_S)
        left = [process for process in self.leftovers if not processes.gone(process)]
        processes.kill(left)
        self.leftovers.clear()
        return [process.pid for process in left]

    def end_jobs(self) -> None:
        """SIGKILL to every process started here that still runs, and all below it."""
        for job in self.jobs:
            if not job.ended:
                job.end()

    def close(self) -> None:
        """End everything that was started here and still runs."""
        self.end_jobs()
        self.settle()
        self.broker.close()
