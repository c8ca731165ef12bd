"""The one exception of this room, and the one kind of it that carries evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exports.failures import Report


class ExportError(Exception):
    """Nothing was published: `what` happened in one sentence, `remedy` is what the person can do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n{remedy}" if remedy else what)
        self.what = what
        self.remedy = remedy


class CheckFailedError(ExportError):
    """Rows break their output contract; `reports` holds what was found, by table (masked, so it may be printed)."""

    def __init__(self, reports: Mapping[str, Report]) -> None:
        broken = {name: report for name, report in reports.items() if report.totals}
        super().__init__(
            "\n".join(["a check failed", *(line for name, r in broken.items() for line in r.lines(name))]),
            "Nothing was published. Mend the rows or the contract, run `tickets process`, then export again.",
        )
        self.reports = broken
