"""Java processes to archives of the classes they loaded, with which the next ones start sooner.

Java calls it class data sharing (JEP 350). An archive is good for one Java and one list of jars: both are in its
name, Java checks them again, and starts without an archive where anything differs.
"""

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from runtime.cache import cache_dir
from runtime.java import Java

_KEPT_S = 30 * 24 * 3600.0
_recording: Path | None = None


def options(name: str, java: Java, jars: Sequence[Path]) -> list[str]:
    """Java's options to use the archive of a kind of process, or to leave one; none where there is none."""
    if _recording is not None:
        return [f"-XX:ArchiveClassesAtExit={_recording / _file(name, java, jars)}"]
    return shared(name, java, jars)


def shared(name: str, java: Java, jars: Sequence[Path]) -> list[str]:
    """To use it only, as other processes with the same jars may."""
    found = _folder() / _file(name, java, jars)
    return [f"-XX:SharedArchiveFile={found}"] if found.is_file() else []


@contextlib.contextmanager
def recording() -> Iterator[list[Path]]:
    """Java processes that start and end within the block leave archives; in the list, after it, those they left.

    Archives that nobody has made anew for a month are removed.
    """
    global _recording
    folder, made = _folder(), list[Path]()
    _recording = folder / f"{os.getpid()}.recording"
    _recording.mkdir(parents=True, exist_ok=True)
    try:
        yield made
        for file in sorted(_recording.glob("*.jsa")):
            made.append(file.replace(folder / file.name))
        _forget(folder)
    finally:
        for file in _recording.glob("*"):
            file.unlink()
        _recording.rmdir()
        _recording = None


def _folder() -> Path:
    return cache_dir() / "classes"


def _file(name: str, java: Java, jars: Sequence[Path]) -> str:
    """By what Java compares too: its own build, and each jar's path, size and time."""
    release = java.home / "release"
    said = [release.read_text(errors="replace") if release.is_file() else str(java.binary)]
    said += [f"{jar} {jar.stat().st_size} {jar.stat().st_mtime_ns}" for jar in jars]
    return f"{name}-{hashlib.sha256(chr(10).join(said).encode()).hexdigest()[:16]}.jsa"


def _forget(folder: Path) -> None:
    for file in folder.glob("*.jsa"):
        with contextlib.suppress(FileNotFoundError):  # somebody else forgets too
            if time.time() - file.stat().st_mtime > _KEPT_S:
                file.unlink()
