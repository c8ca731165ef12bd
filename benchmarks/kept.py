"""Parts that are finished, on disk: each a JSON file with the code it was measured with, which is asked for again.

A part counts as long as the code is the same: the fingerprint is a digest of all that a part may run (the rooms of the
product, its locks and kernel, the benchmarks but for their page, tests and results). A change of documentation does not
make it worthless. `revision` is git's name for the code, for people.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.files import write_atomically

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("contracts", "producer", "processing", "exports", "runtime", "cli", "benchmarks")
ENDINGS = (".py", ".yaml", ".csv", ".rs", ".go", ".toml", ".lock")
LOCKS = ("requirements.lock", "jars.lock")
APART = ("tests", "page", "results", "__pycache__", "agreement", "review", "adr", "architecture")
KERNEL = "tickets_native"


@dataclass(frozen=True, slots=True)
class Code:
    """What was measured: `revision` as git describes it (`-dirty` with changes), `fingerprint` of what is run."""

    revision: str
    fingerprint: str


def code() -> Code:
    """The code as it is on disk now."""
    words = ("git", "-C", str(ROOT), "describe", "--always", "--dirty", "--tags")
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    digest = hashlib.sha256()
    for file in sorted(_files()):
        digest.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return Code(done.stdout.strip() or "unknown", digest.hexdigest()[:16])


def _files() -> Iterator[Path]:
    for room in ROOMS:
        for file in (ROOT / room).rglob("*"):
            if file.suffix in ENDINGS and not set(APART) & set(file.relative_to(ROOT).parts):
                yield file
    yield from (ROOT / name for name in LOCKS)
    kernel = importlib.util.find_spec(KERNEL)
    if kernel is not None and kernel.origin is not None:
        yield Path(kernel.origin)


@dataclass(frozen=True, slots=True)
class Kept:
    """The parts of one bench (sizes) in `folder`, as `code` has them: those of other code are not seen."""

    folder: Path
    code: Code

    def read(self, study: str, part: str) -> dict[str, Any] | None:
        """A part's document, None where it is not there, can't be read, or is of other code."""
        try:
            found: dict[str, Any] = json.loads(self._file(study, part).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found if found.get("fingerprint") == self.code.fingerprint else None

    def other(self, study: str, part: str) -> bool:
        """Whether there is one of other code."""
        return self._file(study, part).exists() and self.read(study, part) is None

    def write(self, study: str, part: str, document: dict[str, Any]) -> None:
        """Keep a part, whole or not at all."""
        file = self._file(study, part)
        file.parent.mkdir(parents=True, exist_ok=True)
        said = {"study": study, "part": part, "revision": self.code.revision, "fingerprint": self.code.fingerprint}
        write_atomically(file, json.dumps(said | document, indent=1) + "\n")

    def forget(self, study: str) -> None:
        """Remove a study's parts."""
        for file in (self.folder / study).glob("*.json"):
            file.unlink()

    def _file(self, study: str, part: str) -> Path:
        return self.folder / study / f"{part}.json"
