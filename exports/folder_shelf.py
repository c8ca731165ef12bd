"""Exports in a folder: published by one rename, under a lock that its process's end frees.

Leftovers of an export that crashed are known by the lock that no process holds any more. All that is short (making a
staging folder, cleaning, renaming, pointing) happens under one lock; writing the files, which is long, does not.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from exports.manifest import FILE
from exports.shelf import pointers, repointed
from runtime.files import locked, sync_folder, try_lock, write_atomically

STAGING = ".staging-"
LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Place:
    """`exports` is the folder of all contracts, `home` that of this one."""

    exports: Path
    home: Path

    @property
    def used(self) -> bool:
        """Whether the contract has a folder; an export that is being made has."""
        return self.home.is_dir()

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """A hidden folder beside the published ones."""
        folder = self.home / f"{STAGING}{uuid4().hex}"
        with self.held():
            self._clean()
            folder.mkdir(parents=True)
            handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try_lock(handle)
        try:
            yield folder
        finally:
            os.close(handle)
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """One lock for all contracts, since they share latest.json."""
        with locked(self.exports / ".publish.lock"):
            yield

    def names(self) -> tuple[str, ...]:
        """The folders that are not hidden."""
        return tuple(sorted(path.name for path in self.home.glob("[!.]*") if path.is_dir()))

    def manifest(self, name: str) -> dict[str, Any]:
        """As its file says."""
        try:
            made = json.loads((self.home / name / FILE).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return made if isinstance(made, dict) else {}

    def sizes(self, name: str) -> Mapping[str, int]:
        """The files of its folder."""
        return {path.name: path.stat().st_size for path in (self.home / name).iterdir() if path.is_file()}

    def adopt(self, staged: Path, name: str) -> None:
        """Rename it, synced before and after."""
        (staged / LOCK).unlink()
        sync_folder(staged)
        staged.rename(self.home / name)
        sync_folder(self.home)

    def remove(self, name: str) -> None:
        """Remove its folder."""
        if (self.home / name).exists():
            shutil.rmtree(self.home / name)

    def break_off(self) -> None:
        """Remove the staging folders of living processes too."""
        for folder in self.home.glob(f"{STAGING}*"):
            shutil.rmtree(folder)

    def latest(self) -> Mapping[str, Mapping[str, str]]:
        """As latest.json says."""
        return pointers(self._latest())

    def point(self, contract: str, entry: Mapping[str, str] | None) -> None:
        """Replace latest.json; call it under the lock."""
        write_atomically(self.exports / "latest.json", repointed(self._latest(), contract, entry))

    def path(self, name: str) -> str:
        """Relative to --data."""
        return (self.home / name).relative_to(self.exports.parent).as_posix()

    def address(self, name: str) -> str:
        """Relative to --data."""
        return self.path(name)

    def _latest(self) -> str | None:
        try:
            return (self.exports / "latest.json").read_text("utf-8")
        except FileNotFoundError:
            return None

    def _clean(self) -> None:
        """Remove the staging folders whose process is gone."""
        for folder in self.home.glob(f"{STAGING}*"):
            if not _held(folder / LOCK):
                shutil.rmtree(folder, ignore_errors=True)


def _held(lock: Path) -> bool:
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not try_lock(handle)
    finally:
        os.close(handle)
