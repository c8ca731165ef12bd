"""A document as a file, replaced whole under a lock of its folder: so no other file need lie beside it."""

import os
from dataclasses import dataclass
from pathlib import Path

from runtime.document import Change
from runtime.errors import MachineError
from runtime.files import LOCK_DEADLINE_S, try_lock, write_atomically
from runtime.wait import until


@dataclass(frozen=True, slots=True)
class FileDocument:
    """One file, its owner's alone to read."""

    path: Path

    def read(self) -> str | None:
        """Its text."""
        try:
            return self.path.read_text("utf-8")
        except FileNotFoundError:
            return None

    def change(self, how: Change) -> None:
        """Read and replace it while nobody else does."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if not until(lambda: try_lock(handle), LOCK_DEADLINE_S):
                raise MachineError(
                    f"another command has been changing {self.path} for {LOCK_DEADLINE_S:.0f} s",
                    "Wait for it to end, then try again.",
                )
            write_atomically(self.path, how(self.read()), mode=0o600)
        finally:
            os.close(handle)
