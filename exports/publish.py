"""A staging folder to a published export: one rename, under a lock, so readers see all of it or nothing.

Leftovers of an export that crashed are known by the lock that no process holds any more. All that is short (making a
staging folder, cleaning, renaming, pointing) happens under one lock; writing the files, which is long, does not.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any
from uuid import uuid4

from exports.manifest import FILE, Origin
from runtime.files import locked, sync_folder, try_lock, write_atomically

STAGING = ".staging-"
LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one contract's exports go: `exports` is the folder of all, `home` that of this contract."""

    exports: Path
    home: Path

    @property
    def lock(self) -> Path:
        """The lock of everything short; one for all contracts, since they share latest.json."""
        return self.exports / ".publish.lock"

    @property
    def latest(self) -> Path:
        """The pointer to each contract's newest export."""
        return self.exports / "latest.json"


@contextlib.contextmanager
def staging(place: Place) -> Iterator[Path]:
    """A new folder nobody reads, removed at the end unless it was published (renamed) by then."""
    folder = place.home / f"{STAGING}{uuid4().hex}"
    with locked(place.lock):
        _clean(place.home)
        folder.mkdir(parents=True)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try_lock(handle)
    try:
        yield folder
    finally:
        os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)


def _clean(home: Path) -> None:
    """Remove the staging folders whose process is gone."""
    for folder in home.glob(f"{STAGING}*"):
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


def publish(place: Place, folder: Path, manifest: Mapping[str, Any], origin: Origin) -> tuple[Path, bool]:
    """(published folder, whether it is new). Another export of the same may have come first: then its folder."""
    (folder / FILE).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
    _sync(folder / FILE)
    with locked(place.lock):
        there = find(place, origin, manifest["formats"])
        if there is not None:
            _point(place, origin.contract, there)
            return there, False
        target = _free(place.home, origin.ledger_version)
        (folder / LOCK).unlink()
        sync_folder(folder)
        folder.rename(target)
        sync_folder(place.home)
        _point(place, origin.contract, target)
        return target, True


def already_published(place: Place, origin: Origin, formats: Iterable[str]) -> Path | None:
    """The folder of an export made from the same with at least these formats; latest.json then points to it."""
    with locked(place.lock):
        there = find(place, origin, formats)
        if there is not None:
            _point(place, origin.contract, there)
    return there


def find(place: Place, origin: Origin, formats: Iterable[str]) -> Path | None:
    """The newest whole export made from the same with at least these formats, or None."""
    wanted = set(formats)
    for folder in reversed(list(_taken(place.home, origin.ledger_version))):
        manifest = read_manifest(folder)
        if origin.matches(manifest) and wanted <= set(manifest["formats"]) and _whole(folder, manifest):
            return folder
    return None


def read_manifest(folder: Path) -> dict[str, Any]:
    """A published folder's manifest; empty where it can't be read, which then equals no origin."""
    try:
        made = json.loads((folder / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return made if isinstance(made, dict) else {}


def _whole(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether every file is there in its full size."""
    paths = {folder / name: entry["bytes"] for name, entry in manifest["files"].items()}
    return all(path.is_file() and path.stat().st_size == size for path, size in paths.items())


def _names(version: int) -> Iterator[str]:
    return chain([str(version)], (f"{version}.{number}" for number in count(1)))


def _taken(home: Path, version: int) -> Iterator[Path]:
    for name in _names(version):
        if not (home / name).exists():
            return
        yield home / name


def _free(home: Path, version: int) -> Path:
    return next(home / name for name in _names(version) if not (home / name).exists())


def _point(place: Place, contract: str, folder: Path) -> None:
    """Make latest.json name this folder for its contract, and leave the other contracts' entries."""
    path = folder.relative_to(place.exports.parent).as_posix()
    try:
        latest = json.loads(place.latest.read_text("utf-8"))
    except FileNotFoundError:
        latest = {}
    if latest.get(contract, {}).get("path") == path:
        return
    latest[contract] = {
        "version": folder.name,
        "path": path,
        "manifest": f"{path}/{FILE}",
        "published_at": datetime.now(UTC).isoformat(),
    }
    write_atomically(place.latest, json.dumps(latest, indent=2) + "\n")


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
