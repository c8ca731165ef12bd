"""What the last test run touched: one line a touch, written by tests and read by `tickets contracts coverage`.

A test touches a clause when it would go red without it: it asserts that the clause's id is named (a scenario), or was
seen to fail on the contract without the clause (a case).
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path("build") / "touched"
KINDS = ("scenario", "case", "payload")
COUNTED = frozenset({"scenario", "case"})  # a generated payload goes with its clause, so no test goes red


def record(kind: str, test: str, clauses: Iterable[str], folder: Path = FOLDER) -> None:
    """Note that a test has touched clauses; one file a process, since tests run side by side."""
    if kind not in KINDS:
        raise ValueError(f"kind '{kind}' is not one of {', '.join(KINDS)}")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as lines:
        for clause in clauses:
            lines.write(json.dumps({"clause": clause, "kind": kind, "test": test}, ensure_ascii=False) + "\n")


def read(folder: Path = FOLDER) -> dict[str, dict[str, list[str]]]:
    """By clause id and kind, the tests that touched it, each once; empty where no run has left anything."""
    made: dict[str, dict[str, list[str]]] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            tests = made.setdefault(row["clause"], {}).setdefault(row["kind"], [])
            if row["test"] not in tests:
                tests.append(row["test"])
    return made
