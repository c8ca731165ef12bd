"""What is known beside the sources: the last test run of this checkout, a workspace, the commit. All may be missing."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cli import touched
from cli.adr import outcomes
from cli.docs.scraped import Sample, scrape
from cli.docs.tree import ROOT
from runtime import standing
from runtime.standing import Standing
from runtime.workspace import Workspace

NOT_RUN = "has not run in this checkout"
_PARAMETERS = re.compile(r"\[.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a test: `passed`, `failed` or `skipped`, and when."""

    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """`results` by test or `feature file::scenario`, `touches` by clause and kind: both empty where no run left any.

    `workspace` is None where none was given, `samples` where no running job was named or none answers.
    """

    results: Mapping[str, Result]
    touches: Mapping[str, Mapping[str, list[str]]]
    workspace: Workspace | None
    samples: tuple[Sample, ...] | None
    commit: str
    made_at: datetime

    def of(self, test: str) -> tuple[Result, ...]:
        """Of a file, a test with all its parameters, or a scenario with all its examples."""
        names = (name for name in self.results if name == test or name.startswith((f"{test}::", f"{test}[")))
        return tuple(self.results[name] for name in names)

    def standing(self, command: str, contract: str) -> Standing | None:
        """What the newest `tickets export` or `audit` of the workspace came to; None where nobody knows."""
        return standing.read(self.workspace, command, contract) if self.workspace else None


def gather(data: Path | None, metrics: tuple[str, int] | None = None, root: Path = ROOT) -> Evidence:
    """What there is now; `data` is the folder of a workspace, which is only read, `metrics` where a job answers."""
    return Evidence(
        results={
            name: Result(outcome, datetime.fromtimestamp(at, UTC))
            for name, (outcome, at) in outcomes.dated(root / outcomes.FOLDER).items()
        },
        touches=touched.read(root / touched.FOLDER),
        workspace=Workspace(data.resolve()) if data else None,
        samples=scrape(*metrics) if metrics else None,
        commit=_commit(root),
        made_at=datetime.now(UTC),
    )


def _commit(root: Path) -> str:
    """The commit this is made from, `+` where files were changed since; empty where there is no git."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty=+"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except OSError:
        return ""
    return done.stdout.strip()


def summed(results: Iterable[Result]) -> str:
    """`passed 2026-11-29 01:20 UTC`, `3 of 14 failed ...`: of several, the worst and the newest."""
    found = tuple(results)
    if not found:
        return NOT_RUN
    counts = {
        outcome: sum(result.outcome == outcome for result in found) for outcome in ("failed", "skipped", "passed")
    }
    worst = next(outcome for outcome, count in counts.items() if count)
    many = f"{counts[worst]} of {len(found)} " if len(found) > 1 else ""
    return f"{many}{worst} {moment(max(result.at for result in found))}"


def moment(at: datetime) -> str:
    """`2026-11-29 01:20 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def plain(test: str) -> str:
    """A test's name without its parameters."""
    return _PARAMETERS.sub("", test)
