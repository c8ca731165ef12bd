"""Endpoint and workspace to facts, once or again and again in the background."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from cli.watch.facts import Facts, Job, Rates
from cli.watch.rates import Speedometer
from cli.watch.scrape import SilentError, scrape
from cli.watch.stored import Shelf, writer
from runtime import standing
from runtime.workspace import Workspace

Address = tuple[str, int]


class Gatherer:
    """All that is known of one contract's job; asked by one thread at a time."""

    def __init__(self, contract: str, workspace: Workspace, address: Address, shelf: Shelf) -> None:
        self._contract, self._workspace = contract, workspace
        self._address, self._shelf = address, shelf
        self._speed = Speedometer()

    def facts(self, wait: bool) -> Facts:
        """What is known now; `wait` for a look at the tables that is due, rather than show the last one."""
        notes = list[str]()
        job, rates = self._job(notes)
        stored, failed = self._shelf.newest(wait)
        if failed:
            notes.append(f"the tables could not be read: {failed}")
        return Facts(
            contract=self._contract,
            at=datetime.now(UTC),
            asked=f"{self._address[0]}:{self._address[1]}",
            job=job,
            rates=rates,
            stored=stored,
            export=standing.read(self._workspace, "export", self._contract),
            audit=standing.read(self._workspace, "audit", self._contract),
            notes=tuple(notes),
        )

    def _job(self, notes: list[str]) -> tuple[Job | None, Rates | None]:
        try:
            job = scrape(*self._address, self._contract)
        except SilentError as silence:
            self._speed.forget()
            notes += self._silence(str(silence))
            return None, None
        return job, self._speed.rates(job, time.monotonic())

    def _silence(self, why: str) -> list[str]:
        """Why no job is shown: none runs, or one runs that is asked at the wrong place."""
        busy = writer(self._workspace.tables(self._contract))
        if busy is None:
            return [f"No job runs: {why}. It is shown once `tickets process {self._contract} --metrics PORT` runs."]
        return [f"{why}, but {busy} seems to write the tables: start it with --metrics PORT, and say it here."]


class Following:
    """A gatherer at work in the background, so that the page answers keys while a scrape waits."""

    def __init__(self, gather: Callable[[], Facts], every_s: float) -> None:
        self._gather, self._every_s = gather, every_s
        self._stop = threading.Event()
        self._newest: Facts | None = None
        self._failed: Exception | None = None
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> "Following":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def facts(self) -> Facts | None:
        """The newest, None before the first; raises what ended the work, so that no page stands still."""
        if self._failed is not None:
            raise self._failed
        return self._newest

    def _follow(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                self._newest = self._gather()
            except Exception as error:  # noqa: BLE001 - it is raised where the page is drawn
                self._failed = error
                return
            self._stop.wait(max(0.0, self._every_s - (time.monotonic() - began)))
