"""Where parts are measured: folders, one broker at a time, and commands of the product."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.speed import at_v1, topic
from benchmarks.speed.processes import started
from benchmarks.speed.topic import COMMAND, MIXED, Topic

KEPT_S = 15 * 86_400.0  # events begin seven days before they are sent, and the contract's retention is 30
CLEAN: tuple[str, ...] = ()


@dataclass
class Room:
    """`folder` is this bench's own; `tell` takes a line of progress. Close it: a broker may run."""

    folder: Path
    tell: Callable[[str], None]
    _held: dict[Path, Topic] = field(default_factory=dict, init=False)
    _contracts: Path | None = field(default=None, init=False)

    def topic(self, events: int, mix: tuple[str, ...] = MIXED) -> Topic:
        """A running broker whose topic has that many v1 events, made once and kept on disk.

        It is made anew where it was interrupted, and before the topic forgets its first events.
        """
        place = self.folder / "topics" / f"{events}{'-clean' if mix == CLEAN else ''}"

        def made() -> Topic:
            whole = place / "whole"
            if not whole.exists() or time.time() - whole.stat().st_mtime > KEPT_S:
                self._cleared(place)
            held = topic.prepared(place, events, mix, self.tell)
            whole.touch()
            return held

        return self._kept_up(place, made)

    def empty_broker(self, name: str) -> str:
        """The address of a running broker that has records of one study only, and none of an earlier run."""
        place = self.folder / "topics" / name

        def made() -> Topic:
            self._cleared(place)
            environment = self._of(place)
            self._command(environment, "broker", "up")
            found = json.loads(self._command(environment, "broker", "status", "--json"))
            return Topic(found["bootstrap"], 0, environment)

        return self._kept_up(place, made).bootstrap

    def _kept_up(self, place: Path, made: Callable[[], Topic]) -> Topic:
        """The broker of a folder, started where another one runs or none; interrupted at that, it is ended."""
        if place not in self._held:
            self.quiet()
            try:
                self._held[place] = made()
            except BaseException:
                self._down(place)
                raise
        return self._held[place]

    def _of(self, place: Path) -> dict[str, str]:
        return {**os.environ, "TICKETS_DATA": str((place / "broker").resolve())}

    def _cleared(self, place: Path) -> None:
        if place.exists():
            self._down(place)
            shutil.rmtree(place)

    def _down(self, place: Path) -> None:
        self._command(self._of(place), "broker", "down")

    def quiet(self) -> None:
        """No broker runs any more."""
        for held in self._held.values():
            topic.ended(held)
        self._held.clear()

    def fresh(self, name: str) -> Path:
        """An empty folder."""
        place = self.folder / "run" / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        return place

    @property
    def log(self) -> Path:
        """Where what commands say on stderr is added."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / "commands.log"

    @property
    def contracts(self) -> Path:
        """The contracts with v1 as the newest major (at_v1)."""
        if self._contracts is None:
            self._contracts = at_v1.contracts(self.folder / "contracts")
        return self._contracts

    def environment(self, data: Path, bootstrap: str | None = None) -> dict[str, str]:
        """What the product's commands read: data folder, contracts, broker."""
        found = {**os.environ, "TICKETS_DATA": str(data.resolve()), "TICKETS_CONTRACTS": str(self.contracts.resolve())}
        return found | ({"TICKETS_BROKER": bootstrap} if bootstrap else {})

    def tickets(self, environment: Mapping[str, str], *words: str) -> tuple[str, float]:
        """A command of the product, run to its end: what it printed, and its seconds; SystemExit where it fails."""
        began = time.monotonic()
        out = self._command(environment, *words)
        return out, time.monotonic() - began

    def python(self, *words: Any) -> dict[str, Any]:
        """A module of ours as a process: the JSON object it prints, with its seconds as `process_seconds`."""
        began = time.monotonic()
        out = self._run({**os.environ}, sys.executable, "-m", *words)
        found: dict[str, Any] = json.loads(out)
        return found | {"process_seconds": time.monotonic() - began}

    def _command(self, environment: Mapping[str, str], *words: str) -> str:
        return self._run(environment, COMMAND, *words)

    def _run(self, environment: Mapping[str, str], *words: Any) -> str:
        with self.log.open("ab") as log, started(words, environment, log=log) as (process, _):
            assert process.stdout is not None  # noqa: S101 - started pipes it
            out = process.stdout.read().decode()
            code = process.wait()
        if code:
            said = " ".join(Path(str(word)).name if number == 0 else str(word) for number, word in enumerate(words))
            raise SystemExit(f"{said} ended with {code}: see {self.log}\n{out[-500:]}".rstrip())
        return out
