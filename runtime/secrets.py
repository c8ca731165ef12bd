"""Environment or key file to the key that personal values are hashed with."""

import os

from runtime.errors import MachineError
from runtime.files import sync_folder, write_beside
from runtime.workspace import Workspace

VARIABLE = "TICKETS_PSEUDONYM_KEY"
KEY_BYTES = 32


def pseudonym_key(workspace: Workspace) -> bytes:
    """32 bytes: from TICKETS_PSEUDONYM_KEY (64 hex digits) or from a key file made at first use.

    Whoever holds the key can link pseudonyms to persons, and without it old and new pseudonyms no longer
    match: keep it apart from the tables and back it up.
    """
    text = os.environ.get(VARIABLE)
    if text:
        return parse(text, VARIABLE)
    path = workspace.secrets / "pseudonym.key"
    if not path.exists():
        make_key_file(workspace)
    return parse(path.read_text(encoding="ascii", errors="replace"), str(path))


def parse(text: str, source: str) -> bytes:
    """Hex text to key; the message never repeats the text, which may be most of a secret."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise MachineError(
            f"{source} is not {KEY_BYTES * 2} hex digits",
            "Make a key with `openssl rand -hex 32`; tables written with another key need that key again.",
        )
    return key


def make_key_file(workspace: Workspace) -> None:
    """Make the key file; of two processes at once, one wins and both read the winner's key.

    A hard link fails if the name exists, so the file appears whole and is never replaced.
    """
    workspace.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = workspace.secrets / "pseudonym.key"
    temporary = write_beside(path, os.urandom(KEY_BYTES).hex() + "\n", mode=0o600)
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return
    finally:
        temporary.unlink()
    sync_folder(workspace.secrets)
