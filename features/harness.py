"""A workspace and the command, as somebody outside the product uses them.

Nothing of the product is imported: commands run as subprocesses, results are read with duckdb, polars and deltalake,
events that the producer would refuse are sent with a plain Kafka client.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).parent / "tickets"
DEADLINE_S = 180.0


def wait_for(condition: Callable[[], Any], what: str, deadline_s: float = DEADLINE_S) -> Any:
    """Ask again until the condition gives something true; fail with `what` at the deadline."""
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)  # between two looks at a condition, never instead of one
    raise AssertionError(f"not within {deadline_s:.0f} s: {what}")


@dataclass
class Pipeline:
    """One workspace with its broker, one input contract, and what was sent and exported in a scenario."""

    data: Path
    contract: str = "client_tickets"
    contracts: Path = ROOT / "contracts"
    live: subprocess.Popen[bytes] | None = None
    sent: list[tuple[int, int]] = field(default_factory=list)
    last: subprocess.CompletedProcess[str] | None = None
    address: dict[str, Any] = field(default_factory=dict)

    def copy_contracts(self) -> None:
        """Go on with a copy of the contracts, which a scenario may change."""
        self.contracts = self.data / "contracts"
        ours = shutil.ignore_patterns("compiler", "__pycache__")
        shutil.copytree(ROOT / "contracts", self.contracts, ignore=ours, dirs_exist_ok=True)

    def contract_file(self, name: str) -> Path:
        """The file of a contract's highest major."""
        return max((self.contracts / name).glob("v*.odcs.yaml"))

    @property
    def kind(self) -> str:
        """Which broker the features run on: BROKER=redpanda, else the embedded Kafka."""
        return os.environ.get("BROKER", "embedded")

    @property
    def environment(self) -> dict[str, str]:
        """What the command reads its defaults from."""
        chosen = {"TICKETS_DATA": str(self.data), "TICKETS_BROKER": self.kind, "TICKETS_CONTRACTS": str(self.contracts)}
        return {**os.environ, **chosen, "COLUMNS": "100"}

    def run(
        self, *arguments: str, expect: int | None = 0, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command to its end; fails unless it exits with `expect` (None: any)."""
        self.last = subprocess.run(
            [COMMAND, *arguments], env=self.environment, capture_output=True, text=True, timeout=280, input=stdin
        )
        if expect is not None:
            shown = f"tickets {' '.join(arguments)}\n{self.last.stdout}\n{self.last.stderr}"
            assert self.last.returncode == expect, f"exit {self.last.returncode}, wanted {expect}: {shown}"
        return self.last

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the command in a process group of its own, its words in <data>/live.log."""
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "live.log").open("ab") as log:
            return subprocess.Popen(
                [COMMAND, *arguments], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def open(self) -> None:
        """Start the broker and keep it until `close`."""
        self.run("broker", "up", "--broker", self.kind)
        self.address = json.loads(self.run("broker", "status", "--json").stdout)

    def close(self) -> None:
        """Stop what runs."""
        self.stop()
        self.run("broker", "down", expect=None)

    def stop(self) -> None:
        """Stop the running job, if there is one, as an operator does."""
        if self.live is not None:
            self.live.send_signal(signal.SIGTERM)
            self.live.wait(120)
            self.live = None

    @property
    def bootstrap(self) -> str:
        """The broker's address, as the command reported it when the workspace was opened."""
        return str(self.address["bootstrap"])

    def send(self, records: list[tuple[str | None, bytes | None, dict[str, str]]], at_ms: int | None = None) -> None:
        """Send (key, value, headers) with a plain client that checks nothing; remembers their coordinates."""
        from confluent_kafka import Producer

        def delivered(error: Any, message: Any) -> None:
            assert error is None, error
            self.sent.append((message.partition(), message.offset()))

        self.ensure_topic()
        producer = Producer({**self.client_settings(), "partitioner": "murmur2_random", "acks": "all"})
        for key, value, headers in records:
            more = {} if at_ms is None else {"timestamp": at_ms}
            pairs = [(name, text.encode()) for name, text in headers.items()]
            producer.produce(self.topic, value, key, headers=pairs, on_delivery=delivered, **more)
        assert producer.flush(60) == 0

    def client_settings(self) -> dict[str, str]:
        """What a plain client needs to reach the broker."""
        return {"bootstrap.servers": self.bootstrap}

    @property
    def topic(self) -> str:
        """The contract's topic; the contracts used here name it like themselves."""
        return self.contract

    def ensure_topic(self) -> None:
        """The topic exists once the producer has run, even with nothing to send."""
        if not (self.data / ".topic").exists():
            self.run("produce", self.contract, "--from", "-", stdin="")
            (self.data / ".topic").touch()

    def process(self) -> None:
        """Let what was sent be processed: by the running job if there is one, else once."""
        if self.live is None:
            self.run("process", self.contract, "--once")
        else:
            wanted = set(self.sent)
            wait_for(lambda: wanted <= self.coordinates() or self._died(), "the running job reads what was sent")

    def _died(self) -> bool:
        assert self.live is not None
        assert self.live.poll() is None, (self.data / "live.log").read_text()[-2000:]
        return False

    def coordinates(self) -> set[tuple[int, int]]:
        """(partition, offset) of every record in the ledger, doubled ones once."""
        return {(row["partition"], row["offset"]) for row in self.ledger("partition", "offset")}

    def ledger(self, *columns: str) -> list[dict[str, Any]]:
        """These columns of every record in the ledger; empty where there is none yet."""
        import polars as pl

        path = self.table("ledger")
        if not (path / "_delta_log").exists():
            return []
        return pl.scan_delta(path).select(columns).collect().to_dicts()

    def tables(self) -> Path:
        """The folder of all tables."""
        return self.data / "tables"

    def table(self, name: str) -> Path:
        """Where a Delta table is."""
        return self.data / "tables" / self.contract / name

    def export(self, formats: str = "parquet", expect: int = 0) -> Path:
        """Export; beside a running job, again until the export covers all that was sent. The published folder."""

        def covers() -> Path | None:
            # Before a running job has made its first aggregates, there is no version to export.
            self.run("export", self.contract, "--format", formats, expect=expect if self.live is None else None)
            return self.covering(formats)

        there = self.covering(formats) if self.sent else None
        return there or Path(wait_for(covers, "an export that covers what was sent"))

    def covering(self, formats: str) -> Path | None:
        """The published folder, if it has these formats and covers all that was sent."""
        if not (self.data / "exports" / "latest.json").exists():
            return None
        manifest = json.loads((self.published() / "manifest.json").read_text())
        reached = {int(partition): span["max"] for partition, span in manifest["offsets"].items()}
        has_formats = set(formats.split(",")) <= set(manifest["formats"])
        covers = all(reached.get(partition, -1) >= offset for partition, offset in self.sent)
        return self.published() if has_formats and covers else None

    def published(self) -> Path:
        """The folder that exports/latest.json points to."""
        latest = json.loads((self.data / "exports" / "latest.json").read_text())
        return self.data / Path(latest[self.contract]["path"])

    def rows(self, name: str, where: str = "true") -> list[dict[str, Any]]:
        """Rows of an exported Parquet file, read by duckdb."""
        import duckdb

        file = self.published() / f"{name}.parquet"
        result = duckdb.sql(f"SELECT * FROM read_parquet('{file}') WHERE {where}")
        return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]


@contextlib.contextmanager
def running(data: Path) -> Iterator[Pipeline]:
    """A workspace with a job that runs all the time."""
    made = Pipeline(data)
    made.open()
    try:
        made.ensure_topic()
        made.live = made.start("process", made.contract, "--every", "500ms")
        yield made
    finally:
        made.close()
