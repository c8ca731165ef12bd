"""What came of each test in the last run: one line a result, written by pytest and read by `tickets adr check --ran`.

`make check` removes the folder first, so that what is there is of this build. A test that is run again counts by its
newest result; one whose teardown fails has failed.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

FOLDER = Path("build") / "outcomes"

Outcomes = Mapping[str, str]  # test, or feature file::scenario, to passed, failed or skipped


def record(names: tuple[str, ...], outcome: str, folder: Path = FOLDER) -> None:
    """Note what came of a test, under each of its names."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as lines:
        for name in names:
            lines.write(json.dumps({"at": time.time(), "test": name, "outcome": outcome}, ensure_ascii=False) + "\n")


def read(folder: Path) -> Outcomes:
    """By test its newest outcome; empty where no run has left anything."""
    return {name: outcome for name, (outcome, _) in dated(folder).items()}


def dated(folder: Path) -> Mapping[str, tuple[str, float]]:
    """The same with when it came: seconds since 1970."""
    rows = [row for file in sorted(folder.glob("*.jsonl")) for row in _rows(file)]
    ordered = sorted((float(row["at"]), row["test"], row["outcome"]) for row in rows)
    return {test: (outcome, at) for at, test, outcome in ordered}


def _rows(file: Path) -> Iterator[dict[str, str]]:
    """A line that a killed run has left half written is passed over."""
    for line in file.read_text("utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def of(outcomes: Outcomes, what: str) -> list[str]:
    """The outcomes of a test file, of one test with all its parameters, or of a scenario with all its examples."""
    return [outcome for name, outcome in outcomes.items() if name == what or name.startswith((f"{what}::", f"{what}["))]
