"""The workspace on disk to facts: what the ledger holds and refused; who writes to it."""

import os
import threading
import time
from pathlib import Path

from cli import records
from cli.watch.facts import Refused, Stored
from runtime import lease
from runtime.delta import is_table, open_table
from runtime.store import Location

REST = 10  # a look that took a second is not taken again for ten


def look(tables: Location, header: str) -> Stored | None:
    """What the ledger holds now, counted over all of it; None where there is none."""
    from processing.quarantine import counted

    if not is_table(tables / "ledger"):
        return None
    version = open_table(tables / "ledger").version()
    found = counted(tables, header, ("clause",))
    total, groups = (found.groups[0].records if found.groups else 0), found.groups[1:]
    rows = [Refused(group.keys[0], group.records, group.last_seen, group.example) for group in groups]
    rows.sort(key=lambda row: (row.last_seen, row.records), reverse=True)
    return Stored(version, found.records, total, tuple(rows))


class Shelf:
    """Looks in the background, and not all the time: a large ledger takes seconds to count."""

    def __init__(self, tables: Location, header: str) -> None:
        self._tables, self._header = tables, header
        self._found: Stored | None = None
        self._failed: str | None = None
        self._next_s = 0.0
        self._looking: threading.Thread | None = None

    @classmethod
    def of(cls, tables: Location, contract: str, contracts: Path | None) -> "Shelf":
        """The shelf of one contract's tables."""
        return cls(tables, records.header(contract, contracts))

    def newest(self, wait: bool) -> tuple[Stored | None, str | None]:
        """What was found last, and why no more was; `wait` for a look that is due, rather than begin it."""
        if time.monotonic() >= self._next_s and not (self._looking and self._looking.is_alive()):
            self._looking = threading.Thread(target=self._look, daemon=True)
            self._looking.start()
        if wait and self._looking is not None:
            self._looking.join()
        return self._found, self._failed

    def _look(self) -> None:
        began = time.monotonic()
        try:
            if not self._is_same():
                self._found = look(self._tables, self._header)
            self._failed = None
        except Exception as error:  # noqa: BLE001 - a table being written or cleaned: the page goes on, and says it
            self._failed = str(getattr(error, "what", type(error).__name__))
        self._next_s = time.monotonic() + (time.monotonic() - began) * REST

    def _is_same(self) -> bool:
        """Whether the ledger is at the version that was counted."""
        return (
            self._found is not None
            and is_table(self._tables / "ledger")
            and open_table(self._tables / "ledger").version() == self._found.version
        )


def writer(tables: Location) -> str | None:
    """Who writes to the tables, as their lease says: `process, pid 4711`; None where nobody does.

    A process of another machine, which only a bucket's lease can tell, is believed.
    """
    try:
        found = lease.holder(tables / ".lease")
    except Exception:  # noqa: BLE001 - what the lease says is a hint, and the page shows the rest without
        return None
    pid = found.get("pid")
    if not isinstance(tables, Path) or not isinstance(pid, int) or not _lives(pid):
        return None
    return f"{found.get('owner', 'a command')}, pid {pid}"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
