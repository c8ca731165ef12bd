"""Throughput: rows of each batch, and the seconds between the ledger's commits, as its log says them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import Any

from cli.report.opened import Opened

MOST = 1000  # commits that are looked at, newest first
CREATE = "CREATE TABLE"


@dataclass(frozen=True, slots=True)
class Batch:
    """One micro-batch that is in the ledger; `seconds` since the commit before, null for the first that the log has."""

    batch: str
    version: int
    committed_at: datetime
    rows: int
    seconds: float | None

    @property
    def rate(self) -> float | None:
        """Rows a second; null without seconds."""
        return self.rows / self.seconds if self.seconds else None


@dataclass(frozen=True, slots=True)
class Other:
    """A commit that brought no batch: a replay, a discard, an erasure, values that expired."""

    version: int
    committed_at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Batches:
    """Oldest first. `unknown` are batches in the ledger whose commit is no longer in its log, or beyond MOST.

    A wait for new events is in the seconds between two commits, so they are no measure of the work alone.
    """

    batches: tuple[Batch, ...]
    others: tuple[Other, ...]
    unknown: int
    median_rows: float | None
    median_seconds: float | None
    most_seconds: float | None


def batches(opened: Opened) -> Batches:
    """From the log, with the rows as the ledger has them now."""
    from processing.turn import notes
    from runtime.delta import MAINTENANCE, commits, open_table

    log = commits(open_table(opened.subject.tables / "ledger", opened.version), MOST)
    known = [one for one in reversed(log) if one["version"] <= opened.version and one["operation"] not in MAINTENANCE]
    rows: dict[str, int] = dict(opened.rows("SELECT batch, count(*) FROM ledger GROUP BY 1"))
    found: list[Batch] = []
    others: list[Other] = []
    for before, commit in pairwise([None, *known]):
        said, at = notes(commit), _moment(commit)
        name = str(said.get("batch", ""))
        if name in rows:
            seconds = None if before is None else (at - _moment(before)).total_seconds()
            found.append(Batch(name, commit["version"], at, rows[name], seconds))
        elif commit["operation"] != CREATE:
            others.append(Other(commit["version"], at, ", ".join(sorted(set(said) - {"turn", "read"})) or "rows"))
    waits = [one.seconds for one in found if one.seconds is not None]
    return Batches(
        tuple(found),
        tuple(others),
        len(rows.keys() - {one.batch for one in found}),
        median(one.rows for one in found) if found else None,
        median(waits) if waits else None,
        max(waits, default=None),
    )


def _moment(commit: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(commit["timestamp"] / 1000, UTC)
