"""A topic that every way reads: made once, kept, and made anew where it holds something else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime import kafka
from runtime.errors import MachineError

COMMAND = Path(sys.executable).parent / "tickets"
CONTRACT = "client_tickets.v1"
TOPIC = "client_tickets"
MIXED = ("--invalid", "3%", "--duplicates", "1%")


@dataclass(frozen=True)
class Topic:
    """A running broker with `events` records in the topic."""

    bootstrap: str
    events: int
    environment: dict[str, str]


def prepared(folder: Path, events: int, mix: tuple[str, ...], tell: Callable[[str], None]) -> Topic:
    """The broker of a folder, up, with exactly so many records; another number of records is an error to mend by hand.

    `mix` are further words for `tickets produce` (`--invalid 3%`).
    """
    environment = {**os.environ, "TICKETS_DATA": str(folder / "broker")}
    _tickets(environment, "broker", "up")
    found: dict[str, Any] = json.loads(_tickets(environment, "broker", "status", "--json"))
    bootstrap = str(found["bootstrap"])
    held = _held(bootstrap)
    if held == 0:
        tell(f"producing {events:,} events")
        _tickets(environment, "produce", CONTRACT, "--events", str(events), "--seed", "1", *mix)
        held = _held(bootstrap)
    if held != events:
        raise SystemExit(f"{folder} holds {held:,} records, not {events:,}: remove it, or ask for as many.")
    return Topic(bootstrap, events, environment)


def ended(topic: Topic) -> None:
    """Take the broker down; its records stay."""
    _tickets(topic.environment, "broker", "down")


def _held(bootstrap: str) -> int:
    try:
        return sum(high - low for low, high in kafka.watermarks(bootstrap, TOPIC).values())
    except MachineError as error:
        if "does not exist" in error.what:
            return 0
        raise


def _tickets(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run([COMMAND, *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"tickets {' '.join(words)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout
