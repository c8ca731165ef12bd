"""A producer's run to a line that the workspace keeps, for `tickets report` to hold against the ledger.

One line a run, whichever way it sent and however it ended; a run that was killed leaves none.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from runtime.broker import KINDS, Broker
from runtime.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Run:
    """`broker` is embedded, redpanda or an address; `acknowledged` how many records it took."""

    broker: str
    acknowledged: int


def keep(workspace: Workspace, contract: str, broker: Broker, acknowledged: int) -> None:
    """Add a run, in one write, so that runs side by side do not mix; OSError where that can't be done."""
    path = kept_in(workspace, contract)
    path.parent.mkdir(parents=True, exist_ok=True)
    name = broker.kind if broker.kind in KINDS else broker.bootstrap  # the port of the embedded one changes
    at = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps({"at": at, "broker": name, "acknowledged": acknowledged}) + "\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def runs(workspace: Workspace, contract: str) -> tuple[Run, ...]:
    """All that are kept, oldest first; none where no producer has sent. A line that was cut is passed over."""
    try:
        lines = kept_in(workspace, contract).read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return ()
    return tuple(_read(lines))


def _read(lines: list[str]) -> Iterator[Run]:
    for line in lines:
        try:
            row = json.loads(line)
            yield Run(str(row["broker"]), int(row["acknowledged"]))
        except (ValueError, KeyError, TypeError):
            continue


def kept_in(workspace: Workspace, contract: str) -> Path:
    """The file of a contract's runs."""
    return workspace.root / "produced" / f"{contract}.jsonl"
