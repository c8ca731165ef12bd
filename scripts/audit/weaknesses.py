"""Locks to known weaknesses, asked of pip-audit: found, waived, and what could not be checked, never mixed up.

pip-audit says "No known vulnerabilities found" also where its service knew nothing of a package; here such a package
counts as not checked.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from runtime.errors import MachineError
from scripts.audit.parts import Part

WAIVERS = Path(__file__).with_name("waivers.yaml")
DEADLINE_S = 600.0
_FIELDS = frozenset({"id", "package", "reason", "until"})


@dataclass(frozen=True, slots=True, order=True)
class Weakness:
    """A known weakness of a locked package; `names` are its ids (PYSEC, CVE, GHSA), `mended` versions without it."""

    package: str
    version: str
    names: tuple[str, ...]
    mended: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """How many packages the service knew, what is known against them, and which it could not be asked of, and why."""

    checked: int
    found: tuple[Weakness, ...]
    not_checked: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Waiver:
    """A weakness that is accepted until a date."""

    name: str
    package: str
    reason: str
    until: date

    def covers(self, weakness: Weakness, today: date) -> bool:
        """Whether it still speaks for this weakness."""
        return self.package == weakness.package and self.name in weakness.names and today < self.until


Run = Callable[[Path], tuple[str, str]]


def pip_audit(lock: Path) -> tuple[str, str]:
    """(its JSON, what it said) of pip-audit on one lock; nothing is resolved or installed."""
    words = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "20"]
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    except subprocess.TimeoutExpired:
        return "", f"no answer within {DEADLINE_S:.0f} s"
    return done.stdout, done.stderr


def check(parts: Iterable[Part], run: Run = pip_audit) -> Answer:
    """What is known against these packages, whichever platform they are installed on."""
    answers = [_asked(names, run) for names in _rounds(parts)]
    not_checked = {name: why for answer in answers for name, why in answer.not_checked.items()}
    found = sorted({one for answer in answers for one in answer.found})
    return Answer(sum(answer.checked for answer in answers), tuple(found), not_checked)


def _rounds(parts: Iterable[Part]) -> tuple[dict[str, Part], ...]:
    """Packages in rounds of different names: a list with two versions of one package is refused."""
    rounds: list[dict[str, Part]] = []
    for part in dict.fromkeys(replace(part, where="") for part in parts):
        free = next((names for names in rounds if part.key not in names), None)
        if free is None:
            rounds.append({part.key: part})
        else:
            free[part.key] = part
    return tuple(rounds)


def _asked(names: Mapping[str, Part], run: Run) -> Answer:
    """Without their markers: a package of another platform counts as much."""
    lines = (
        f"{part.key}=={part.version} " + " ".join(f"--hash=sha256:{one}" for one in part.sha256)
        for part in names.values()
    )
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder, "requirements.txt")
        lock.write_text("\n".join(lines) + "\n", "utf-8")
        out, said = run(lock)
    try:
        rows: list[dict[str, Any]] = json.loads(out)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Answer(0, (), {part.shown: _last(said) for part in names.values()})
    known = {row["name"]: row for row in rows if "skip_reason" not in row}
    skipped = {row["name"]: "the service does not know it" for row in rows if "skip_reason" in row}
    not_checked = {
        part.shown: skipped.get(name, "pip-audit left it out") for name, part in names.items() if name not in known
    }
    found = (_weakness(row, one) for row in known.values() for one in row["vulns"])
    return Answer(len(known), tuple(found), not_checked)


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "pip-audit gave no answer"


def _weakness(row: Mapping[str, Any], one: Mapping[str, Any]) -> Weakness:
    names = (one["id"], *sorted(one.get("aliases", ())))
    return Weakness(row["name"], row["version"], names, tuple(one["fix_versions"]))


def waivers(path: Path = WAIVERS) -> tuple[Waiver, ...]:
    """The accepted ones; MachineError for a row without reason or date."""
    rows: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))["waivers"] or []
    for row in rows:
        if frozenset(row) != _FIELDS or not str(row["reason"]).strip() or not isinstance(row["until"], date):
            raise MachineError(
                f"{path.name}: {row} is no waiver", f"Give {', '.join(sorted(_FIELDS))}; until as YYYY-MM-DD."
            )
    return tuple(Waiver(str(row["id"]), row["package"], row["reason"], row["until"]) for row in rows)


def open_ones(found: Iterable[Weakness], accepted: Iterable[Waiver], today: date) -> tuple[Weakness, ...]:
    """What no waiver speaks for any more, each once."""
    given = tuple(accepted)
    return tuple(sorted({one for one in found if not any(waiver.covers(one, today) for waiver in given)}))
