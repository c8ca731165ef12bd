"""Sorted runs of one table in a folder, and at which version of the table they are.

A file `state.json` names the runs and the version, and is replaced in one step, so a crash leaves the state before.
Local to the driver, wherever the tables are; what is not whole counts as nothing, since the table is what counts.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from processing import runs
from processing.errors import ProcessingError
from processing.runs import Heads, Rows, Run
from runtime.files import try_lock, write_atomically

_STATE, _LOCK = "state.json", "lock"


@dataclass(frozen=True, slots=True)
class State:
    """Which table, by Delta's id of it, at which version; None for what is of no version yet."""

    table: str | None
    version: int | None
    runs: tuple[Run, ...]


class Shelf:
    """The runs, whose rows are of a `kind`, and what they are of. One process has a folder at a time.

    ProcessingError where another one has it.
    """

    def __init__(self, folder: Path, kind: np.dtype[Any]) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder / _LOCK)
        self.state = _read(folder, kind)
        self._tidy()

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._lock)

    def added(self, held: tuple[Run, ...], heads: Heads, rows: Rows) -> tuple[Run, ...]:
        """The runs and these rows, by the first halves of their digests; `say` makes them the shelf's."""
        return tuple(runs.merged([*held, runs.write(self._folder, heads, rows)])) if len(heads) else held

    def say(self, state: State) -> None:
        """This is the state from now on, through a crash."""
        said = {"table": state.table, "version": state.version, "runs": {run.name: run.rows for run in state.runs}}
        write_atomically(self._folder / _STATE, json.dumps(said))
        self.state = state
        self._tidy()

    def _tidy(self) -> None:
        """Remove what no state names: runs that were merged, or left by a crash."""
        kept = {path for run in self.state.runs for path in run.files} | {self._folder / _STATE, self._folder / _LOCK}
        for path in self._folder.iterdir():
            if path not in kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _locked(path: Path) -> int:
    """The open lock; ProcessingError where another process has it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    if not try_lock(handle):
        os.close(handle)
        raise ProcessingError(
            f"the index {path.parent} is in use by another process", "Make sure that only one job runs, then try again."
        )
    return handle


def _read(folder: Path, kind: np.dtype[Any]) -> State:
    """What the folder holds; where it is not whole, nothing."""
    try:
        said = json.loads((folder / _STATE).read_bytes())
        held = tuple(Run(folder, str(name), int(rows), kind) for name, rows in said["runs"].items())
        state = State(str(said["table"]), int(said["version"]), held)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return State(None, None, ())
    return state if all(run.whole for run in held) else State(None, None, ())
