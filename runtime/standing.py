"""What a command came to, kept in the workspace for whoever asks later: a running job tells it in its metrics.

One small JSON file per command and contract, replaced whole: `ok` of the newest run, when that was (`at`), and when one
was ok (`succeeded_at`, null for never). It goes where the workspace goes, and no other process has to collect it.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from runtime import logs
from runtime.files import write_atomically
from runtime.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest run of a command on a contract, and the newest that was ok."""

    ok: bool
    at: datetime
    succeeded_at: datetime | None


def note(workspace: Workspace, command: str, contract: str, ok: bool) -> None:
    """Keep that `command` (export, audit) ran now on a contract; where that can't be, a warning says so and no more."""
    now, before = datetime.now(UTC), read(workspace, command, contract)
    succeeded = now if ok else before.succeeded_at if before else None
    said = {"ok": ok, "at": now.isoformat(), "succeeded_at": succeeded.isoformat() if succeeded else None}
    try:
        write_atomically(workspace.standing(command, contract), json.dumps(said) + "\n")
    except OSError as error:  # a full disk must not turn a good audit into a failed one
        logs.get(__name__).warning("what this run came to could not be kept", command=command, error=error.strerror)


def read(workspace: Workspace, command: str, contract: str) -> Standing | None:
    """What was kept; None where it never ran, or where the file is not ours to read."""
    try:
        said = json.loads(workspace.standing(command, contract).read_text("utf-8"))
        succeeded = said["succeeded_at"]
        at = datetime.fromisoformat(said["at"])
        return Standing(bool(said["ok"]), at, datetime.fromisoformat(succeeded) if succeeded else None)
    except (OSError, ValueError, KeyError, TypeError):
        return None
