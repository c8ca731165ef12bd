"""Peers into folders of their own below build/peers/; a peer that is there as its files want it is left alone."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.peers.engines import BUILD, HOME, Peer

Tell = Callable[[str], None]


def install(peer: Peer, tell: Tell) -> None:
    """Done when this returns; SystemExit says what failed. Interrupted, it begins again the next time."""
    folder, wanted = BUILD / peer.home, digest(peer.made_of)
    stamp = folder / "installed"
    if stamp.is_file() and stamp.read_text() == wanted and peer.program.exists():
        tell(f"{peer.name} is installed")
        return
    tell(f"{peer.name}: installing into {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (_pip if peer.made_of[0].suffix == ".lock" else _go)(peer, folder)
    stamp.write_text(wanted)


def digest(paths: Sequence[Path]) -> str:
    """Of names and contents: another lock or source is another installation."""
    found = hashlib.sha256()
    for path in paths:
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _pip(peer: Peer, folder: Path) -> None:
    _run([sys.executable, "-m", "venv", str(folder)], HOME)
    words = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--only-binary=:all:",
    ]
    _run([str(folder / "bin" / "python"), *words, "-r", str(peer.made_of[0])], HOME)


def _go(peer: Peer, folder: Path) -> None:
    if shutil.which("go") is None:
        raise SystemExit(f"{peer.name} is built from source: install Go 1.26 or newer, then again.")
    _run(["go", "build", "-trimpath", "-mod=readonly", "-o", str(peer.program), "."], peer.made_of[0].parent)


def _run(words: Sequence[str], where: Path) -> None:
    done = subprocess.run(words, cwd=where, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
