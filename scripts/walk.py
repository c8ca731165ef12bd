"""A new user's walk, timed: from a clone to a changed contract and its review comment, by the README's own commands.

    .venv/bin/python scripts/walk.py [--write]

Clones the newest commit of this checkout into a folder of its own, so that what is measured is what somebody gets, and
runs there `make demo` and then each line of "The first ten minutes" in README.md. Warm: packages, Java archives and
classes are in this machine's caches. --write puts the times into docs/first-ten-minutes.md.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "first-ten-minutes.md"
BLOCK = re.compile(r"## The first ten minutes\n[^`]*`make demo`[^`]*```\n(.*?)```", re.DOTALL)
FOUND = 1  # what `contracts diff` ends with where a change breaks somebody
LIMIT_S = 600.0


def walk(folder: Path) -> Iterator[tuple[str, float]]:
    """Each command with its seconds; SystemExit where one ends otherwise than the README says."""
    here = folder / "client-tickets"
    yield _timed(f"git clone {ROOT} {here}", folder)
    block = BLOCK.search((here / "README.md").read_text("utf-8"))
    if block is None:
        raise SystemExit('README.md has no block of commands under "The first ten minutes".')
    setting, *lines = block[1].splitlines()
    for line in ("make demo", *lines):
        yield _timed(f"{setting}\n{line}" if line != "make demo" else line, here)
    comment = (here / "comment.md").read_text("utf-8")
    if "breaking" not in comment:
        raise SystemExit(f"The comment does not say that the change breaks anybody:\n{comment}")


def _timed(command: str, folder: Path) -> tuple[str, float]:
    line, began = command.splitlines()[-1], time.monotonic()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHONPATH", "VIRTUAL"))}
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode != (FOUND if "contracts diff" in line else 0):
        raise SystemExit(f"{line} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return line, time.monotonic() - began


def page(steps: list[tuple[str, float]]) -> str:
    """The times as a page of the documentation."""
    whole = sum(seconds for _, seconds in steps)
    rows = [
        f"| `{command if not command.startswith('git clone') else 'git clone ...'}` | {s:.1f} |" for command, s in steps
    ]
    return "\n".join(
        (
            "# The first ten minutes, timed",
            "From a clone to a changed contract and the comment that a reviewer gets, by the commands of",
            "[README.md](../README.md). `.venv/bin/python scripts/walk.py --write` runs them in a clone of the newest",
            f"commit and writes this page: {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, with packages, Java",
            "archives and classes in the machine's caches; the very first `make demo` also downloads these.",
            "",
            "| command | seconds |",
            "|---|---|",
            *rows,
            f"| all of it | {whole:.1f} |",
            "",
            "What is left of ten minutes is for reading the report and the comment.",
            "",
        )
    )


def main() -> None:
    """Walk, and print or keep what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"keep the times in {PAGE.relative_to(ROOT)}")
    chosen = parser.parse_args()
    steps: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory() as folder, Console(stderr=True).status("walking") as shown:
        for command, seconds in walk(Path(folder)):
            steps.append((command, seconds))
            shown.update(f"{command}: {seconds:.1f} s")
    text = page(steps)
    if chosen.write:
        PAGE.write_text(text, "utf-8")
    sys.stdout.write(text)
    if sum(seconds for _, seconds in steps) > LIMIT_S:
        raise SystemExit("It took more than ten minutes.")


if __name__ == "__main__":
    main()
